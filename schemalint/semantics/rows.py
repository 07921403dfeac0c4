"""Comparisons of rows, and IS DISTINCT FROM (make_row_comparison_op and its neighbours in parse_expr.c)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from schemalint.catalog.model import AmOp, Oid, Operator, OpFamily
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.nodefuncs import expression_returns_set
from schemalint.semantics.operators import make_op
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import BoolExpr, Const, Expr, OpExpr, RowCompareExpr, RowExpr, UnknownExpr
from schemalint.semantics.types import format_type

At = tuple[int, int] | None

EQUAL, NOT_EQUAL = 3, 6
"""RowCompareType: btree's strategy numbers, and 6 for what negates 3."""


def get_op_btree_interpretation(pstate: ParseState, op: Oid) -> dict[int, Oid]:
    """What an operator does in btree families: strategy -> first such family (get_op_btree_interpretation)."""
    found: dict[int, Oid] = {}
    for family, member in operator_families(pstate, op):
        if family.am == typeoids.BTREE_AM and member.purpose == "s":
            found.setdefault(member.strategy, family.oid)
    if found:
        return found
    operator = pstate.catalog.get(Operator, op)
    if operator is not None and operator.negate:
        for family, member in operator_families(pstate, operator.negate):
            if family.am == typeoids.BTREE_AM and member.strategy == EQUAL:
                found.setdefault(NOT_EQUAL, family.oid)
    return found


def operator_families(pstate: ParseState, op: Oid) -> Iterator[tuple[OpFamily, AmOp]]:
    """(family, entry) of each operator family that has the operator."""
    catalog = pstate.catalog
    yield from catalog.builtins.families_of_operator.get(op, ())
    for family in catalog.all(OpFamily):
        builtin = catalog.builtins.table(OpFamily).by_oid.get(family.oid)
        for member in family.operators:
            if member.operator == op and (builtin is None or member not in builtin.operators):
                yield family, member


def make_row_comparison_op(
    pstate: ParseState, names: tuple[str, ...], largs: Sequence[Expr], rargs: Sequence[Expr], at: At
) -> Expr:
    """(a, b) < (c, d) (make_row_comparison_op)."""
    if len(largs) != len(rargs):
        raise Refusal("42601", "unequal number of entries in row expressions", at=at)
    if not largs:
        raise Refusal("0A000", "cannot compare rows of zero length", at=at)
    comparisons: list[OpExpr] = []
    for left, right in zip(largs, rargs, strict=True):
        cmp = make_op(pstate, names, left, right, pstate.last_srf, at)
        if not isinstance(cmp, OpExpr):
            return UnknownExpr(type=typeoids.BOOL, args=(*largs, *rargs))
        if cmp.type != typeoids.BOOL:
            shown = format_type(pstate, cmp.type)
            message = f"row comparison operator must yield type boolean, not type {shown}"
            raise Refusal("42804", message, at=at)
        if expression_returns_set(cmp):
            raise Refusal("42804", "row comparison operator must not return a set", at=at)
        comparisons.append(cmp)
    if len(comparisons) == 1:
        return comparisons[0]
    return _interpret(pstate, names, comparisons, at)


def _interpret(pstate: ParseState, names: tuple[str, ...], comparisons: list[OpExpr], at: At) -> Expr:
    """What the operators mean together: equality, inequality or an order."""
    meanings = [get_op_btree_interpretation(pstate, cmp.op) for cmp in comparisons]
    strategies = set(meanings[0]).intersection(*meanings[1:])
    if not strategies:
        raise Refusal(
            "0A000",
            f"could not determine interpretation of row comparison operator {names[-1]}",
            at=at,
            hint="Row comparison operators must be associated with btree operator families.",
        )
    strategy = min(strategies)
    start, end = at if at is not None else (-1, -1)
    if strategy in (EQUAL, NOT_EQUAL):
        op = "and" if strategy == EQUAL else "or"
        return BoolExpr(type=typeoids.BOOL, op=op, args=tuple(comparisons), start=start, end=end)
    return RowCompareExpr(
        type=typeoids.BOOL,
        ops=tuple([cmp.op for cmp in comparisons]),
        left=tuple([cmp.args[0] for cmp in comparisons]),
        right=tuple([cmp.args[1] for cmp in comparisons]),
        start=start,
        end=end,
    )


def make_distinct_op(pstate: ParseState, names: tuple[str, ...], left: Expr, right: Expr, at: At) -> Expr:
    """IS DISTINCT FROM (make_distinct_op)."""
    result = make_op(pstate, names, left, right, pstate.last_srf, at)
    if not isinstance(result, OpExpr):
        return UnknownExpr(type=typeoids.BOOL, args=(left, right))
    if result.type != typeoids.BOOL:
        raise Refusal("42804", "IS DISTINCT FROM requires = operator to yield boolean", at=at)
    if result.retset:
        raise Refusal("42804", "IS DISTINCT FROM must not return a set", at=at)
    return structs.replace(result, kind="distinct")


def make_row_distinct_op(pstate: ParseState, names: tuple[str, ...], left: RowExpr, right: RowExpr, at: At) -> Expr:
    """Rows by IS DISTINCT FROM (make_row_distinct_op)."""
    if len(left.args) != len(right.args):
        raise Refusal("42601", "unequal number of entries in row expressions", at=at)
    parts = tuple([make_distinct_op(pstate, names, a, b, at) for a, b in zip(left.args, right.args, strict=True)])
    if not parts:
        return Const(type=typeoids.BOOL, value=False)
    return parts[0] if len(parts) == 1 else BoolExpr(type=typeoids.BOOL, op="or", args=parts)
