"""Which columns an analyzed tree uses (optimizer/util/var.c, rewriteManip.c)."""

from __future__ import annotations

from msgspec import Struct

from schemalint.semantics.query import (
    Aggref,
    Const,
    Expr,
    GroupingFunc,
    Param,
    Query,
    RangeTblEntry,
    SubLink,
    Var,
    WindowFunc,
    children,
)

_LEAVES = (Const, Param)


def locate_var_of_level(node: object, levelsup: int) -> Var | None:
    """The first column of the query that is `levelsup` levels up (locate_var_of_level)."""
    if isinstance(node, Var):
        return node if node.levelsup == levelsup else None
    if isinstance(node, tuple | list):
        for item in node:
            found = locate_var_of_level(item, levelsup)
            if found is not None:
                return found
        return None
    if not isinstance(node, Struct) or isinstance(node, _LEAVES):
        return None
    if isinstance(node, Query):
        levelsup += 1
    for child in children(node):
        found = locate_var_of_level(child, levelsup)
        if found is not None:
            return found
    return None


def contain_vars_of_level(node: object, levelsup: int) -> bool:
    """contain_vars_of_level."""
    if isinstance(node, _LEAVES):
        return False
    return locate_var_of_level(node, levelsup) is not None


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
