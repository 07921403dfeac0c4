"""Numbers that are not integers: float4, float8, numeric, money."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from schemalint.semantics.input.cscan import DIGITS, char_at, skip_digits, skip_spaces, strtod, strtol
from schemalint.semantics.input.result import (
    OUT_OF_RANGE,
    Reader,
    Refused,
    Request,
    Undecided,
    invalid_syntax,
    out_of_range,
    refuse,
)

# The largest magnitude that rounds to a finite float4, and the smallest that does not round to zero.
_FLOAT4_OVERFLOW: Final = float(2**128 - 2**103)
_FLOAT4_UNDERFLOW: Final = 2.0**-150


def scan_float8(text: str, position: int, type_name: str, whole: str) -> tuple[float, int]:
    """float8in_internal: the number at `position` and where it ends, trailing spaces included.

    A syntax error names `type_name` and `whole`; a number that double precision cannot hold is named alone.
    """
    value, end, lost = strtod(text, position)
    if end == position:
        raise invalid_syntax(type_name, whole)
    if lost:
        written = text[skip_spaces(text, position) : end]
        raise refuse(OUT_OF_RANGE, f'"{written}" is out of range for type double precision')
    return value, skip_spaces(text, end)


def _float8in(text: str, request: Request) -> float:
    value, end = scan_float8(text, 0, "double precision", text)
    if end != len(text):
        raise invalid_syntax("double precision", text)
    return value


def _float4in(text: str, request: Request) -> float:
    """float4in. The comparison is with the double nearest to the text, so a text at the very edge is let through."""
    value, end, lost = strtod(text)
    if end == 0:
        raise invalid_syntax("real", text)
    magnitude = abs(value)
    written_infinite = text[:end].strip().lstrip("+-")[:1] in ("i", "I")
    overflows = magnitude > _FLOAT4_OVERFLOW and not written_infinite
    if lost or overflows or 0 < magnitude < _FLOAT4_UNDERFLOW:
        written = text[skip_spaces(text) : end] if request.server_version >= 16 else text
        raise refuse(OUT_OF_RANGE, f'"{written}" is out of range for type real')
    if skip_spaces(text, end) != len(text):
        raise invalid_syntax("real", text)
    return value


_SPECIAL: Final = re.compile(r"(nan)|([+-]?)(?:infinity|inf)", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"[+-]?(?P<digits>[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_DECIMAL_16: Final = re.compile(
    r"[+-]?(?P<digits>[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)"
    r"(?:[eE](?P<exponent>[+-]?[0-9](?:_?[0-9])*))?",
    re.ASCII,
)
_NON_DECIMAL: Final = re.compile(
    r"(?P<sign>[+-]?)0(?:x(?P<hex>(?:_?[0-9a-f])+)|o(?P<octal>(?:_?[0-7])+)|b(?P<binary>(?:_?[01])+))", re.IGNORECASE
)
_BASES: Final = (("hex", 16), ("octal", 8), ("binary", 2))
_MAX_EXPONENT: Final = (2**31 - 1) // 2
_MAX_SCALE: Final = 16383  # NUMERIC_DSCALE_MAX, in decimal digits
_MAX_WEIGHT: Final = 32767  # NUMERIC_WEIGHT_MAX, in groups of four decimal digits


def _numeric_in(text: str, request: Request) -> Decimal:
    """numeric_in, then numeric() when there is a typmod: the server reads a literal without it and casts."""
    value = read_numeric(text, request)
    return _apply_typmod(value, request.typmod) if request.typmod >= 4 else value


def read_numeric(text: str, request: Request) -> Decimal:
    """numeric_in without a typmod."""
    start = skip_spaces(text)
    special = _SPECIAL.match(text, start)
    if special:
        if skip_spaces(text, special.end()) != len(text):
            raise invalid_syntax("numeric", text)
        return Decimal("NaN") if special.group(1) else Decimal(special.group(2) + "Infinity")
    if request.server_version < 16:
        return _decimal(text, *_scan_numeric(text, start))
    if text[start:].lstrip("+-")[:2].lower() in ("0x", "0o", "0b"):
        return _non_decimal(text, start)
    return _decimal(text, *_scan_numeric_16(text, start))


def _scan_numeric(text: str, start: int) -> tuple[str, int, int]:
    """set_var_from_str of PostgreSQL 15 and earlier: mantissa, exponent (by strtol, so behind spaces too) and end."""
    match = _DECIMAL.match(text, start)
    if match is None or char_at(text, match.end()) == ".":
        raise invalid_syntax("numeric", text)
    end = match.end()
    exponent = 0
    if char_at(text, end) in ("e", "E"):
        exponent, after = strtol(text, end + 1)
        if after == end + 1:
            raise invalid_syntax("numeric", text)
        end = after
        if abs(exponent) >= _MAX_EXPONENT:
            raise _overflow()
    return match.group(), exponent, end


def _scan_numeric_16(text: str, start: int) -> tuple[str, int, int]:
    """set_var_from_str since PostgreSQL 16, with underscores: mantissa, exponent and end."""
    match = _DECIMAL_16.match(text, start)
    if match is None:
        raise invalid_syntax("numeric", text)
    written = match.group("exponent")
    exponent = 0
    if written is not None:
        magnitude = written.lstrip("+-").replace("_", "").lstrip("0") or "0"
        if len(magnitude) > 10 or int(magnitude) > _MAX_EXPONENT:
            raise _overflow()
        exponent = -int(magnitude) if written.startswith("-") else int(magnitude)
    mantissa = text[match.start() : match.start("digits")] + match.group("digits")
    return mantissa.replace("_", ""), exponent, match.end()


def _non_decimal(text: str, start: int) -> Decimal:
    """set_var_from_non_decimal_integer_str."""
    match = _NON_DECIMAL.match(text, start)
    if match is None or skip_spaces(text, match.end()) != len(text):
        raise invalid_syntax("numeric", text)
    digits, base = next((match.group(name), base) for name, base in _BASES if match.group(name))
    digits = digits.replace("_", "").lstrip("0") or "0"
    if len(digits) * (base.bit_length() - 1) > 435_500:
        raise _overflow() if len(digits) * (base.bit_length() - 1) > 435_600 else Undecided
    value = Decimal(int(digits, base))
    return value.copy_negate() if match.group("sign") == "-" else value


def _decimal(text: str, mantissa: str, exponent: int, end: int) -> Decimal:
    """mantissa * 10^exponent with the server's scale, which is never negative; make_result checks that it fits."""
    if skip_spaces(text, end) != len(text):
        raise invalid_syntax("numeric", text)
    sign = 1 if mantissa.startswith("-") else 0
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    digits = (whole + fraction).lstrip("0")
    scale = max(len(fraction) - exponent, 0)
    if not digits and scale <= _MAX_SCALE:
        return Decimal((sign, (0,), -scale))
    highest = len(digits) - len(fraction) + exponent - 1
    if scale > _MAX_SCALE or highest // 4 > _MAX_WEIGHT:
        raise _overflow()
    return Decimal((sign, tuple(map(int, digits)), exponent - len(fraction)))


def _overflow() -> Refused:
    return refuse(OUT_OF_RANGE, "value overflows numeric format")


def numeric_typmod(typmod: int) -> tuple[int, int]:
    """Precision and scale of a numeric typmod; the scale may be negative since PostgreSQL 15."""
    packed = typmod - 4
    return packed >> 16 & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024


def _apply_typmod(value: Decimal, typmod: int) -> Decimal:
    """apply_typmod and apply_typmod_special: round to the scale, then the precision must hold it."""
    precision, scale = numeric_typmod(typmod)
    if value.is_nan():
        return value
    room = precision - scale
    if value.is_infinite():
        detail = f"A field with precision {precision}, scale {scale} cannot hold an infinite value."
        raise refuse(OUT_OF_RANGE, "numeric field overflow", detail=detail)
    if not value:
        return value
    if value.adjusted() < room:
        context = Context(prec=max(precision, room) + 10, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999)
        value = value.quantize(Decimal((0, (1,), -scale)), context=context)
    if value and value.adjusted() >= room:
        bound = f"10^{room}" if room else "1"
        detail = f"A field with precision {precision}, scale {scale} must round to an absolute value less than {bound}."
        raise refuse(OUT_OF_RANGE, "numeric field overflow", detail=detail)
    return value


_PLAIN_LOCALES: Final = ("C", "POSIX", "en_US")


def _cash_in(text: str, request: Request) -> None:
    """cash_in for the locales that write $1,234.56; another locale's symbols are not known here."""
    locale = request.settings.lc_monetary
    if locale is None or locale.split(".")[0] not in _PLAIN_LOCALES or not text.isascii():
        raise Undecided
    position = _skip_currency(text, 0)
    negative = char_at(text, position) in ("-", "(") and position < len(text)
    if position < len(text) and text[position] in "-(+":
        position += 1
    position = _skip_currency(text, position)
    value, position = _cash_digits(text, position)
    if value > 1 << 63:
        raise out_of_range("money", text)
    while position < len(text):
        character = text[position]
        if character == "-":
            negative = True
        elif character not in " \t\n\v\f\r)+$":
            raise invalid_syntax("money", text)
        position += 1
    if not negative and value == 1 << 63:
        raise out_of_range("money", text)


def _skip_currency(text: str, position: int) -> int:
    position = skip_spaces(text, position)
    if char_at(text, position) == "$":
        position += 1
    return skip_spaces(text, position)


def _cash_digits(text: str, position: int) -> tuple[int, int]:
    """The amount in cents, rounded, and where its digits end."""
    value = 0
    cents = -1  # digits after the point; -1 before it
    while position < len(text):
        character = text[position]
        if character in DIGITS and cents < 2:
            value = value * 10 + int(character)
            if value > 1 << 63:
                raise out_of_range("money", text)
            cents += cents >= 0
        elif character == "." and cents < 0:
            cents = 0
        elif character != ",":
            break
        position += 1
    if char_at(text, position) in ("5", "6", "7", "8", "9"):
        value += 1
    value *= 10 ** (2 - max(cents, 0))
    return value, skip_digits(text, position)


READERS: Final[Mapping[str, Reader]] = {
    "float4": _float4in,
    "float8": _float8in,
    "numeric": _numeric_in,
    "money": _cash_in,
}
