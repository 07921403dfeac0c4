"""Who a migration runs as: `check --role`."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.store import Catalog
from schemalint.cli.targets import Database
from schemalint.diagnostics import Unchecked
from schemalint.errors import UserError
from schemalint.simulator.acl import PG_DATABASE_OWNER, has_privs_of_role
from schemalint.simulator.session import Session


def with_role(database: Database, role: str | None = None) -> Database:
    """The database with sessions of a role, whose privileges then count: of the one named, or else of the one that a live catalog is
    read as. Raises UserError when there is no such role."""
    simulator = database.simulator
    catalog, name = simulator.catalog, role or simulator.catalog.login_role
    if not name:
        return database
    oid = catalog.find_oid("pg_authid", 0, name)
    if oid is None:
        if role is not None and catalog.closed:
            raise UserError(f'role "{role}" does not exist in {catalog.source}')
        return _unchecked(database, f'what role "{name}" may do is not known')
    if role is None and not _owns_anything(simulator.session, catalog, oid):
        return _unchecked(database, f'privileges: role "{name}" owns nothing here; --role says who runs the migrations')
    simulator.session.vars["login_role"] = oid
    simulator.reconnect()
    return database


def _unchecked(database: Database, reason: str) -> Database:
    return replace(database, unchecked=(*database.unchecked, Unchecked(reason)))


def _owns_anything(session: Session, catalog: Catalog, role: int) -> bool:
    """Whether a role can be one that runs migrations: a superuser, or who has the privileges of an owner of the database, of a schema or
    of a relation. A role that only reads is not taken to be, whatever PUBLIC may do."""
    owners = {obj.owner for obj in catalog.changed_objects() if isinstance(obj, model.Relation | model.Namespace)}
    database = catalog.find(model.Database, 0, catalog.database)
    if database is not None:
        owners.add(database.owner)
    return any(has_privs_of_role(session, role, owner) for owner in owners - {PG_DATABASE_OWNER})
