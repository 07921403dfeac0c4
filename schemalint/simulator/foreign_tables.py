"""CREATE FOREIGN TABLE (CreateForeignTable of foreigncmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import ForeignServer, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.simulator.session import Session
from schemalint.simulator.tables import create_table
from schemalint.syntax.nodes import CreateForeignTableStmt


def create_foreign_table(session: Session, stmt: CreateForeignTableStmt) -> None:
    """The table first, then its server and options."""
    at = (stmt.start, stmt.end)
    made = create_table(session, stmt.base, foreign=True)
    if made is None:
        return
    server = session.catalog.find(ForeignServer, 0, stmt.servername)
    if server is None:
        session.names.unknown_or(stmt.servername, at)
        raise Refusal("42704", f'server "{stmt.servername}" does not exist', at=at, word=stmt.servername)
    seen: set[str] = set()
    options: list[str] = []
    for option in stmt.options:
        if option.defname in seen:
            message = f'option "{option.defname}" provided more than once'
            raise Refusal("42710", message, at=(option.start, option.end), word=option.defname)
        seen.add(option.defname)
        options.append(f"{option.defname}={option.arg}")
    current = session.catalog[Relation, made.oid]
    session.catalog.put(replace(current, server=server.oid, fdwoptions=tuple(options)))
    session.catalog.depend(made.address, ObjectAddress(ForeignServer.CLASS, server.oid))
