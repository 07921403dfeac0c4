"""A literal of unknown type becomes a constant of a type: what the type's input function says of it."""

from __future__ import annotations

from typing import Any, Literal

from schemalint.catalog.model import Oid, Proc, Type
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.input import DEFAULT, InputSettings, reader_of
from schemalint.semantics.input.result import Reader, Refused, Request, Undecided, refuse
from schemalint.semantics.lsyscache import (
    State,
    get_base_type_and_typmod,
    is_true_array,
    lookup_rowtype,
    typeid_type,
)
from schemalint.semantics.objectnames import REG_TYPES

At = tuple[int, int] | None

NAMEDATALEN = 64
DATETIME_OVERFLOW = "22008"

DateOrder = Literal["MDY", "DMY", "YMD"]
_ORDERS: dict[str, DateOrder] = {"MDY": "MDY", "US": "MDY", "DMY": "DMY", "YMD": "YMD"}

_WITH_SETTINGS = frozenset("date time timetz timestamp timestamptz interval money".split())
_TAKE_ANYTHING = frozenset((typeoids.VOID, typeoids.CSTRING, typeoids.UNKNOWN))


def input_constant(state: State, oid: Oid, text: str, typmod: int = -1, at: At = None) -> Any:
    """The value of a literal of a type (OidInputFunctionCall): a Python value where the type has one, an identifier for
    regclass and its like, else the text. Raises what the input function refuses; what is not known is accepted."""
    found = typeid_type(state, oid)
    settings = settings_of(state) if _depends_on_settings(state, found) else DEFAULT
    try:
        value = _read(state, found, text, Request(typmod, state.version, settings))
    except Refused as refused:
        error = refused.error
        if error.sqlstate == DATETIME_OVERFLOW and _fits_another_order(state, found, text, settings):
            return text
        raise Refusal(
            error.sqlstate, error.message, at=at, detail=error.detail or None, hint=error.hint or None
        ) from None
    except Refusal as refusal:  # of the look-ups that regclass and its like make
        refusal.at = at
        raise
    except Undecided:
        return text
    return text if value is None else value


def input_null(state: State, oid: Oid, at: At = None) -> None:
    """NULL as a constant of a type: only pseudo-types may refuse it."""
    found = typeid_type(state, oid)
    if found.typtype != "p" or oid in _TAKE_ANYTHING or not found.input:
        return
    function = state.catalog.get(Proc, found.input)
    if function is not None and not function.strict:
        raise Refusal("0A000", f"cannot accept a value of type {found.name}", at=at)


def _depends_on_settings(state: State, found: Type) -> bool:
    return found.name in _WITH_SETTINGS or found.typtype != "b" or found.elem != 0


def settings_of(state: State) -> InputSettings:
    """The session settings that input functions read."""
    setting = getattr(state, "settings", None) or getattr(state, "setting", None)
    if setting is None:
        return DEFAULT
    order, style, zone = setting("datestyle"), setting("intervalstyle"), setting("timezone")
    nulls = setting("array_nulls")
    if order is style is zone is nulls is None:
        return DEFAULT
    return InputSettings(
        date_order=_date_order(order or "MDY") or "MDY",
        sql_standard_intervals=(style or "").lower() == "sql_standard",
        array_nulls=(nulls or "on").lower() not in ("off", "false", "no", "0"),
        timezone=zone,
    )


def _date_order(setting: str) -> DateOrder | None:
    """The order that a DateStyle sets; None when it leaves the order as it was (check_datestyle)."""
    german = False
    for word in setting.upper().replace(",", " ").split():
        if word in _ORDERS:
            return _ORDERS[word]
        if word.startswith("EURO"):
            return "DMY"
        if word.startswith("NONEURO"):
            return "MDY"
        german |= word.startswith("GERMAN")
    return "DMY" if german else None


def _fits_another_order(state: State, found: Type, text: str, settings: InputSettings) -> bool:
    """Whether the date would be one in an order of fields that an earlier SET may have chosen."""
    setting = getattr(state, "settings", None) or getattr(state, "setting", None)
    style = setting("datestyle") if setting is not None else None
    if style is None or _date_order(style) is not None:
        return False
    for order in ("DMY", "YMD"):
        other = InputSettings(order, settings.sql_standard_intervals, settings.array_nulls, settings.timezone)
        try:
            _read(state, found, text, Request(-1, state.version, other))
            return True
        except (Refused, Undecided):
            continue
    return False


# --- By kind of type


def _read(state: State, found: Type, text: str, request: Request) -> Any:
    """What the type's input function makes of the text; None where a value has no form here."""
    if found.typtype == "d":
        base, typmod = get_base_type_and_typmod(state, found.oid, -1)
        return _read(state, typeid_type(state, base), text, _with_typmod(request, typmod))
    if found.namespace == 11:
        lookup = REG_TYPES.get(found.oid)
        if lookup is not None:
            return lookup(state, text)
        if found.typtype == "p":
            return _read_pseudo(found, text)
        if not is_true_array(found) or found.oid in (typeoids.OIDVECTOR, typeoids.INT2VECTOR):
            reader = reader_of(found.name)
            if reader is not None:
                return reader(text, request)
    kind = found.typtype
    if kind == "e":
        return _read_enum(state, found, text)
    if kind == "c":
        return _read_composite(state, found, text, request)
    if kind == "r":
        return _read_range(state, found, text, request)
    if kind == "m":
        from schemalint.semantics.input.ranges import read_multirange

        of = typeid_type(state, found.range)
        read_multirange(text, lambda one: _read(state, of, one, request))
        return None
    if is_true_array(found):
        return _read_array(state, found, text, request)
    return None


def _with_typmod(request: Request, typmod: int) -> Request:
    return request if request.typmod == typmod else Request(typmod, request.server_version, request.settings)


def _read_pseudo(found: Type, text: str) -> Any:
    if found.oid in _TAKE_ANYTHING:
        return text
    if found.oid == typeoids.RECORD:
        raise refuse("0A000", "input of anonymous composite types is not implemented")
    if found.oid == typeoids.RECORDARRAY:
        return None
    raise refuse("0A000", f"cannot accept a value of type {found.name}")


def _read_enum(state: State, found: Type, text: str) -> str:
    from schemalint.semantics.types import format_type

    if text not in found.labels or len(text.encode()) >= NAMEDATALEN:
        raise refuse("22P02", f'invalid input value for enum {format_type(state, found.oid)}: "{text}"')
    uncommitted = state.catalog.uncommitted_labels
    if uncommitted and text in uncommitted.get(found.oid, ()):  # check_safe_enum_use
        raise refuse(
            "55P04",
            f'unsafe use of new value "{text}" of enum type {format_type(state, found.oid)}',
            hint="New enum values must be committed before they can be used.",
        )
    return text


def _read_composite(state: State, found: Type, text: str, request: Request) -> None:
    from schemalint.semantics.input.arrays import malformed, read_record

    relation = lookup_rowtype(state, found.oid)
    if relation is None:
        return
    columns = [column for column in relation.columns if not column.dropped]
    fields = read_record(text, request)
    for column, field in zip(columns, fields, strict=False):
        if field is not None:
            _read(state, typeid_type(state, column.type), field, _with_typmod(request, column.typmod))
    if len(fields) < len(columns):
        raise malformed(text, "Too few columns.", "record")
    if len(fields) > len(columns) and not (not columns and fields == [None]):
        raise malformed(text, "Too many columns.", "record")


def _read_range(state: State, found: Type, text: str, request: Request) -> None:
    from schemalint.semantics.input.ranges import read_range

    parts = read_range(text)
    subtype = typeid_type(state, found.subtype)
    plain = _with_typmod(request, -1)
    lower, upper = (
        None if bound is None else _read(state, subtype, bound, plain) for bound in (parts.lower, parts.upper)
    )
    if _in_wrong_order(state, subtype, lower, upper):
        raise refuse("22000", "range lower bound must be less than or equal to range upper bound")


def _in_wrong_order(state: State, subtype: Type, lower: Any, upper: Any) -> bool:
    if lower is None or upper is None or (isinstance(lower, str) and subtype.typtype != "e"):
        return False  # how texts compare depends on their collation
    if subtype.typtype == "e":
        return subtype.labels.index(lower) > subtype.labels.index(upper)
    try:
        return bool(lower > upper)
    except TypeError:
        return False


def _read_array(state: State, found: Type, text: str, request: Request) -> None:
    from schemalint.semantics.input.arrays import read_array

    element = typeid_type(state, found.elem)
    reader: Reader | None = None
    if element.namespace == 11 and element.typtype == "b" and element.oid not in REG_TYPES:
        reader = reader_of(element.name)

    def check(item: str) -> None:
        # An element of which nothing is known is accepted; what stands behind it is still read.
        try:
            if reader is not None:
                reader(item, request)
            else:
                _read(state, element, item, request)
        except Undecided:
            pass

    read_array(text, element.delim, request, check)
