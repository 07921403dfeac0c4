"""REFRESH MATERIALIZED VIEW (matview.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import acl_check, owner_check
from schemalint.simulator.describe import quote_identifier
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, EXCLUSIVE, Rewritten
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import RefreshMatViewStmt

At = tuple[int, int] | None

BTREE = 403


def exec_refresh_mat_view(session: Session, stmt: RefreshMatViewStmt) -> None:
    """REFRESH MATERIALIZED VIEW (ExecRefreshMatView)."""
    at = (stmt.relation.start, stmt.relation.end)
    view = relation_openrv(session, stmt.relation, EXCLUSIVE if stmt.concurrent else ACCESS_EXCLUSIVE)
    check_maintains_table(session, view, at)
    name = view.name
    if view.kind != "m":
        raise Refusal("0A000", f'"{name}" is not a materialized view', at=at, word=name)
    if stmt.concurrent and not view.populated:
        message = "CONCURRENTLY cannot be used when the materialized view is not populated"
        raise Refusal("0A000", message, at=(stmt.start, stmt.end))
    if stmt.concurrent and stmt.skipData:
        message = "CONCURRENTLY and WITH NO DATA options cannot be used together"
        raise Refusal("42601", message, at=(stmt.start, stmt.end))
    if stmt.concurrent and not any(is_usable_unique_index(index) for index in session.catalog.indexes(view.oid)):
        schema = quote_identifier(session.names.namespace_name(view.namespace))
        raise Refusal(
            "55000",
            f'cannot refresh materialized view "{schema}.{quote_identifier(name)}" concurrently',
            hint="Create a unique index with no WHERE clause on one or more columns of the materialized view.",
            at=at,
            word=name,
        )
    if not stmt.skipData:
        _run(session, view)
    if view.populated == stmt.skipData:
        session.change(replace(view, populated=not stmt.skipData))
    if not stmt.concurrent:
        session.effect(Rewritten(view.oid, "REFRESH MATERIALIZED VIEW"))


def _run(session: Session, view: Relation) -> None:
    """The query is read as any other."""
    from schemalint.simulator.queries import lock_relations
    from schemalint.simulator.rewrite import check_query, view_query

    query = view_query(session, view.oid)
    if query is not None:
        lock_relations(session, query)
        check_query(session, query)


def check_maintains_table(session: Session, relation: Relation, at: At) -> None:
    """Raise what a relation that cannot be maintained is refused with (RangeVarCallbackMaintainsTable, before 17
    RangeVarCallbackOwnsTable)."""
    if relation.kind not in "rtmp":
        message = f'"{relation.name}" is not a table or materialized view'
        raise Refusal("42809", message, at=at, word=relation.name)
    if session.version >= 17:
        acl_check(session, relation, "m", at)
    else:
        owner_check(session, relation, at)


def is_usable_unique_index(index: Relation) -> bool:
    """Whether rows of a materialized view can be told apart by the index."""
    info = index.index
    return (
        info is not None
        and info.unique
        and info.immediate
        and info.valid
        and index.am == BTREE
        and info.predicate is None
        and bool(info.key)
        and all(info.key)
    )
