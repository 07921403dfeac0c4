"""Functions, procedures, aggregates and operators by exact argument types, as COMMENT ON names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from live import state_of
from servers import Server

from schemalint.errors import Refusal
from schemalint.semantics.operators import lookup_oper_with_args
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.routines import lookup_func_with_args
from schemalint.syntax.nodes import CommentStmt, ObjectWithArgs
from schemalint.syntax.parser import parse_statement

SETUP = """
    CREATE SCHEMA other;
    CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION two(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION two(text DEFAULT 'x', VARIADIC int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION outs(a int, OUT b int, OUT c text) LANGUAGE sql AS $$SELECT 1, 'x'$$;
    CREATE FUNCTION other.one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION other.hidden() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE proc(int) LANGUAGE sql AS '';
    CREATE PROCEDURE p_out(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE p_two(a int) LANGUAGE sql AS '';
    CREATE PROCEDURE clash(a int, OUT b text) LANGUAGE sql AS $$SELECT 'x'$$;
    CREATE PROCEDURE clash(a int, b text) LANGUAGE sql AS '';
    CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int);
    CREATE OPERATOR other.<%> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
"""


class Database(NamedTuple):
    """The same database, twice."""

    connection: psycopg.Connection[Any]
    state: ParseState


@pytest.fixture(scope="module", params=(14, 15, 18), ids=("pg14", "pg15", "pg18"))
def database(request: pytest.FixtureRequest, servers: dict[int, Server]) -> Iterator[Database]:
    if request.param not in servers:
        pytest.skip(f"no PostgreSQL {request.param} here")
    server = servers[request.param]
    with server.database() as connection:
        connection.execute(SETUP)
        yield Database(connection, state_of(connection, server))


NAMES = """
    FUNCTION one(int); FUNCTION one(text); FUNCTION one; FUNCTION two; FUNCTION two(int); FUNCTION two(text, int[]); FUNCTION two()
    FUNCTION two(text); FUNCTION two(text, VARIADIC int[]); FUNCTION never(); FUNCTION never; FUNCTION one(nothing); FUNCTION nowhere.one(int)
    FUNCTION other.one(int); FUNCTION other.one; FUNCTION hidden(); FUNCTION other.hidden; FUNCTION proc(int); FUNCTION proc
    FUNCTION agg(int); FUNCTION agg; FUNCTION outs(int); FUNCTION outs(int, OUT int, OUT text); FUNCTION outs(int, int, text)
    PROCEDURE proc(int); PROCEDURE proc; PROCEDURE proc(text); PROCEDURE one(int); PROCEDURE one; PROCEDURE never(int); PROCEDURE never
    PROCEDURE p_out(int); PROCEDURE p_out(int, int); PROCEDURE p_out(int, OUT int); PROCEDURE p_out(a int, b int); PROCEDURE p_two(int)
    PROCEDURE p_two; PROCEDURE clash(int, text); PROCEDURE clash(int); PROCEDURE clash(IN int, IN text)
    ROUTINE one(int); ROUTINE proc; ROUTINE never; ROUTINE never(int); ROUTINE two; ROUTINE clash(int, text); ROUTINE agg(int)
    AGGREGATE agg(int); AGGREGATE agg(*); AGGREGATE agg(text); AGGREGATE one(int); AGGREGATE count(*); AGGREGATE never(*)
    AGGREGATE sum(int); OPERATOR + (int, int); OPERATOR + (int, text); OPERATOR - (NONE, int); OPERATOR + (int, nothing)
    OPERATOR <%> (int, int); OPERATOR other.<%> (int, int); OPERATOR nowhere.+ (int, int); OPERATOR - (NONE, text)
"""


@pytest.mark.parametrize("text", [t.strip() for line in NAMES.strip().splitlines() for t in line.split("; ")])
def test_lookups(database: Database, text: str) -> None:
    statement = f"COMMENT ON {text} IS 'x'"
    node = parse_statement(statement, 0, len(statement), database.state.version)
    assert isinstance(node, CommentStmt)
    named = node.object
    assert isinstance(named, ObjectWithArgs)
    said: tuple[Any, ...] = ()
    try:
        if node.objtype == "OBJECT_OPERATOR":
            assert lookup_oper_with_args(database.state, named)
        else:
            assert lookup_func_with_args(database.state, node.objtype, named)
    except Refusal as refusal:
        said = (refusal.sqlstate, refusal.message, refusal.hint)
    server: tuple[Any, ...] = ()
    try:
        database.connection.execute(statement)
    except psycopg.Error as error:
        server = (error.sqlstate, error.diag.message_primary, error.diag.message_hint)
    assert said == server
