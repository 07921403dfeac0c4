"""Relations by the names that statements give them, and where new ones are made (namespace.c: the RangeVar... functions)."""

from __future__ import annotations

from typing import Literal

from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, Relation
from schemalint.catalog.names import PG_CATALOG, PG_TOAST
from schemalint.errors import Refusal, Undecidable
from schemalint.simulator.namespaces import check_create_on_namespace, default_creation_namespace
from schemalint.simulator.session import Session
from schemalint.simulator.temporary import temporary_schema
from schemalint.syntax.nodes import RangeVar

At = tuple[int, int] | None
Persistence = Literal["p", "u", "t"]


def _check_catalog(session: Session, rangevar: RangeVar) -> None:
    if rangevar.catalogname is not None and rangevar.catalogname != session.names.database:
        shown = f"{rangevar.catalogname}.{rangevar.schemaname}.{rangevar.relname}"
        message = f'cross-database references are not implemented: "{shown}"'
        raise Refusal("0A000", message, at=(rangevar.start, rangevar.end))


def range_var_get_relid(
    session: Session, rangevar: RangeVar, mode: int = 0, missing_ok: bool = False
) -> Relation | None:
    """The relation of a name (RangeVarGetRelidExtended), with a lock when `mode` is not 0.

    None when there is none and that is allowed. Raises Undecidable when it may exist outside an open catalog.
    """
    at = (rangevar.start, rangevar.end)
    _check_catalog(session, rangevar)
    names = session.names
    name, schema = rangevar.relname, rangevar.schemaname
    found: Relation | None
    if rangevar.relpersistence == "t":
        if schema is not None and names.find_namespace(schema) not in (None, names.temp):
            raise Refusal("42P16", "temporary tables cannot specify a schema name", at=at)
        found = None if names.temp is None else session.catalog.find(Relation, names.temp, name)
    else:
        if schema is not None and not missing_ok and schema != "pg_temp":
            names.namespace(schema, at)
        found = names.find(Relation, schema, name)
    if found is None:
        if schema == "pg_toast":
            raise Undecidable("TOAST tables are not in the catalog", at)
        shown = name if schema is None else f"{schema}.{name}"
        refusal = names.missing("42P01", f'relation "{shown}" does not exist', schema, name, at)
        if missing_ok:
            return None
        raise refusal
    if mode:
        session.lock(found.oid, mode)
    return found


def relation_openrv(session: Session, rangevar: RangeVar, mode: int = 0) -> Relation:
    """The relation of a name, which must exist (relation_openrv)."""
    found = range_var_get_relid(session, rangevar, mode)
    assert found is not None
    return found


def is_temp_namespace(session: Session, oid: Oid) -> bool:
    """Whether this is the session's temporary schema (isTempNamespace)."""
    return session.names.temp is not None and session.names.temp == oid


def is_any_temp_namespace(session: Session, oid: Oid) -> bool:
    """Whether this is any session's temporary schema (isAnyTempNamespace)."""
    if is_temp_namespace(session, oid):
        return True
    return session.names.namespace_name(oid).startswith(("pg_temp_", "pg_toast_temp_"))


def range_var_get_creation_namespace(session: Session, rangevar: RangeVar) -> Oid:
    """Where a new relation goes (RangeVarGetCreationNamespace)."""
    _check_catalog(session, rangevar)
    at = (rangevar.start, rangevar.end)
    if rangevar.schemaname is not None:
        if rangevar.schemaname == "pg_temp":
            return temporary_schema(session)
        return session.names.namespace(rangevar.schemaname, at)
    if rangevar.relpersistence == "t":
        return temporary_schema(session)
    return default_creation_namespace(session, at)


def range_var_adjust_relation_persistence(session: Session, rangevar: RangeVar, namespace: Oid) -> Persistence:
    """What persistence a new relation in a schema has (RangeVarAdjustRelationPersistence)."""
    at = (rangevar.start, rangevar.end)
    persistence = rangevar.relpersistence
    temporary = is_any_temp_namespace(session, namespace)
    own = temporary and is_temp_namespace(session, namespace)
    if persistence == "t":
        if not own:
            if temporary:
                raise Refusal("42P16", "cannot create relations in temporary schemas of other sessions", at=at)
            raise Refusal("42P16", "cannot create temporary relation in non-temporary schema", at=at)
        return "t"
    if persistence == "p":
        if own:
            return "t"
        if temporary:
            raise Refusal("42P16", "cannot create relations in temporary schemas of other sessions", at=at)
        return "p"
    if temporary:
        raise Refusal("42P16", "only temporary relations may be created in temporary schemas", at=at)
    return "u"


def range_var_get_and_check_creation_namespace(
    session: Session, rangevar: RangeVar
) -> tuple[Oid, Persistence, Relation | None]:
    """(schema, persistence, relation that has the name already) of a relation to be made
    (RangeVarGetAndCheckCreationNamespace)."""
    namespace = range_var_get_creation_namespace(session, rangevar)
    existing = session.catalog.find(Relation, namespace, rangevar.relname)
    check_create_on_namespace(session, namespace, (rangevar.start, rangevar.end))
    return namespace, range_var_adjust_relation_persistence(session, rangevar, namespace), existing


def allow_system_table_mods(session: Session) -> bool:
    """The setting of this name."""
    return session.setting("allow_system_table_mods") in ("on", "true", "1", "yes")


def check_not_system_catalog(session: Session, relation: Relation, at: At = None) -> None:
    """Raise 42501 for the server's own catalogs (IsSystemClass)."""
    if relation.oid < FIRST_NORMAL_OID and relation.namespace == PG_CATALOG and not allow_system_table_mods(session):
        message = f'permission denied: "{relation.name}" is a system catalog'
        raise Refusal("42501", message, at=at, word=relation.name)


def check_system_namespace(session: Session, namespace: Oid, relname: str, kind: str, at: At = None) -> None:
    """Raise 42501 for a new relation in a schema of the server's own (heap_create)."""
    if allow_system_table_mods(session):
        return
    if (namespace == PG_CATALOG and kind not in "iI") or namespace == PG_TOAST:
        shown = f"{session.names.namespace_name(namespace)}.{relname}"
        raise Refusal(
            "42501",
            f'permission denied to create "{shown}"',
            at=at,
            detail="System catalog modifications are currently disallowed.",
        )


def check_table_open(session: Session, relation: Relation, at: At = None) -> None:
    """Raise 42809 for an index or composite type (table_open)."""
    if relation.kind not in "iIc":
        return
    name = relation.name
    if session.version >= 16:
        detail = f"This operation is not supported for {_UNOPENED[relation.kind]}."
        raise Refusal("42809", f'cannot open relation "{name}"', at=at, word=name, detail=detail)
    what = "a composite type" if relation.kind == "c" else "an index"
    raise Refusal("42809", f'"{name}" is {what}', at=at, word=name)


_UNOPENED = {"i": "indexes", "I": "partitioned indexes", "c": "composite types"}
