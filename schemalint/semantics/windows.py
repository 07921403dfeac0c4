"""WINDOW and OVER (transformWindowDefinitions and transformFrameOffset of parse_clause.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemalint.catalog.model import Oid, OpFamily
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.clauses import check_expr_is_var_free
from schemalint.semantics.coerce import IMPLICIT, can_coerce_type, coerce_to_specific_type
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.grouping import Targets, target_of, transform_group_clause, transform_sort_clause
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, SortGroupClause
from schemalint.semantics.rows import operator_families
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import Node, WindowDef

FRAMEOPTION_RANGE: Final = 0x00002
FRAMEOPTION_ROWS: Final = 0x00004
FRAMEOPTION_GROUPS: Final = 0x00008
FRAMEOPTION_START_OFFSET: Final = 0x00800 | 0x02000
FRAMEOPTION_END_OFFSET: Final = 0x01000 | 0x04000
FRAMEOPTION_DEFAULTS: Final = 0x00422

BTINRANGE_PROC: Final = 3


class WindowClause(NamedTuple):
    """A window whose parts are known."""

    name: str | None
    order: list[SortGroupClause]
    frame: int
    offsets: tuple[Expr, ...]


def _find(windows: Sequence[WindowClause], name: str) -> WindowClause | None:
    return next((window for window in windows if window.name == name), None)


def transform_window_definitions(
    pstate: ParseState, windowdefs: Sequence[WindowDef], targets: Targets
) -> list[WindowClause]:
    """transformWindowDefinitions."""
    windows: list[WindowClause] = []
    for windef in windowdefs:
        at = span(windef)
        if windef.name is not None and _find(windows, windef.name) is not None:
            raise Refusal("42P20", f'window "{windef.name}" is already defined', at=at, word=windef.name)
        base: WindowClause | None = None
        if windef.refname is not None:
            base = _find(windows, windef.refname)
            if base is None:
                raise Refusal("42704", f'window "{windef.refname}" does not exist', at=at, word=windef.refname)
        order = transform_sort_clause(pstate, windef.orderClause, targets, "window_order", True)
        partition, _ = transform_group_clause(pstate, windef.partitionClause, targets, order, "window_partition", True)
        if base is not None:
            _check_copy(windef, base, bool(partition), bool(order))
            order = order or base.order
        offsets = _offsets(pstate, windef, order, targets)
        windows.append(WindowClause(windef.name, order, windef.frameOptions, offsets))
    return windows


def _check_copy(windef: WindowDef, base: WindowClause, partition: bool, order: bool) -> None:
    """What a window may not say about the window that it refines."""
    at, name = span(windef), windef.refname
    if partition:
        raise Refusal("42P20", f'cannot override PARTITION BY clause of window "{name}"', at=at)
    if order and base.order:
        raise Refusal("42P20", f'cannot override ORDER BY clause of window "{name}"', at=at)
    if base.frame != FRAMEOPTION_DEFAULTS:
        message = f'cannot copy window "{name}" because it has a frame clause'
        plain = windef.name is None and not order and windef.frameOptions == FRAMEOPTION_DEFAULTS
        hint = "Omit the parentheses in this OVER clause." if plain else None
        raise Refusal("42P20", message, at=at, hint=hint)


def _offsets(
    pstate: ParseState, windef: WindowDef, order: Sequence[SortGroupClause], targets: Targets
) -> tuple[Expr, ...]:
    frame, at = windef.frameOptions, span(windef)
    family: OpFamily | None = None
    opcintype = 0
    if frame & FRAMEOPTION_RANGE and frame & (FRAMEOPTION_START_OFFSET | FRAMEOPTION_END_OFFSET):
        if len(order) != 1:
            message = "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column"
            raise Refusal("42P20", message, at=at)
        for found, member in operator_families(pstate, order[0].sortop):
            if found.am == typeoids.BTREE_AM and member.strategy in (1, 5):
                family, opcintype = found, member.left
                break
        if family is None:
            opcintype = target_of(targets, order[0].sortgroup).expr.type
    if frame & FRAMEOPTION_GROUPS and not order:
        raise Refusal("42P20", "GROUPS mode requires an ORDER BY clause", at=at)
    nodes = [node for node in (windef.startOffset, windef.endOffset) if node is not None]
    return tuple([_frame_offset(pstate, frame, family, opcintype, node) for node in nodes])


def _frame_offset(pstate: ParseState, frame: int, family: OpFamily | None, opcintype: Oid, clause: Node) -> Expr:
    """transformFrameOffset."""
    if frame & FRAMEOPTION_ROWS:
        construct, kind = "ROWS", "window_frame_rows"
        target = typeoids.INT8
    elif frame & FRAMEOPTION_RANGE:
        construct, kind = "RANGE", "window_frame_range"
        target = 0
    else:
        construct, kind = "GROUPS", "window_frame_groups"
        target = typeoids.INT8
    expr = transform_expr(pstate, clause, kind)
    if not target:
        if expr.type == UNKNOWN_TYPE or opcintype == UNKNOWN_TYPE:
            return expr
        target = _in_range_type(pstate, family, opcintype, expr)
    expr = coerce_to_specific_type(pstate, expr, target, construct)
    check_expr_is_var_free(pstate, expr, construct)
    return expr


def _in_range_type(pstate: ParseState, family: OpFamily | None, opcintype: Oid, expr: Expr) -> Oid:
    """The type of offset that the ordering of a column has a function for."""
    preferred = expr.type if expr.type != typeoids.UNKNOWN else opcintype
    at = span(expr)
    shown = format_type(pstate, opcintype)
    words = "RANGE with offset PRECEDING/FOLLOWING"
    rights = [
        proc.right
        for proc in (family.procs if family is not None else ())
        if proc.left == opcintype and proc.num == BTINRANGE_PROC
    ]
    if not rights:
        raise Refusal("0A000", f"{words} is not supported for column type {shown}", at=at)
    fits = [oid for oid in rights if can_coerce_type(pstate, (expr.type,), (oid,), IMPLICIT)]
    offset = format_type(pstate, expr.type)
    if not fits:
        message = f"{words} is not supported for column type {shown} and offset type {offset}"
        hint = "Cast the offset value to an appropriate type."
        raise Refusal("0A000", message, at=at, hint=hint)
    if preferred in fits:
        return preferred
    if len(fits) > 1:
        message = f"{words} has multiple interpretations for column type {shown} and offset type {offset}"
        hint = "Cast the offset value to the exact intended type."
        raise Refusal("0A000", message, at=at, hint=hint)
    return fits[0]
