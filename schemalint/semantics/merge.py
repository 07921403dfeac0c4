"""MERGE (parse_merge.c)."""

from __future__ import annotations

from typing import Final

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.semantics.clauses import set_target_table, transform_from_clause, transform_where_clause
from schemalint.semantics.collations import assign_query_collations
from schemalint.semantics.ctes import transform_with_clause
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.insert import check_insert_targets, transform_insert_row
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import MergeAction, Query, TargetEntry
from schemalint.semantics.range_table import relkind_not_supported
from schemalint.semantics.relations import add_ns_item_to_query
from schemalint.semantics.returning import transform_returning_clause
from schemalint.semantics.target import transform_expression_list
from schemalint.semantics.update import transform_update_target_list
from schemalint.syntax import nodes

_COMMANDS: Final = {
    "CMD_INSERT": "insert",
    "CMD_UPDATE": "update",
    "CMD_DELETE": "delete",
    "CMD_NOTHING": "nothing",
}


def transform_merge_stmt(pstate: ParseState, stmt: nodes.MergeStmt) -> Query:
    """transformMergeStmt."""
    if stmt.withClause is not None:
        if stmt.withClause.recursive:
            message = "WITH RECURSIVE is not supported for MERGE statement"
            raise Refusal("42601", message, at=span(stmt.withClause))
        transform_with_clause(pstate, stmt.withClause)
    _check_reachable(stmt)
    result = set_target_table(pstate, stmt.relation, stmt.relation.inh, False)
    target, relation = pstate.target_item, pstate.target_relation
    assert target is not None and relation is not None
    _check_target(pstate, stmt, relation)
    transform_from_clause(pstate, (stmt.sourceRelation,))
    source = _source(pstate)
    if target.refname == source.refname:
        raise Refusal(
            "42712",
            f'name "{target.refname}" specified more than once',
            at=span(stmt.sourceRelation),
            word=target.refname,
            detail="The name is used both as MERGE target table and data source.",
        )
    add_ns_item_to_query(pstate, target, False, True, True)
    pstate.quals.append(transform_expr(pstate, stmt.joinCondition, "join_on"))
    actions = [_action(pstate, clause, target, source) for clause in stmt.mergeWhenClauses]
    returning: tuple[TargetEntry, ...] = ()
    if stmt.returningClause is not None:
        _visible(target, True)
        _visible(source, True)
        returning = transform_returning_clause(pstate, stmt.returningClause, "merge_returning")
    query = Query(
        command="merge",
        rtable=tuple(pstate.rtable),
        returning=returning,
        result_relation=result,
        from_=tuple(pstate.joinlist),
        quals=tuple(pstate.quals),
        ctes=tuple(pstate.ctenamespace),
        merge_actions=tuple(actions),
        has_modifying_cte=pstate.has_modifying_cte,
        has_sublinks=pstate.has_sublinks,
    )
    assign_query_collations(pstate, query)
    return query


def _source(pstate: ParseState) -> NamespaceItem:
    """The item of the data source."""
    last = len(pstate.rtable)
    return next(item for item in pstate.namespace if item.rtindex == last)


def _check_reachable(stmt: nodes.MergeStmt) -> None:
    terminal: set[str] = set()
    for clause in stmt.mergeWhenClauses:
        if clause.matchKind in terminal:
            message = "unreachable WHEN clause specified after unconditional WHEN clause"
            raise Refusal("42601", message, at=span(clause))
        if clause.condition is None:
            terminal.add(clause.matchKind)


def _check_target(pstate: ParseState, stmt: nodes.MergeStmt, relation: Relation) -> None:
    """MERGE changes tables, from 17 on views too, but nothing with rules."""
    at, name = span(stmt.relation), relation.name
    message = f'cannot execute MERGE on relation "{name}"'
    kinds = "rpv" if pstate.version >= 17 else "rp"
    if relation.kind not in kinds:
        detail = relkind_not_supported(relation.kind)
        raise Refusal("0A000", message, at=at, word=name, detail=detail)
    if any(rule.enabled in "OA" for rule in pstate.catalog.rules(relation.oid)):
        detail = "MERGE is not supported for relations with rules."
        raise Refusal("0A000", message, at=at, word=name, detail=detail)


def _visible(item: NamespaceItem, visible: bool) -> None:
    item.rel_visible = item.cols_visible = visible


def _action(
    pstate: ParseState, clause: nodes.MergeWhenClause, target: NamespaceItem, source: NamespaceItem
) -> MergeAction:
    """One WHEN, which sees the rows that its kind of match has (setNamespaceForMergeWhen)."""
    _visible(target, clause.matchKind != "MERGE_WHEN_NOT_MATCHED_BY_TARGET")
    _visible(source, clause.matchKind != "MERGE_WHEN_NOT_MATCHED_BY_SOURCE")
    qual = transform_where_clause(pstate, clause.condition, "merge_when", "WHEN")
    command = _COMMANDS[clause.commandType]
    targets: tuple[TargetEntry, ...] = ()
    if command == "insert":
        pstate.is_insert = True
        columns = check_insert_targets(pstate, clause.targetList)
        if clause.values:
            exprs = transform_expression_list(pstate, clause.values, "values_single", True)
            exprs = transform_insert_row(pstate, exprs, clause.targetList, columns, False)
            targets = tuple(
                [
                    TargetEntry(expr=expr, resno=column.attno, name=column.column.name)
                    for expr, column in zip(exprs, columns, strict=False)
                ]
            )
    elif command == "update":
        pstate.is_insert = False
        targets = tuple(transform_update_target_list(pstate, clause.targetList))
    return MergeAction(clause.matchKind, command, qual, targets, clause.override)
