"""What rewriter, planner and executor refuse of an analyzed query (rewriteHandler.c, plancat.c, execMain.c)."""

from __future__ import annotations

from schemalint.catalog.model import Oid, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import BoolExpr, CurrentOfExpr, Expr, Query, RangeTblEntry, children
from schemalint.simulator.planner import check_plan
from schemalint.simulator.result_relations import check_foreign_table
from schemalint.simulator.rewrite_changes import check_data_change, check_modifying_cte
from schemalint.simulator.session import Session
from schemalint.simulator.updatable import view_query

__all__ = ["check_query", "sublink_queries", "view_query"]

MAX_DEPTH = 50
"""Of views over views that are looked into."""


def check_query(session: Session, query: Query, explain_only: bool = False) -> None:
    """Refuse what a query cannot do to the relations it names."""
    _check(session, query, explain_only, ())


def _check(session: Session, query: Query, explain_only: bool, views: tuple[Oid, ...]) -> None:
    for cte in query.ctes:
        if cte.query is not None:
            if cte.query.command != "select":
                check_modifying_cte(session, cte.query)
            _check(session, cte.query, explain_only, views)
    if query.command in ("insert", "update", "delete", "merge"):
        check_data_change(session, query)
        _check_current_of(session, query, explain_only)
    _check_reads(session, query, explain_only, views)
    check_plan(session, query, explain_only)
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind == "subquery" and rte.subquery is not None:
            _check(session, rte.subquery, explain_only, views)
        elif rte.kind == "relation" and rte.relkind == "v" and i != query.result_relation:
            _check_view(session, rte, explain_only, views)
    if query.has_sublinks:
        for inner in sublink_queries(query):
            _check(session, inner, explain_only, views)


def sublink_queries(query: Query) -> list[Query]:
    """The queries of subqueries in expressions, those of the range table and of WITH left out."""
    found: list[Query] = []
    skipped = {id(rte) for rte in query.rtable if rte.kind == "subquery"} | {id(cte) for cte in query.ctes}
    for child in children(query):
        if id(child) not in skipped:
            _gather_queries(child, found)
    return found


def _gather_queries(node: object, found: list[Query]) -> None:
    if isinstance(node, Query):
        found.append(node)
        return
    for child in children(node):  # type: ignore[arg-type]
        _gather_queries(child, found)


# --- What is read


def _check_view(session: Session, rte: RangeTblEntry, explain_only: bool, views: tuple[Oid, ...]) -> None:
    if rte.relid in views:
        message = f'infinite recursion detected in rules for relation "{rte.refname}"'
        raise Refusal("42P17", message, at=(rte.start, rte.end))
    inner = view_query(session, rte.relid)
    if inner is not None and len(views) < MAX_DEPTH:
        _check(session, inner, explain_only, (*views, rte.relid))


def _check_reads(session: Session, query: Query, explain_only: bool, views: tuple[Oid, ...]) -> None:
    marked = {mark.rti for mark in query.locking}
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind != "relation" or rte.relkind in "rvpc" or i == query.result_relation:
            continue
        relation = session.catalog.get(Relation, rte.relid)
        if relation is None:
            continue
        at = (rte.start, rte.end) if rte.start >= 0 and not views else None
        if rte.relkind == "f":
            check_foreign_table(session, relation, at)
        if i in marked and rte.relkind in "Sm":
            kind = "sequence" if rte.relkind == "S" else "materialized view"
            raise Refusal("42809", f'cannot lock rows in {kind} "{relation.name}"', at=at, word=relation.name)
        if rte.relkind == "m" and not relation.populated and not explain_only:
            message = f'materialized view "{relation.name}" has not been populated'
            hint = "Use the REFRESH MATERIALIZED VIEW command."
            raise Refusal("55000", message, at=at, word=relation.name, hint=hint)


# --- WHERE CURRENT OF


def _check_current_of(session: Session, query: Query, explain_only: bool) -> None:
    """The cursor must be there when the statement runs (execCurrentOf)."""
    for qual in query.quals:
        for current in _current_of(qual):
            at = (current.start, current.end)
            if query.rtable[query.result_relation - 1].relkind == "v":
                raise Refusal("0A000", "WHERE CURRENT OF on a view is not implemented", at=at)
            if not explain_only and session.var(f"cursor {current.cursor}") is None:
                raise Refusal("34000", f'cursor "{current.cursor}" does not exist', at=at, word=current.cursor)


def _current_of(qual: Expr) -> list[CurrentOfExpr]:
    if isinstance(qual, CurrentOfExpr):
        return [qual]
    if isinstance(qual, BoolExpr):
        return [found for arg in qual.args for found in _current_of(arg)]
    return []
