"""CREATE VIEW (view.c). Materialized views are made by create_table_as.py and refreshed by matviews.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Collation, Expression, ObjectAddress, Oid, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.lsyscache import get_typcollation, type_is_collatable
from schemalint.semantics.types import format_type
from schemalint.semantics.vars import rests_on_unknown
from schemalint.simulator.acl import owner_check
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, ACCESS_SHARE, Noted
from schemalint.simulator.heap import heap_create_with_catalog, record_column_dependencies, record_relation_dependencies
from schemalint.simulator.matviews import exec_refresh_mat_view
from schemalint.simulator.queries import analyze_statement
from schemalint.simulator.rangevars import range_var_get_and_check_creation_namespace
from schemalint.simulator.reloptions import heap_reloptions, transform_rel_options
from schemalint.simulator.session import Session
from schemalint.simulator.updatable import view_query_is_auto_updatable
from schemalint.syntax.nodes import DefElem, ViewStmt

__all__ = ["define_view", "exec_refresh_mat_view", "store_view_query"]

At = tuple[int, int] | None


def define_view(session: Session, stmt: ViewStmt) -> None:
    """CREATE VIEW (DefineView).

    A view over what is not known (open catalog) is not known either: then Undecidable is raised.
    """
    mark, effects = session.catalog.mark(), len(session.effects)
    try:
        _define_view(session, stmt)
    except Undecidable as reason:
        session.catalog.rollback(mark)
        del session.effects[effects:]
        session.catalog.make_unknown(stmt.view.relname, reason.reason)
        raise


def _define_view(session: Session, stmt: ViewStmt) -> None:
    query = analyze_statement(session, stmt.query)
    at = (stmt.query.start, stmt.query.end)
    if query.command == "utility":
        raise Refusal("0A000", "views must not contain SELECT INTO", at=at)
    if query.has_modifying_cte:
        raise Refusal("0A000", "views must not contain data-modifying statements in WITH", at=at)
    options = _with_check_option(stmt)
    _check_updatable(query, options, stmt)
    query = replace(query, target_list=_with_aliases(query.target_list, stmt))
    if stmt.view.relpersistence == "u":
        message = "views cannot be unlogged because they do not have storage"
        raise Refusal("42601", message, at=(stmt.start, stmt.end))
    view = stmt.view
    for relid in relations_of(query):
        session.lock(relid, ACCESS_SHARE)
    if view.relpersistence == "p" and is_query_using_temp_relation(session, query):
        view = replace(view, relpersistence="t")
        session.effect(Noted("NOTICE", f'view "{view.relname}" will be a temporary view'))
    columns = _view_columns(session, query, at)
    namespace, persistence, existing = range_var_get_and_check_creation_namespace(session, view)
    name_at = (stmt.view.start, stmt.view.end)
    expression = Expression(session.source_of(stmt.query), query)
    if existing is not None and stmt.replace:
        _replace_view(session, existing, columns, options, expression, name_at)
        return
    reloptions = _reloptions(session, (), options)
    _check_no_duplicates(columns, name_at)
    made = heap_create_with_catalog(
        session,
        Relation(
            oid=0,
            name=view.relname,
            namespace=namespace,
            kind="v",
            owner=session.role,
            persistence=persistence,
            columns=columns,
            options=reloptions,
        ),
        name_at,
    )
    store_view_query(session, made, expression)


def _with_check_option(stmt: ViewStmt) -> tuple[DefElem, ...]:
    """The options, WITH CHECK OPTION among them."""
    if stmt.withCheckOption == "NO_CHECK_OPTION":
        return stmt.options
    value = "local" if stmt.withCheckOption == "LOCAL_CHECK_OPTION" else "cascaded"
    return (*stmt.options, DefElem(defname="check_option", arg=value, start=stmt.start, end=stmt.end))


def _check_updatable(query: q.Query, options: Sequence[DefElem], stmt: ViewStmt) -> None:
    if not any(option.defname == "check_option" for option in options):
        return
    reason = view_query_is_auto_updatable(query, True)
    if reason is not None:
        message = "WITH CHECK OPTION is supported only on automatically updatable views"
        raise Refusal("0A000", message, hint=reason, at=(stmt.start, stmt.end))


def _reloptions(session: Session, old: tuple[str, ...], options: Sequence[DefElem]) -> tuple[str, ...]:
    return heap_reloptions(session, "v", transform_rel_options(session, old, options, None), True)


# --- Columns


def _with_aliases(targets: Sequence[q.TargetEntry], stmt: ViewStmt) -> tuple[q.TargetEntry, ...]:
    """The output columns under the names of the column list."""
    names = iter(stmt.aliases)
    made = [target if target.junk else replace(target, name=next(names, target.name)) for target in targets]
    if next(names, None) is not None:
        message = "CREATE VIEW specifies more column names than columns"
        raise Refusal("42601", message, at=(stmt.start, stmt.end))
    return tuple(made)


def _view_columns(session: Session, query: q.Query, at: At) -> tuple[Attribute, ...]:
    """The columns that a query gives (DefineVirtualRelation)."""
    columns: list[Attribute] = []
    for target in query.target_list:
        if target.junk:
            continue
        expr = target.expr
        collation = expr_collation(expr, session)
        if not collation and rests_on_unknown(expr):
            collation = 0 if expr.type == q.UNKNOWN_TYPE else get_typcollation(session, expr.type)
        elif not collation and type_is_collatable(session, expr.type):
            raise Refusal(
                "42P22",
                f'could not determine which collation to use for view column "{target.name}"',
                hint="Use the COLLATE clause to set the collation explicitly.",
                at=(expr.start, expr.end) if expr.start >= 0 else at,
            )
        num = len(columns) + 1
        name = target.name or "?column?"
        columns.append(Attribute(num=num, name=name, type=expr.type, typmod=expr.typmod, collation=collation))
    return tuple(columns)


def _check_no_duplicates(columns: Sequence[Attribute], at: At) -> None:
    """Raise 42701 for a column of a name that another has already (MergeAttributes)."""
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            message = f'column "{column.name}" specified more than once'
            raise Refusal("42701", message, at=at, word=column.name)
        seen.add(column.name)


# --- OR REPLACE


def _replace_view(
    session: Session,
    old: Relation,
    columns: tuple[Attribute, ...],
    options: Sequence[DefElem],
    expression: Expression,
    at: At,
) -> None:
    owner_check(session, old, at)
    session.lock(old.oid, ACCESS_EXCLUSIVE)
    if old.kind != "v":
        raise Refusal("42809", f'"{old.name}" is not a view', at=at, word=old.name)
    check_view_columns(session, columns, old.columns, at)
    kept = tuple(
        replace(new, acl=before.acl, options=before.options, default=before.default)
        for new, before in zip(columns, old.columns, strict=False)
    )
    added = columns[len(old.columns) :]
    changed = replace(old, columns=(*kept, *added), options=_reloptions(session, (), options))
    session.change(changed)
    for column in added:
        record_column_dependencies(session, old.oid, column)
    store_view_query(session, changed, expression)


def check_view_columns(session: Session, new: Sequence[Attribute], old: Sequence[Attribute], at: At) -> None:
    """Raise 42P16 where OR REPLACE would change a column of the view (checkViewColumns)."""
    if len(new) < len(old):
        raise Refusal("42P16", "cannot drop columns from view", at=at)
    for column, before in zip(new, old, strict=False):
        if before.dropped:
            raise Refusal("42P16", "cannot drop columns from view", at=at)
        if column.name != before.name:
            raise Refusal(
                "42P16",
                f'cannot change name of view column "{before.name}" to "{column.name}"',
                hint="Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
                at=at,
                word=column.name,
            )
        if q.UNKNOWN_TYPE in (column.type, before.type):
            continue
        if (column.type, column.typmod) != (before.type, before.typmod):
            was = format_type(session.names, before.type, before.typmod)
            now = format_type(session.names, column.type, column.typmod)
            message = f'cannot change data type of view column "{before.name}" from {was} to {now}'
            raise Refusal("42P16", message, at=at, word=before.name)
        if column.collation != before.collation and session.version >= 15:
            was, now = (_collation_name(session, oid) for oid in (before.collation, column.collation))
            message = f'cannot change collation of view column "{before.name}" from "{was}" to "{now}"'
            raise Refusal("42P16", message, at=at, word=before.name)


def _collation_name(session: Session, oid: Oid) -> str:
    found = session.catalog.get(Collation, oid)
    return found.name if found is not None else "(null)"


# --- The query


def store_view_query(session: Session, relation: Relation, expression: Expression) -> Relation:
    """Give a view or materialized view its query, and record what the query needs (StoreViewQuery, DefineQueryRewrite)."""
    catalog = session.catalog
    address = relation.address
    changed = replace(relation, view=expression)
    catalog.put(changed)
    if relation.view is not None:
        held = [d for d in catalog.depends_on(address) if d.deptype not in "na"]
        catalog.clear_dependencies(address)
        for dependency in held:
            catalog.depend(address, dependency.refobj, dependency.deptype)
        record_relation_dependencies(session, changed)
    record_dependency_on_expr(session, address, expression.tree)
    for query in queries_of(expression.tree):
        for oid in query.constraint_deps:
            catalog.depend(address, ObjectAddress("pg_constraint", oid))
    return changed


def queries_of(node: object) -> Iterator[q.Query]:
    """A query and all queries within it."""
    if isinstance(node, q.Query):
        yield node
    if isinstance(node, Struct):
        for child in q.children(node):
            yield from queries_of(child)


def relations_of(query: q.Query) -> list[Oid]:
    """The relations that a query names, on whatever level."""
    found = (rte.relid for inner in queries_of(query) for rte in inner.rtable if rte.kind == "relation")
    return list(dict.fromkeys(oid for oid in found if oid))


def is_query_using_temp_relation(session: Session, query: q.Query) -> bool:
    """isQueryUsingTempRelation."""
    for oid in relations_of(query):
        relation = session.catalog.get(Relation, oid)
        if relation is not None and relation.persistence == "t":
            return True
    return False
