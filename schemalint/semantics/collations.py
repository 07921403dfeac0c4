"""Which collation an expression has, and where collations contradict each other (parse_collate.c).

The server writes collations into the tree; here they are worked out when somebody asks. Each step gives a Derived: (collation,
strength, where it came from), and for a conflict the other collation and where that came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from schemalint.catalog.builtins import FIRST_UNPINNED_OID
from schemalint.catalog.model import Collation, Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import State, get_typcollation
from schemalint.semantics.query import (
    Aggref,
    CaseExpr,
    CoerceToDomain,
    CollateExpr,
    Const,
    Expr,
    FieldSelect,
    Query,
    RowCompareExpr,
    RowExpr,
    SetToDefault,
    SubLink,
    SubscriptingRef,
    TargetEntry,
    Var,
    WindowFunc,
    children,
)

NONE, IMPLICIT, CONFLICT, EXPLICIT = range(4)
"""CollateStrength."""

At = tuple[int, int] | None


class Derived(NamedTuple):
    """assign_collations_context, of a finished expression."""

    collation: Oid = 0
    strength: int = NONE
    at: At = None
    collation2: Oid = 0
    at2: At = None


_NOTHING = Derived()

_BUILTIN: dict[Oid, Oid] = {
    **dict.fromkeys(
        (typeoids.TEXT, typeoids.VARCHAR, typeoids.BPCHAR, 1009, 1014, 1015, 194, 3361, 3402, 4600, 4601, 5017),
        typeoids.DEFAULT_COLLATION,
    ),
    **dict.fromkeys((typeoids.NAME, 1003), typeoids.C_COLLATION),
}
"""typcollation of the types with fixed identifiers that have one."""


def _typcollation(state: State | None, oid: Oid) -> Oid | None:
    """The type's collation, 0 when it has none; None when that cannot be told without a catalog."""
    if oid < FIRST_UNPINNED_OID:
        return _BUILTIN.get(oid, 0)
    return None if state is None else get_typcollation(state, oid)


def _name(state: State | None, oid: Oid) -> str:
    found = None if state is None else state.catalog.get(Collation, oid)
    return str(oid) if found is None else found.name


def _at(expr: Expr) -> At:
    return None if expr.start < 0 else (expr.start, expr.end)


def _merge(state: State | None, parts: Iterable[Derived]) -> Derived:
    """What several parts say together (merge_collation_state). Raises 42P21 for two different COLLATE clauses."""
    held = _NOTHING
    for new in parts:
        if new.strength != held.strength:
            if new.strength > held.strength:
                held = new
        elif new.strength == IMPLICIT and new.collation != held.collation:
            if held.collation == typeoids.DEFAULT_COLLATION:
                held = new
            elif new.collation != typeoids.DEFAULT_COLLATION:
                held = Derived(held.collation, CONFLICT, held.at, new.collation, new.at)
        elif new.strength == EXPLICIT and new.collation != held.collation:
            first, second = _name(state, held.collation), _name(state, new.collation)
            message = f'collation mismatch between explicit collations "{first}" and "{second}"'
            raise Refusal("42P21", message, at=new.at)
    return held


def derive(state: State | None, node: Struct) -> Derived:
    """The collation state of an expression (assign_collations_walker)."""
    if isinstance(node, Var | Const):
        if not node.collation:
            return _NOTHING
        return Derived(node.collation, IMPLICIT, _at(node))
    if isinstance(node, CollateExpr):
        derive(state, node.arg)
        return Derived(node.collation, EXPLICIT, _at(node))
    if isinstance(node, TargetEntry):
        return derive_target(state, node)
    if isinstance(node, Query):
        return _of_query(state, node)
    if not isinstance(node, Expr):
        return _merge(state, [derive(state, child) for child in children(node)])
    if isinstance(node, RowExpr):
        for arg in node.args:
            derive(state, arg)
        return _NOTHING
    if isinstance(node, RowCompareExpr):
        for pair in zip(node.left, node.right, strict=False):
            _merge(state, [derive(state, side) for side in pair])
        return _NOTHING
    if isinstance(node, FieldSelect):
        derive(state, node.arg)
        return _of_type(state, node)
    merged = _merge(state, [derive(state, part) for part in _parts(state, node)])
    if isinstance(node, CoerceToDomain):
        own = _typcollation(state, node.type)
        if own not in (None, 0, typeoids.DEFAULT_COLLATION):
            return Derived(own or 0, IMPLICIT, _at(node))
    own = _typcollation(state, node.type)
    if own == 0:
        return _NOTHING
    if merged.strength > NONE:
        return merged
    return _NOTHING if own is None else Derived(own, IMPLICIT, _at(node))


def _of_type(state: State | None, node: Expr) -> Derived:
    own = _typcollation(state, node.type)
    return Derived(own, IMPLICIT, _at(node)) if own else _NOTHING


def _of_query(state: State | None, query: Query) -> Derived:
    if not query.target_list or query.target_list[0].junk:
        return _NOTHING
    expr = query.target_list[0].expr
    collation = expr_collation(expr, state)
    return Derived(collation, IMPLICIT, _at(expr)) if collation else _NOTHING


def _parts(state: State | None, node: Expr) -> Sequence[Struct]:
    """The parts that an expression's collation comes from; what is independent of it is looked at here."""
    if isinstance(node, Aggref):
        if node.filter is not None:
            derive(state, node.filter)
        for arg in node.order:
            _sortable(state, arg)
        if node.distinct or _is_ordered_set(state, node):
            for arg in node.args:
                _sortable(state, arg)
        return node.direct_args if _args_are_independent(state, node) else node.direct_args + node.args
    if isinstance(node, WindowFunc):
        if node.filter is not None:
            derive(state, node.filter)
        return node.args
    if isinstance(node, CaseExpr):
        whens = [part for when in node.whens for part in (when.condition, when.result)]
        return whens if node.default is None else [*whens, node.default]
    if isinstance(node, SubscriptingRef):
        for subscript in (*node.upper, *node.lower):
            if subscript is not None:
                derive(state, subscript)
        return [node.arg] if node.assign is None else [node.arg, node.assign]
    if isinstance(node, SubLink):
        return [node.query] if node.testexpr is None else [node.testexpr, node.query]
    if isinstance(node, SetToDefault):
        return ()
    return children(node)


def _is_ordered_set(state: State | None, aggref: Aggref) -> bool:
    proc = None if state is None else state.catalog.get(Proc, aggref.func)
    return proc is not None and proc.agg is not None and proc.agg.kind != "n"


def _args_are_independent(state: State | None, aggref: Aggref) -> bool:
    """An ordered-set aggregate's sorted columns are its own unless there can be but one."""
    if not _is_ordered_set(state, aggref):
        return False
    proc = None if state is None else state.catalog.get(Proc, aggref.func)
    return len(aggref.args) != 1 or (proc is not None and proc.variadic != 0)


def _sortable(state: State | None, expr: Expr) -> Derived:
    """What is sorted by must have a collation."""
    derived = derive(state, expr)
    if derived.strength == CONFLICT:
        raise _conflict(state, derived)
    return derived


def derive_target(state: State | None, entry: TargetEntry) -> Derived:
    """An output column; one that is sorted or grouped by must have a collation."""
    return _sortable(state, entry.expr) if entry.sortgroup else derive(state, entry.expr)


def _conflict(state: State | None, derived: Derived) -> Refusal:
    first, second = _name(state, derived.collation), _name(state, derived.collation2)
    message = f'collation mismatch between implicit collations "{first}" and "{second}"'
    hint = "You can choose the collation by applying the COLLATE clause to one or both expressions."
    return Refusal("42P21", message, at=derived.at2, hint=hint)


# --- What callers ask


def expr_collation(expr: Expr, state: State | None = None) -> Oid:
    """The collation of an analyzed expression, 0 when it has none or a conflict (exprCollation)."""
    if isinstance(expr, Var | Const | CollateExpr):
        return expr.collation
    derived = derive(state, expr)
    return 0 if derived.strength == CONFLICT else derived.collation


def assign_expr_collations(state: State, expr: Expr | None) -> None:
    """Refuse an expression with contradicting COLLATE clauses (assign_expr_collations)."""
    if expr is not None:
        derive(state, expr)


def assign_list_collations(state: State, exprs: Iterable[Expr]) -> None:
    """As assign_expr_collations, of independent expressions (assign_list_collations)."""
    for expr in exprs:
        derive(state, expr)


def assign_query_collations(state: State, query: Query) -> None:
    """As assign_expr_collations, of all expressions of a query; its subqueries were looked at before
    (assign_query_collations)."""
    for entry in (*query.target_list, *query.returning):
        derive_target(state, entry)
    for expr in (*query.quals, *query.window_exprs):
        derive(state, expr)
    for part in (query.having, query.limit, query.offset):
        if part is not None:
            derive(state, part)


def select_common_collation(state: State, exprs: Sequence[Expr], none_ok: bool) -> Oid:
    """The collation that expressions share, 0 when they have none; a conflict is 0 too when that is allowed
    (select_common_collation)."""
    derived = _merge(state, [derive(state, expr) for expr in exprs])
    if derived.strength == CONFLICT:
        if none_ok:
            return 0
        raise _conflict(state, derived)
    return derived.collation
