"""Calls of built-in functions over constants, in a SELECT that surely computes them: what they refuse that needs no row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from schemalint.catalog.model import AccessMethod, Proc, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.objectnames import string_to_qualified_name_list
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import (
    ArrayCoerceExpr,
    CoerceViaIO,
    Const,
    Expr,
    FuncExpr,
    NamedArgExpr,
    OpExpr,
    Query,
    RelabelType,
)
from schemalint.semantics.types import format_type, lookup_relation
from schemalint.simulator.session import Session


def check_constant_calls(session: Session, query: Query) -> None:
    """Look at the output columns of a SELECT without FROM and WHERE, which is computed exactly once."""
    if query.command != "select" or query.rtable or query.quals or query.set_operation or query.limit is not None:
        return
    for entry in query.target_list:
        _visit(session, entry.expr)


class _Call(NamedTuple):
    session: Session
    expr: FuncExpr
    name: str
    values: list[Any]

    def refuse(self, sqlstate: str, message: str) -> Refusal:
        return Refusal(sqlstate, message, at=span(self.expr))


_UNKNOWN = object()


def _visit(session: Session, expr: Expr) -> None:
    """Arguments first, as they are computed; what CASE, COALESCE and the like may leave out is not looked at."""
    if isinstance(expr, RelabelType | CoerceViaIO | ArrayCoerceExpr | NamedArgExpr):
        _visit(session, expr.arg)
    elif isinstance(expr, FuncExpr | OpExpr):
        for arg in expr.args:
            _visit(session, arg)
        if isinstance(expr, FuncExpr):
            _check(session, expr)


def _check(session: Session, expr: FuncExpr) -> None:
    proc = session.catalog.get(Proc, expr.func)
    check = _CHECKS.get(proc.name) if proc is not None and proc.namespace == 11 else None
    if check is None or proc is None:
        return
    values = [_value(arg) for arg in expr.args]
    if proc.strict and any(value is None or value is _UNKNOWN for value in values):
        return  # NULL among the arguments, and the function is not called
    try:
        check(_Call(session, expr, proc.name, values))
    except Refusal as refusal:
        refusal.at = span(expr)
        raise
    except Undecidable as reason:
        session.undecided.append(reason.reason)


def _value(expr: Expr) -> Any:
    while True:
        if isinstance(expr, RelabelType):
            expr = expr.arg
        elif isinstance(expr, FuncExpr) and expr.format == "implicit_cast" and expr.type == typeoids.INT8:
            expr = expr.args[0]  # a small integer where a bigint is wanted
            if expr.type not in (typeoids.INT4, typeoids.INT2):
                return _UNKNOWN
        else:
            break
    if not isinstance(expr, Const):
        return _UNKNOWN
    return None if expr.isnull else expr.value


# --- Sequences and other relations


def _sequence(call: _Call) -> None:
    """init_sequence, and the bounds of do_setval."""
    if not isinstance(call.values[0], int):
        return
    relation = call.session.catalog.get(Relation, call.values[0])
    if relation is None:
        return
    if relation.kind != "S" and call.session.version >= 17:
        raise call.refuse("42809", f'cannot open relation "{relation.name}"')
    if relation.kind != "S":
        raise call.refuse("42809", f'"{relation.name}" is not a sequence')
    value = call.values[1] if call.name == "setval" else None
    limits = relation.sequence
    if isinstance(value, int) and limits is not None and not limits.min <= value <= limits.max:
        bounds = f"({limits.min}..{limits.max})"
        raise call.refuse("22003", f'setval: value {value} is out of bounds for sequence "{relation.name}" {bounds}')


def _serial_sequence(call: _Call) -> None:
    """pg_get_serial_sequence."""
    table, column = call.values
    if not isinstance(table, str) or not isinstance(column, str):
        return
    relation = lookup_relation(call.session, string_to_qualified_name_list(table))
    if relation is not None and not any(c.name == column and not c.dropped for c in relation.columns):
        raise call.refuse("42703", f'column "{column}" of relation "{relation.name}" does not exist')


_INDEX_METHODS = {"brin": "BRIN", "gin": "GIN"}


def _index_of_method(call: _Call) -> None:
    """brin_summarize_range and its like, gin_clean_pending_list."""
    method = call.name.partition("_")[0]
    relation = call.session.catalog.get(Relation, call.values[0]) if isinstance(call.values[0], int) else None
    if relation is None:
        return
    if relation.kind != "i":
        raise call.refuse("42809", f'"{relation.name}" is not {"an" if method == "brin" else "a GIN"} index')
    am = call.session.catalog.get(AccessMethod, relation.am)
    if am is not None and am.name != method:
        raise call.refuse("42809", f'"{relation.name}" is not a {_INDEX_METHODS[method]} index')


def _current_setting(call: _Call) -> None:
    """current_setting; what an extension or the server's configuration may have set is left alone."""
    name = call.values[0]
    if isinstance(name, str) and "." not in name and (len(call.values) == 1 or call.values[1] is False):
        from schemalint.simulator.guc import find_option

        find_option(call.session, name)


# --- Dates and numbers

_UNITS = {
    word: unit
    for unit, words in {
        "microsecond": "microsecon us usec usecs usecond useconds",
        "millisecond": "millisecon ms msec msecs msecond mseconds",
        "second": "s sec secs second seconds",
        "minute": "m min mins minute minutes",
        "hour": "h hr hrs hour hours",
        "day": "d day days",
        "week": "w week weeks",
        "month": "mon mons month months",
        "quarter": "qtr quarter",
        "year": "y yr yrs year years",
        "decade": "dec decs decade decades",
        "century": "c cent century centuries",
        "millennium": "mil mils millennium millennia",
        "timezone": "timezone timezone_h timezone_m",
    }.items()
    for word in words.split()
}
_SPECIAL_UNITS = {word: word for word in "dow doy isodow isoyear julian epoch".split()} | {
    "j": "julian",
    "jd": "julian",
}
_OF_TIME = frozenset(("microsecond", "millisecond", "second", "minute", "hour", "epoch"))
_OF_DATE = frozenset(
    "day week month quarter year decade century millennium dow doy isodow isoyear julian epoch".split()
)
_OF_INTERVAL = (_OF_TIME | _OF_DATE) - {"week", "dow", "doy", "isodow", "isoyear", "julian"}
_EXTRACTED = {
    "date": _OF_DATE,
    "time": _OF_TIME,
    "timetz": _OF_TIME | {"timezone"},
    "timestamp": _OF_TIME | _OF_DATE,
    "timestamptz": _OF_TIME | _OF_DATE | {"timezone"},
    "interval": _OF_INTERVAL,
}
_TRUNCATED = (_OF_TIME | _OF_DATE) - {"epoch", "dow", "doy", "isodow", "isoyear", "julian"}


def _unit(call: _Call) -> None:
    """extract, date_part and date_trunc: the unit must be one that the type has."""
    unit, value = call.values[:2]
    source = call.session.catalog.get(Proc, call.expr.func)
    if not isinstance(unit, str) or value is _UNKNOWN or source is None:
        return
    word = unit.lower()[:10]
    truncates = call.name == "date_trunc"
    found = _UNITS.get(word) or (None if truncates else _SPECIAL_UNITS.get(word))
    shown = format_type(call.session, source.argtypes[1])
    type_name = {1082: "date", 1083: "time", 1266: "timetz", 1114: "timestamp", 1184: "timestamptz"}.get(
        source.argtypes[1], "interval"
    )
    known = _EXTRACTED[type_name]
    if truncates:
        known = _TRUNCATED - {"week"} if type_name == "interval" else _TRUNCATED
    elif type_name == "interval" and call.session.version >= 18:
        known = known | {"week"}
    if found in known:
        return
    sqlstate, verdict = ("22023", "recognized") if found is None else ("0A000", "supported")
    if call.session.version >= 15:
        raise call.refuse(sqlstate, f'unit "{unit.lower()}" not {verdict} for type {shown}')
    raise call.refuse(*_before_15(type_name, shown, unit.lower(), found if truncates else None, verdict, sqlstate))


def _before_15(
    type_name: str, shown: str, unit: str, found: str | None, verdict: str, sqlstate: str
) -> tuple[str, str]:
    """How 14 says it."""
    if type_name in ("time", "timetz"):
        name = "time" if type_name == "time" else shown
        return "22023", f'"{name}" units "{unit}" not recognized'
    why = " because months usually have fractional weeks" if type_name == "interval" and found == "week" else ""
    return sqlstate, f'{shown.removesuffix(" without time zone")} units "{unit}" not {verdict}{why}'


def _integer_of_number(call: _Call) -> None:
    """The casts of numeric to integers, which know no NaN and no infinity."""
    value = call.values[0]
    if isinstance(value, Decimal) and not value.is_finite():
        what = "NaN" if value.is_nan() else "infinity"
        raise call.refuse("0A000", f"cannot convert {what} to {format_type(call.session, call.expr.type)}")


_CHECKS: dict[str, Callable[[_Call], None]] = {
    "nextval": _sequence,
    "currval": _sequence,
    "setval": _sequence,
    "pg_get_serial_sequence": _serial_sequence,
    "current_setting": _current_setting,
    "brin_summarize_new_values": _index_of_method,
    "brin_summarize_range": _index_of_method,
    "brin_desummarize_range": _index_of_method,
    "gin_clean_pending_list": _index_of_method,
    "extract": _unit,
    "date_part": _unit,
    "date_trunc": _unit,
    "int2": _integer_of_number,
    "int4": _integer_of_number,
    "int8": _integer_of_number,
    "pg_lsn": _integer_of_number,
}
