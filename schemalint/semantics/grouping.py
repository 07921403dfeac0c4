"""GROUP BY, ORDER BY and DISTINCT (parse_clause.c). Target lists are lists that these functions extend and mark."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Operator
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.exprkinds import parse_expr_kind_name
from schemalint.semantics.operators import compatible_oper_opid, get_sort_group_operators
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    ArrayCoerceExpr,
    CoerceToDomain,
    CoerceViaIO,
    ConvertRowtypeExpr,
    Expr,
    FuncExpr,
    RelabelType,
    SortGroupClause,
    TargetEntry,
    equal,
)
from schemalint.semantics.relations import col_name_to_var
from schemalint.semantics.rows import operator_families
from schemalint.semantics.target import as_text, transform_target_entry
from schemalint.semantics.vars import locate_agg_of_level, locate_windowfunc
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

At = tuple[int, int] | None

Targets = list[TargetEntry]


# --- Which output column is meant


def _check_target_sql92(pstate: ParseState, tle: TargetEntry, kind: str) -> None:
    """checkTargetlistEntrySQL92."""
    if kind != "group_by":
        return
    name = parse_expr_kind_name(kind)
    if pstate.has_aggs:
        found = locate_agg_of_level(tle.expr, 0)
        if found is not None:
            raise Refusal("42803", f"aggregate functions are not allowed in {name}", at=span(found))
    if pstate.has_window_funcs:
        window = locate_windowfunc(tle.expr)
        if window is not None:
            raise Refusal("42P20", f"window functions are not allowed in {name}", at=span(window))


def find_targetlist_entry_sql92(pstate: ParseState, node: Node, targets: Targets, kind: str) -> int:
    """The index of the output column that a name, a number or an expression means (findTargetlistEntrySQL92)."""
    at = span(node)
    if isinstance(node, nodes.ColumnRef) and len(node.fields) == 1 and isinstance(node.fields[0], str):
        found = _by_name(pstate, node.fields[0], targets, kind, at)
        if found is not None:
            return found
    if isinstance(node, nodes.A_Const):
        name = parse_expr_kind_name(kind)
        if node.kind != "Integer":
            raise Refusal("42601", f"non-integer constant in {name}", at=at)
        position = 0
        for i, tle in enumerate(targets):
            if not tle.junk:
                position += 1
                if position == node.val:
                    _check_target_sql92(pstate, tle, kind)
                    return i
        raise Refusal("42P10", f"{name} position {node.val} is not in select list", at=at)
    return find_targetlist_entry_sql99(pstate, node, targets, kind)


def _by_name(pstate: ParseState, name: str, targets: Targets, kind: str, at: At) -> int | None:
    if kind == "group_by" and col_name_to_var(pstate, name, True, at) is not None:
        return None
    result: int | None = None
    for i, tle in enumerate(targets):
        if tle.junk or tle.name != name:
            continue
        if result is None:
            result = i
        elif not equal(targets[result].expr, tle.expr):
            message = f'{parse_expr_kind_name(kind)} "{name}" is ambiguous'
            raise Refusal("42702", message, at=at, word=name)
    if result is not None:
        _check_target_sql92(pstate, targets[result], kind)
    return result


_COERCIONS = (FuncExpr, RelabelType, CoerceViaIO, ArrayCoerceExpr, ConvertRowtypeExpr, CoerceToDomain)


def strip_implicit_coercions(expr: Expr) -> Expr:
    """strip_implicit_coercions."""
    while isinstance(expr, _COERCIONS) and expr.format == "implicit_cast":
        expr = expr.args[0] if isinstance(expr, FuncExpr) else expr.arg
    return expr


def find_targetlist_entry_sql99(pstate: ParseState, node: Node, targets: Targets, kind: str) -> int:
    """The index of the output column that is this expression, which is added when there is none (findTargetlistEntrySQL99)."""
    expr = transform_expr(pstate, node, kind)
    for i, tle in enumerate(targets):
        if equal(expr, strip_implicit_coercions(tle.expr)):
            return i
    targets.append(transform_target_entry(pstate, node, expr, kind, None, True))
    return len(targets) - 1


def assign_sort_group_ref(targets: Targets, index: int) -> int:
    """assignSortGroupRef."""
    tle = targets[index]
    if tle.sortgroup:
        return tle.sortgroup
    ref = max(other.sortgroup for other in targets) + 1
    targets[index] = structs.replace(tle, sortgroup=ref)
    return ref


def target_of(targets: Sequence[TargetEntry], ref: int) -> TargetEntry:
    """get_sortgroupref_tle."""
    return next(tle for tle in targets if tle.sortgroup == ref)


def target_is_in_sort_list(
    pstate: ParseState, tle: TargetEntry, sortop: int, clauses: Sequence[SortGroupClause]
) -> bool:
    """targetIsInSortList; without an operator any will do."""
    if not tle.sortgroup:
        return False
    for clause in clauses:
        if clause.sortgroup == tle.sortgroup:
            if sortop in (0, clause.sortop):
                return True
            operator = pstate.catalog.get(Operator, clause.sortop)
            if operator is not None and operator.com == sortop:
                return True
    return False


# --- ORDER BY


def transform_sort_clause(
    pstate: ParseState, items: Sequence[nodes.SortBy], targets: Targets, kind: str, sql99: bool
) -> list[SortGroupClause]:
    """transformSortClause."""
    find = find_targetlist_entry_sql99 if sql99 else find_targetlist_entry_sql92
    sort: list[SortGroupClause] = []
    for sortby in items:
        index = find(pstate, sortby.node, targets, kind)
        add_target_to_sort_list(pstate, index, sort, targets, sortby)
    return sort


def _typed(pstate: ParseState, targets: Targets, index: int) -> TargetEntry:
    tle = targets[index]
    if tle.expr.type == typeoids.UNKNOWN:
        tle = targets[index] = structs.replace(tle, expr=as_text(pstate, tle.expr))
    return tle


def add_target_to_sort_list(
    pstate: ParseState, index: int, sort: list[SortGroupClause], targets: Targets, sortby: nodes.SortBy
) -> None:
    """addTargetToSortList."""
    tle = _typed(pstate, targets, index)
    oid = tle.expr.type
    if oid == UNKNOWN_TYPE:
        sort.append(SortGroupClause(assign_sort_group_ref(targets, index)))
        return
    at = span(sortby) or span(sortby.node)
    if sortby.sortby_dir == "SORTBY_USING":
        sortop, eqop, reverse = _using(pstate, sortby, oid, at)
        hashable = False
    else:
        reverse = sortby.sortby_dir == "SORTBY_DESC"
        ops = get_sort_group_operators(pstate, oid, not reverse, True, reverse, at)
        sortop, eqop, hashable = (ops.gt if reverse else ops.lt), ops.eq, ops.hashable
    if target_is_in_sort_list(pstate, tle, sortop, sort):
        return
    nulls_first = reverse
    if sortby.sortby_nulls != "SORTBY_NULLS_DEFAULT":
        nulls_first = sortby.sortby_nulls == "SORTBY_NULLS_FIRST"
    ref = assign_sort_group_ref(targets, index)
    sort.append(SortGroupClause(ref, eqop, sortop, nulls_first, hashable))


def _using(pstate: ParseState, sortby: nodes.SortBy, oid: int, at: At) -> tuple[int, int, bool]:
    """(operator, equality operator, whether it sorts downwards) of ORDER BY ... USING."""
    sortop = compatible_oper_opid(pstate, sortby.useOp, oid, oid, False)
    for family, member in operator_families(pstate, sortop):
        if family.am == typeoids.BTREE_AM and member.purpose == "s" and member.strategy in (1, 5):
            eqop = next(
                (
                    other.operator
                    for other in family.operators
                    if other.strategy == 3 and (other.left, other.right) == (member.left, member.right)
                ),
                0,
            )
            return sortop, eqop, member.strategy == 5
    message = f"operator {sortby.useOp[-1]} is not a valid ordering operator"
    hint = 'Ordering operators must be "<" or ">" members of btree operator families.'
    raise Refusal("42809", message, at=at, hint=hint)


# --- GROUP BY


def add_target_to_group_list(
    pstate: ParseState, index: int, groups: list[SortGroupClause], targets: Targets, at: At
) -> None:
    """addTargetToGroupList."""
    tle = _typed(pstate, targets, index)
    if target_is_in_sort_list(pstate, tle, 0, groups):
        return
    if tle.expr.type == UNKNOWN_TYPE:
        groups.append(SortGroupClause(assign_sort_group_ref(targets, index)))
        return
    ops = get_sort_group_operators(pstate, tle.expr.type, False, True, False, at)
    ref = assign_sort_group_ref(targets, index)
    groups.append(SortGroupClause(ref, ops.eq, ops.lt, False, ops.hashable))


GroupingSets = list["GroupingSetTree"]


class GroupingSetTree:
    """A grouping set whose expressions are output columns (GroupingSet after transformation)."""

    __slots__ = ("content", "kind", "refs")

    def __init__(self, kind: str, content: GroupingSets | None = None, refs: list[int] | None = None) -> None:
        self.kind = kind
        self.content = content or []
        self.refs = refs or []


_EMPTY, _SIMPLE, _SETS, _CUBE = (
    "GROUPING_SET_EMPTY",
    "GROUPING_SET_SIMPLE",
    "GROUPING_SET_SETS",
    "GROUPING_SET_CUBE",
)

Flat = Node | list["Flat"]


def _flatten(node: Node | Sequence[Node], toplevel: bool, seen: list[bool]) -> Flat | None:
    """flatten_grouping_sets; None for nothing, `seen` gets an item when there is a grouping set."""
    if isinstance(node, nodes.RowExpr) and node.row_format == "COERCE_IMPLICIT_CAST":
        return _flatten(node.args, False, seen)
    if isinstance(node, nodes.GroupingSet):
        seen.append(True)
        if toplevel and node.kind == _EMPTY:
            return None
        result: list[Flat] = []
        for item in node.content:
            flat = _flatten(item, False, [])
            if isinstance(item, nodes.GroupingSet) and item.kind == _SETS:
                assert isinstance(flat, list)
                result.extend(flat)
            else:
                result.append([] if flat is None else flat)
        if toplevel or node.kind != _SETS:
            return structs.replace(node, content=tuple(result))
        return result
    if isinstance(node, Node):
        return node
    flattened: list[Flat] = []
    for item in node:
        flat = _flatten(item, toplevel, seen)
        if isinstance(flat, list):
            flattened.extend(flat)
        elif flat is not None:
            flattened.append(flat)
    return flattened


class _Grouping:
    """GROUP BY or PARTITION BY under way."""

    def __init__(
        self, pstate: ParseState, targets: Targets, sort: Sequence[SortGroupClause], kind: str, sql99: bool
    ) -> None:
        self.pstate = pstate
        self.targets = targets
        self.sort = sort
        self.kind = kind
        self.find = find_targetlist_entry_sql99 if sql99 else find_targetlist_entry_sql92
        self.result: list[SortGroupClause] = []

    def one(self, node: Node, seen: set[int], toplevel: bool) -> int:
        """The sortgroup of an expression, 0 when this list has it already (transformGroupClauseExpr)."""
        index = self.find(self.pstate, node, self.targets, self.kind)
        ref = self.targets[index].sortgroup
        if ref:
            if ref in seen:
                return 0
            if any(clause.sortgroup == ref for clause in self.result):
                return ref
            for clause in self.sort:
                if clause.sortgroup == ref:
                    self.result.append(clause if toplevel else structs.replace(clause, nulls_first=False))
                    return ref
        add_target_to_group_list(self.pstate, index, self.result, self.targets, span(node))
        return self.targets[index].sortgroup

    def many(self, items: Sequence[Flat], toplevel: bool) -> list[int]:
        """transformGroupClauseList."""
        seen: set[int] = set()
        refs: list[int] = []
        for item in items:
            assert isinstance(item, Node)
            ref = self.one(item, seen, toplevel)
            if ref:
                seen.add(ref)
                refs.append(ref)
        return refs

    def grouping_set(self, gset: nodes.GroupingSet) -> GroupingSetTree:
        """transformGroupingSet."""
        content: GroupingSets = []
        for item in gset.content:
            if isinstance(item, list):
                content.append(GroupingSetTree(_SIMPLE, refs=self.many(item, False)))
            elif isinstance(item, nodes.GroupingSet):
                content.append(self.grouping_set(item))
            else:
                content.append(GroupingSetTree(_SIMPLE, refs=[self.one(item, set(), False)]))
        if gset.kind == _CUBE and len(content) > 12:
            raise Refusal("54011", "CUBE is limited to 12 elements", at=span(gset))
        return GroupingSetTree(gset.kind, content)


def transform_group_clause(
    pstate: ParseState,
    items: Sequence[Node],
    targets: Targets,
    sort: Sequence[SortGroupClause],
    kind: str,
    sql99: bool,
) -> tuple[list[SortGroupClause], GroupingSets]:
    """(what is grouped by, grouping sets or none) (transformGroupClause)."""
    if not items:
        return [], []
    has_sets: list[bool] = []
    flat = _flatten(items, True, has_sets)
    assert isinstance(flat, list)
    sets: GroupingSets = []
    if not flat and has_sets:
        sets.append(GroupingSetTree(_EMPTY))
    grouping = _Grouping(pstate, targets, sort, kind, sql99)
    seen: set[int] = set()
    for item in flat:
        if isinstance(item, nodes.GroupingSet):
            sets.append(GroupingSetTree(_EMPTY) if item.kind == _EMPTY else grouping.grouping_set(item))
            continue
        assert isinstance(item, Node)
        ref = grouping.one(item, seen, True)
        if ref:
            seen.add(ref)
            if has_sets:
                sets.append(GroupingSetTree(_SIMPLE, refs=[ref]))
    return grouping.result, sets


# --- DISTINCT


def transform_distinct_clause(
    pstate: ParseState, targets: Targets, sort: Sequence[SortGroupClause], is_agg: bool
) -> list[SortGroupClause]:
    """transformDistinctClause."""
    result: list[SortGroupClause] = []
    for clause in sort:
        tle = target_of(targets, clause.sortgroup)
        if tle.junk:
            message = (
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"
                if is_agg
                else "for SELECT DISTINCT, ORDER BY expressions must appear in select list"
            )
            raise Refusal("42P10", message, at=span(tle.expr))
        result.append(clause)
    for i, tle in enumerate(targets):
        if not tle.junk:
            add_target_to_group_list(pstate, i, result, targets, span(tle.expr))
    if not result:
        message = (
            "an aggregate with DISTINCT must have at least one argument"
            if is_agg
            else "SELECT DISTINCT must have at least one column"
        )
        raise Refusal("42601", message)
    return result


def transform_distinct_on_clause(
    pstate: ParseState, items: Sequence[Node], targets: Targets, sort: Sequence[SortGroupClause]
) -> list[SortGroupClause]:
    """transformDistinctOnClause."""
    refs: list[int] = []
    for node in items:
        index = find_targetlist_entry_sql92(pstate, node, targets, "distinct_on")
        refs.append(assign_sort_group_ref(targets, index))
    message = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"
    result: list[SortGroupClause] = []
    skipped = False
    for clause in sort:
        if clause.sortgroup not in refs:
            skipped = True
        elif skipped:
            raise Refusal("42P10", message, at=span(items[refs.index(clause.sortgroup)]))
        else:
            result.append(clause)
    for node, ref in zip(items, refs, strict=True):
        index = next(i for i, tle in enumerate(targets) if tle.sortgroup == ref)
        if target_is_in_sort_list(pstate, targets[index], 0, result):
            continue
        if skipped:
            raise Refusal("42P10", message, at=span(node))
        add_target_to_group_list(pstate, index, result, targets, span(node))
    return result
