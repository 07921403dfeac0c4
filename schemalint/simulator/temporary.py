"""The session's temporary schema (InitTempTableNamespace, RemoveTempRelations of namespace.c)."""

from __future__ import annotations

from schemalint.catalog.model import Namespace, Oid
from schemalint.simulator.session import Session


def temporary_schema(session: Session) -> Oid:
    """The temporary schema, made on first use."""
    oid: Oid | None = session.var("temp")
    if oid is None:
        oid = session.catalog.new_oid()
        session.catalog.put(Namespace(oid=oid, name="pg_temp_3", owner=10))
        session.set_var("temp", oid)
        session.prepare()
    return oid


def drop_temporary_schema(session: Session) -> None:
    """Drop all temporary objects, and the schema with them."""
    from schemalint.simulator.dependency import delete_namespace_contents

    oid: Oid | None = session.var("temp")
    if oid is None:
        return
    delete_namespace_contents(session, oid)
    session.catalog.remove(Namespace(oid=oid).address)
    session.set_var("temp", None)
