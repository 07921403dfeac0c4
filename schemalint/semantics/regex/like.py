"""LIKE patterns (like_match.c)."""

from __future__ import annotations

from schemalint.semantics.regex.refusals import INVALID_ESCAPE_SEQUENCE, RegexError


def escape_fault(escape: str) -> RegexError | None:
    """ESCAPE takes nothing or one character; LIKE and SIMILAR TO say the same."""
    if len(escape) <= 1:
        return None
    hint = "Escape string must be empty or one character."
    return RegexError(INVALID_ESCAPE_SEQUENCE, "invalid escape string", None, hint)


def check_like(pattern: str, escape: str = "\\") -> RegexError | None:
    """What the server says of a LIKE pattern, or None.

    It complains of a lone escape character at the end only when a comparison gets that far, so a statement whose
    strings all differ earlier runs.
    """
    fault = escape_fault(escape)
    if fault is not None or not escape:
        return fault
    offset = 0
    while offset < len(pattern):
        if pattern[offset] != escape:
            offset += 1
        elif offset + 1 == len(pattern):
            return RegexError(INVALID_ESCAPE_SEQUENCE, "LIKE pattern must not end with escape character", offset)
        else:
            offset += 2
    return None
