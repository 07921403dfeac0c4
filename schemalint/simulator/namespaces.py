"""Where new objects go (namespace.c: the ...CreationNamespace functions)."""

from __future__ import annotations

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.syntax.nodes import RangeVar

At = tuple[int, int] | None


def lookup_creation_namespace(session: Session, name: str, at: At = None) -> Oid:
    """The schema of this name, pg_temp made on first use (LookupCreationNamespace)."""
    if name == "pg_temp":
        from schemalint.simulator.temporary import temporary_schema

        return temporary_schema(session)
    oid = session.names.namespace(name, at)
    check_create_on_namespace(session, oid, at)
    return oid


def default_creation_namespace(session: Session, at: At = None) -> Oid:
    """Where unqualified names are made. Raises 3F000 when search_path has no schema that exists."""
    creation = session.names.creation
    if creation == -1:
        from schemalint.simulator.temporary import temporary_schema

        return temporary_schema(session)
    if creation is None:
        session.names.unknown_or("", at)
        raise Refusal("3F000", "no schema has been selected to create in", at=at)
    return creation


def qualified_name_get_creation_namespace(session: Session, names: tuple[str, ...], at: At = None) -> tuple[Oid, str]:
    """(schema, name) of an object to be made, with the right to make it there (QualifiedNameGetCreationNamespace and the check that
    always follows)."""
    schema, name = session.names.split(names, at)
    if schema is not None:
        if schema == "pg_temp":
            return lookup_creation_namespace(session, schema, at), name
        oid = session.names.namespace(schema, at)
    else:
        oid = default_creation_namespace(session, at)
    check_create_on_namespace(session, oid, at)
    return oid, name


def check_create_on_namespace(session: Session, namespace: Oid, at: At = None) -> None:
    """Raise 42501 unless the role may create objects in the schema."""
    if session.role == BOOTSTRAP_SUPERUSER:
        return
    from schemalint.simulator.acl import create_check

    create_check(session, namespace, at)


def range_var_names(relation: RangeVar) -> tuple[str, ...]:
    """A relation's name as a list of names."""
    parts = (relation.catalogname, relation.schemaname, relation.relname)
    return tuple(part for part in parts if part is not None)
