"""SIMILAR TO patterns, which the server turns into regular expressions (similar_escape_internal() of regexp.c)."""

from __future__ import annotations

import msgspec

from schemalint.semantics.regex.facts import check_regex
from schemalint.semantics.regex.like import escape_fault
from schemalint.semantics.regex.refusals import INVALID_USE_OF_ESCAPE_CHARACTER, RegexError

_OPENING = "^(?:"
_SEPARATORS = ("){1,1}?(", "){1,1}(?:")
_TOO_MANY = "SQL regular expression may not contain more than two escape-double-quote separators"
_TRANSLATED = {"%": ".*", "_": ".", "(": "(?:", "\\": "\\\\", ".": "\\.", "^": "\\^", "$": "\\$"}


class _Bracket:
    """Where a scan is in a bracket expression; server 18 learnt to nest them and to tell a leading `]` from the end."""

    def __init__(self, nests: bool) -> None:
        self.nests = nests
        self.depth = 0
        self.position = 0  # 1 after `[`, 2 after `[^`, more further inside

    def open(self) -> None:
        self.depth = self.position = 1

    def read(self, char: str) -> None:
        if not self.nests:
            self.depth = 0 if char == "]" else 1
        elif char == "]" and self.position > 2:
            self.depth -= 1
        elif char == "[":
            self.depth += 1
            self.position = 3
        elif char == "^":
            self.position += 1
        else:
            self.position = 3


def check_similar(pattern: str, escape: str | None = None, *, server_version: int = 18) -> RegexError | None:
    """Why the server refuses a SIMILAR TO pattern, or None; `escape` None is a SIMILAR TO without ESCAPE."""
    translated = similar_to_regex(pattern, escape, server_version=server_version)
    if isinstance(translated, RegexError):
        return translated
    regex, sources = translated
    error = check_regex(regex)
    if error is None or error.offset is None:
        return error
    # the parenthesis left open may be the one that the translation adds
    offset = None if error.offset < len(_OPENING) else sources[error.offset]
    return msgspec.structs.replace(error, offset=offset)


def similar_to_regex(
    pattern: str, escape: str | None, *, server_version: int = 18
) -> tuple[str, list[int]] | RegexError:
    """The regular expression, and for each of its offsets the one in `pattern` it comes from."""
    escape = "\\" if escape is None else escape
    fault = escape_fault(escape)
    if fault is not None:
        return fault
    pieces = [_OPENING]
    sources = [0] * len(_OPENING)
    bracket = _Bracket(nests=server_version >= 18)
    escaped = False
    separators = 0
    for offset, char in enumerate(pattern):
        # with an escape character of several bytes the server copies other such characters without looking
        unseen = not escape.isascii() and not char.isascii()
        if escaped:
            escaped = False
            if char == '"' and not bracket.depth:
                if separators == len(_SEPARATORS):
                    return RegexError(INVALID_USE_OF_ESCAPE_CHARACTER, _TOO_MANY, offset - 1)
                piece = _SEPARATORS[separators]
                separators += 1
            else:
                piece = "\\" + char
                if not unseen:
                    bracket.position = 3
        elif char == escape:
            escaped = True
            continue
        elif bracket.depth:
            piece = "\\\\" if char == "\\" else char
            if not unseen:
                bracket.read(char)
        else:
            piece = char if unseen else _TRANSLATED.get(char, char)
            if char == "[":
                bracket.open()
        pieces.append(piece)
        sources.extend([offset] * len(piece))
    pieces.append(")$")
    sources.extend([len(pattern)] * 3)
    return "".join(pieces), sources
