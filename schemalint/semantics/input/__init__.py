"""What PostgreSQL's input functions say of a literal: accepted, or refused with which error, and its value.

Each family of types is a module with a table of readers; a module is imported when a literal of its types is read.
What is not known here is accepted: a false alarm costs more than a miss.
"""

from typing import Final, cast

from schemalint.semantics.input.arrays import parse_array, parse_record
from schemalint.semantics.input.ranges import RangeParts, parse_multirange, parse_range
from schemalint.semantics.input.result import (
    DEFAULT,
    InputError,
    InputSettings,
    Reader,
    Refused,
    Request,
    Undecided,
    refuse,
)

__all__ = [
    "DEFAULT",
    "InputError",
    "InputSettings",
    "RangeParts",
    "check_array_input",
    "check_input",
    "input_value",
    "parse_array",
    "parse_multirange",
    "parse_range",
    "parse_record",
    "reader_of",
]

_FAMILIES: Final = {
    "integers": "int2 int4 int8 oid xid cid xid8 oidvector int2vector tid pg_lsn pg_snapshot txid_snapshot",
    "numbers": "float4 float8 numeric money",
    "strings": "text unknown cstring refcursor name char varchar bpchar bool uuid bytea bit varbit",
    "datetimes": "date time timetz timestamp timestamptz",
    "intervals": "interval",
    "json": "json jsonb",
    "jsonpath": "jsonpath",
    "network": "inet cidr macaddr macaddr8",
    "geometric": "point lseg line box path polygon circle",
    "text_search": "tsvector tsquery",
    "ranges": "int4range int8range numrange daterange tsrange tstzrange "
    "int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange",
}
_MODULES: Final = {name: module for module, names in _FAMILIES.items() for name in names.split()}

# Types that are filled by the server alone; their input functions refuse everything.
_NO_INPUT: Final = frozenset(
    "gtsvector pg_node_tree pg_ndistinct pg_dependencies pg_mcv_list "
    "pg_brin_bloom_summary pg_brin_minmax_multi_summary".split()
)


def reader_of(typname: str) -> Reader | None:
    """The reader of a built-in type by its pg_type.typname, or None for types that are not read here."""
    if typname in _NO_INPUT:
        return _refuse_any(typname)
    if typname.startswith("_"):
        return _array_reader(typname[1:])
    module = _MODULES.get(typname)
    if module is None:
        return None
    from importlib import import_module

    return cast(Reader, import_module(f"{__name__}.{module}").READERS[typname])


def _refuse_any(typname: str) -> Reader:
    def read(text: str, request: Request) -> None:
        raise refuse("0A000", f"cannot accept a value of type {typname}")

    return read


def _array_reader(element: str) -> Reader:
    def read(text: str, request: Request) -> None:
        _read_array_of(element, ";" if element == "box" else ",", text, request)

    return read


def _read_array_of(element: str, delimiter: str, text: str, request: Request) -> None:
    from schemalint.semantics.input.arrays import read_array

    reader = reader_of(element)

    def check(item: str) -> None:
        # An element of which nothing is known is accepted; what stands behind it is still read.
        try:
            if reader is not None:
                reader(item, request)
        except Undecided:
            pass

    read_array(text, delimiter, request, check)


def check_input(
    typname: str,
    text: str,
    *,
    typmod: int = -1,
    server_version: int = 18,
    settings: InputSettings = DEFAULT,
    explicit: bool = False,
) -> InputError | None:
    """The error that the server gives for `text` as a literal of the type, or None when it takes it.

    `typname` is pg_type.typname (int4, not integer; _int4 for the array). `typmod` is as in pg_attribute.atttypmod and
    is applied as by an assignment, or with `explicit` as by a cast, which truncates strings silently.
    """
    if "\0" in text:
        return None
    reader = reader_of(typname)
    if reader is None:
        return None
    try:
        reader(text, Request(typmod, server_version, settings, explicit))
    except Refused as refused:
        return refused.error
    except Undecided:
        return None
    return None


def input_value(
    typname: str,
    text: str,
    *,
    typmod: int = -1,
    server_version: int = 18,
    settings: InputSettings = DEFAULT,
    explicit: bool = False,
) -> object:
    """The value of a literal, comparable with others of its type: int, float, Decimal, bool, str, UUID, bytes, date,
    datetime (naive or aware), or an Infinity for a date or timestamp. None when refused or when it has no such form.
    """
    reader = reader_of(typname)
    if reader is None or "\0" in text:
        return None
    try:
        return reader(text, Request(typmod, server_version, settings, explicit))
    except (Refused, Undecided):
        return None


def check_array_input(
    element: str,
    text: str,
    *,
    delim: str = ",",
    typmod: int = -1,
    server_version: int = 18,
    settings: InputSettings = DEFAULT,
    explicit: bool = False,
) -> InputError | None:
    """check_input for an array of `element` (a typname that need not be known here), with its typdelim."""
    try:
        _read_array_of(element, delim, text, Request(typmod, server_version, settings, explicit))
    except Refused as refused:
        return refused.error
    except Undecided:
        return None
    return None
