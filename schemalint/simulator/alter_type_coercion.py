"""Whether a change of type leaves the rows as they are (ATColumnChangeRequiresRewrite of tablecmds.c, and the support functions of
length coercions that the planner asks)."""

from __future__ import annotations

from schemalint.catalog.model import Type
from schemalint.semantics import typeoids
from schemalint.semantics.query import (
    ArrayCoerceExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    Const,
    ConvertRowtypeExpr,
    Expr,
    FuncExpr,
    RelabelType,
    Var,
)
from schemalint.simulator.session import Session

TIMESTAMP_TIMESTAMPTZ, TIMESTAMPTZ_TIMESTAMP = 2028, 2027
_VARHDRSZ = 4


def strip_implicit_coercions(node: Expr) -> Expr:
    """The expression without casts that were not written (strip_implicit_coercions)."""
    while True:
        if isinstance(node, FuncExpr) and node.format == "implicit_cast":
            node = node.args[0]
        elif (
            isinstance(node, RelabelType | CoerceViaIO | ArrayCoerceExpr | ConvertRowtypeExpr | CoerceToDomain)
            and node.format == "implicit_cast"
        ):
            node = node.arg
        else:
            return node


def column_change_requires_rewrite(session: Session, expr: Expr, num: int) -> bool:
    """Whether the expression may be anything but the column's value as it is stored."""
    while True:
        match expr:
            case Var():
                return expr.attno != num
            case RelabelType():
                expr = expr.arg
            case CollateExpr():
                expr = expr.arg
            case CoerceToDomain():
                if _domain_has_constraints(session, expr.type):
                    return True
                expr = expr.arg
            case ArrayCoerceExpr():
                if not isinstance(expr.elem, RelabelType):
                    return True
                expr = expr.arg
            case FuncExpr():
                if expr.func in (TIMESTAMP_TIMESTAMPTZ, TIMESTAMPTZ_TIMESTAMP):
                    if not _is_utc(session.setting("timezone")):
                        return True
                elif not _is_no_change(session, expr):
                    return True
                expr = expr.args[0]
            case _:
                return True


def _domain_has_constraints(session: Session, oid: int) -> bool:
    found = session.catalog.get(Type, oid)
    while found is not None and found.typtype == "d":
        if found.notnull or session.catalog.domain_constraints(found.oid):
            return True
        found = session.catalog.get(Type, found.basetype)
    return False


def _is_utc(timezone: str | None) -> bool:
    """TimestampTimestampTzRequiresRewrite; what a server is set to is not known, and not UTC for most."""
    return timezone is not None and timezone.upper() in ("UTC", "GMT", "ETC/UTC", "UCT", "ZULU")


def _is_no_change(session: Session, call: FuncExpr) -> bool:
    """Whether a length coercion accepts all values as they are (varchar_support, numeric_support, TemporalSimplify...)."""
    if len(call.args) < 2 or call.args[0].type != call.type:
        return False
    modifier = call.args[1]
    if not isinstance(modifier, Const) or not isinstance(modifier.value, int):
        return False
    old, new = call.args[0].typmod, modifier.value
    match call.type:
        case typeoids.VARCHAR | typeoids.VARBIT:
            return new < 0 or 0 <= old <= new
        case typeoids.NUMERIC:
            return new < _VARHDRSZ or (old >= _VARHDRSZ and _wider_numeric(old, new))
        case typeoids.TIME | typeoids.TIMETZ | typeoids.TIMESTAMP | typeoids.TIMESTAMPTZ:
            return new < 0 or new >= 6 or 0 <= old <= new
        case typeoids.INTERVAL:
            return new < 0 or (old >= 0 and _wider_interval(old, new))
    return False


def _wider_numeric(old: int, new: int) -> bool:
    """The same scale, and room for as many digits."""
    old, new = old - _VARHDRSZ, new - _VARHDRSZ
    return (old & 0x7FF) == (new & 0x7FF) and (old >> 16) & 0xFFFF <= (new >> 16) & 0xFFFF


_FULL_RANGE = 0x7FFF


def _wider_interval(old: int, new: int) -> bool:
    old_range, new_range = (old >> 16) & 0x7FFF, (new >> 16) & 0x7FFF
    old_precision, new_precision = old & 0xFFFF, new & 0xFFFF
    if new_range not in (_FULL_RANGE, old_range):
        return False
    return new_precision >= 6 or new_precision >= old_precision
