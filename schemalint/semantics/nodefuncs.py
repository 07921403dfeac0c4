"""Questions about analyzed expressions (nodeFuncs.c)."""

from __future__ import annotations

from msgspec import Struct, structs

from schemalint.semantics.query import (
    Aggref,
    ArrayCoerceExpr,
    CoerceToDomain,
    CoerceViaIO,
    Const,
    ConvertRowtypeExpr,
    Expr,
    FuncExpr,
    GroupingFunc,
    OpExpr,
    Param,
    Query,
    RelabelType,
    SubLink,
    Var,
    WindowFunc,
    children,
)

_LEAVES = (Const, Var, Param)
_NO_SETS = (Aggref, GroupingFunc, WindowFunc, SubLink, Query)


def expression_returns_set(node: object) -> bool:
    """Whether an expression has a set-returning function or operator that matters to its result (expression_returns_set)."""
    if isinstance(node, _LEAVES):
        return False
    if isinstance(node, FuncExpr | OpExpr) and node.retset:
        return True
    if not isinstance(node, Struct) or isinstance(node, _NO_SETS):
        return False
    return any(map(expression_returns_set, children(node)))


_COERCIONS = (FuncExpr, RelabelType, CoerceViaIO, ArrayCoerceExpr, ConvertRowtypeExpr, CoerceToDomain)


def hide_coercion_node(node: Expr) -> Expr:
    """The same coercion, not to be printed (hide_coercion_node)."""
    if isinstance(node, _COERCIONS) and node.format != "implicit_cast":
        return structs.replace(node, format="implicit_cast")
    return node
