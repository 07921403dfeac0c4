"""INSERT (transformInsertStmt of analyze.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.assign import transform_assigned_expr
from schemalint.semantics.clauses import set_target_table
from schemalint.semantics.collations import assign_list_collations, assign_query_collations
from schemalint.semantics.ctes import transform_with_clause
from schemalint.semantics.parsestate import ParseState, make_parsestate, span
from schemalint.semantics.query import (
    CoerceToDomain,
    Const,
    Expr,
    FieldStore,
    Param,
    Query,
    RowExpr,
    SubscriptingRef,
    TargetEntry,
    Var,
)
from schemalint.semantics.relations import (
    add_ns_item_to_query,
    add_range_table_entry_for_subquery,
    add_range_table_entry_for_values,
    expand_ns_item_vars,
    find_attribute,
    get_rte_by_range_table_posn,
)
from schemalint.semantics.returning import transform_returning_clause
from schemalint.semantics.target import transform_expression_list
from schemalint.semantics.vars import contain_vars_of_level
from schemalint.syntax import nodes
from schemalint.syntax.nodes import ResTarget, SelectStmt


class InsertTarget(NamedTuple):
    """A column that INSERT assigns, with its number."""

    column: ResTarget
    attno: int


def check_insert_targets(pstate: ParseState, cols: Sequence[ResTarget]) -> list[InsertTarget]:
    """The columns of an INSERT, all of them when none are listed (checkInsertTargets)."""
    relation = pstate.target_relation
    assert relation is not None
    if not cols:
        return [
            InsertTarget(ResTarget(name=column.name), column.num) for column in relation.columns if not column.dropped
        ]
    targets: list[InsertTarget] = []
    whole: set[int] = set()
    partial: set[int] = set()
    for col in cols:
        name = col.name or ""
        column = find_attribute(relation, name)
        if column is None:
            message = f'column "{name}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=span(col), word=name)
        attno = column.num
        if attno in whole or (not col.indirection and attno in partial):
            raise Refusal("42701", f'column "{name}" specified more than once', at=span(col), word=name)
        (partial if col.indirection else whole).add(attno)
        targets.append(InsertTarget(col, attno))
    return targets


def _is_general_select(select: nodes.Node | None) -> bool:
    if not isinstance(select, SelectStmt):
        return select is not None
    return (
        not select.valuesLists
        or bool(select.sortClause)
        or select.limitOffset is not None
        or select.limitCount is not None
        or bool(select.lockingClause)
        or select.withClause is not None
    )


def transform_insert_stmt(pstate: ParseState, stmt: nodes.InsertStmt) -> Query:
    """transformInsertStmt."""
    pstate.is_insert = True
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    select = stmt.selectStmt
    general = _is_general_select(select)
    sub_rtable = pstate.rtable if general else []
    sub_namespace = pstate.namespace if general else []
    if general:
        pstate.rtable, pstate.namespace = [], []
    result_relation = set_target_table(pstate, stmt.relation, False, False)
    targets = check_insert_targets(pstate, stmt.cols)
    exprs: Sequence[Expr]
    if select is None:
        exprs = []
    elif general:
        exprs = _from_select(pstate, stmt, select, targets, sub_rtable, sub_namespace)
    else:
        assert isinstance(select, SelectStmt)
        if len(select.valuesLists) > 1:
            exprs = _from_values_lists(pstate, stmt, select, targets)
        else:
            row = transform_expression_list(pstate, select.valuesLists[0], "values_single", True)
            exprs = transform_insert_row(pstate, row, stmt.cols, targets, False)
    target_list = tuple(
        [
            TargetEntry(expr=expr, resno=target.attno, name=target.column.name)
            for expr, target in zip(exprs, targets, strict=False)
        ]
    )
    on_conflict = None
    returning: tuple[TargetEntry, ...] = ()
    if stmt.onConflictClause is not None or stmt.returningClause is not None:
        pstate.namespace = []
        assert pstate.target_item is not None
        add_ns_item_to_query(pstate, pstate.target_item, False, True, True)
    if stmt.onConflictClause is not None:
        from schemalint.semantics.on_conflict import transform_on_conflict_clause

        on_conflict = transform_on_conflict_clause(pstate, stmt.onConflictClause)
    if stmt.returningClause is not None:
        returning = transform_returning_clause(pstate, stmt.returningClause, "returning")
    query = Query(
        command="insert",
        rtable=tuple(pstate.rtable),
        target_list=target_list,
        returning=returning,
        result_relation=result_relation,
        from_=tuple(pstate.joinlist),
        ctes=tuple(pstate.ctenamespace),
        on_conflict=on_conflict,
        override=stmt.override,
        has_target_srfs=pstate.has_target_srfs,
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query


def _from_select(  # type: ignore[no-untyped-def]
    pstate: ParseState, stmt: nodes.InsertStmt, select, targets: list[InsertTarget], rtable, namespace
) -> list[Expr]:
    """INSERT ... SELECT."""
    from schemalint.semantics.analyze import transform_stmt

    sub = make_parsestate(pstate.names, pstate)
    sub.rtable, sub.namespace = rtable, namespace
    sub.resolve_unknowns = False
    query = transform_stmt(sub, select)
    item = add_range_table_entry_for_subquery(pstate, query, nodes.Alias(aliasname="*SELECT*"), False, False)
    add_ns_item_to_query(pstate, item, True, False, False)
    exprs: list[Expr] = []
    for tle in query.target_list:
        if tle.junk:
            continue
        expr = tle.expr
        if not (isinstance(expr, Const | Param) and expr.type == typeoids.UNKNOWN):
            var = item.var(len(exprs) + 1, 0, (expr.start, expr.end))
            assert var is not None
            expr = var
        exprs.append(expr)
    return transform_insert_row(pstate, exprs, stmt.cols, targets, False)


def _from_values_lists(
    pstate: ParseState, stmt: nodes.InsertStmt, select: SelectStmt, targets: list[InsertTarget]
) -> list[Expr]:
    """INSERT with several rows of VALUES."""
    rows: list[list[Expr]] = []
    length = -1
    for raw in select.valuesLists:
        row = transform_expression_list(pstate, raw, "values", True)
        if length < 0:
            length = len(row)
        elif length != len(row):
            raise Refusal("42601", "VALUES lists must all be the same length", at=span(row[0]) if row else None)
        row = transform_insert_row(pstate, row, stmt.cols, targets, True)
        assign_list_collations(pstate, row)
        rows.append(row)
    types = [expr.type for expr in rows[0]]
    typmods = [expr.typmod for expr in rows[0]]
    lateral = len(pstate.rtable) != 1 and contain_vars_of_level(rows, 0)
    collations = [0] * len(types)
    item = add_range_table_entry_for_values(pstate, rows, types, typmods, collations, None, lateral, True)
    add_ns_item_to_query(pstate, item, True, False, False)
    exprs = expand_ns_item_vars(pstate, item, 0, None)
    return transform_insert_row(pstate, exprs, stmt.cols, targets, False)


def transform_insert_row(
    pstate: ParseState,
    exprs: Sequence[Expr],
    stmt_cols: Sequence[ResTarget],
    targets: Sequence[InsertTarget],
    strip_indirection: bool,
) -> list[Expr]:
    """A row, converted to the columns' types (transformInsertRow)."""
    if len(exprs) > len(targets):
        message = "INSERT has more expressions than target columns"
        raise Refusal("42601", message, at=span(exprs[len(targets)]))
    if stmt_cols and len(exprs) < len(targets):
        hint = None
        if len(exprs) == 1 and _count_rowexpr_columns(pstate, exprs[0]) == len(targets):
            hint = (
                "The insertion source is a row expression containing the same number of columns expected by the "
                "INSERT. Did you accidentally use extra parentheses?"
            )
        message = "INSERT has more target columns than expressions"
        raise Refusal("42601", message, at=span(targets[len(exprs)].column), hint=hint)
    made: list[Expr] = []
    for expr, (col, attno) in zip(exprs, targets, strict=False):
        value = transform_assigned_expr(
            pstate, expr, "insert_target", col.name or "", attno, col.indirection, span(col)
        )
        made.append(_strip_indirection(value) if strip_indirection else value)
    return made


def _strip_indirection(expr: Expr) -> Expr:
    """What is assigned to a part of a column, without the assignment."""
    while True:
        inner = expr
        while isinstance(inner, CoerceToDomain):
            inner = inner.arg
        if isinstance(inner, FieldStore):
            expr = inner.values[0]
        elif isinstance(inner, SubscriptingRef) and inner.assign is not None:
            expr = inner.assign
        else:
            return expr


def _count_rowexpr_columns(pstate: ParseState, expr: Expr) -> int:
    """count_rowexpr_columns."""
    if isinstance(expr, Var) and expr.attno > 0 and expr.type == typeoids.RECORD:
        rte = get_rte_by_range_table_posn(pstate, expr.varno, expr.levelsup)
        if rte.kind == "subquery" and rte.subquery is not None:
            expr = next(tle.expr for tle in rte.subquery.target_list if tle.resno == expr.attno)
    return len(expr.args) if isinstance(expr, RowExpr) else -1
