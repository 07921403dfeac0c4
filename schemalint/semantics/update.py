"""UPDATE and DELETE (analyze.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.errors import Refusal
from schemalint.semantics.assign import transform_assigned_expr
from schemalint.semantics.clauses import set_target_table, transform_from_clause, transform_where_clause
from schemalint.semantics.collations import assign_query_collations
from schemalint.semantics.ctes import transform_with_clause
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Expr, Query, TargetEntry
from schemalint.semantics.relations import attname_attnum
from schemalint.semantics.returning import transform_returning_clause
from schemalint.semantics.target import transform_target_list
from schemalint.syntax import nodes


def _from_and_where(pstate: ParseState, items: Sequence[nodes.Node], where: nodes.Node | None) -> Expr | None:
    """FROM or USING, which may not name the target, and WHERE, which may."""
    target = pstate.target_item
    assert target is not None
    target.lateral_only, target.lateral_ok = True, False
    transform_from_clause(pstate, items)
    target.lateral_only, target.lateral_ok = False, True
    return transform_where_clause(pstate, where, "where", "WHERE")


def _query(
    pstate: ParseState,
    command: str,
    result_relation: int,
    qual: Expr | None,
    targets: Sequence[TargetEntry],
    returning: tuple[TargetEntry, ...],
) -> Query:
    query = Query(
        command=command,
        rtable=tuple(pstate.rtable),
        target_list=tuple(targets),
        returning=returning,
        result_relation=result_relation,
        from_=tuple(pstate.joinlist),
        outer_joins=tuple(pstate.outer_joins),
        quals=(*pstate.quals, *([qual] if qual is not None else [])),
        ctes=tuple(pstate.ctenamespace),
        has_aggs=pstate.has_aggs,
        has_window_funcs=pstate.has_window_funcs,
        has_target_srfs=pstate.has_target_srfs,
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query


def transform_delete_stmt(pstate: ParseState, stmt: nodes.DeleteStmt) -> Query:
    """transformDeleteStmt."""
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    result = set_target_table(pstate, stmt.relation, stmt.relation.inh, True)
    qual = _from_and_where(pstate, stmt.usingClause, stmt.whereClause)
    returning: tuple[TargetEntry, ...] = ()
    if stmt.returningClause is not None:
        returning = transform_returning_clause(pstate, stmt.returningClause, "returning")
    return _query(pstate, "delete", result, qual, (), returning)


def transform_update_stmt(pstate: ParseState, stmt: nodes.UpdateStmt) -> Query:
    """transformUpdateStmt."""
    if stmt.withClause is not None:
        transform_with_clause(pstate, stmt.withClause)
    result = set_target_table(pstate, stmt.relation, stmt.relation.inh, True)
    qual = _from_and_where(pstate, stmt.fromClause, stmt.whereClause)
    returning: tuple[TargetEntry, ...] = ()
    if stmt.returningClause is not None:
        returning = transform_returning_clause(pstate, stmt.returningClause, "returning")
    targets = transform_update_target_list(pstate, stmt.targetList)
    return _query(pstate, "update", result, qual, targets, returning)


def transform_update_target_list(pstate: ParseState, raw: Sequence[nodes.ResTarget]) -> list[TargetEntry]:
    """SET (transformUpdateTargetList)."""
    relation = pstate.target_relation
    assert relation is not None
    made = transform_target_list(pstate, raw, "update_source")
    pstate.next_resno = max(pstate.next_resno, len(relation.columns) + 1)
    targets: list[TargetEntry] = []
    originals = iter(raw)
    for tle in made:
        if tle.junk:
            targets.append(structs.replace(tle, resno=pstate.next_resno, name=None))
            pstate.next_resno += 1
            continue
        original = next(originals)
        name = original.name or ""
        attno = attname_attnum(relation, name, True)
        if attno == 0:
            raise _no_such_column(pstate, relation.name, original)
        expr = transform_assigned_expr(
            pstate, tle.expr, "update_target", name, attno, original.indirection, span(original)
        )
        targets.append(structs.replace(tle, expr=expr, resno=attno, name=name))
    return targets


def _no_such_column(pstate: ParseState, relname: str, target: nodes.ResTarget) -> Refusal:
    name = target.name or ""
    message = f'column "{name}" of relation "{relname}" does not exist'
    hint = None
    item = pstate.target_item
    if pstate.version >= 16 and target.indirection and item is not None and name == item.refname:
        hint = "SET target columns cannot be qualified with the relation name."
    return Refusal("42703", message, at=span(target), word=name, hint=hint)
