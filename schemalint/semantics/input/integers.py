"""Integers and what is written with them: int2, int4, int8, oid, xid, tid, pg_lsn, snapshots, vectors."""

from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import (
    DIGITS,
    HEX_DIGITS,
    char_at,
    digits_value,
    skip_digits,
    skip_spaces,
    strtol,
)
from schemalint.semantics.input.result import Reader, Request, invalid_syntax, out_of_range

_PREFIXES: Final = {"x": HEX_DIGITS, "o": DIGITS[:8], "b": DIGITS[:2]}


def read_integer(text: str, bits: int, type_name: str, request: Request) -> int:
    """pg_strtoint16/32/64, with the non-decimal forms and underscores of PostgreSQL 16."""
    limit = 1 << (bits - 1)
    position = skip_spaces(text)
    negative = char_at(text, position) == "-"
    if char_at(text, position) in ("-", "+") and position < len(text):
        position += 1
    if request.server_version >= 16:
        value, end = _scan_literal(text, position, limit, type_name)
    else:
        end = skip_digits(text, position)
        if end == position:
            raise invalid_syntax(type_name, text)
        value = digits_value(text[position:end])
        if value > limit:
            raise out_of_range(type_name, text)
    if skip_spaces(text, end) != len(text):
        raise invalid_syntax(type_name, text)
    if value > (limit if negative else limit - 1):
        raise out_of_range(type_name, text)
    return -value if negative else value


def _scan_literal(text: str, position: int, limit: int, type_name: str) -> tuple[int, int]:
    """The magnitude and where it ends; out of range is found while scanning, so before junk that follows."""
    digits = DIGITS
    if char_at(text, position) == "0" and char_at(text, position + 1).lower() in _PREFIXES and position + 1 < len(text):
        digits = _PREFIXES[text[position + 1].lower()]
        position += 2
    base = 16 if digits is HEX_DIGITS else len(digits)
    first = position
    value = 0
    while position < len(text):
        if text[position] in digits:
            if value > limit // base:
                raise out_of_range(type_name, text)
            value = value * base + int(text[position], 16)
        elif text[position] == "_":
            follows = char_at(text, position + 1)
            if (base == 10 and position == first) or follows == "" or follows not in digits:
                raise invalid_syntax(type_name, text)
        else:
            break
        position += 1
    if position == first:
        raise invalid_syntax(type_name, text)
    return value, position


def _int2in(text: str, request: Request) -> int:
    return read_integer(text, 16, "smallint", request)


def _int4in(text: str, request: Request) -> int:
    return read_integer(text, 32, "integer", request)


def _int8in(text: str, request: Request) -> int:
    return read_integer(text, 64, "bigint", request)


def _unsigned(text: str, bits: int, type_name: str, base: int) -> tuple[int, int]:
    """uint32in_subr and uint64in_subr up to the end of the number: strtoul, which takes a minus sign."""
    value, end = strtol(text, 0, base)
    if end == 0:
        raise invalid_syntax(type_name, text)
    if abs(value) >= 1 << 64:
        raise out_of_range(type_name, text)
    return value % (1 << 64), end


def _narrow(value: int, text: str, type_name: str) -> int:
    """A 64-bit result as 32 bits, when it is a zero or a sign extension of them."""
    low = value & 0xFFFFFFFF
    extended = low | (0xFFFFFFFF << 32) if low & 0x80000000 else low
    if value not in (low, extended):
        raise out_of_range(type_name, text)
    return low


def _uint32in(text: str, request: Request, type_name: str) -> int:
    value, end = _unsigned(text, 32, type_name, 0 if request.server_version >= 16 else 10)
    if skip_spaces(text, end) != len(text):
        raise invalid_syntax(type_name, text)
    return _narrow(value, text, type_name)


def _oidin(text: str, request: Request) -> int:
    return _uint32in(text, request, "oid")


def _xidin(text: str, request: Request) -> int | None:
    # Until PostgreSQL 15 anything is taken, and read as far as it goes.
    return _uint32in(text, request, "xid") if request.server_version >= 16 else None


def _cidin(text: str, request: Request) -> int | None:
    return _uint32in(text, request, "cid") if request.server_version >= 16 else None


def _xid8in(text: str, request: Request) -> int | None:
    if request.server_version < 16:
        return None
    value, end = _unsigned(text, 64, "xid8", 0)
    if skip_spaces(text, end) != len(text):
        raise invalid_syntax("xid8", text)
    return value


def _oidvectorin(text: str, request: Request) -> None:
    position = skip_spaces(text)
    while position < len(text):
        rest = text[position:]
        value, end = _unsigned(rest, 32, "oid", 0 if request.server_version >= 16 else 10)
        _narrow(value, rest, "oid")
        position = skip_spaces(text, position + end)


def _int2vectorin(text: str, request: Request) -> None:
    position = skip_spaces(text)
    while position < len(text):
        rest = text[position:]
        value, end = strtol(rest)
        # PostgreSQL 14 read them with pg_atoi, which skips other spaces and has its own words
        type_name = "smallint" if request.server_version >= 15 else "integer"
        if end == 0:
            raise invalid_syntax(type_name, rest)
        if not -(1 << 15) <= value < 1 << 15:
            raise out_of_range("smallint", rest)
        while request.server_version < 15 and end < len(rest) and rest[end] in "\t\n\v\f\r":
            end += 1
        if char_at(rest, end) not in ("", " "):
            raise invalid_syntax(type_name, rest)
        position = skip_spaces(text, position + end)


def _tidin(text: str, request: Request) -> None:
    """tidin: (block,offset); both numbers by strtoul."""
    starts: list[int] = []
    for position, character in enumerate(text):
        if len(starts) == 2 or character == ")":
            break
        if character == "," or (character == "(" and not starts):
            starts.append(position + 1)
    if len(starts) < 2:
        raise invalid_syntax("tid", text)
    block, end = strtol(text, starts[0])
    wide = block % (1 << 64)
    low = wide & 0xFFFFFFFF
    extended = low | (0xFFFFFFFF << 32) if low & 0x80000000 else low
    too_wide = wide not in (low, extended) and request.server_version >= 15
    if abs(block) >= 1 << 64 or char_at(text, end) != "," or too_wide:
        raise invalid_syntax("tid", text)
    offset, end = strtol(text, starts[1])
    width = 1 << (64 if request.server_version >= 15 else 32)
    if abs(offset) >= 1 << 64 or char_at(text, end) != ")" or offset % width > 0xFFFF:
        raise invalid_syntax("tid", text)


def _pg_lsn_in(text: str, request: Request) -> int:
    high, _, low = text.partition("/")
    for part in (high, low):
        if not 1 <= len(part) <= 8 or any(character not in HEX_DIGITS for character in part):
            raise invalid_syntax("pg_lsn", text)
    return int(high, 16) << 32 | int(low, 16)


def _pg_snapshot_in(text: str, request: Request) -> None:
    """parse_snapshot: xmin:xmax:xid,xid,... in ascending order; txid_snapshot reads the same and says the same."""
    bad = invalid_syntax("pg_snapshot", text)
    bounds: list[int] = []
    position = 0
    for _ in range(2):
        value, end = strtol(text, position)
        if char_at(text, end) != ":":
            raise bad
        bounds.append(min(value % (1 << 64), (1 << 64) - 1) if abs(value) < 1 << 64 else (1 << 64) - 1)
        position = end + 1
    xmin, xmax = bounds
    if xmin == 0 or xmax == 0 or xmax < xmin:
        raise bad
    last = 0
    while position < len(text):
        value, position = strtol(text, position)
        value %= 1 << 64
        if value < xmin or value >= xmax or value < last:
            raise bad
        last = value
        if char_at(text, position) == ",":
            position += 1
        elif position != len(text):
            raise bad


READERS: Final[Mapping[str, Reader]] = {
    "int2": _int2in,
    "int4": _int4in,
    "int8": _int8in,
    "oid": _oidin,
    "xid": _xidin,
    "cid": _cidin,
    "xid8": _xid8in,
    "oidvector": _oidvectorin,
    "int2vector": _int2vectorin,
    "tid": _tidin,
    "pg_lsn": _pg_lsn_in,
    "pg_snapshot": _pg_snapshot_in,
    "txid_snapshot": _pg_snapshot_in,
}
