"""CREATE FOREIGN TABLE (CreateForeignTable of foreigncmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Relation
from schemalint.simulator.acl import acl_check
from schemalint.simulator.foreign_data import server_named, validator_of
from schemalint.simulator.generic_options import transform_generic_options
from schemalint.simulator.session import Session
from schemalint.simulator.tables import create_table
from schemalint.syntax.nodes import CreateForeignTableStmt


def create_foreign_table(session: Session, stmt: CreateForeignTableStmt) -> None:
    """The table first, then its server and options."""
    at = (stmt.start, stmt.end)
    made = create_table(session, stmt.base, foreign=True)
    if made is None:
        return
    server = server_named(session, stmt.servername, at)
    acl_check(session, server, "U", at)
    options = transform_generic_options(session, "pg_foreign_table", (), stmt.options, validator_of(session, server))
    current = session.catalog[Relation, made.oid]
    session.catalog.put(replace(current, server=server.oid, fdwoptions=options))
    session.catalog.depend(made.address, server.address)
