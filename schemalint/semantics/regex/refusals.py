"""What the server says when it refuses a pattern, and how the modules of this package pass that on."""

from __future__ import annotations

import msgspec

INVALID_REGULAR_EXPRESSION = "2201B"
INVALID_PARAMETER_VALUE = "22023"
INVALID_ESCAPE_SEQUENCE = "22025"
INVALID_USE_OF_ESCAPE_CHARACTER = "2200C"

# The server's words (src/include/regex/regerrs.h), under the names of its REG_ codes.
WORDS = {
    "BADPAT": "invalid regexp (reg version 0.8)",
    "ECOLLATE": "invalid collating element",
    "ECTYPE": "invalid character class",
    "EESCAPE": "invalid escape \\ sequence",
    "ESUBREG": "invalid backreference number",
    "EBRACK": "brackets [] not balanced",
    "EPAREN": "parentheses () not balanced",
    "EBRACE": "braces {} not balanced",
    "BADBR": "invalid repetition count(s)",
    "ERANGE": "invalid character range",
    "BADRPT": "quantifier operand invalid",
    "INVARG": "invalid argument to regex function",
    "BADOPT": "invalid embedded option",
    "ETOOBIG": "regular expression is too complex",
}


class RegexError(msgspec.Struct, frozen=True):
    """One refusal: SQLSTATE, the server's exact message, and where in the pattern the fault is.

    `offset` counts characters from 0 in the text it is about (the pattern, or the options when the options
    are at fault) and may equal its length; it is None when no single place is at fault.
    """

    sqlstate: str
    message: str
    offset: int | None = None
    hint: str | None = None


class Refused(Exception):
    """Raised inside this package at the first fault, which is also the one the server reports."""

    def __init__(self, code: str, offset: int | None) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset


def refusal(code: str, offset: int | None) -> RegexError:
    """The error that RE_compile_and_cache() raises for a REG_ code."""
    return RegexError(INVALID_REGULAR_EXPRESSION, f"invalid regular expression: {WORDS[code]}", offset)
