"""Publications (publicationcmds.c, pg_publication.c). Subscriptions are in subscriptions.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress, Oid, Publication, PublicationRelation, Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import acl_check, is_superuser, owner_check
from schemalint.simulator.databases import database_named
from schemalint.simulator.defelem import def_get_boolean, def_get_string, error_conflicting_def_elem
from schemalint.simulator.publication_tables import (
    PublishedTable,
    add_schema,
    add_table,
    check_tables,
    column_numbers,
    open_tables,
    publication_objects,
)
from schemalint.simulator.session import Session
from schemalint.simulator.settings import split_identifiers
from schemalint.simulator.subscriptions import alter_subscription, create_subscription, drop_subscription
from schemalint.syntax.nodes import (
    AlterPublicationStmt,
    CreatePublicationStmt,
    DefElem,
    PublicationTable,
)

__all__ = [
    "alter_publication",
    "alter_subscription",
    "create_publication",
    "create_subscription",
    "drop_subscription",
]

At = tuple[int, int] | None

_ACTIONS = {"insert": "i", "update": "u", "delete": "d", "truncate": "t"}


class _Options(Struct, gc=False):
    actions: str | None = None
    viaroot: bool | None = None
    gencols: str | None = None


# --- Options and objects


def _publication_options(session: Session, options: Sequence[DefElem]) -> _Options:
    """parse_publication_options."""
    found = _Options()
    seen: set[str] = set()
    for option in options:
        at = (option.start, option.end)
        known = ("publish", "publish_via_partition_root", "publish_generated_columns")
        if option.defname not in known[: 3 if session.version >= 18 else 2]:
            message = f'unrecognized publication parameter: "{option.defname}"'
            raise Refusal("42601", message, at=at, word=option.defname)
        if option.defname in seen:
            raise error_conflicting_def_elem(option)
        seen.add(option.defname)
        if option.defname == "publish":
            found.actions = _actions(session, option)
        elif option.defname == "publish_via_partition_root":
            found.viaroot = def_get_boolean(option)
        else:
            found.gencols = _generated_columns(option)
    return found


def _actions(session: Session, option: DefElem) -> str:
    at = (option.start, option.end)
    names = split_identifiers(def_get_string(option))
    if names is None:
        message = 'invalid list syntax in parameter "publish"'
        if session.version < 15:
            message = 'invalid list syntax for "publish" option'
        raise Refusal("42601", message, at=at)
    found = ""
    for name in names:
        if name not in _ACTIONS:
            message = f'unrecognized value for publication option "publish": "{name}"'
            if session.version < 15:
                message = f'unrecognized "publish" value: "{name}"'
            raise Refusal("42601", message, at=at, word=name)
        found += _ACTIONS[name]
    return "".join(letter for letter in "iudt" if letter in found)


def _generated_columns(option: DefElem) -> str:
    """defGetGeneratedColsOption."""
    value = def_get_string(option) if option.arg is not None else ""
    if value.lower() not in ("none", "stored"):
        raise Refusal(
            "42601",
            f'invalid value for publication parameter "publish_generated_columns": "{value}"',
            detail='Valid values are "none" and "stored".',
            at=(option.start, option.end),
        )
    return value[0].lower()


# --- CREATE PUBLICATION


def create_publication(session: Session, stmt: CreatePublicationStmt) -> None:
    """CREATE PUBLICATION (CreatePublication)."""
    at = (stmt.start, stmt.end)
    if not is_superuser(session):
        database = database_named(session, session.names.database)
        acl_check(session, database, "C", at)
        if stmt.for_all_tables:
            raise Refusal("42501", "must be superuser to create FOR ALL TABLES publication", at=at)
    if session.catalog.find_oid("pg_publication", 0, stmt.pubname) is not None:
        raise Refusal("42710", f'publication "{stmt.pubname}" already exists', at=at, word=stmt.pubname)
    options = _publication_options(session, stmt.options)
    publication = Publication(
        oid=session.catalog.new_oid(),
        name=stmt.pubname,
        owner=session.role,
        alltables=stmt.for_all_tables,
        actions="iudt" if options.actions is None else options.actions,
        viaroot=bool(options.viaroot),
        gencols=options.gencols or "n",
    )
    tables, schemas = publication_objects(session, stmt.pubobjects)
    if schemas and not is_superuser(session):
        raise Refusal("42501", "must be superuser to create FOR TABLES IN SCHEMA publication", at=at)
    opened = open_tables(session, tables)
    check_tables(session, stmt.pubname, opened, bool(schemas), publication.viaroot)
    session.create(publication)
    for table in opened:
        publication = add_table(session, publication, table, True)
    for schema, where in schemas:
        publication = add_schema(session, publication, schema, True, where)


# --- ALTER PUBLICATION


def alter_publication(session: Session, stmt: AlterPublicationStmt) -> None:
    """ALTER PUBLICATION (AlterPublication)."""
    at = (stmt.start, stmt.end)
    publication = session.catalog.find(Publication, 0, stmt.pubname)
    if publication is None:
        session.names.unknown_or(stmt.pubname, at)
        raise Refusal("42704", f'publication "{stmt.pubname}" does not exist', at=at, word=stmt.pubname)
    owner_check(session, publication, at)
    if stmt.options:
        _alter_options(session, publication, stmt, at)
        return
    tables, schemas = publication_objects(session, stmt.pubobjects)
    if schemas and stmt.action != "AP_DropObjects" and not is_superuser(session):
        raise Refusal("42501", "must be superuser to add or set schemas", at=at)
    if publication.alltables and (schemas or tables):
        what = "Schemas" if schemas else "Tables"
        detail = f"{what} cannot be added to or dropped from FOR ALL TABLES publications."
        message = f'publication "{publication.name}" is defined as FOR ALL TABLES'
        raise Refusal("55000", message, detail=detail, at=at, word=publication.name)
    publication = _alter_tables(session, publication, stmt, tables, bool(schemas))
    _alter_schemas(session, publication, stmt, schemas)


def _alter_options(session: Session, publication: Publication, stmt: AlterPublicationStmt, at: At) -> None:
    """AlterPublicationOptions."""
    options = _publication_options(session, stmt.options)
    if options.viaroot is False and not publication.alltables and session.version >= 15:
        for part in publication.relations:
            relation = session.catalog[Relation, part.relid]
            if relation.kind != "p" or not (part.columns or part.qual):
                continue
            what = "WHERE clause" if part.qual is not None else "column list"
            detail = (
                f'The publication contains a {what} for partitioned table "{relation.name}", which is not allowed '
                'when "publish_via_partition_root" is false.'
            )
            message = f'cannot set parameter "publish_via_partition_root" to false for publication "{publication.name}"'
            raise Refusal("22023", message, detail=detail, at=at)
    actions = publication.actions if options.actions is None else options.actions
    viaroot = publication.viaroot if options.viaroot is None else options.viaroot
    gencols = publication.gencols if options.gencols is None else options.gencols
    session.change(replace(publication, actions=actions, viaroot=viaroot, gencols=gencols))


def _alter_tables(
    session: Session,
    publication: Publication,
    stmt: AlterPublicationStmt,
    tables: Sequence[PublicationTable],
    with_schemas: bool,
) -> Publication:
    """AlterPublicationTables."""
    if not tables and stmt.action != "AP_SetObjects":
        return publication
    opened = open_tables(session, tables)
    if stmt.action == "AP_DropObjects":
        for table in opened:
            publication = _drop_table(session, publication, table)
        return publication
    if stmt.action == "AP_AddObjects":
        with_schemas = with_schemas or bool(publication.schemas)
    check_tables(session, stmt.pubname, opened, with_schemas, publication.viaroot)
    if stmt.action == "AP_SetObjects":
        kept = {table.relation.oid: table for table in opened}
        for part in publication.relations:
            table_or_none: Any = kept.get(part.relid)
            if table_or_none is None or not _same(session, table_or_none, part):
                publication = _remove(session, publication, part.relid)
    for table in opened:
        publication = add_table(session, publication, table, stmt.action == "AP_SetObjects")
    return publication


def _same(session: Session, table: PublishedTable, part: PublicationRelation) -> bool:
    if table.qual != part.qual:
        return False
    return column_numbers(session, table.relation, table.columns, table.at) == part.columns


def _drop_table(session: Session, publication: Publication, table: PublishedTable) -> Publication:
    """PublicationDropTables."""
    if table.columns:
        raise Refusal("42601", "column list must not be specified in ALTER PUBLICATION ... DROP", at=table.at)
    if all(part.relid != table.relation.oid for part in publication.relations):
        message = f'relation "{table.relation.name}" is not part of the publication'
        raise Refusal("42704", message, at=table.at, word=table.relation.name)
    if table.spec is not None and table.spec.whereClause is not None:
        message = "cannot use a WHERE clause when removing a table from a publication"
        raise Refusal("42601", message, at=table.at)
    return _remove(session, publication, table.relation.oid)


def _remove(session: Session, publication: Publication, relid: Oid) -> Publication:
    changed = replace(publication, relations=tuple(part for part in publication.relations if part.relid != relid))
    session.change(changed)
    session.catalog.clear_dependencies(ObjectAddress("pg_publication_rel", publication.oid, relid))
    return changed


def _alter_schemas(
    session: Session, publication: Publication, stmt: AlterPublicationStmt, schemas: Sequence[tuple[Oid, At]]
) -> None:
    """AlterPublicationSchemas."""
    if not schemas and stmt.action != "AP_SetObjects":
        return
    if stmt.action != "AP_DropObjects":
        if schemas and any(part.columns for part in publication.relations):
            detail = (
                "Schemas cannot be added if any tables that specify a column list are already part of the publication."
            )
            message = f'cannot add schema to publication "{publication.name}"'
            raise Refusal("22023", message, detail=detail, at=schemas[0][1])
        given = [schema for schema, _ in schemas]
        if stmt.action == "AP_SetObjects":
            for schema in publication.schemas:
                if schema not in given:
                    publication = _remove_schema(session, publication, schema)
        for schema, at in schemas:
            publication = add_schema(session, publication, schema, stmt.action == "AP_SetObjects", at)
        return
    for schema, at in schemas:
        if schema not in publication.schemas:
            name = session.names.namespace_name(schema)
            message = f'tables from schema "{name}" are not part of the publication'
            raise Refusal("42704", message, at=at, word=name)
        publication = _remove_schema(session, publication, schema)


def _remove_schema(session: Session, publication: Publication, schema: Oid) -> Publication:
    changed = replace(publication, schemas=tuple(held for held in publication.schemas if held != schema))
    session.change(changed)
    session.catalog.clear_dependencies(ObjectAddress("pg_publication_namespace", publication.oid, schema))
    return changed
