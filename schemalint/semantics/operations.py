"""Operators, comparisons and their like: A_Expr and BoolExpr (parse_expr.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import structs

from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import coerce_to_boolean, coerce_to_common_type, select_common_type, verify_common_type
from schemalint.semantics.expressions import transform_row_expr
from schemalint.semantics.lsyscache import get_array_type
from schemalint.semantics.operators import make_op, make_scalar_array_op
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import ArrayExpr, BoolExpr, Const, Expr, NullTest, OpExpr, Param, RowExpr, UnknownExpr
from schemalint.semantics.rows import make_distinct_op, make_row_comparison_op, make_row_distinct_op
from schemalint.semantics.sublinks import transform_sub_link
from schemalint.semantics.transform import transform_expr_recurse
from schemalint.semantics.vars import contain_vars_of_level
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

At = tuple[int, int] | None


def _operator_at(a: nodes.A_Expr) -> At:
    """Where the operator stands, which the server points at."""
    if a.location < 0:
        return span(a)
    return a.location, min(a.end, a.location + max(len(a.name[-1]), 1))


def _placed(expr: Expr, node: Node) -> Expr:
    """The expression over the whole of what was written, not of its operator alone."""
    if (expr.start, expr.end) == (node.start, node.end) or isinstance(expr, Const | Param):
        return expr
    return structs.replace(expr, start=node.start, end=node.end)


def _is_null_constant(node: object) -> bool:
    """exprIsNullConstant."""
    return isinstance(node, nodes.A_Const) and node.kind == "Null"


def _a_expr_op(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprOp."""
    lexpr, rexpr = a.lexpr, a.rexpr
    assert isinstance(rexpr, Node)
    if (
        a.name == ("=",)
        and (_is_null_constant(lexpr) or _is_null_constant(rexpr))
        and pstate.settings("transform_null_equals") == "on"
    ):
        arg = rexpr if _is_null_constant(lexpr) else lexpr
        assert arg is not None
        return NullTest(
            type=typeoids.BOOL, arg=transform_expr_recurse(pstate, arg), isnull=True, start=a.start, end=a.end
        )
    at = _operator_at(a)
    if isinstance(lexpr, nodes.RowExpr):
        if isinstance(rexpr, nodes.SubLink) and rexpr.subLinkType == "EXPR_SUBLINK":
            sublink = structs.replace(
                rexpr, subLinkType="ROWCOMPARE_SUBLINK", testexpr=lexpr, operName=a.name, start=a.start, end=a.end
            )
            return transform_sub_link(pstate, sublink)
        if isinstance(rexpr, nodes.RowExpr):
            left = transform_row_expr(pstate, lexpr, False)
            right = transform_row_expr(pstate, rexpr, False)
            return _placed(make_row_comparison_op(pstate, a.name, left.args, right.args, at), a)
    last_srf = pstate.last_srf
    left_arg = None if lexpr is None else transform_expr_recurse(pstate, lexpr)
    right_arg = transform_expr_recurse(pstate, rexpr)
    made = make_op(pstate, a.name, left_arg, right_arg, last_srf, at)
    placed = _placed(made, a)
    if pstate.last_srf is made:
        pstate.last_srf = placed
    return placed


def _a_expr_op_any(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprOpAny, transformAExprOpAll."""
    assert a.lexpr is not None and isinstance(a.rexpr, Node)
    left = transform_expr_recurse(pstate, a.lexpr)
    right = transform_expr_recurse(pstate, a.rexpr)
    return _placed(
        make_scalar_array_op(pstate, a.name, a.kind == "AEXPR_OP_ANY", left, right, _operator_at(a)),
        a,
    )


def _a_expr_distinct(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprDistinct."""
    lexpr, rexpr = a.lexpr, a.rexpr
    assert lexpr is not None and isinstance(rexpr, Node)
    negate = a.kind == "AEXPR_NOT_DISTINCT"
    for constant, other in ((rexpr, lexpr), (lexpr, rexpr)):
        if _is_null_constant(constant):
            arg = transform_expr_recurse(pstate, other)
            return NullTest(type=typeoids.BOOL, arg=arg, isnull=negate, start=a.start, end=a.end)
    left = transform_expr_recurse(pstate, lexpr)
    right = transform_expr_recurse(pstate, rexpr)
    at = _operator_at(a)
    if isinstance(left, RowExpr) and isinstance(right, RowExpr):
        result = make_row_distinct_op(pstate, a.name, left, right, at)
    else:
        result = make_distinct_op(pstate, a.name, left, right, at)
    if negate:
        return BoolExpr(type=typeoids.BOOL, op="not", args=(result,), start=a.start, end=a.end)
    return _placed(result, a)


def _a_expr_nullif(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprNullIf."""
    assert a.lexpr is not None and isinstance(a.rexpr, Node)
    left = transform_expr_recurse(pstate, a.lexpr)
    right = transform_expr_recurse(pstate, a.rexpr)
    at = _operator_at(a)
    result = make_op(pstate, a.name, left, right, pstate.last_srf, at)
    if not isinstance(result, OpExpr):
        return UnknownExpr(type=left.type, args=(left, right), start=a.start, end=a.end)
    if result.type != typeoids.BOOL:
        raise Refusal("42804", "NULLIF requires = operator to yield boolean", at=at)
    if result.retset:
        raise Refusal("42804", "NULLIF must not return a set", at=at)
    return structs.replace(result, kind="nullif", type=result.args[0].type, start=a.start, end=a.end)


def _a_expr_in(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprIn."""
    use_or = a.name[-1] != "<>"
    assert a.lexpr is not None and isinstance(a.rexpr, tuple)
    left = transform_expr_recurse(pstate, a.lexpr)
    at = _operator_at(a)
    rights = [transform_expr_recurse(pstate, item) for item in a.rexpr]
    nonvars = [right for right in rights if not contain_vars_of_level(right, 0)]
    made: list[Expr] = []
    if len(nonvars) > 1:
        everything = [left, *nonvars]
        scalar = select_common_type(pstate, everything, None)
        if scalar and not verify_common_type(pstate, scalar, everything):
            scalar = 0
        array = get_array_type(pstate, scalar) if scalar not in (0, typeoids.RECORD) else 0
        if array:
            elements = tuple([coerce_to_common_type(pstate, right, scalar, "IN") for right in nonvars])
            values = ArrayExpr(type=array, elem=scalar, elements=elements)
            made.append(make_scalar_array_op(pstate, a.name, use_or, left, values, at))
            rights = [right for right in rights if not any(right is nonvar for nonvar in nonvars)]
    for right in rights:
        if isinstance(left, RowExpr) and isinstance(right, RowExpr):
            cmp = make_row_comparison_op(pstate, a.name, left.args, right.args, at)
        else:
            cmp = make_op(pstate, a.name, left, right, pstate.last_srf, at)
        made.append(coerce_to_boolean(pstate, cmp, "IN"))
    if len(made) == 1:
        return _placed(made[0], a)
    return BoolExpr(type=typeoids.BOOL, op="or" if use_or else "and", args=tuple(made), start=a.start, end=a.end)


def _a_expr_between(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    """transformAExprBetween."""
    assert a.lexpr is not None and isinstance(a.rexpr, tuple)
    value, low, high = a.lexpr, a.rexpr[0], a.rexpr[1]
    negate = "NOT" in a.kind
    first, second = ("<", ">") if negate else (">=", "<=")
    inner, outer = ("or", "and") if negate else ("and", "or")
    at = _operator_at(a)

    def compare(operator: str, other: Node) -> Expr:
        last_srf = pstate.last_srf
        left = transform_expr_recurse(pstate, value)
        right = transform_expr_recurse(pstate, other)
        return make_op(pstate, (operator,), left, right, last_srf, at)

    def within(low: Node, high: Node) -> Expr:
        args = tuple(
            [coerce_to_boolean(pstate, compare(op, x), inner.upper()) for op, x in ((first, low), (second, high))]
        )
        return BoolExpr(type=typeoids.BOOL, op=inner, args=args, start=a.start, end=a.end)

    result = within(low, high)
    if a.kind.endswith("_SYM"):
        args = (result, within(high, low))
        result = BoolExpr(type=typeoids.BOOL, op=outer, args=args, start=a.start, end=a.end)
    return result


_A_EXPRS: Final[dict[str, Callable[[ParseState, nodes.A_Expr], Expr]]] = {
    "AEXPR_OP": _a_expr_op,
    "AEXPR_LIKE": _a_expr_op,
    "AEXPR_ILIKE": _a_expr_op,
    "AEXPR_SIMILAR": _a_expr_op,
    "AEXPR_OP_ANY": _a_expr_op_any,
    "AEXPR_OP_ALL": _a_expr_op_any,
    "AEXPR_DISTINCT": _a_expr_distinct,
    "AEXPR_NOT_DISTINCT": _a_expr_distinct,
    "AEXPR_NULLIF": _a_expr_nullif,
    "AEXPR_IN": _a_expr_in,
    "AEXPR_BETWEEN": _a_expr_between,
    "AEXPR_NOT_BETWEEN": _a_expr_between,
    "AEXPR_BETWEEN_SYM": _a_expr_between,
    "AEXPR_NOT_BETWEEN_SYM": _a_expr_between,
}


def transform_a_expr(pstate: ParseState, a: nodes.A_Expr) -> Expr:
    return _A_EXPRS[a.kind](pstate, a)


_BOOL_OPS: Final = {"AND_EXPR": "and", "OR_EXPR": "or", "NOT_EXPR": "not"}


def transform_bool_expr(pstate: ParseState, a: nodes.BoolExpr) -> Expr:
    """transformBoolExpr."""
    op = _BOOL_OPS[a.boolop]
    word = op.upper()
    args = tuple([coerce_to_boolean(pstate, transform_expr_recurse(pstate, arg), word) for arg in a.args])
    return BoolExpr(type=typeoids.BOOL, op=op, args=args, start=a.start, end=a.end)
