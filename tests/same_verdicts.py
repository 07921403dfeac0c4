"""Runs a script on a real server and on the simulator, and compares what each says about every statement."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from servers import Server

from schemalint.simulator import Simulator
from schemalint.syntax.split import split_statements


class Verdict(NamedTuple):
    """What was said of one statement; an accepted one has neither SQLSTATE nor message."""

    statement: str
    sqlstate: str | None
    message: str | None


def server_verdicts(server: Server, statements: list[str]) -> list[Verdict]:
    """Each statement in a database of its own, with autocommit."""
    with server.database() as connection:
        return verdicts_on(connection, statements)


def verdicts_on(connection: psycopg.Connection[Any], statements: list[str]) -> list[Verdict]:
    """As server_verdicts, on an open connection."""
    said = []
    for statement in statements:
        try:
            _execute(connection, statement)
        except psycopg.Error as error:
            said.append(Verdict(statement, error.sqlstate, error.diag.message_primary))
        else:
            said.append(Verdict(statement, None, None))
    return said


def _execute(connection: psycopg.Connection[Any], statement: str) -> None:
    """Send one statement; COPY sends no rows, and takes those that come."""
    words = statement.lower().split()
    if words[0] != "copy" or not {"stdin", "stdout"} & set(words):
        connection.execute(statement.encode())
        return
    with connection.cursor().copy(statement.encode()) as copy:
        if "stdout" in words:
            for _ in copy:
                pass


def simulated_verdicts(major: int, statements: list[str], database: str = "postgres") -> list[Verdict]:
    """The same statements on an empty simulated database; what is not understood has the SQLSTATE `?`."""
    simulator = Simulator(server_version=major)
    simulator.session.names.database = database
    said = []
    for statement in statements:
        outcome = simulator.execute(statement)
        if not outcome.understood:
            said.append(Verdict(statement, "?", " ".join(outcome.undecided)))
        else:
            said.append(Verdict(statement, outcome.sqlstate, outcome.message))
    return said


def drop_roles(server: Server) -> None:
    """Drop the roles that other tests left, but for those that a database of theirs still needs: they belong to the whole server."""
    with server.connect() as connection:
        names = [name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384").fetchall()]
        for name in names:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        for name in names:
            with suppress(psycopg.errors.DependentObjectsStillExist):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def statements_of(script: str) -> list[str]:
    return [script[raw.start : raw.end] for raw in split_statements(script) if raw.kind == "sql"]


def assert_same_verdicts(server: Server, script: str | list[str]) -> None:
    """Fail with the statements that the two do not agree on."""
    statements = statements_of(script) if isinstance(script, str) else script
    with server.database() as connection:
        theirs = verdicts_on(connection, statements)
        ours = simulated_verdicts(server.major, statements, connection.info.dbname)
    pairs = zip(ours, theirs, strict=True)
    different = [(a, b) for a, b in pairs if a != b]
    assert not different, "\n".join(f"{a.statement}\n  simulator {a[1:]}\n  server    {b[1:]}" for a, b in different)
