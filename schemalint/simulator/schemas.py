"""CREATE SCHEMA (schemacmds.c, transformCreateSchemaStmtElements of parse_utilcmd.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Namespace, ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.simulator.acl import check_can_set_role, get_rolespec, has_privilege, is_superuser
from schemalint.simulator.databases import database_named
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import CreateSchemaStmt, Node

At = tuple[int, int] | None

_ELEMENT_ORDER = ("CreateSeqStmt", "CreateStmt", "ViewStmt", "IndexStmt", "CreateTrigStmt", "GrantStmt")
"""In which order the statements within CREATE SCHEMA are executed."""


def create_schema(session: Session, stmt: CreateSchemaStmt) -> None:
    """CREATE SCHEMA (CreateSchemaCommand)."""
    at = (stmt.start, stmt.end)
    owner = session.role if stmt.authrole is None else get_rolespec(session, stmt.authrole)
    name = session.role_name(owner) if stmt.schemaname is None else stmt.schemaname
    _check_may_create(session, at)
    check_can_set_role(session, session.role, owner, at)
    if name.startswith("pg_") and session.setting("allow_system_table_mods") not in ("on", "true", "1", "yes"):
        detail = 'The prefix "pg_" is reserved for system schemas.'
        raise Refusal("42939", f'unacceptable schema name "{name}"', detail=detail, at=at, word=name)
    existing = session.catalog.find(Namespace, 0, name)
    if existing is not None:
        if not stmt.if_not_exists:
            raise Refusal("42P06", f'schema "{name}" already exists', at=at, word=name)
        session.effect(Noted("NOTICE", f'schema "{name}" already exists, skipping'))
        session.effect(Skipped(name, True, existing.address))
        return
    schema = make_schema(session, name, owner)
    if stmt.schemaElts:
        _create_elements(session, stmt, schema)


def make_schema(session: Session, name: str, owner: Oid) -> Namespace:
    """Add a schema (NamespaceCreate)."""
    schema = Namespace(oid=session.catalog.new_oid(), name=name, owner=owner)
    session.create(schema)
    if owner >= 16384:
        session.catalog.depend(schema.address, ObjectAddress("pg_authid", owner), "o")
    session.prepare()
    return schema


def _check_may_create(session: Session, at: At) -> None:
    if is_superuser(session):
        return
    database = database_named(session, session.names.database)
    if not has_privilege(session, database, "C"):
        name = database.name
        raise Refusal("42501", f"permission denied for database {name}", at=at, word=name)


def _create_elements(session: Session, stmt: CreateSchemaStmt, schema: Namespace) -> None:
    """What stands within CREATE SCHEMA is made in the new schema, by its owner."""
    from schemalint.simulator.dispatch import execute_node

    elements = [_in_schema(element, schema.name) for element in stmt.schemaElts]
    elements.sort(key=lambda element: _ELEMENT_ORDER.index(type(element).__name__))
    path, role = session.var("search_path"), session.var("role")
    session.set_var("search_path", (schema.name, *session.var("search_path", ("$user", "public"))))
    if schema.owner != session.role:
        session.set_var("role", schema.owner)
    session.prepare()
    for element in elements:
        execute_node(session, element)
    session.set_var("search_path", path)
    session.set_var("role", role)
    session.prepare()


def _in_schema(element: Node, schema: str) -> Node:
    """The statement, its relation named with the schema. Raises 42P15 for another schema (setSchemaName)."""
    field = {"CreateSeqStmt": "sequence", "ViewStmt": "view"}.get(type(element).__name__, "relation")
    named: Any = getattr(element, field, None)
    if named is None:
        return element
    if named.schemaname is None:
        changes: dict[str, Any] = {field: replace(named, schemaname=schema)}
        return replace(element, **changes)
    if named.schemaname != schema:
        message = f"CREATE specifies a schema ({named.schemaname}) different from the one being created ({schema})"
        raise Refusal("42P15", message, at=(named.start, named.end), word=named.schemaname)
    return element
