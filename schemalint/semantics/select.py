"""SELECT and VALUES (analyze.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.errors import Refusal
from schemalint.semantics.clauses import transform_from_clause, transform_limit_clause, transform_where_clause
from schemalint.semantics.coerce import coerce_to_common_type, select_common_type, select_common_typmod
from schemalint.semantics.collations import assign_query_collations, select_common_collation
from schemalint.semantics.ctes import transform_with_clause
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.grouping import (
    Targets,
    transform_distinct_clause,
    transform_distinct_on_clause,
    transform_group_clause,
    transform_sort_clause,
)
from schemalint.semantics.locking import lcs_as_string, transform_locking_clauses
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Expr, Query, SortGroupClause, TargetEntry
from schemalint.semantics.relations import (
    add_ns_item_to_query,
    add_range_table_entry_for_values,
    expand_ns_item_attrs,
)
from schemalint.semantics.target import (
    resolve_target_list_unknowns,
    transform_expression_list,
    transform_target_list,
)
from schemalint.semantics.ungrouped import parse_check_aggregates
from schemalint.semantics.vars import contain_vars_of_level
from schemalint.semantics.windows import transform_window_definitions
from schemalint.syntax import nodes


def transform_select_stmt(pstate: ParseState, stmt: nodes.SelectStmt) -> Query:
    """transformSelectStmt."""
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    if stmt.intoClause is not None:
        raise Refusal("42601", "SELECT ... INTO is not allowed here", at=span(stmt.intoClause))
    pstate.locking_clause = stmt.lockingClause
    pstate.windowdefs = list(stmt.windowClause)
    transform_from_clause(pstate, stmt.fromClause)
    targets = transform_target_list(pstate, stmt.targetList, "select_target")
    qual = transform_where_clause(pstate, stmt.whereClause, "where", "WHERE")
    having = transform_where_clause(pstate, stmt.havingClause, "having", "HAVING")
    sort = transform_sort_clause(pstate, stmt.sortClause, targets, "order_by", False)
    group, sets = transform_group_clause(pstate, stmt.groupClause, targets, sort, "group_by", False)
    distinct, distinct_on = _distinct(pstate, stmt, targets, sort)
    offset, limit = transform_limits(pstate, stmt)
    windows = transform_window_definitions(pstate, pstate.windowdefs, targets)
    if pstate.resolve_unknowns:
        resolve_target_list_unknowns(pstate, targets)
    query = Query(
        command="select",
        rtable=tuple(pstate.rtable),
        target_list=tuple(targets),
        from_=tuple(pstate.joinlist),
        outer_joins=tuple(pstate.outer_joins),
        quals=_all_quals(pstate, qual),
        group=tuple(group),
        grouping_sets=bool(sets),
        having=having,
        distinct=tuple(distinct),
        distinct_on=distinct_on,
        sort=tuple(sort),
        limit=limit,
        offset=offset,
        windows=len(windows),
        window_exprs=tuple([expr for window in windows for expr in window.offsets]),
        ctes=tuple(pstate.ctenamespace),
        has_aggs=pstate.has_aggs,
        has_window_funcs=pstate.has_window_funcs,
        has_target_srfs=pstate.has_target_srfs,
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    query = transform_locking_clauses(pstate, query, stmt.lockingClause)
    assign_query_collations(pstate, query)
    if pstate.has_aggs or group or sets or having is not None:
        constraints = parse_check_aggregates(pstate, targets, group, sets, having)
        if constraints or query.has_aggs != pstate.has_aggs:
            query = structs.replace(query, constraint_deps=constraints)
    return query


def _all_quals(pstate: ParseState, qual: Expr | None) -> tuple[Expr, ...]:
    return tuple(pstate.quals) if qual is None else (*pstate.quals, qual)


def _distinct(
    pstate: ParseState, stmt: nodes.SelectStmt, targets: Targets, sort: Sequence[SortGroupClause]
) -> tuple[list[SortGroupClause], bool]:
    if not stmt.distinctClause:
        return [], False
    if stmt.distinctClause[0] is None:
        return transform_distinct_clause(pstate, targets, sort, False), False
    items = [node for node in stmt.distinctClause if node is not None]
    return transform_distinct_on_clause(pstate, items, targets, sort), True


def transform_limits(pstate: ParseState, stmt: nodes.SelectStmt) -> tuple[Expr | None, Expr | None]:
    """(OFFSET, LIMIT)."""
    if stmt.limitOffset is None and stmt.limitCount is None:
        return None, None
    return (
        transform_limit_clause(pstate, stmt.limitOffset, "offset", "OFFSET", stmt.limitOption),
        transform_limit_clause(pstate, stmt.limitCount, "limit", "LIMIT", stmt.limitOption),
    )


def transform_values_clause(pstate: ParseState, stmt: nodes.SelectStmt) -> Query:
    """VALUES as a query (transformValuesClause)."""
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    rows: list[list[Expr]] = []
    for raw in stmt.valuesLists:
        row = transform_expression_list(pstate, raw, "values", False)
        if rows and len(row) != len(rows[0]):
            at = span(row[0]) if row else None
            raise Refusal("42601", "VALUES lists must all be the same length", at=at)
        rows.append(row)
    types: list[int] = []
    typmods: list[int] = []
    collations: list[int] = []
    for i in range(len(rows[0])):
        column = [row[i] for row in rows]
        common = select_common_type(pstate, column, "VALUES")
        column = [coerce_to_common_type(pstate, expr, common, "VALUES") for expr in column]
        for row, expr in zip(rows, column, strict=True):
            row[i] = expr
        types.append(common)
        typmods.append(select_common_typmod(pstate, column, common))
        collations.append(select_common_collation(pstate, column, True))
    lateral = bool(pstate.rtable) and contain_vars_of_level(rows, 0)
    item = add_range_table_entry_for_values(pstate, rows, types, typmods, collations, None, lateral, True)
    add_ns_item_to_query(pstate, item, True, True, True)
    targets = expand_ns_item_attrs(pstate, item, 0, None)
    targets = [
        structs.replace(tle, expr=structs.replace(tle.expr, start=expr.start, end=expr.end))
        for tle, expr in zip(targets, rows[0], strict=False)
    ]
    sort = transform_sort_clause(pstate, stmt.sortClause, targets, "order_by", False)
    offset, limit = transform_limits(pstate, stmt)
    if stmt.lockingClause:
        strength = lcs_as_string(stmt.lockingClause[0].strength)
        raise Refusal("0A000", f"{strength} cannot be applied to VALUES", at=span(stmt.lockingClause[0]))
    query = Query(
        command="select",
        rtable=tuple(pstate.rtable),
        target_list=tuple(targets),
        from_=tuple(pstate.joinlist),
        sort=tuple(sort),
        limit=limit,
        offset=offset,
        ctes=tuple(pstate.ctenamespace),
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query


def transform_return_stmt(pstate: ParseState, stmt: nodes.ReturnStmt) -> Query:
    """RETURN of an SQL function (transformReturnStmt)."""
    expr = transform_expr(pstate, stmt.returnval, "select_target")
    targets = [TargetEntry(expr=expr, resno=1)]
    if pstate.resolve_unknowns:
        resolve_target_list_unknowns(pstate, targets)
    query = Query(
        command="select",
        rtable=tuple(pstate.rtable),
        target_list=tuple(targets),
        has_aggs=pstate.has_aggs,
        has_window_funcs=pstate.has_window_funcs,
        has_target_srfs=pstate.has_target_srfs,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query
