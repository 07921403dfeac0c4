"""Tables and schemas on their way into a publication (publicationcmds.c, pg_publication.c)."""

from __future__ import annotations

from collections.abc import Sequence

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
from schemalint.simulator.acl import owner_check
from schemalint.simulator.dependency import AUTO, record_dependency_on_expr
from schemalint.simulator.effects import SHARE_UPDATE_EXCLUSIVE
from schemalint.simulator.objectaddress import check_has_storage_or_rows
from schemalint.simulator.publication_filters import row_filter
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import PublicationObjSpec, PublicationTable, RangeVar

At = tuple[int, int] | None


class PublishedTable(Struct, gc=False):
    """A table on its way into a publication (PublicationRelInfo)."""

    relation: Relation
    at: At
    columns: tuple[str, ...] = ()
    spec: PublicationTable | None = None
    qual: Expression | None = None


def publication_objects(
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


def open_tables(session: Session, tables: Sequence[PublicationTable]) -> list[PublishedTable]:
    """The tables and, where asked for, all that inherit from them (OpenTableList)."""
    found: dict[Oid, PublishedTable] = {}
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
        found[relation.oid] = PublishedTable(relation, at, spec.columns, spec)
        if name.inh and relation.kind != "p":
            for child in _descendants(session, relation):
                found.setdefault(child.oid, PublishedTable(child, at, spec.columns, spec))
    return list(found.values())


def _descendants(session: Session, relation: Relation) -> list[Relation]:
    found: list[Relation] = []
    for child in session.catalog.children(relation.oid):
        session.lock(child.oid, SHARE_UPDATE_EXCLUSIVE)
        found += [child, *_descendants(session, child)]
    return found


def check_tables(
    session: Session, pubname: str, tables: list[PublishedTable], with_schemas: bool, viaroot: bool
) -> None:
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


def add_table(session: Session, publication: Publication, table: PublishedTable, if_not_exists: bool) -> Publication:
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
        relid=relation.oid, columns=column_numbers(session, relation, table.columns, table.at), qual=table.qual
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


def column_numbers(session: Session, relation: Relation, names: Sequence[str], at: At) -> tuple[int, ...]:
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


def add_schema(session: Session, publication: Publication, schema: Oid, if_not_exists: bool, at: At) -> Publication:
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
