"""Runs a script on a real server and on the simulator, and compares what each says about every statement."""

from __future__ import annotations

from typing import NamedTuple

import psycopg
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
    said = []
    with server.database() as connection:
        for statement in statements:
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                said.append(Verdict(statement, error.sqlstate, error.diag.message_primary))
            else:
                said.append(Verdict(statement, None, None))
    return said


def simulated_verdicts(major: int, statements: list[str]) -> list[Verdict]:
    """The same statements on an empty simulated database; what is not understood has the SQLSTATE `?`."""
    simulator = Simulator(server_version=major)
    said = []
    for statement in statements:
        outcome = simulator.execute(statement)
        if not outcome.understood:
            said.append(Verdict(statement, "?", " ".join(outcome.undecided)))
        else:
            said.append(Verdict(statement, outcome.sqlstate, outcome.message))
    return said


def statements_of(script: str) -> list[str]:
    return [script[raw.start : raw.end] for raw in split_statements(script) if raw.kind == "sql"]


def assert_same_verdicts(server: Server, script: str | list[str]) -> None:
    """Fail with the statements that the two do not agree on."""
    statements = statements_of(script) if isinstance(script, str) else script
    pairs = zip(simulated_verdicts(server.major, statements), server_verdicts(server, statements), strict=True)
    different = [(ours, theirs) for ours, theirs in pairs if ours != theirs]
    assert not different, "\n".join(f"{a.statement}\n  simulator {a[1:]}\n  server    {b[1:]}" for a, b in different)
