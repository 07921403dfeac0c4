"""Random sequences of DDL: the simulator and a real server say the same of every statement, and have the same catalog afterwards.

    live(after) == simulate(live(before), statements)

SCHEMALINT_SEQUENCES says how many sequences are tried (100 by default, thousands in `make nightly`).
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_live import compared
from random_ddl import sequences
from same_verdicts import verdicts_on
from servers import Server

from schemalint.catalog import live
from schemalint.simulator import Simulator

SEQUENCES = int(os.environ.get("SCHEMALINT_SEQUENCES", "100"))

always = settings(
    deadline=None,
    derandomize="SCHEMALINT_SEQUENCES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.server
@settings(always, max_examples=SEQUENCES)
@given(statements=sequences, again=st.integers(0, 16))
def test_the_server_says_and_has_the_same(server18: Server, statements: list[str], again: int) -> None:
    agree(server18, statements, again)


@pytest.mark.server
@settings(always, max_examples=max(1, SEQUENCES // 20))
@given(statements=sequences, again=st.integers(0, 16))
def test_so_does_each_major(server: Server, statements: list[str], again: int) -> None:
    agree(server, statements, again)


def agree(server: Server, statements: list[str], again: int) -> None:
    """Before statement `again`, the simulator forgets what it knows and reads the server's catalog anew."""
    with server.database() as connection:
        simulator = Simulator(catalog=live.read_catalog(connection))
        for i, statement in enumerate(statements):
            if i == again and not simulator.session.in_transaction_block:
                simulator = Simulator(catalog=live.read_catalog(connection))
            before = "; ".join(statements[: i + 1])
            outcome = simulator.execute(statement)
            ((_, sqlstate, message),) = verdicts_on(connection, [statement])
            assert outcome.understood, before
            assert not outcome.undecided, f"{before}\n  {outcome.undecided}"
            said = (outcome.sqlstate, outcome.message)
            assert said == (sqlstate, message), f"{before}\n  simulator {said}\n  server    {sqlstate, message}"
        _end_transaction(connection, simulator)
        different = compared(live.read_catalog(connection), simulator.catalog)
        assert not different, "\n  ".join(["; ".join(statements), *map(str, different)])


def _end_transaction(connection: psycopg.Connection[Any], simulator: Simulator) -> None:
    if simulator.session.in_transaction_block:
        connection.execute("ROLLBACK")
        simulator.execute("ROLLBACK")
