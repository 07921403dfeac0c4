"""Literals of types that a database defines, and of names of objects: the same value or the same refusal as the server's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from live import state_of
from servers import Server

from schemalint.errors import Refusal
from schemalint.semantics.coerce import EXPLICIT, coerce_to_target_type
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import Const
from schemalint.semantics.types import format_type, parse_type_string, quote_identifier

SETUP = """
    CREATE SCHEMA other;
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy');
    CREATE TYPE "Mood" AS ENUM ('x');
    CREATE DOMAIN posint AS int CHECK (value > 0);
    CREATE DOMAIN label AS varchar(3);
    CREATE TYPE pair AS (a int, b label, c mood);
    CREATE TABLE things (id int, "Name" text, gone date);
    ALTER TABLE things DROP COLUMN gone;
    CREATE TABLE other.elsewhere (x int);
    CREATE TYPE floats AS RANGE (subtype = float8);
    CREATE TYPE moods AS RANGE (subtype = mood);
    CREATE FUNCTION once(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION twice(text, int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION other.there(numeric) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


class Database(NamedTuple):
    """The same database, twice."""

    connection: psycopg.Connection[Any]
    state: ParseState


@pytest.fixture(scope="module", params=(15, 18), ids=("pg15", "pg18"))
def database(request: pytest.FixtureRequest, servers: dict[int, Server]) -> Iterator[Database]:
    if request.param not in servers:
        pytest.skip(f"no PostgreSQL {request.param} here")
    server = servers[request.param]
    with server.database() as connection:
        connection.execute(SETUP)
        yield Database(connection, state_of(connection, server))


LITERALS = {
    "mood": ["sad", "very happy", "angry", "", " sad", "Sad", "x" * 70],
    '"Mood"': ["x", "y"],
    "mood[]": ["{}", "{sad,ok}", "{sad,angry}", '{"very happy"}', "{sad", "sad", "{NULL}"],
    "posint": ["1", "x", "99999999999"],
    "label": ["abc", "abcd"],
    "label[]": ["{abc}", "{abcd}"],
    "int4[]": ["{1,2}", "{1,x}", "[1:2]={1,2}", "{{1,2},{3}}", "{1,2}}", ""],
    "regclass[]": ["{things,pg_class}", "{things,nothing}"],
    "pair": [
        "(1,abc,sad)",
        "(1,abc)",
        "(1,abc,sad,2)",
        "(x,abc,sad)",
        "(1,abcd,sad)",
        "(1,abc,angry)",
        "(,,)",
        "1,2",
        "(1,abc,sad",
    ],
    "pair[]": ['{"(1,abc,sad)"}', '{"(x,abc,sad)"}'],
    "things": ["(1,x)", "(1,x,2020-01-01)", "()"],
    "record": ["(1)"],
    "floats": ["[1,2]", "[2,1]", "(1,x)", "empty", "[1", "[,]"],
    "moods": ["[sad,ok]", "[ok,sad]", "[sad,angry]"],
    "int4multirange": ["{[1,2),[5,6)}", "{[2,1)}", "{[1,x)}"],
    "regclass": [
        *(
            "things",
            "Things",
            '"things"',
            "other.elsewhere",
            "elsewhere",
            "other.things",
            "nowhere.things",
            "pg_catalog.pg_class",
        ),
        *(
            "things ",
            " things",
            "things.x.y.z",
            "",
            " ",
            '"things',
            "a..b",
            "12345",
            "-",
            "public . things",
            "things; drop",
        ),
    ],
    "regtype": [
        "int",
        "integer[]",
        "varchar(10)",
        "things",
        "nothing",
        "other.nothing",
        "nowhere.nothing",
        "",
        "int(3)",
        "varchar(0)",
        "-",
        "setof int",
    ],
    "regproc": ["once", "twice", "never", "now", "other.there", "nowhere.f", "lower"],
    "regprocedure": [
        *(
            "once(int)",
            "once(text)",
            "once",
            "twice(text, int[])",
            "twice(text,integer[])",
            "twice(nothing)",
            "never()",
            "now()",
        ),
        *(
            "once(int",
            "once(int,)",
            "once(int))",
            "other.there(numeric)",
            "there(numeric)",
            'twice("text",int[])',
            "once( int )",
        ),
    ],
    "regoper": ["||/", "=", "nothing", "pg_catalog.||/"],
    "regoperator": [
        "=(int,int)",
        "=(int)",
        "-(none,int)",
        "=(int,int,int)",
        "=(text,int)",
        "=(int,nothing)",
        "+(int4,int4)",
    ],
    "regrole": ["postgres", "nobody_here", "a.b", ""],
    "regnamespace": ["public", "nowhere", "pg_catalog", "a.b"],
    "regconfig": ["english", "simple", "klingon", "pg_catalog.english", "nowhere.english"],
    "regdictionary": ["simple", "nothing"],
    "regcollation": ['"C"', "C", "nothing", "pg_catalog.default", "nowhere.x", "pg_catalog.x"],
    "anyarray": ["{1}"],
    "void": ["x"],
    "trigger": ["x"],
    "internal": ["x"],
    "date": ["2020-02-30", "2020-01-01", "x"],
    "uuid": ["x", "00000000-0000-0000-0000-000000000000"],
    "jsonb": ["{", "{}"],
    "numeric(3,1)": ["x", "1.5"],
}
CASES = [(name, text) for name, texts in LITERALS.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), CASES)
def test_literals(database: Database, name: str, text: str) -> None:
    state = database.state
    oid, typmod = parse_type_string(state, name)
    said: tuple[Any, ...] = ()
    try:
        literal = Const(type=705, value=text, start=0, end=1)
        coerce_to_target_type(state, literal, 705, oid, typmod, EXPLICIT, "explicit_cast")
    except Refusal as refusal:
        assert refusal.at == (0, 1)
        said = (refusal.sqlstate, refusal.message, refusal.detail, refusal.hint)
    server: tuple[Any, ...] = ()
    try:
        database.connection.execute(f"PREPARE x AS SELECT '{text}'::{name} IS NULL", prepare=False)
        database.connection.execute("DEALLOCATE x", prepare=False)
    except psycopg.Error as error:
        server = (error.sqlstate, error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    assert said == server


TYPES = """
    int|integer|int4|"int4"|pg_catalog.int4|pg_catalog.int|smallint|bigint|float|float(10)|float(30)|double precision|real|text|text[]
    varchar|varchar(10)|varchar(0)|varchar(-1)|varchar(10485760)|varchar(10485761)|char|char(5)|char(0)|character varying(3)[]|bpchar
    bpchar(3)|"char"|numeric|numeric(10)|numeric(10,2)|numeric(0)|numeric(1001)|numeric(3,5)|numeric(3,-2)|numeric(3,1001)|decimal(4,1)
    numeric(1,2,3)|numeric(x)|bit|bit(3)|bit(0)|bit varying|bit varying(5)|bit varying(0)|time|time(3)|time(9) with time zone
    timestamp(3)|timestamptz|timestamptz(2)|timestamp with time zone|interval|interval(3)|interval year|interval day to second(3)
    interval hour to minute|text(3)|int4(3)|date(1)|json|jsonb|uuid|xml|mood|"Mood"|Mood|mood[]|public.mood|other.mood|nowhere.mood
    nothing|nothing[]|posint|posint[]|pair|things|things[]|pg_class|regclass|oidvector|int2vector|_int4|anyarray|"any"|record|record[]
    cstring|void|unknown|label(3)|floats|floats[]|a.b.c.d|things.id|name|money
"""


@pytest.mark.parametrize("text", [t.strip() for line in TYPES.strip().splitlines() for t in line.split("|")])
def test_type_names(database: Database, text: str) -> None:
    state = database.state
    said: tuple[Any, ...]
    try:
        oid, typmod = parse_type_string(state, text)
        said = ("", format_type(state, oid, typmod))
    except Refusal as refusal:
        said = (refusal.sqlstate, refusal.message)
    server: tuple[Any, ...]
    try:
        with database.connection.transaction(force_rollback=True):
            database.connection.execute("CREATE TABLE for_now ()")
            database.connection.execute(f"ALTER TABLE for_now ADD c {text}")
            query = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = 'c' AND attrelid = 'for_now'::regclass"
            row = database.connection.execute(query).fetchone()
        server = ("", row[0] if row else "")
    except psycopg.Error as error:
        server = (error.sqlstate, error.diag.message_primary)
    if server[0] == "42P16":  # a pseudo-type is a type, but none for a column
        server = ("", said[1])
    assert said == server


@pytest.mark.parametrize(
    "name", ["a", "A", "a b", "table", "text", "int", "1a", 'q"q', "é", "_x$", "_x1", "user", "date", ""]
)
def test_quoted_names(database: Database, name: str) -> None:
    row = database.connection.execute("SELECT quote_ident(%s)", (name,)).fetchone()
    assert row == (quote_identifier(database.state, name),)


@pytest.mark.parametrize(
    "style", ["ISO", "DMY", "SQL, DMY", "German", "European", "US", "ISO, YMD", "postgres, noneuropean"]
)
@pytest.mark.parametrize("text", ["13/06/1957", "06/13/1957", "1957/06/13", "57/06/13", "40/40/1957"])
def test_date_orders(database: Database, style: str, text: str) -> None:
    state = database.state
    state.settings = {"datestyle": style}.get
    literal = Const(type=705, value=text, start=0, end=1)
    said = ""
    try:
        coerce_to_target_type(state, literal, 705, parse_type_string(state, "date")[0], -1, EXPLICIT, "explicit_cast")
    except Refusal as refusal:
        said = refusal.sqlstate
    finally:
        state.settings = {}.get
    database.connection.execute(f"RESET datestyle; SET datestyle TO {style}", prepare=False)
    try:
        database.connection.execute(f"SELECT '{text}'::date", prepare=False)
        server = ""
    except psycopg.Error as error:
        server = error.sqlstate or ""
    if style == "ISO":  # any order may have been set before
        server = server if text == "40/40/1957" else ""
    assert said == server
