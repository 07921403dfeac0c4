"""Type modifiers: what `varchar(10)` or `numeric(8, 2)` means as a number, and back (the typmodin and typmodout functions)."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from schemalint.catalog.model import Proc, Type
from schemalint.errors import Refusal
from schemalint.semantics.input import check_input
from schemalint.semantics.lsyscache import State
from schemalint.syntax.nodes import A_Const, ColumnRef, TypeName

At = tuple[int, int] | None

VARHDRSZ = 4
MAX_ATTR_SIZE = 10 * 1024 * 1024
MAX_PRECISION = 1000
MAX_DATETIME_PRECISION = 6
INTERVAL_FULL_RANGE = 0x7FFF
INTERVAL_FULL_PRECISION = 0xFFFF


def _refuse(message: str, at: At) -> Refusal:
    return Refusal("22023", message, at=at)


def typename_typmod(state: State, type_name: TypeName, typ: Type) -> int:
    """The modifier that a type name asks for, -1 when none (typenameTypeMod)."""
    from schemalint.semantics.types import type_name_to_string

    if not type_name.typmods:
        return -1
    at = (type_name.start, type_name.end)
    if not typ.isdefined:
        shown = type_name_to_string(type_name)
        raise Refusal("42601", f'type modifier cannot be specified for shell type "{shown}"', at=at)
    if not typ.typmodin:
        shown = type_name_to_string(type_name)
        raise Refusal("42601", f'type modifier is not allowed for type "{shown}"', at=at)
    texts: list[str] = []
    for modifier in type_name.typmods:
        text = None
        if isinstance(modifier, A_Const) and modifier.kind in ("Integer", "Float", "String"):
            text = str(modifier.val)
        elif isinstance(modifier, ColumnRef) and len(modifier.fields) == 1 and isinstance(modifier.fields[0], str):
            text = modifier.fields[0]
        if text is None:
            raise Refusal("42601", "type modifiers must be simple constants or identifiers", at=at)
        texts.append(text)
    function = state.catalog.get(Proc, typ.typmodin)
    reader = _TYPMODIN.get(function.name) if function is not None and function.namespace == 11 else None
    if reader is None:
        return _of_extension(texts)
    return reader(_integers(texts, at), state.version, at)


def _of_extension(texts: list[str]) -> int:
    """A number that stands for modifiers whose meaning only a function knows: equal for equal ones."""
    if len(texts) == 1 and texts[0].isdecimal():
        return int(texts[0]) & 0x7FFFFFFF
    return crc32("\0".join(texts).encode()) & 0x7FFFFFFF


def _integers(texts: list[str], at: At) -> list[int]:
    """ArrayGetIntegerTypmods."""
    for text in texts:
        error = check_input("int4", text)
        if error is not None:
            raise Refusal(error.sqlstate, error.message, at=at)
    return [int(text.replace("_", ""), 0) if not text.isdecimal() else int(text) for text in texts]


def _length(name: str, most: int, extra: int) -> Callable[[list[int], int, At], int]:
    def read(numbers: list[int], version: int, at: At) -> int:
        if len(numbers) != 1:
            raise _refuse("invalid type modifier", at)
        if numbers[0] < 1:
            raise _refuse(f"length for type {name} must be at least 1", at)
        if numbers[0] > most:
            raise _refuse(f"length for type {name} cannot exceed {most}", at)
        return numbers[0] + extra

    return read


def _numeric(numbers: list[int], version: int, at: At) -> int:
    if len(numbers) not in (1, 2):
        raise _refuse("invalid NUMERIC type modifier", at)
    precision, scale = numbers[0], numbers[1] if len(numbers) == 2 else 0
    if not 1 <= precision <= MAX_PRECISION:
        raise _refuse(f"NUMERIC precision {precision} must be between 1 and {MAX_PRECISION}", at)
    if version >= 15:
        if not -1000 <= scale <= 1000:
            raise _refuse(f"NUMERIC scale {scale} must be between -1000 and 1000", at)
        return ((precision << 16) | (scale & 0x7FF)) + VARHDRSZ
    if not 0 <= scale <= precision:
        raise _refuse(f"NUMERIC scale {scale} must be between 0 and precision {precision}", at)
    return ((precision << 16) | scale) + VARHDRSZ


def _datetime(shown: str) -> Callable[[list[int], int, At], int]:
    kind, _, zone = shown.partition(" ")

    def read(numbers: list[int], version: int, at: At) -> int:
        if len(numbers) != 1:
            raise _refuse("invalid type modifier", at)
        if numbers[0] < 0:
            suffix = f" {zone}" if zone else ""
            raise _refuse(f"{kind}({numbers[0]}){suffix} precision must not be negative", at)
        return min(numbers[0], MAX_DATETIME_PRECISION)

    return read


_FIELDS = {2: "year", 1: "month", 3: "day", 10: "hour", 11: "minute", 12: "second"}
_BIT = {name: 1 << bit for bit, name in _FIELDS.items()}
_RANGES = {
    "year": _BIT["year"],
    "month": _BIT["month"],
    "day": _BIT["day"],
    "hour": _BIT["hour"],
    "minute": _BIT["minute"],
    "second": _BIT["second"],
    "year to month": _BIT["year"] | _BIT["month"],
    "day to hour": _BIT["day"] | _BIT["hour"],
    "day to minute": _BIT["day"] | _BIT["hour"] | _BIT["minute"],
    "day to second": _BIT["day"] | _BIT["hour"] | _BIT["minute"] | _BIT["second"],
    "hour to minute": _BIT["hour"] | _BIT["minute"],
    "hour to second": _BIT["hour"] | _BIT["minute"] | _BIT["second"],
    "minute to second": _BIT["minute"] | _BIT["second"],
}
_RANGE_NAMES = {bits: name for name, bits in _RANGES.items()}


def _interval(numbers: list[int], version: int, at: At) -> int:
    if not 1 <= len(numbers) <= 2 or (numbers[0] != INTERVAL_FULL_RANGE and numbers[0] not in _RANGE_NAMES):
        raise _refuse("invalid INTERVAL type modifier", at)
    fields = numbers[0]
    if len(numbers) == 1:
        return -1 if fields == INTERVAL_FULL_RANGE else (fields << 16) | INTERVAL_FULL_PRECISION
    if numbers[1] < 0:
        raise _refuse(f"INTERVAL({numbers[1]}) precision must not be negative", at)
    return (fields << 16) | min(numbers[1], MAX_DATETIME_PRECISION)


_TYPMODIN: dict[str, Callable[[list[int], int, At], int]] = {
    "bpchartypmodin": _length("char", MAX_ATTR_SIZE, VARHDRSZ),
    "varchartypmodin": _length("varchar", MAX_ATTR_SIZE, VARHDRSZ),
    "bittypmodin": _length("bit", MAX_ATTR_SIZE * 8, 0),
    "varbittypmodin": _length("varbit", MAX_ATTR_SIZE * 8, 0),
    "numerictypmodin": _numeric,
    "timetypmodin": _datetime("TIME"),
    "timetztypmodin": _datetime("TIME WITH TIME ZONE"),
    "timestamptypmodin": _datetime("TIMESTAMP"),
    "timestamptztypmodin": _datetime("TIMESTAMP WITH TIME ZONE"),
    "intervaltypmodin": _interval,
}


def numeric_parts(typmod: int, version: int) -> tuple[int, int]:
    """(precision, scale) of a numeric's modifier."""
    typmod -= VARHDRSZ
    if version >= 15:
        return (typmod >> 16) & 0xFFFF, ((typmod & 0x7FF) ^ 1024) - 1024
    return (typmod >> 16) & 0xFFFF, typmod & 0xFFFF


def printed(name: str, typmod: int, version: int) -> str:
    """A built-in type's modifier as format_type shows it, to stand behind the type's name (the typmodout functions)."""
    if typmod < 0:
        return ""
    if name in ("bpchar", "varchar"):
        return f"({typmod - VARHDRSZ})" if typmod > VARHDRSZ else ""
    if name == "numeric":
        precision, scale = numeric_parts(typmod, version)
        return f"({precision},{scale})"
    if name == "interval":
        fields, precision = (typmod >> 16) & 0x7FFF, typmod & 0xFFFF
        shown = "" if fields == INTERVAL_FULL_RANGE else f" {_RANGE_NAMES.get(fields, '')}"
        return shown + ("" if precision == INTERVAL_FULL_PRECISION else f"({precision})")
    return f"({typmod})"
