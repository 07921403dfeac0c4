"""Which columns an analyzed tree uses (optimizer/util/var.c, rewriteManip.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    Aggref,
    Const,
    Expr,
    GroupingFunc,
    Param,
    Query,
    RangeTblEntry,
    SubLink,
    UnknownExpr,
    Var,
    WindowFunc,
    children,
)

_LEAVES = (Const, Param)


def locate_var_of_level(node: object, levelsup: int) -> Var | None:
    """The first column of the query that is `levelsup` levels up, seen from a Query's own level (locate_var_of_level)."""
    if isinstance(node, Query):
        return _locate_in(children(node), levelsup)
    return _locate(node, levelsup)


def _locate_in(nodes: Sequence[object], levelsup: int) -> Var | None:
    for node in nodes:
        found = _locate(node, levelsup)
        if found is not None:
            return found
    return None


def _locate(node: object, levelsup: int) -> Var | None:
    if isinstance(node, Var):
        return node if node.levelsup == levelsup else None
    if isinstance(node, tuple | list):
        return _locate_in(node, levelsup)
    if not isinstance(node, Struct) or isinstance(node, _LEAVES):
        return None
    if isinstance(node, Query):
        levelsup += 1
    return _locate_in(children(node), levelsup)


def contain_vars_of_level(node: object, levelsup: int) -> bool:
    """contain_vars_of_level."""
    if isinstance(node, _LEAVES):
        return False
    return locate_var_of_level(node, levelsup) is not None


def rests_on_unknown(node: object) -> bool:
    """Whether anything below a node could not be told in an open catalog."""
    if isinstance(node, tuple | list):
        return any(map(rests_on_unknown, node))
    if isinstance(node, UnknownExpr) or (isinstance(node, Expr) and node.type == UNKNOWN_TYPE):
        return True
    return isinstance(node, Struct) and any(map(rests_on_unknown, children(node)))


def locate_agg_of_level(node: object, levelsup: int) -> Expr | None:
    """The first aggregate of the query that is `levelsup` levels up (locate_agg_of_level)."""
    if isinstance(node, Aggref | GroupingFunc) and node.levelsup == levelsup:
        return node
    if isinstance(node, tuple | list):
        parts: list[object] = list(node)
    elif isinstance(node, Struct):
        if isinstance(node, Query):
            levelsup += 1
        parts = list(children(node))
    else:
        return None
    for part in parts:
        found = locate_agg_of_level(part, levelsup)
        if found is not None:
            return found
    return None


def locate_windowfunc(node: object) -> WindowFunc | None:
    """The first window function of this query level (locate_windowfunc)."""
    if isinstance(node, WindowFunc):
        return node
    if isinstance(node, tuple | list):
        parts: list[object] = list(node)
    elif isinstance(node, SubLink):
        parts = [node.testexpr]
    elif isinstance(node, Struct) and not isinstance(node, Query | RangeTblEntry):
        parts = list(children(node))
    else:
        return None
    for part in parts:
        found = locate_windowfunc(part)
        if found is not None:
            return found
    return None
