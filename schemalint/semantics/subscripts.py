"""Subscripts of arrays, jsonb and their like (parse_node.c, arraysubs.c, jsonbsubs.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import ASSIGNMENT, IMPLICIT, can_coerce_type, coerce_to_target_type, coerce_type
from schemalint.semantics.lsyscache import get_base_type_and_typmod, get_type, is_true_array
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import UNKNOWN_TYPE, Const, Expr, SubscriptingRef, UnknownExpr
from schemalint.semantics.transform import transform_expr
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import A_Indices, Node

MAXDIM: Final = 6
_VECTORS: Final = {typeoids.INT2VECTOR: 1005, typeoids.OIDVECTOR: 1028}


def transform_container_type(pstate: ParseState, oid: Oid, typmod: int) -> tuple[Oid, int]:
    """What a subscript applies to (transformContainerType): the base of a domain, the array that a vector is."""
    oid, typmod = get_base_type_and_typmod(pstate, oid, typmod)
    return _VECTORS.get(oid, oid), typmod


def transform_container_subscripts(
    pstate: ParseState, base: Expr, oid: Oid, typmod: int, indices: Sequence[A_Indices], assignment: bool
) -> Expr:
    """`base[...]...` (transformContainerSubscripts); of an assignment the type is what must be assigned."""
    start, end = base.start, indices[-1].end
    if not assignment:
        oid, typmod = transform_container_type(pstate, oid, typmod)
    if oid == UNKNOWN_TYPE:
        parts = [x for index in indices for x in (index.lidx, index.uidx) if x is not None]
        args = tuple([transform_expr(pstate, part, pstate.expr_kind) for part in parts])
        return UnknownExpr(type=UNKNOWN_TYPE, args=(base, *args), start=start, end=end)
    found = get_type(pstate, oid)
    handler = subscript_handler(pstate, oid)
    if handler is None or found is None:
        message = f"cannot subscript type {format_type(pstate, oid)} because it does not support subscripting"
        raise Refusal("42804", message, at=span(base))
    is_slice = any(index.is_slice for index in indices)
    lower: tuple[Expr | None, ...] = ()
    if handler == "jsonb_subscript_handler":
        upper = _jsonb_subscripts(pstate, indices)
        result = oid
    elif handler in ("array_subscript_handler", "raw_array_subscript_handler"):
        upper, lower = _array_subscripts(pstate, indices, is_slice)
        result = oid if is_slice else found.elem
    else:
        parts = [index.uidx for index in indices if index.uidx is not None]
        upper = tuple([transform_expr(pstate, part, pstate.expr_kind) for part in parts])
        result = found.elem or UNKNOWN_TYPE
    return SubscriptingRef(
        type=result, typmod=typmod, arg=base, container=oid, upper=upper, lower=lower, start=start, end=end
    )


def subscript_handler(pstate: ParseState, oid: Oid) -> str | None:
    """The function for subscripts of a type; None when it supports none."""
    found = get_type(pstate, oid)
    if found is None:
        return None
    if is_true_array(found):
        return "array_subscript_handler"
    if not found.subscript:
        return None
    proc = pstate.catalog.get(Proc, found.subscript)
    return proc.name if proc is not None else ""


def _array_subscripts(
    pstate: ParseState, indices: Sequence[A_Indices], is_slice: bool
) -> tuple[tuple[Expr | None, ...], tuple[Expr | None, ...]]:
    """array_subscript_transform."""
    upper: list[Expr | None] = []
    lower: list[Expr | None] = []
    for index in indices:
        if is_slice:
            if index.lidx is not None:
                lower.append(_integer(pstate, index.lidx))
            elif not index.is_slice:
                lower.append(Const(type=typeoids.INT4, value=1))
            else:
                lower.append(None)
        upper.append(None if index.uidx is None else _integer(pstate, index.uidx))
    if len(upper) > MAXDIM:
        message = f"number of array dimensions ({len(upper)}) exceeds the maximum allowed ({MAXDIM})"
        raise Refusal("54000", message)
    return tuple(upper), tuple(lower)


def _integer(pstate: ParseState, node: Node) -> Expr:
    expr = transform_expr(pstate, node, pstate.expr_kind)
    made = coerce_to_target_type(pstate, expr, expr.type, typeoids.INT4, -1, ASSIGNMENT, "implicit_cast")
    if made is None:
        raise Refusal("42804", "array subscript must have type integer", at=span(expr))
    return made


def _jsonb_subscripts(pstate: ParseState, indices: Sequence[A_Indices]) -> tuple[Expr | None, ...]:
    """jsonb_subscript_transform."""
    made: list[Expr | None] = []
    for index in indices:
        if index.is_slice:
            where = index.uidx if index.uidx is not None else index.lidx
            raise Refusal("42804", "jsonb subscript does not support slices", at=span(where))
        assert index.uidx is not None
        expr = transform_expr(pstate, index.uidx, pstate.expr_kind)
        target = typeoids.TEXT
        if expr.type not in (typeoids.UNKNOWN, UNKNOWN_TYPE):
            target = _jsonb_key_type(pstate, expr)
        made.append(coerce_type(pstate, expr, expr.type, target, -1, IMPLICIT, "implicit_cast"))
    return tuple(made)


def _jsonb_key_type(pstate: ParseState, expr: Expr) -> Oid:
    fits = [oid for oid in (typeoids.INT4, typeoids.TEXT) if can_coerce_type(pstate, (expr.type,), (oid,), IMPLICIT)]
    if len(fits) == 1:
        return fits[0]
    hint = (
        "jsonb subscript must be coercible to only one type, integer or text."
        if fits
        else "jsonb subscript must be coercible to either integer or text."
    )
    message = f"subscript type {format_type(pstate, expr.type)} is not supported"
    raise Refusal("42804", message, at=span(expr), hint=hint)
