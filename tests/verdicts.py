"""What a server and the simulator say about the same statements, one after the other on a database of their own."""

from __future__ import annotations

import psycopg
from servers import Server

from schemalint.simulator import Simulator
from schemalint.syntax.split import split_statements

Verdict = tuple[str, str | None, str | None]
"""The statement, its SQLSTATE and message (None when accepted)."""


def server_says(server: Server, statements: list[str]) -> list[Verdict]:
    said: list[Verdict] = []
    with server.database() as connection:
        for statement in statements:
            try:
                connection.execute(statement.encode(), prepare=False)
            except psycopg.Error as error:
                said.append((statement, error.sqlstate, error.diag.message_primary))
            else:
                said.append((statement, None, None))
    return said


def simulator_says(version: int, statements: list[str]) -> list[Verdict]:
    simulator = Simulator(version)
    said: list[Verdict] = []
    for statement in statements:
        outcome = simulator.execute(statement)
        assert outcome.understood, (statement, outcome.undecided)
        said.append((statement, outcome.sqlstate, outcome.message))
    return said


def assert_same_verdicts(server: Server, statements: list[str]) -> None:
    """The simulator refuses the same statements with the same SQLSTATE and words."""
    ours, theirs = simulator_says(server.major, statements), server_says(server, statements)
    different = [(a, b[1:]) for a, b in zip(ours, theirs, strict=True) if a != b]
    assert not different, "\n".join(f"{a[0]}\n  simulator {a[1:]}\n  server    {b}" for a, b in different)


def statements_of(script: str) -> list[str]:
    """The statements of a script, as psql would send them."""
    return [script[raw.start : raw.end] for raw in split_statements(script) if raw.kind == "sql"]
