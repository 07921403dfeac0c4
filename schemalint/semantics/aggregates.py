"""Aggregates, GROUPING and window functions: where they may stand, and which columns must be grouped (parse_agg.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from schemalint.catalog.model import Proc
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.expressions import SRF_HINT, transform_expr
from schemalint.semantics.exprkinds import check_aggregate_placement, check_window_placement
from schemalint.semantics.grouping import (
    Targets,
    add_target_to_sort_list,
    target_of,
    transform_distinct_clause,
    transform_sort_clause,
)
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    Aggref,
    Const,
    Expr,
    FuncExpr,
    GroupingFunc,
    OpExpr,
    Param,
    Query,
    RangeTblEntry,
    SortGroupClause,
    TargetEntry,
    Var,
    WindowFunc,
    children,
    equal,
)
from schemalint.semantics.types import format_type
from schemalint.semantics.vars import locate_agg_of_level, locate_var_of_level, locate_windowfunc, rests_on_unknown
from schemalint.semantics.windows import FRAMEOPTION_DEFAULTS
from schemalint.syntax import nodes
from schemalint.syntax.nodes import SortBy, WindowDef

At = tuple[int, int] | None


def transform_aggregate_call(
    pstate: ParseState, agg: Aggref, args: Sequence[Expr], order: Sequence[SortBy], distinct: bool
) -> Aggref:
    """An aggregate with its arguments, of the query level that it belongs to (transformAggregateCall)."""
    proc = pstate.catalog.get(Proc, agg.func)
    direct: tuple[Expr, ...] = ()
    targets: Targets
    sort: list[SortGroupClause] = []
    if proc is not None and proc.agg is not None and proc.agg.kind != "n":
        count = len(args) - len(order)
        direct = tuple(args[:count])
        targets = [TargetEntry(expr=arg, resno=i) for i, arg in enumerate(args[count:], 1)]
        for i, sortby in enumerate(order[: len(targets)]):
            add_target_to_sort_list(pstate, i, sort, targets, sortby)
    else:
        targets = [TargetEntry(expr=arg, resno=i) for i, arg in enumerate(args, 1)]
        saved = pstate.next_resno
        pstate.next_resno = len(targets) + 1
        sort = transform_sort_clause(pstate, order, targets, "order_by", True)
        if distinct:
            for clause in transform_distinct_clause(pstate, targets, sort, True):
                if not clause.sortop and clause.eqop:
                    expr = target_of(targets, clause.sortgroup).expr
                    raise Refusal(
                        "42883",
                        f"could not identify an ordering operator for type {format_type(pstate, expr.type)}",
                        at=span(expr),
                        detail="Aggregates with DISTINCT must be able to sort their inputs.",
                    )
        pstate.next_resno = saved
    exprs = tuple([tle.expr for tle in targets])
    level = _check_levels(pstate, direct, exprs, agg.filter, span(agg), False)
    return structs.replace(
        agg,
        args=tuple([tle.expr for tle in targets if not tle.junk]),
        direct_args=direct,
        order=tuple([target_of(targets, clause.sortgroup).expr for clause in sort]),
        distinct=distinct,
        levelsup=level,
    )


def transform_grouping_func(pstate: ParseState, p: nodes.GroupingFunc) -> GroupingFunc:
    """transformGroupingFunc."""
    if len(p.args) > 31:
        raise Refusal("54023", "GROUPING must have fewer than 32 arguments", at=span(p))
    args = tuple([transform_expr(pstate, arg, pstate.expr_kind) for arg in p.args])
    level = _check_levels(pstate, (), args, None, span(p), True)
    return GroupingFunc(type=typeoids.INT4, args=args, levelsup=level, start=p.start, end=p.end)


# --- Of which query level


class _Levels:
    """The lowest levels that arguments refer to (check_agg_arguments_context); -1 for none."""

    def __init__(self) -> None:
        self.var = self.agg = self.cte = -1
        self.cte_name = ""

    def walk(self, node: object, up: int) -> None:
        """check_agg_arguments_walker."""
        if isinstance(node, Var):
            level = node.levelsup - up
            if level >= 0 and (self.var < 0 or level < self.var):
                self.var = level
            return
        if isinstance(node, tuple):
            for item in node:
                self.walk(item, up)
            return
        if not isinstance(node, Struct) or isinstance(node, Const | Param):
            return
        if isinstance(node, Aggref | GroupingFunc):
            level = node.levelsup - up
            if level >= 0 and (self.agg < 0 or level < self.agg):
                self.agg = level
        if up == 0:
            if isinstance(node, FuncExpr | OpExpr) and node.retset:
                message = "aggregate function calls cannot contain set-returning function calls"
                raise Refusal("0A000", message, at=span(node), hint=SRF_HINT)
            if isinstance(node, WindowFunc):
                message = "aggregate function calls cannot contain window function calls"
                raise Refusal("42803", message, at=span(node))
        if isinstance(node, RangeTblEntry) and node.kind == "cte":
            level = node.cte_levelsup - up
            if level >= 0 and (self.cte < 0 or level < self.cte):
                self.cte, self.cte_name = level, node.refname
            return
        if isinstance(node, Query):
            up += 1
        for child in children(node):
            self.walk(child, up)


def _check_levels(
    pstate: ParseState,
    direct: tuple[Expr, ...],
    args: tuple[Expr, ...],
    filter_: Expr | None,
    at: At,
    grouping: bool,
) -> int:
    """The level of an aggregate; notes it there and refuses one in the wrong place (check_agglevels_and_constraints)."""
    level = _check_agg_arguments(direct, args, filter_, at)
    if pstate.parent is not None and rests_on_unknown((direct, args, filter_)):
        raise Undecidable("to which query an aggregate belongs is not known", at)
    state = pstate
    for _ in range(level):
        assert state.parent is not None
        state = state.parent
    state.has_aggs = True
    check_aggregate_placement(state.expr_kind, grouping, at)
    return level


def _check_agg_arguments(direct: tuple[Expr, ...], args: tuple[Expr, ...], filter_: Expr | None, at: At) -> int:
    """check_agg_arguments."""
    levels = _Levels()
    levels.walk(args, 0)
    levels.walk(filter_, 0)
    known = [level for level in (levels.var, levels.agg) if level >= 0]
    level = min(known) if known else 0
    if level == levels.agg:
        found = locate_agg_of_level(args, level) or locate_agg_of_level((filter_,), level)
        raise Refusal("42803", "aggregate function calls cannot be nested", at=span(found))
    _check_cte(levels, level, at)
    if direct:
        levels = _Levels()
        levels.walk(direct, 0)
        if 0 <= levels.var < level:
            message = "outer-level aggregate cannot contain a lower-level variable in its direct arguments"
            raise Refusal("42803", message, at=span(locate_var_of_level(direct, levels.var)))
        if 0 <= levels.agg <= level:
            found = locate_agg_of_level(direct, levels.agg)
            raise Refusal("42803", "aggregate function calls cannot be nested", at=span(found))
        _check_cte(levels, level, at)
    return level


def _check_cte(levels: _Levels, level: int, at: At) -> None:
    if 0 <= levels.cte < level:
        raise Refusal(
            "0A000",
            "outer-level aggregate cannot use a nested CTE",
            at=at,
            detail=f'CTE "{levels.cte_name}" is below the aggregate\'s semantic level.',
        )


# --- Window functions


def transform_window_func_call(pstate: ParseState, wfunc: WindowFunc, windef: WindowDef) -> WindowFunc:
    """A window function over its window, which is added to the query's when it is new (transformWindowFuncCall)."""
    at = span(wfunc)
    if pstate.has_window_funcs:
        nested = locate_windowfunc(wfunc.args)
        if nested is not None:
            raise Refusal("42P20", "window function calls cannot be nested", at=span(nested))
    check_window_placement(pstate.expr_kind, at)
    winref = _find_window(pstate, windef)
    pstate.has_window_funcs = True
    return structs.replace(wfunc, winref=winref)


def _find_window(pstate: ParseState, windef: WindowDef) -> int:
    if windef.name is not None:
        for winref, other in enumerate(pstate.windowdefs, 1):
            if other.name == windef.name:
                return winref
        raise Refusal("42704", f'window "{windef.name}" does not exist', at=span(windef), word=windef.name)
    for winref, other in enumerate(pstate.windowdefs, 1):
        if other.refname == windef.refname and _same_window(other, windef):
            return winref
    pstate.windowdefs = [*pstate.windowdefs, windef]
    return len(pstate.windowdefs)


def _same_window(a: WindowDef, b: WindowDef) -> bool:
    if a.frameOptions != b.frameOptions:
        return False
    if a.frameOptions == FRAMEOPTION_DEFAULTS and not (a.partitionClause or a.orderClause):
        return not (b.partitionClause or b.orderClause)
    return (
        equal(a.partitionClause, b.partitionClause)
        and equal(a.orderClause, b.orderClause)
        and equal(a.startOffset, b.startOffset)
        and equal(a.endOffset, b.endOffset)
    )
