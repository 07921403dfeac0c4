"""Collations that contradict each other: refused where the server refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from live import state_of
from servers import Server

from schemalint.errors import Refusal
from schemalint.semantics.analyze import parse_analyze
from schemalint.semantics.parsestate import ParseState
from schemalint.syntax.parser import parse_statement

SETUP = """
    CREATE DOMAIN posix AS text COLLATE "POSIX";
    CREATE TABLE t (i int, a text, v varchar, c text COLLATE "C", d text COLLATE "POSIX", n name, p posix);
"""

QUERIES = """
    a || c; c || d; c < d; c COLLATE "C" || d; c COLLATE "C" || d COLLATE "POSIX"; (c COLLATE "C") < (d COLLATE "POSIX"); i COLLATE "C"
    c COLLATE "nothing"; c COLLATE nowhere.x; c || d FROM t ORDER BY 1; a FROM t ORDER BY c || d; c || d FROM t GROUP BY 1
    DISTINCT c || d; DISTINCT ON (c || d) c; c FROM t UNION SELECT d; c FROM t UNION ALL SELECT d; a FROM t UNION SELECT d
    c COLLATE "C" FROM t INTERSECT SELECT d; CASE WHEN i > 1 THEN c ELSE d END FROM t ORDER BY 1; coalesce(c, d) FROM t ORDER BY 1
    CASE c WHEN d THEN a END FROM t ORDER BY 1; ARRAY[c, d] FROM t ORDER BY 1; greatest(c, d) FROM t ORDER BY 1; max(c || d)
    nullif(c, d) FROM t ORDER BY 1; string_agg(c, d); string_agg(c COLLATE "C", d COLLATE "POSIX"); array_agg(c ORDER BY c || d)
    array_agg(c ORDER BY d, c COLLATE "C"); array_agg(DISTINCT c || d); percentile_disc(0.5) WITHIN GROUP (ORDER BY c || d)
    percentile_disc(0.5) WITHIN GROUP (ORDER BY c) || d FROM t ORDER BY 1; row_number() OVER (ORDER BY c || d); lower(c) || d FROM t ORDER BY 1
    length(c || d) FROM t ORDER BY 1; (SELECT c) || d FROM t ORDER BY 1; p || c FROM t ORDER BY 1; n || c FROM t ORDER BY 1
    row(c COLLATE "C", d COLLATE "POSIX"); (c, d) < (d, c); c IN (d, a); c LIKE d; a COLLATE "C" COLLATE "POSIX"; v || c FROM t ORDER BY 1
    c::varchar(5) || d FROM t ORDER BY 1; c = ANY (ARRAY[d]) FROM t ORDER BY 1; 1 WHERE c COLLATE "C" = d COLLATE "POSIX"
    x FROM (VALUES ('a' COLLATE "C"), ('b' COLLATE "POSIX")) v(x); c FROM t LIMIT (('1' COLLATE "C") || ('2' COLLATE "POSIX"))::int
"""


class Database(NamedTuple):
    """The same database, twice."""

    connection: psycopg.Connection[Any]
    state: ParseState


@pytest.fixture(scope="module")
def database(server18: Server) -> Iterator[Database]:
    with server18.database() as connection:
        connection.execute(SETUP)
        yield Database(connection, state_of(connection, server18))


@pytest.mark.parametrize("text", [t.strip() for line in QUERIES.strip().splitlines() for t in line.split("; ")])
def test_collations(database: Database, text: str) -> None:
    query = f"SELECT {text}"
    if " FROM " not in query:
        query = f"{query} FROM t" if " WHERE " not in query else query.replace(" WHERE ", " FROM t WHERE ")
    elif query.endswith(("UNION SELECT d", "UNION ALL SELECT d", "INTERSECT SELECT d")):
        query += " FROM t"
    said: tuple[Any, ...] = ()
    node = parse_statement(query)
    assert node is not None
    try:
        parse_analyze(database.state.names, node)
    except Refusal as refusal:
        said = (refusal.sqlstate, refusal.message)
    server: tuple[Any, ...] = ()
    try:
        database.connection.execute(f"PREPARE x AS {query}", prepare=False)
        database.connection.execute("DEALLOCATE x", prepare=False)
    except psycopg.Error as error:
        server = (error.sqlstate, error.diag.message_primary)
    assert said == server
