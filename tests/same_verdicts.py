"""Runs a script on a real server and on the simulator, and compares what each says about every statement."""

from __future__ import annotations

from collections.abc import Iterator
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


def server_verdicts(server: Server, script: str) -> Iterator[Verdict]:
    """Each statement of a script in a database of its own, with autocommit."""
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            for statement in statements_of(script):
                try:
                    connection.execute(statement.encode())
                except psycopg.Error as error:
                    yield Verdict(statement, error.sqlstate, error.diag.message_primary)
                else:
                    yield Verdict(statement, None, None)
    finally:
        server.drop_database(name)


def simulated_verdicts(major: int, script: str) -> Iterator[Verdict]:
    """The same script on an empty simulated database; what is not understood has the SQLSTATE `?`."""
    simulator = Simulator(server_version=major)
    for statement in statements_of(script):
        outcome = simulator.execute(statement)
        if not outcome.understood:
            yield Verdict(statement, "?", " ".join(outcome.undecided))
        else:
            yield Verdict(statement, outcome.sqlstate, outcome.message)


def statements_of(script: str) -> list[str]:
    return [script[raw.start : raw.end] for raw in split_statements(script) if raw.kind == "sql"]


def assert_same_verdicts(server: Server, script: str) -> None:
    """Fail with the first statement that the two do not agree on."""
    expected = server_verdicts(server, script)
    for real, simulated in zip(expected, simulated_verdicts(server.major, script), strict=True):
        assert simulated == real
