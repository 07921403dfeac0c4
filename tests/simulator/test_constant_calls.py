"""Functions over constants: what they refuse, the server refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from servers import Server

from schemalint.simulator import Simulator

SETUP = (
    "CREATE TABLE t (id serial, n int, gone int)",
    "ALTER TABLE t DROP COLUMN gone",
    "CREATE SCHEMA other",
    "CREATE TABLE other.u (id int GENERATED ALWAYS AS IDENTITY)",
    "CREATE SEQUENCE s MINVALUE 5 MAXVALUE 10",
    "CREATE INDEX i ON t (n)",
    "CREATE INDEX b ON t USING brin (n)",
    "CREATE VIEW v AS SELECT 1 AS one",
)


class Pair(NamedTuple):
    """The same database, simulated and real."""

    simulator: Simulator
    connection: psycopg.Connection[Any]


@pytest.fixture(scope="module", params=(14, 16, 18), ids=("pg14", "pg16", "pg18"))
def pair(request: pytest.FixtureRequest, servers: dict[int, Server]) -> Iterator[Pair]:
    if request.param not in servers:
        pytest.skip(f"no PostgreSQL {request.param} here")
    simulator = Simulator(request.param)
    with servers[request.param].database() as connection:
        for statement in SETUP:
            assert simulator.execute(statement).sqlstate is None
            connection.execute(statement)
        yield Pair(simulator, connection)


CALLS = """
    nextval('s'); nextval('t'); nextval('i'); nextval('v'); nextval('nothing'); setval('s', 7); setval('s', 11); setval('s', 4)
    setval('t', 1); setval('t_id_seq', 1, false); setval(NULL, 1); setval('s', NULL); setval('t', (SELECT max(id) FROM t))
    setval(pg_get_serial_sequence('t', 'id'), 5); pg_get_serial_sequence('t', 'n'); pg_get_serial_sequence('t', 'gone')
    pg_get_serial_sequence('nothing', 'id'); pg_get_serial_sequence('other.u', 'id'); pg_get_serial_sequence('nowhere.u', 'id')
    pg_get_serial_sequence('T', 'id'); pg_get_serial_sequence('"T"', 'id'); pg_get_serial_sequence('a..b', 'id')
    coalesce(1, nextval('t')); CASE WHEN true THEN 1 ELSE setval('t', 1) END; current_setting('timezone'); current_setting('nothing')
    current_setting('nothing', true); current_setting('nothing', false); brin_summarize_new_values('t'); brin_summarize_new_values('i')
    brin_summarize_new_values('b'); extract(day FROM date '2020-01-01'); extract(hour FROM date '2020-01-01')
    extract(timezone FROM date '2020-01-01'); extract(nothing FROM date '2020-01-01'); extract(hour FROM NULL::date)
    extract(day FROM time '10:00'); extract(timezone FROM timetz '10:00+01'); extract(timezone FROM timestamp '2020-01-01 10:00')
    extract(timezone_hour FROM timestamptz '2020-01-01 10:00+00'); extract(epoch FROM interval '1 day'); extract(dow FROM interval '1 day')
    extract(week FROM interval '1 day'); extract(milliseconds FROM interval '1 day'); extract(julian FROM timestamp '2020-01-01')
    date_part('isodow', timestamp '2020-01-01'); date_part('days', interval '1 day'); date_trunc('week', timestamp '2020-01-01')
    date_trunc('dow', timestamp '2020-01-01'); date_trunc('epoch', timestamp '2020-01-01'); date_trunc('week', interval '1 day')
    date_trunc('timezone', timestamp '2020-01-01'); date_trunc('Months', date '2020-01-01'); 'NaN'::numeric::int; 'Infinity'::numeric::int8
    'NaN'::numeric::float8; '1.5'::numeric::int2
"""


@pytest.mark.parametrize("text", [t.strip() for line in CALLS.strip().splitlines() for t in line.split("; ")])
def test_calls(pair: Pair, text: str) -> None:
    outcome = pair.simulator.execute(f"SELECT {text}")
    try:
        pair.connection.execute(f"SELECT {text}", prepare=False)
        server: tuple[str | None, str | None] = (None, None)
    except psycopg.Error as error:
        server = (error.sqlstate, error.diag.message_primary)
    assert f"{outcome.sqlstate} {outcome.message}" == f"{server[0]} {server[1]}"
