"""UNION, INTERSECT and EXCEPT (transformSetOperationStmt of analyze.c)."""

from __future__ import annotations

from typing import Final, NamedTuple

from msgspec import structs

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import coerce_to_common_type, select_common_type_expr, select_common_typmod
from schemalint.semantics.collations import assign_query_collations, select_common_collation
from schemalint.semantics.ctes import CteWork, analyze_cte_target_list, transform_with_clause
from schemalint.semantics.grouping import transform_sort_clause
from schemalint.semantics.locking import lcs_as_string
from schemalint.semantics.operators import get_sort_group_operators
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Const, Expr, Param, Query, SetToDefault, SortGroupClause, TargetEntry, Var
from schemalint.semantics.relations import (
    add_ns_item_to_query,
    add_range_table_entry_for_join,
    add_range_table_entry_for_subquery,
)
from schemalint.semantics.select import transform_limits
from schemalint.semantics.vars import locate_var_of_level
from schemalint.syntax import nodes
from schemalint.syntax.nodes import SelectStmt

_HASHED_IN_RECURSION: Final = (typeoids.RECORD, typeoids.RECORDARRAY)

_WORDS: Final = {"SETOP_UNION": "UNION", "SETOP_INTERSECT": "INTERSECT", "SETOP_EXCEPT": "EXCEPT"}


class _Column(NamedTuple):
    """An output column of a set operation; `group` says how duplicates are found."""

    type: Oid
    typmod: int
    collation: Oid
    group: SortGroupClause | None = None


class _Tree(NamedTuple):
    """A set operation, or one of its queries (SetOperationStmt, RangeTblRef)."""

    leftmost: int
    leaves: tuple[int, ...]
    columns: tuple[_Column, ...] = ()
    groups: tuple[tuple[SortGroupClause, ...], ...] = ()


def transform_set_operation_stmt(pstate: ParseState, stmt: SelectStmt) -> Query:
    """transformSetOperationStmt."""
    leftmost = stmt
    while leftmost.op != "SETOP_NONE":
        assert leftmost.larg is not None
        leftmost = leftmost.larg
    if leftmost.intoClause is not None:
        raise Refusal("42601", "SELECT ... INTO is not allowed here", at=span(leftmost.intoClause))
    if stmt.lockingClause:
        _no_locking(stmt)
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    bare = structs.replace(stmt, sortClause=(), limitOffset=None, limitCount=None, lockingClause=(), withClause=None)
    tree, _ = _transform_tree(pstate, bare, True)
    first = pstate.rtable[tree.leftmost - 1].subquery
    assert first is not None
    targets: list[TargetEntry] = []
    variables: list[Expr] = []
    for column, left in zip(tree.columns, first.target_list, strict=False):
        var = Var(
            type=column.type,
            typmod=column.typmod,
            varno=tree.leftmost,
            attno=left.resno,
            collation=column.collation,
            start=left.expr.start,
            end=left.expr.end,
        )
        targets.append(TargetEntry(expr=var, resno=pstate.next_resno, name=left.name))
        pstate.next_resno += 1
        variables.append(var)
    sort = _sort(pstate, stmt, targets, variables)
    offset, limit = transform_limits(pstate, stmt)
    query = Query(
        command="select",
        rtable=tuple(pstate.rtable),
        target_list=tuple(targets),
        from_=tuple(pstate.joinlist),
        sort=tuple(sort),
        limit=limit,
        offset=offset,
        set_operation=_WORDS[stmt.op].lower() + (" all" if stmt.all else ""),
        set_operands=tree.leaves,
        set_groups=tree.groups,
        ctes=tuple(pstate.ctenamespace),
        has_aggs=pstate.has_aggs,
        has_window_funcs=pstate.has_window_funcs,
        has_target_srfs=pstate.has_target_srfs,
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query


def _no_locking(stmt: SelectStmt) -> None:
    clause = stmt.lockingClause[0]
    message = f"{lcs_as_string(clause.strength)} is not allowed with UNION/INTERSECT/EXCEPT"
    raise Refusal("0A000", message, at=span(clause))


def _sort(
    pstate: ParseState, stmt: SelectStmt, targets: list[TargetEntry], variables: list[Expr]
) -> list[SortGroupClause]:
    """ORDER BY, which sees the output columns only."""
    if not stmt.sortClause:
        return []
    length = len(pstate.rtable)
    names = [tle.name or "" for tle in targets]
    item = add_range_table_entry_for_join(pstate, names, variables, variables, "JOIN_INNER", None, None, False)
    saved = pstate.namespace
    pstate.namespace = []
    add_ns_item_to_query(pstate, item, False, False, True)
    count = len(targets)
    sort = transform_sort_clause(pstate, stmt.sortClause, targets, "order_by", False)
    pstate.namespace = saved
    del pstate.rtable[length:]
    if len(targets) > count:
        raise Refusal(
            "0A000",
            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
            at=span(targets[count].expr),
            detail="Only result column names can be used, not expressions or functions.",
            hint="Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
        )
    return sort


def _transform_tree(pstate: ParseState, stmt: SelectStmt, top: bool) -> tuple[_Tree, list[TargetEntry]]:
    """(the operation, its columns) (transformSetOperationTree)."""
    if stmt.intoClause is not None:
        message = "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT"
        raise Refusal("42601", message, at=span(stmt.intoClause))
    if stmt.lockingClause:
        _no_locking(stmt)
    own = stmt.sortClause or stmt.limitOffset is not None or stmt.limitCount is not None or stmt.withClause is not None
    if stmt.op == "SETOP_NONE" or own:
        return _leaf(pstate, stmt)
    assert stmt.larg is not None and stmt.rarg is not None
    word = _WORDS[stmt.op]
    work = pstate.parent_cte
    recursive = isinstance(work, CteWork) and work.recursive
    left, left_targets = _transform_tree(pstate, stmt.larg, False)
    if top and recursive:
        _determine_recursive_col_types(pstate, work, left, left_targets)
    right, right_targets = _transform_tree(pstate, stmt.rarg, False)
    if len(left_targets) != len(right_targets):
        at = span(right_targets[0].expr) if right_targets else span(stmt.rarg)
        raise Refusal("42601", f"each {word} query must have the same number of columns", at=at)
    columns: list[_Column] = []
    targets: list[TargetEntry] = []
    for i, (ltle, rtle) in enumerate(zip(left_targets, right_targets, strict=True), 1):
        column, best = _merge_column(pstate, stmt, word, ltle.expr, rtle.expr, (left, right), i)
        columns.append(column)
        placeholder = SetToDefault(type=column.type, typmod=column.typmod, start=best.start, end=best.end)
        targets.append(TargetEntry(expr=placeholder, resno=i, name=ltle.name))
    groups = left.groups + right.groups
    own_group = tuple([column.group for column in columns if column.group is not None])
    if own_group:
        groups += (own_group,)
    return _Tree(left.leftmost, left.leaves + right.leaves, tuple(columns), groups), targets


def _merge_column(
    pstate: ParseState,
    stmt: SelectStmt,
    word: str,
    left: Expr,
    right: Expr,
    sides: tuple[_Tree, _Tree],
    number: int,
) -> tuple[_Column, Expr]:
    """What both sides make of a column, and the expression that decided its type."""
    common, best = select_common_type_expr(pstate, (left, right), word)
    made: list[Expr] = []
    for expr, side in zip((left, right), sides, strict=True):
        if expr.type != typeoids.UNKNOWN:
            expr = coerce_to_common_type(pstate, expr, common, word)
        elif isinstance(expr, Const | Param):
            expr = coerce_to_common_type(pstate, expr, common, word)
            if len(side.leaves) == 1:
                _replace_output(pstate, side.leftmost, number, expr)
        made.append(expr)
    typmod = select_common_typmod(pstate, made, common)
    union_all = stmt.op == "SETOP_UNION" and stmt.all
    collation = select_common_collation(pstate, made, union_all)
    group = None
    if not union_all:
        ops = get_sort_group_operators(pstate, common, False, True, False, span(best))
        group = SortGroupClause(0, ops.eq, ops.lt, False, ops.hashable or common in _HASHED_IN_RECURSION)
    return _Column(common, typmod, collation, group), best


def _replace_output(pstate: ParseState, rti: int, number: int, expr: Expr) -> None:
    """A literal of one of the queries has got its type."""
    rte = pstate.rtable[rti - 1]
    assert rte.subquery is not None
    targets = list(rte.subquery.target_list)
    seen = 0
    for i, tle in enumerate(targets):
        if not tle.junk:
            seen += 1
            if seen == number:
                targets[i] = structs.replace(tle, expr=expr)
    types = (*rte.types[: number - 1], expr.type, *rte.types[number:])
    subquery = structs.replace(rte.subquery, target_list=tuple(targets))
    pstate.rtable[rti - 1] = structs.replace(rte, subquery=subquery, types=types)


def _leaf(pstate: ParseState, stmt: SelectStmt) -> tuple[_Tree, list[TargetEntry]]:
    from schemalint.semantics.analyze import parse_sub_analyze

    query = parse_sub_analyze(stmt, pstate, resolve_unknowns=False)
    if pstate.namespace:
        var = locate_var_of_level(query, 1)
        if var is not None:
            message = "UNION/INTERSECT/EXCEPT member statement cannot refer to other relations of same query level"
            raise Refusal("42P10", message, at=span(var))
    targets = [tle for tle in query.target_list if not tle.junk]
    refname = f"*SELECT* {len(pstate.rtable) + 1}"
    alias = nodes.Alias(aliasname=refname)
    item = add_range_table_entry_for_subquery(pstate, query, alias, False, False)
    return _Tree(item.rtindex, (item.rtindex,)), targets


def _determine_recursive_col_types(pstate: ParseState, work: CteWork, left: _Tree, targets: list[TargetEntry]) -> None:
    """The first term of a recursive query says what its columns are (determineRecursiveColTypes)."""
    first = pstate.rtable[left.leftmost - 1].subquery
    assert first is not None
    names = [tle.name for tle in first.target_list if not tle.junk]
    columns = [
        TargetEntry(expr=tle.expr, resno=i, name=name)
        for i, (tle, name) in enumerate(zip(targets, names, strict=True), 1)
    ]
    analyze_cte_target_list(pstate, work, columns)
