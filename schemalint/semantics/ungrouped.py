"""Which columns a grouped query may use (parseCheckAggregates of parse_agg.c)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from msgspec import Struct, structs

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics.grouping import GroupingSets, GroupingSetTree
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    Aggref,
    Const,
    Expr,
    GroupingFunc,
    Param,
    Query,
    SortGroupClause,
    SubLink,
    TargetEntry,
    Var,
    children,
    equal,
)
from schemalint.semantics.relations import get_rte_attribute_name
from schemalint.semantics.vars import locate_agg_of_level, rests_on_unknown

MAX_GROUPING_SETS = 4096


def parse_check_aggregates(
    pstate: ParseState,
    targets: Sequence[TargetEntry],
    group: Sequence[SortGroupClause],
    sets: GroupingSets,
    having: Expr | None,
) -> tuple[Oid, ...]:
    """Refuse columns that are neither grouped nor aggregated; the primary keys that made columns follow from grouped ones
    (parseCheckAggregates)."""
    common: set[int] | None = None
    if sets:
        expanded = _expand_grouping_sets(sets)
        if expanded is None:
            message = f"too many grouping sets present (maximum {MAX_GROUPING_SETS})"
            raise Refusal("54001", message, at=None)
        common = set.intersection(*expanded) if expanded else set()
        if len(expanded) == 1 and group:
            common = None
    has_joins = any(rte.kind == "join" for rte in pstate.rtable)
    by_ref = {tle.sortgroup: tle for tle in targets if tle.sortgroup}
    clauses = [by_ref[clause.sortgroup] for clause in group if clause.sortgroup in by_ref]
    if has_joins:
        clauses = [structs.replace(tle, expr=_flatten(pstate, tle.expr, 0)) for tle in clauses]
    check = _Check(pstate, clauses, common)
    for exprs in ([tle.expr for tle in targets], [having] if having is not None else []):
        for expr in exprs:
            check.grouping_exprs(expr, 0, has_joins)
        for expr in exprs:
            check.walk(_flatten(pstate, expr, 0) if has_joins else expr, 0, False)
    if pstate.has_aggs and any(rte.kind == "cte" and rte.self_reference for rte in pstate.rtable):
        found = locate_agg_of_level([tle.expr for tle in targets] + [having], 0)
        message = "aggregate functions are not allowed in a recursive query's recursive term"
        raise Refusal("42P19", message, at=span(found))
    return tuple(check.constraints)


def _flatten(pstate: ParseState, node: Expr, levelsup: int) -> Expr:
    """Columns of joins replaced by what they stand for (flatten_join_alias_vars)."""
    flat = _flatten_any(pstate, node, levelsup)
    assert isinstance(flat, Expr)
    return flat


def _flatten_any(pstate: ParseState, node: Struct, levelsup: int) -> Struct:
    if isinstance(node, Var):
        if node.levelsup != levelsup or node.attno <= 0:
            return node
        rte = pstate.rtable[node.varno - 1]
        if rte.kind != "join":
            return node
        source = rte.join_vars[node.attno - 1]
        if source is None:
            return node
        flat = _flatten_any(pstate, source, 0)
        return _raised(flat, levelsup) if levelsup else flat
    if isinstance(node, Const | Param):
        return node
    if isinstance(node, Query):
        levelsup += 1
    changed = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        new = _flatten_value(pstate, value, levelsup)
        if new is not value:
            changed[field] = new
    return structs.replace(node, **changed) if changed else node


def _flatten_value(pstate: ParseState, value: object, levelsup: int) -> object:
    if isinstance(value, Struct):
        return _flatten_any(pstate, value, levelsup)
    if isinstance(value, tuple) and value and not isinstance(value[0], str | int):
        new = tuple([_flatten_value(pstate, item, levelsup) for item in value])
        return value if all(a is b for a, b in zip(new, value, strict=True)) else new
    return value


def _raised(node: Struct, levels: int) -> Struct:
    """The columns of the top level of an expression, seen from `levels` levels down."""
    if isinstance(node, Var):
        return structs.replace(node, levelsup=node.levelsup + levels)
    changed: dict[str, object] = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Struct):
            changed[field] = _raised(value, levels)
        elif isinstance(value, tuple) and value and isinstance(value[0], Struct):
            changed[field] = tuple([_raised(item, levels) for item in value])
    return structs.replace(node, **changed) if changed else node


# --- The check


class _Check:
    """check_ungrouped_columns_context."""

    def __init__(self, pstate: ParseState, clauses: list[TargetEntry], common: set[int] | None) -> None:
        self.pstate = pstate
        self.clauses = clauses
        self.have_non_var = any(not isinstance(tle.expr, Var) for tle in clauses)
        self.vars = {
            (tle.expr.varno, tle.expr.attno) for tle in clauses if isinstance(tle.expr, Var) and tle.expr.levelsup == 0
        }
        self.common_vars = {
            (tle.expr.varno, tle.expr.attno)
            for tle in clauses
            if isinstance(tle.expr, Var) and (common is None or tle.sortgroup in common)
        }
        self.grouped: set[int] = set()
        self.constraints: list[Oid] = []

    def is_grouped(self, node: Struct) -> bool:
        return any(equal(node, tle.expr) for tle in self.clauses)

    def walk(self, node: Struct, up: int, direct: bool) -> None:
        """check_ungrouped_columns_walker."""
        if isinstance(node, Const | Param):
            return
        if isinstance(node, Aggref):
            if node.levelsup == up:
                for arg in node.direct_args:
                    self.walk(arg, up, True)
                return
            if node.levelsup > up:
                return
        if isinstance(node, GroupingFunc) and node.levelsup >= up:
            return
        if self.have_non_var and up == 0 and self.is_grouped(node):
            return
        if isinstance(node, Var):
            if node.levelsup == up:
                self.check_var(node, up, direct)
            return
        if isinstance(node, Query):
            up += 1
        parts: Sequence[Struct] = children(node)
        if isinstance(node, SubLink) and node.testexpr is not None:
            parts = (node.testexpr, node.query)
        for child in parts:
            self.walk(child, up, direct)

    def check_var(self, var: Var, up: int, direct: bool) -> None:
        if (var.varno, var.attno) in self.vars or var.varno in self.grouped:
            return
        rte = self.pstate.rtable[var.varno - 1]
        if rte.kind == "relation" and self.is_functionally_grouped(rte.relid, var.varno):
            self.grouped.add(var.varno)
            return
        name = f'"{rte.refname}.{get_rte_attribute_name(self.pstate, rte, var.attno)}"'
        if up:
            message = f"subquery uses ungrouped column {name} from outer query"
            raise Refusal("42803", message, at=span(var))
        message = f"column {name} must appear in the GROUP BY clause or be used in an aggregate function"
        detail = "Direct arguments of an ordered-set aggregate must use only grouped columns." if direct else None
        raise Refusal("42803", message, at=span(var), detail=detail)

    def is_functionally_grouped(self, relid: Oid, varno: int) -> bool:
        """Whether the grouped columns have the primary key among them (check_functional_grouping)."""
        for constraint in self.pstate.catalog.constraints(relid):
            if constraint.type == "p" and not constraint.deferrable:
                if all((varno, key) in self.common_vars for key in constraint.key):
                    self.constraints.append(constraint.oid)
                    return True
                return False
        return False

    def grouping_exprs(self, node: Struct, up: int, has_joins: bool) -> None:
        """finalize_grouping_exprs_walker."""
        if isinstance(node, Const | Param | Var):
            return
        if isinstance(node, Aggref):
            if node.levelsup == up:
                for arg in node.direct_args:
                    self.grouping_exprs(arg, up, has_joins)
                return
            if node.levelsup > up:
                return
        if isinstance(node, GroupingFunc):
            if node.levelsup == up:
                for arg in node.args:
                    self.check_grouping_argument(arg, up, has_joins)
            if node.levelsup > up:
                return
        if isinstance(node, Query):
            up += 1
        for child in children(node):
            self.grouping_exprs(child, up, has_joins)

    def check_grouping_argument(self, arg: Expr, up: int, has_joins: bool) -> None:
        expr = _flatten(self.pstate, arg, up) if has_joins else arg
        if isinstance(expr, Var):
            found = expr.levelsup == up and (expr.varno, expr.attno) in self.vars
        else:
            found = self.have_non_var and up == 0 and self.is_grouped(expr)
        if not found and not rests_on_unknown(arg):
            message = "arguments to GROUPING must be grouping expressions of the associated query level"
            raise Refusal("42803", message, at=span(expr))


# --- Grouping sets


def _expand_node(tree: GroupingSetTree) -> Iterator[set[int]]:
    """expand_groupingset_node."""
    if tree.kind == "GROUPING_SET_EMPTY":
        yield set()
    elif tree.kind == "GROUPING_SET_SIMPLE":
        yield set(tree.refs)
    elif tree.kind == "GROUPING_SET_ROLLUP":
        for count in range(len(tree.content), -1, -1):
            yield {ref for part in tree.content[:count] for ref in part.refs}
    elif tree.kind == "GROUPING_SET_CUBE":
        for mask in range(1 << len(tree.content)):
            yield {ref for i, part in enumerate(tree.content) if mask >> i & 1 for ref in part.refs}
    else:
        for part in tree.content:
            yield from _expand_node(part)


def _expand_grouping_sets(sets: GroupingSets) -> list[set[int]] | None:
    """All grouping sets, None when there are too many (expand_grouping_sets)."""
    parts = [list(_expand_node(tree)) for tree in sets]
    count = 1
    for part in parts:
        count *= len(part)
    if count > MAX_GROUPING_SETS:
        return None
    return [set().union(*combination) for combination in product(*parts)]
