"""Scanning as the C library does it, for readers that follow code written with isspace, strtol and strtod.

The server's character classes are those of single bytes, so only ASCII letters, digits and spaces count.
"""

import re
from typing import Final

SPACES: Final = " \t\n\v\f\r"
DIGITS: Final = "0123456789"
HEX_DIGITS: Final = "0123456789abcdefABCDEF"
_VALUES: Final = {character: int(character, 16) for character in HEX_DIGITS}

# More digits than any integer type holds; a longer number is out of every range, whatever its exact value.
_SATURATED: Final = 10**40

_FLOAT: Final = re.compile(
    r"[+-]?(?:inf(?:inity)?|nan(?:\([a-z0-9_]*\))?"
    r"|(?P<hex>0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?)"
    r"|(?P<decimal>[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)",
    re.IGNORECASE | re.ASCII,
)


def is_digit(character: str) -> bool:
    return character != "" and character in DIGITS


def is_alpha(character: str) -> bool:
    return character.isascii() and character.isalpha()


def is_alnum(character: str) -> bool:
    return character.isascii() and character.isalnum()


def char_at(text: str, position: int) -> str:
    """The character there, or "" past the end, as C code meets the terminating zero."""
    return text[position : position + 1]


def skip_spaces(text: str, position: int = 0) -> int:
    while position < len(text) and text[position] in SPACES:
        position += 1
    return position


def skip_digits(text: str, position: int, digits: str = DIGITS) -> int:
    while position < len(text) and text[position] in digits:
        position += 1
    return position


def digits_value(digits: str, base: int = 10) -> int:
    """The value of a run of digits, saturated: Python refuses to convert thousands of decimal digits."""
    significant = digits.lstrip("0")
    if not significant:
        return 0
    return int(significant, base) if len(significant) <= 40 else _SATURATED


def strtol(text: str, position: int = 0, base: int = 10) -> tuple[int, int]:
    """The number at `position` and where it ends; the end is `position` when there is none. Base 0 as in C."""
    start = skip_spaces(text, position)
    sign = -1 if char_at(text, start) == "-" else 1
    if char_at(text, start) in ("+", "-"):
        start += 1
    if base in (0, 16) and text[start : start + 2] in ("0x", "0X") and char_at(text, start + 2) in _VALUES:
        start += 2
        base = 16
    elif base == 0:
        base = 8 if char_at(text, start) == "0" else 10
    allowed = HEX_DIGITS if base == 16 else DIGITS[:base]
    end = skip_digits(text, start, allowed)
    if end == start:
        return 0, position
    return sign * digits_value(text[start:end], base), end


def strtod(text: str, position: int = 0) -> tuple[float, int, bool]:
    """The float at `position`, where it ends (`position`: none), and whether it over- or underflows to nothing."""
    start = skip_spaces(text, position)
    match = _FLOAT.match(text, start)
    if match is None:
        return 0.0, position, False
    written = match.group()
    if match.group("hex"):
        try:
            value = float.fromhex(written)
        except OverflowError:
            return float("inf"), match.end(), True
        mantissa = re.split("[pP]", match.group("hex")[2:])[0]
    elif match.group("decimal"):
        value = float(written)
        mantissa = match.group("decimal")
    else:
        return float(written.split("(")[0]), match.end(), False
    lost = value == 0 and any(digit in _VALUES and digit != "0" for digit in mantissa)
    return value, match.end(), lost or value in (float("inf"), float("-inf"))
