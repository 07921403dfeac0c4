"""Values of partition bounds: read, evaluated as far as that needs no server, and compared (partbounds.c)."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from schemalint.catalog.model import Oid, Type
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import get_base_type
from schemalint.simulator.session import Session

NUMERIC_TYPES = frozenset(
    (typeoids.INT2, typeoids.INT4, typeoids.INT8, typeoids.NUMERIC, typeoids.FLOAT4, typeoids.FLOAT8, typeoids.OID)
)
INTEGER_RANGES = {typeoids.INT2: 2**15, typeoids.INT4: 2**31, typeoids.INT8: 2**63}
_INTEGER_NAMES = {typeoids.INT2: "smallint", typeoids.INT4: "integer", typeoids.INT8: "bigint"}
TEXT_TYPES = frozenset((typeoids.TEXT, typeoids.VARCHAR, typeoids.BPCHAR, typeoids.NAME))


class Datum(Struct, frozen=True):
    """One value of a bound. kind is value, null, min, max, or unknown (only a server can tell); `text` is it as messages show it."""

    kind: str
    value: Any = None
    text: str = ""


MINVALUE, MAXVALUE = Datum("min", text="MINVALUE"), Datum("max", text="MAXVALUE")


def datum_of(session: Session, expr: q.Expr, type_oid: Oid) -> Datum:
    """The value of an expression that was converted to a partition key column's type."""
    found = _evaluate(expr)
    if found is None:
        return Datum("unknown")
    if found.isnull:
        return Datum("null", text="NULL")
    return normalized(session, found.value, get_base_type(session, type_oid))


def normalized(session: Session, value: Any, base: Oid) -> Datum:
    """A value in the form in which values of its type compare."""
    if base in NUMERIC_TYPES:
        return _number(value, base)
    if base in (typeoids.DATE, typeoids.TIMESTAMP, typeoids.TIMESTAMPTZ):
        return _moment(session, value, base)
    if base in TEXT_TYPES and isinstance(value, str):
        return Datum("value", value.rstrip(" ") if base == typeoids.BPCHAR else value, f"'{value}'")
    if isinstance(value, bool):
        return Datum("value", value, "true" if value else "false")
    found = session.catalog.get(Type, base)
    if found is not None and found.typtype == "e" and isinstance(value, str):
        return Datum("value", value, f"'{value}'")
    if base == typeoids.UUID and not isinstance(value, str):
        return Datum("value", value, f"'{value}'")
    return Datum("unknown", value, f"'{value}'")


def _number(value: Any, base: Oid) -> Datum:
    if isinstance(value, bool):
        return Datum("unknown")
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            return Datum("unknown", value, f"'{value}'")
    if isinstance(value, (Decimal, float)) and base in INTEGER_RANGES:
        rounding = "ROUND_HALF_EVEN" if isinstance(value, float) else "ROUND_HALF_UP"
        value = int(Decimal(value).quantize(Decimal(1), rounding))
    if isinstance(value, int) and base in INTEGER_RANGES and not -INTEGER_RANGES[base] <= value < INTEGER_RANGES[base]:
        raise Refusal("22003", f"{_INTEGER_NAMES[base]} out of range")
    if isinstance(value, Decimal) and value.is_nan():
        return Datum("unknown", value, "'NaN'")
    if not isinstance(value, (int, float, Decimal)):
        return Datum("unknown")
    shown = str(value)
    return Datum("value", value, f"'{shown}'" if value < 0 else shown)


def _moment(session: Session, value: Any, base: Oid) -> Datum:
    """Dates and timestamps; ("local", ...) is one in the session's time zone, whatever that is."""
    if isinstance(value, str) and base == typeoids.TIMESTAMPTZ:
        from schemalint.semantics.constants import input_constant

        text = value
        try:
            value = input_constant(session, typeoids.TIMESTAMP, text)
        except (Refusal, Undecidable):
            return Datum("unknown", text, f"'{text}'")
        if not isinstance(value, datetime.datetime):
            return Datum("unknown", text, f"'{text}'")
        return Datum("value", ("local", value), f"'{text}'")
    if isinstance(value, datetime.datetime):
        if base == typeoids.DATE:
            value = value.date()
    elif isinstance(value, datetime.date) and base != typeoids.DATE:
        value = datetime.datetime.combine(value, datetime.time())
        if base == typeoids.TIMESTAMPTZ:
            return Datum("value", ("local", value), f"'{value}'")
    if not isinstance(value, (datetime.date, datetime.datetime)):
        return Datum("unknown", value, f"'{value}'")
    return Datum("value", value, f"'{value}'")


_PLAIN_CASTS = NUMERIC_TYPES | TEXT_TYPES | {typeoids.DATE, typeoids.TIMESTAMP, typeoids.TIMESTAMPTZ}


def _evaluate(expr: q.Expr) -> q.Const | None:
    """The constant that an expression comes to, None when that is not worked out here."""
    if isinstance(expr, q.Const):
        return expr
    if isinstance(expr, (q.RelabelType, q.CoerceToDomain, q.CollateExpr)):
        return _evaluate(expr.arg)
    if isinstance(expr, q.FuncExpr) and expr.format in ("implicit_cast", "explicit_cast") and expr.args:
        inner = _evaluate(expr.args[0])
        if inner is None or inner.isnull:
            return inner
        source = inner.type
        if source in _PLAIN_CASTS and expr.type in _PLAIN_CASTS:
            return q.Const(type=expr.type, value=inner.value)
        return None
    if isinstance(expr, q.CoerceViaIO):
        inner = _evaluate(expr.arg)
        if inner is None or inner.isnull:
            return inner
        if inner.type in NUMERIC_TYPES and expr.type in TEXT_TYPES:
            return q.Const(type=expr.type, value=str(inner.value))
        return None
    if isinstance(expr, q.OpExpr) and len(expr.args) == 2:
        return _arithmetic(expr)
    return None


_ARITHMETIC_OIDS = {177: int.__add__, 181: int.__sub__, 141: int.__mul__}


def _arithmetic(expr: q.OpExpr) -> q.Const | None:
    function = _ARITHMETIC_OIDS.get(expr.func)
    left, right = _evaluate(expr.args[0]), _evaluate(expr.args[1])
    if function is None or left is None or right is None or left.isnull or right.isnull:
        return None
    if not isinstance(left.value, int) or not isinstance(right.value, int):
        return None
    return q.Const(type=expr.type, value=function(left.value, right.value))


def compare(session: Session, a: Datum, b: Datum, type_oid: Oid, collation: Oid = 0) -> int | None:
    """Below 0, 0 or above 0 as `a` sorts before, with or after `b`; None when only a server can tell."""
    order = {"min": -1, "max": 1}
    if a.kind in order or b.kind in order:
        return order.get(a.kind, 0) - order.get(b.kind, 0)
    if a.kind != "value" or b.kind != "value":
        return None
    base = get_base_type(session, type_oid)
    x, y = a.value, b.value
    if x == y and type(x) is type(y):
        return 0
    if base in TEXT_TYPES:
        return _compare_texts(session, x, y, collation)
    found = session.catalog.get(Type, base)
    if found is not None and found.typtype == "e":
        if x not in found.labels or y not in found.labels:
            return None
        return found.labels.index(x) - found.labels.index(y)
    if isinstance(x, tuple) != isinstance(y, tuple):
        return None
    try:
        return -1 if x < y else 1 if x > y else 0
    except TypeError:
        return None


def _compare_texts(session: Session, x: str, y: str, collation: Oid) -> int | None:
    if collation in (typeoids.C_COLLATION, 951, 811, 6411) or all(
        s.isascii() and (s.isalnum() or not s) and s == s.lower() for s in (x, y)
    ):
        return -1 if x.encode() < y.encode() else 1
    return None


def equal(a: Datum, b: Datum) -> bool | None:
    """Whether two values of a list partition are the same; None when only a server can tell."""
    if a.kind == b.kind == "null":
        return True
    if a.kind == "null" or b.kind == "null":
        return False
    if a.kind != "value" or b.kind != "value":
        return None
    if isinstance(a.value, tuple) != isinstance(b.value, tuple):
        return None
    return bool(a.value == b.value)
