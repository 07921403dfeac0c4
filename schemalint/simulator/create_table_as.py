"""CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW (createas.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Expression, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.lsyscache import type_is_collatable
from schemalint.semantics.query import UNKNOWN_TYPE, Query
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.heap import default_tablespace, get_am_oid, get_tablespace_oid, heap_create_with_catalog
from schemalint.simulator.rangevars import range_var_get_and_check_creation_namespace
from schemalint.simulator.reloptions import heap_reloptions, transform_rel_options
from schemalint.simulator.session import Session
from schemalint.simulator.tables import register_on_commit
from schemalint.syntax import nodes
from schemalint.syntax.nodes import CreateTableAsStmt, IntoClause

At = tuple[int, int] | None

ON_COMMIT = {"ONCOMMIT_DROP": "d", "ONCOMMIT_DELETE_ROWS": "t", "ONCOMMIT_PRESERVE_ROWS": "p"}


def exec_create_table_as(session: Session, stmt: CreateTableAsStmt) -> None:
    """ExecCreateTableAs. What the query reads may not be known (open catalog): then the table is not known either."""
    mark, effects = session.catalog.mark(), len(session.effects)
    try:
        _create_table_as(session, stmt)
    except Undecidable as reason:
        session.catalog.rollback(mark)
        del session.effects[effects:]
        session.catalog.make_unknown(stmt.into.rel.relname, reason.reason)
        raise


def _create_table_as(session: Session, stmt: CreateTableAsStmt) -> None:
    from schemalint.simulator.queries import analyze_statement, run_query

    into = stmt.into
    is_matview = stmt.objtype == "OBJECT_MATVIEW"
    query: Query | None
    if isinstance(stmt.query, nodes.ExecuteStmt):
        query = _prepared_query(session, stmt.query)
    else:
        query = analyze_statement(session, stmt).inner
    assert query is not None
    namespace, persistence, existing = range_var_get_and_check_creation_namespace(session, into.rel)
    name, at = into.rel.relname, (into.rel.start, into.rel.end)
    if existing is not None:
        if not stmt.if_not_exists:
            raise Refusal("42P07", f'relation "{name}" already exists', at=at, word=name)
        session.effect(Noted("NOTICE", f'relation "{name}" already exists, skipping'))
        session.effect(Skipped(name, True, existing.address))
        return
    columns = _columns(session, query, into, is_matview, at)
    made = _create(session, into, namespace, persistence, columns, is_matview, at)
    if is_matview:
        from schemalint.simulator.views import store_view_query

        made = store_view_query(session, made, Expression(session.source_of(stmt.query), query))
        if into.skipData:
            session.catalog.put(replace(made, populated=False))
    elif made.oncommit:
        register_on_commit(session, made)
    if not into.skipData:
        run_query(session, query)


def _prepared_query(session: Session, stmt: nodes.ExecuteStmt) -> Query:
    """CREATE TABLE AS EXECUTE (ExecuteQuery)."""
    from schemalint.simulator.prepared import analyze_prepared, check_parameters, fetch_prepared

    at = (stmt.start, stmt.end)
    prepared = fetch_prepared(session, stmt.name, at)
    check_parameters(session, prepared, stmt.params, stmt.name, at)
    query = analyze_prepared(session, prepared)
    if query.command != "select":
        raise Refusal("42809", "prepared statement is not a SELECT", at=at, word=stmt.name)
    return query


def _columns(session: Session, query: Query, into: IntoClause, is_matview: bool, at: At) -> tuple[Attribute, ...]:
    """The columns that the query gives, under the names of INTO where it has some (intorel_startup)."""
    names = list(into.colNames)
    found: list[Attribute] = []
    for target in query.target_list:
        if target.junk:
            continue
        num = len(found) + 1
        name = names[num - 1] if num <= len(names) else target.name or "?column?"
        type_oid, collation = target.expr.type, expr_collation(target.expr, session)
        if type_oid == typeoids.UNKNOWN:
            type_oid, collation = typeoids.TEXT, typeoids.DEFAULT_COLLATION
        if not collation and type_oid != UNKNOWN_TYPE and type_is_collatable(session, type_oid):
            from schemalint.semantics.types import format_type

            raise Refusal(
                "42P22",
                f'no collation was derived for column "{name}" with collatable type {format_type(session, type_oid)}',
                at=at,
                hint="Use the COLLATE clause to set the collation explicitly.",
            )
        found.append(Attribute(num=num, name=name, type=type_oid, typmod=target.expr.typmod, collation=collation))
    if len(names) > len(found):
        raise Refusal("42601", "too many column names were specified", at=at)
    return tuple(found)


def _create(
    session: Session,
    into: IntoClause,
    namespace: int,
    persistence: str,
    columns: tuple[Attribute, ...],
    is_matview: bool,
    at: At,
) -> Relation:
    """create_ctas_internal."""
    if into.onCommit != "ONCOMMIT_NOOP" and persistence != "t":
        raise Refusal("42P16", "ON COMMIT can only be used on temporary tables", at=at)
    tablespace = default_tablespace(session, persistence, False)
    if into.tableSpaceName is not None:
        found = get_tablespace_oid(session, into.tableSpaceName, at)
        if into.tableSpaceName == "pg_global":
            raise Refusal("22023", "only shared relations can be placed in pg_global tablespace", at=at)
        tablespace = 0 if into.tableSpaceName == "pg_default" else found
    kind = "m" if is_matview else "r"
    options = heap_reloptions(session, kind, transform_rel_options(session, (), into.options, None, ("toast",)), True)
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            message = f'column "{column.name}" specified more than once'
            raise Refusal("42701", message, at=at, word=column.name)
        seen.add(column.name)
    am = into.accessMethod or session.setting("default_table_access_method") or "heap"
    made = heap_create_with_catalog(
        session,
        Relation(
            oid=0,
            name=into.rel.relname,
            namespace=namespace,
            kind=kind,
            owner=session.role,
            persistence=persistence,
            columns=columns,
            am=get_am_oid(session, am, "t", at).oid,
            tablespace=tablespace,
            options=options,
            oncommit=ON_COMMIT.get(into.onCommit, ""),
        ),
        at,
    )
    if any(option.defnamespace == "toast" for option in into.options):
        heap_reloptions(session, "t", transform_rel_options(session, (), into.options, "toast", ("toast",)), True)
    return made
