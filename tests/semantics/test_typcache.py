"""Default operator classes: those that the server gives an index on a column of the type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from live import state_of
from servers import Server

from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.typcache import get_default_opclass
from schemalint.semantics.types import parse_type_string

SETUP = """
    CREATE TYPE mood AS ENUM ('sad');
    CREATE DOMAIN feeling AS mood;
    CREATE DOMAIN label AS varchar(5);
    CREATE DOMAIN ints AS int[];
    CREATE TYPE pair AS (a int, b text);
    CREATE TYPE floats AS RANGE (subtype = float8);
    CREATE TYPE code;
    CREATE FUNCTION code_in(cstring) RETURNS code LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION code_out(code) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE code (INPUT = code_in, OUTPUT = code_out, LIKE = int4);
    CREATE CAST (code AS int) WITHOUT FUNCTION AS IMPLICIT;
    CREATE TYPE tag;
    CREATE FUNCTION tag_in(cstring) RETURNS tag LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION tag_out(tag) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE tag (INPUT = tag_in, OUTPUT = tag_out, LIKE = int4);
    CREATE FUNCTION tag_cmp(tag, tag) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
    CREATE FUNCTION tag_eq(tag, tag) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
    CREATE FUNCTION tag_lt(tag, tag) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
    CREATE OPERATOR = (LEFTARG = tag, RIGHTARG = tag, FUNCTION = tag_eq);
    CREATE OPERATOR < (LEFTARG = tag, RIGHTARG = tag, FUNCTION = tag_lt);
    CREATE OPERATOR CLASS tag_ops DEFAULT FOR TYPE tag USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 tag_cmp(tag, tag);
"""

METHODS = {"btree": 403, "hash": 405, "gist": 783, "gin": 2742, "brin": 3580, "spgist": 4000}
TYPES = (
    "int4 text varchar bpchar json jsonb uuid point box inet tsvector xml money bit int4[] text[] json[] mood mood[] feeling label "
    "ints pair floats int4range int4multirange oidvector regclass oid xid name code tag tag[] record"
)


class Database(NamedTuple):
    """The same database, twice."""

    connection: psycopg.Connection[Any]
    state: ParseState


@pytest.fixture(scope="module")
def database(server18: Server) -> Iterator[Database]:
    with server18.database() as connection:
        connection.execute(SETUP)
        yield Database(connection, state_of(connection, server18))


@pytest.mark.parametrize("name", TYPES.split())
@pytest.mark.parametrize("method", METHODS)
def test_default_operator_classes(database: Database, method: str, name: str) -> None:
    oid, _ = parse_type_string(database.state, name)
    found = get_default_opclass(database.state, oid, METHODS[method])
    query = "SELECT indclass[0] FROM pg_index WHERE indexrelid = 'of_it'::regclass"
    try:
        with database.connection.transaction(force_rollback=True):
            database.connection.execute(
                f"CREATE TABLE with_it (c {name}); CREATE INDEX of_it ON with_it USING {method} (c)"
            )
            (server,) = database.connection.execute(query).fetchone() or (0,)
    except psycopg.Error as error:
        if error.sqlstate in (
            "42P16",
            "42883",
        ):  # no column can be of the type, or no element of the array can be compared
            return
        assert error.sqlstate == "42704"
        server = 0
    assert found == server
