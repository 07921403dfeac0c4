"""Publications (publicationcmds.c, pg_publication.c). Subscriptions are in subscriptions.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import (
    FIRST_NORMAL_OID,
    Attribute,
    Expression,
    ObjectAddress,
    Oid,
    Publication,
    PublicationRelation,
    Relation,
)
from schemalint.catalog.names import PG_CATALOG, PG_TOAST
from schemalint.errors import Refusal
from schemalint.semantics.relations import attname_attnum
from schemalint.simulator.acl import acl_check, is_superuser, owner_check
from schemalint.simulator.databases import database_named
from schemalint.simulator.defelem import def_get_boolean, def_get_string, error_conflicting_def_elem
from schemalint.simulator.dependency import AUTO, record_dependency_on_expr
from schemalint.simulator.effects import SHARE_UPDATE_EXCLUSIVE
from schemalint.simulator.objectaddress import check_has_storage_or_rows
from schemalint.simulator.publication_filters import row_filter
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.simulator.settings import split_identifiers
from schemalint.simulator.subscriptions import alter_subscription, create_subscription, drop_subscription
from schemalint.syntax.nodes import (
    AlterPublicationStmt,
    CreatePublicationStmt,
    DefElem,
    PublicationObjSpec,
    PublicationTable,
    RangeVar,
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


class _Table(Struct, gc=False):
    """A table on its way into a publication (PublicationRelInfo)."""

    relation: Relation
    at: At
    columns: tuple[str, ...] = ()
    spec: PublicationTable | None = None
    qual: Expression | None = None


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


def _objects(
    session: Session, objects: Sequence[PublicationObjSpec]
) -> tuple[list[PublicationTable], list[tuple[Oid, At]]]:
    """(tables, schemas) (ObjectsInPublicationToOids)."""
    tables: list[PublicationTable] = []
    schemas: list[tuple[Oid, At]] = []
    for spec in objects:
        at = (spec.start, spec.end)
        if spec.pubtable is not None:
            tables.append(spec.pubtable)
            continue
        if spec.pubobjtype == "PUBLICATIONOBJ_TABLES_IN_SCHEMA":
            schema = session.names.namespace(spec.name or "", at)
        else:
            path = session.names.creation
            if path is None:
                raise Refusal("3F000", "no schema has been selected for CURRENT_SCHEMA", at=at)
            schema = path
        if all(schema != held for held, _ in schemas):
            schemas.append((schema, at))
    return tables, schemas


def _open_tables(session: Session, tables: Sequence[PublicationTable]) -> list[_Table]:
    """The tables and, where asked for, all that inherit from them (OpenTableList)."""
    found: dict[Oid, _Table] = {}
    for spec in tables:
        name: RangeVar = spec.relation
        at = (name.start, name.end)
        relation = relation_openrv(session, name, SHARE_UPDATE_EXCLUSIVE)
        check_has_storage_or_rows(session, relation, at)
        held = found.get(relation.oid)
        if held is not None:
            if spec.whereClause is not None or (held.spec is not None and held.spec.whereClause is not None):
                message = f'conflicting or redundant WHERE clauses for table "{relation.name}"'
                raise Refusal("42710", message, at=at, word=relation.name)
            if spec.columns or held.columns:
                message = f'conflicting or redundant column lists for table "{relation.name}"'
                raise Refusal("42710", message, at=at, word=relation.name)
            continue
        found[relation.oid] = _Table(relation, at, spec.columns, spec)
        if name.inh and relation.kind != "p":
            for child in _descendants(session, relation):
                found.setdefault(child.oid, _Table(child, at, spec.columns, spec))
    return list(found.values())


def _descendants(session: Session, relation: Relation) -> list[Relation]:
    found: list[Relation] = []
    for child in session.catalog.children(relation.oid):
        session.lock(child.oid, SHARE_UPDATE_EXCLUSIVE)
        found += [child, *_descendants(session, child)]
    return found


def _check_tables(session: Session, pubname: str, tables: list[_Table], with_schemas: bool, viaroot: bool) -> None:
    """TransformPubWhereClauses, CheckPubRelationColumnList."""
    for table in tables:
        spec = table.spec
        if spec is None or spec.whereClause is None:
            continue
        name = table.relation.name
        if table.relation.kind == "p" and not viaroot:
            detail = "WHERE clause cannot be used for a partitioned table when publish_via_partition_root is false."
            message = f'cannot use publication WHERE clause for relation "{name}"'
            raise Refusal("22023", message, detail=detail, at=table.at, word=name)
        table.qual = row_filter(session, table.relation, spec.whereClause)
    for table in tables:
        if not table.columns:
            continue
        schema = session.names.namespace_name(table.relation.namespace)
        message = f'cannot use column list for relation "{schema}.{table.relation.name}" in publication "{pubname}"'
        if with_schemas:
            detail = "Column lists cannot be specified in publications containing FOR TABLES IN SCHEMA elements."
            raise Refusal("22023", message, detail=detail, at=table.at)
        if table.relation.kind == "p" and not viaroot:
            detail = "Column lists cannot be specified for partitioned tables when publish_via_partition_root is false."
            raise Refusal("22023", message, detail=detail, at=table.at)


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
    tables, schemas = _objects(session, stmt.pubobjects)
    if schemas and not is_superuser(session):
        raise Refusal("42501", "must be superuser to create FOR TABLES IN SCHEMA publication", at=at)
    opened = _open_tables(session, tables)
    _check_tables(session, stmt.pubname, opened, bool(schemas), publication.viaroot)
    session.create(publication)
    for table in opened:
        publication = _add_table(session, publication, table, True)
    for schema, where in schemas:
        publication = _add_schema(session, publication, schema, True, where)


def _add_table(session: Session, publication: Publication, table: _Table, if_not_exists: bool) -> Publication:
    """PublicationAddTables, publication_add_relation."""
    relation = table.relation
    owner_check(session, relation, table.at)
    if any(part.relid == relation.oid for part in publication.relations):
        if if_not_exists:
            return publication
        message = f'relation "{relation.name}" is already member of publication "{publication.name}"'
        raise Refusal("42710", message, at=table.at, word=relation.name)
    _check_relation(session, relation, table.at)
    part = PublicationRelation(
        relid=relation.oid, columns=_column_numbers(session, relation, table.columns, table.at), qual=table.qual
    )
    changed = replace(publication, relations=(*publication.relations, part))
    session.change(changed)
    _record_dependencies(session, publication.oid, part)
    return changed


def _record_dependencies(session: Session, pubid: Oid, part: PublicationRelation) -> None:
    catalog = session.catalog
    address = ObjectAddress("pg_publication_rel", pubid, part.relid)
    catalog.depend(address, ObjectAddress("pg_publication", pubid), AUTO)
    catalog.depend(address, ObjectAddress("pg_class", part.relid), AUTO)
    if part.qual is not None:
        record_dependency_on_expr(session, address, part.qual.tree, part.relid)
    for num in part.columns:
        catalog.depend(address, ObjectAddress("pg_class", part.relid, num))


_NO_TABLES = {
    "v": "views",
    "m": "materialized views",
    "f": "foreign tables",
    "S": "sequences",
    "t": "TOAST tables",
    "i": "indexes",
    "I": "partitioned indexes",
    "c": "composite types",
}


def _check_relation(session: Session, relation: Relation, at: At) -> None:
    """check_publication_add_relation."""
    name = relation.name
    system = relation.oid < FIRST_NORMAL_OID
    if session.version < 15:
        if relation.kind not in "rp":
            detail = "Only tables can be added to publications."
            raise Refusal("22023", f'"{name}" is not a table', detail=detail, at=at, word=name)
        if system:
            detail = "System tables cannot be added to publications."
            raise Refusal("22023", f'"{name}" is a system table', detail=detail, at=at, word=name)
        if relation.persistence != "p":
            detail = "Temporary and unlogged relations cannot be replicated."
            raise Refusal("22023", f'table "{name}" cannot be replicated', detail=detail, at=at, word=name)
        return
    what = _NO_TABLES.get(relation.kind)
    if what is None and system:
        what = "system tables"
    if what is None and relation.persistence != "p":
        what = "temporary tables" if relation.persistence == "t" else "unlogged tables"
    if what is not None:
        detail = f"This operation is not supported for {what}."
        raise Refusal("22023", f'cannot add relation "{name}" to publication', detail=detail, at=at, word=name)


def _column_numbers(session: Session, relation: Relation, names: Sequence[str], at: At) -> tuple[int, ...]:
    """pub_collist_validate."""
    found: list[int] = []
    for name in names:
        num = attname_attnum(relation, name, True)
        if not num:
            message = f'column "{name}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=at, word=name)
        if num < 0:
            message = f'cannot use system column "{name}" in publication column list'
            raise Refusal("42P10", message, at=at, word=name)
        column: Attribute = relation.columns[num - 1]
        if column.generated and (session.version < 18 or column.generated == "v"):
            what = "virtual generated" if session.version >= 18 else "generated"
            message = f'cannot use {what} column "{name}" in publication column list'
            raise Refusal("42P10", message, at=at, word=name)
        if num in found:
            message = f'duplicate column "{name}" in publication column list'
            raise Refusal("42710", message, at=at, word=name)
        found.append(num)
    return tuple(sorted(found))


def _add_schema(session: Session, publication: Publication, schema: Oid, if_not_exists: bool, at: At) -> Publication:
    """publication_add_schema."""
    name = session.names.namespace_name(schema)
    if schema in publication.schemas:
        if if_not_exists:
            return publication
        message = f'schema "{name}" is already member of publication "{publication.name}"'
        raise Refusal("42710", message, at=at, word=name)
    detail = None
    if schema in (PG_CATALOG, PG_TOAST):
        detail = "This operation is not supported for system schemas."
    elif name.startswith(("pg_temp_", "pg_toast_temp_")):
        detail = "Temporary schemas cannot be replicated."
    if detail is not None:
        raise Refusal("22023", f'cannot add schema "{name}" to publication', detail=detail, at=at, word=name)
    changed = replace(publication, schemas=(*publication.schemas, schema))
    session.change(changed)
    address = ObjectAddress("pg_publication_namespace", publication.oid, schema)
    session.catalog.depend(address, publication.address, AUTO)
    session.catalog.depend(address, ObjectAddress("pg_namespace", schema), AUTO)
    return changed


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
    tables, schemas = _objects(session, stmt.pubobjects)
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
    opened = _open_tables(session, tables)
    if stmt.action == "AP_DropObjects":
        for table in opened:
            publication = _drop_table(session, publication, table)
        return publication
    if stmt.action == "AP_AddObjects":
        with_schemas = with_schemas or bool(publication.schemas)
    _check_tables(session, stmt.pubname, opened, with_schemas, publication.viaroot)
    if stmt.action == "AP_SetObjects":
        kept = {table.relation.oid: table for table in opened}
        for part in publication.relations:
            table_or_none: Any = kept.get(part.relid)
            if table_or_none is None or not _same(session, table_or_none, part):
                publication = _remove(session, publication, part.relid)
    for table in opened:
        publication = _add_table(session, publication, table, stmt.action == "AP_SetObjects")
    return publication


def _same(session: Session, table: _Table, part: PublicationRelation) -> bool:
    if table.qual != part.qual:
        return False
    return _column_numbers(session, table.relation, table.columns, table.at) == part.columns


def _drop_table(session: Session, publication: Publication, table: _Table) -> Publication:
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
            publication = _add_schema(session, publication, schema, stmt.action == "AP_SetObjects", at)
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
