"""Operators, function calls and casts over typed values: the same choice, or the same refusal, as the server's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from live import server_says, state_of
from servers import Server

from schemalint.errors import Refusal
from schemalint.semantics.coerce import EXPLICIT, coerce_to_common_type, coerce_to_target_type, select_common_type
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.operators import (
    compatible_oper_opid,
    get_sort_group_operators,
    make_op,
    make_scalar_array_op,
)
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import Const, Expr, NamedArgExpr
from schemalint.semantics.types import format_type, parse_type_string
from schemalint.syntax.nodes import FuncCall

SETUP = """
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE DOMAIN posint AS int;
    CREATE DOMAIN label AS varchar(5);
    CREATE DOMAIN ints AS int[];
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE parent (a int, b text);
    CREATE TABLE child (c int) INHERITS (parent);
    CREATE TYPE floats AS RANGE (subtype = float8);
    CREATE FUNCTION opt(a int, b text DEFAULT 'x', c numeric DEFAULT 1) RETURNS text LANGUAGE sql AS 'SELECT $2';
    CREATE FUNCTION opt(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION both_ways(int, int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION both_ways(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION first_of(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
    CREATE FUNCTION same(anyelement, anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION like(anycompatible, anycompatiblearray) RETURNS anycompatible LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION within(anycompatiblerange, anycompatible) RETURNS anycompatible LANGUAGE sql AS 'SELECT $2';
    CREATE FUNCTION plain(anynonarray) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
    CREATE FUNCTION of_parent(parent) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION next_mood(mood, int) RETURNS mood LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION beside(mood, mood) RETURNS bool LANGUAGE sql AS 'SELECT true';
    CREATE OPERATOR + (LEFTARG = mood, RIGHTARG = int, FUNCTION = next_mood);
    CREATE OPERATOR -|- (LEFTARG = mood, RIGHTARG = mood, FUNCTION = beside, COMMUTATOR = =~=);
    CREATE PROCEDURE proc(int) LANGUAGE sql AS '';
"""


class Database(NamedTuple):
    """The same database, twice."""

    connection: psycopg.Connection[Any]
    state: ParseState


@pytest.fixture(scope="module")
def database(server18: Server) -> Iterator[Database]:
    with server18.database() as connection:
        connection.execute(SETUP.replace("FUNCTION like(", 'FUNCTION "like"('))
        yield Database(connection, state_of(connection, server18))


def null_of(state: ParseState, name: str) -> Expr:
    """NULL of a type; `?` stands for a literal of unknown type."""
    if name == "?":
        return Const(type=705, value=None, isnull=True)
    return Const(type=parse_type_string(state, name)[0], value=None, isnull=True)


def sql_of(name: str) -> str:
    return "NULL" if name == "?" else f"CAST(NULL AS {name})"


def agree(database: Database, query: str, result: Expr | Refusal) -> None:
    """Assert that the server says the same of the query."""
    server = server_says(database.connection, query)
    if isinstance(result, Refusal):
        assert (result.sqlstate, result.message) == server
    else:
        shown = format_type(database.state, result.type)
        assert ("", "text" if shown == "unknown" else shown) == server


OPERATORS = """
    int4 + int8; int4 + ?; ? + ?; text + int4; int4 || text; int4 || int4; int4 || ?; ? || ?; text || jsonb; uuid = text; uuid = ?
    varchar = text; bpchar = text; bpchar = varchar; name = text; text = "char"; numeric = float8; int2 = int8; bool = int4
    bool = ?; date + int4; date + interval; date + ?; date - date; timestamp - date; timestamptz < date; time + interval
    timestamptz - ?; interval * int4; money / int8; jsonb -> ?; jsonb -> text; jsonb -> int4; jsonb @> ?; jsonb @> json; json = json
    jsonb ? text; jsonb #>> ?; int4[] || int4; int4[] || ?; int4[] || int4[]; text[] && varchar[]; text[] @> text; int4[] = int8[]
    ints || int4; ints = ints; posint + posint; posint = ?; label = text; label || ?; mood = mood; mood = ?; mood = text; mood < mood
    mood + int4; mood + ?; mood -|- mood; mood =~= mood; pair = pair; pair = record; pair = ?; parent = child; int4range @> int4
    int4range @> int8; int4range && int8range; floats @> float8; floats @> int4; floats @> ?; int4multirange && int4range
    inet << cidr; inet = text; tsvector @@ text; tsvector @@ ?; text @@ ?; text ~ ?; name ~~ text; bytea || ?; bit || varbit
    point <-> point; xml = xml; regclass = oid; regclass = text; regclass = ?; oid = int4; oid < int8; xid = int4; uuid < uuid
"""


@pytest.mark.parametrize("text", [t.strip() for line in OPERATORS.strip().splitlines() for t in line.split("; ")])
def test_operators(database: Database, text: str) -> None:
    left, name, right = re.fullmatch(r"(\S+) (\S+) (\S+)", text).groups()  # type: ignore[union-attr]
    state = database.state
    try:
        result: Any = make_op(state, (name,), null_of(state, left), null_of(state, right))
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT {sql_of(left)} {name} {sql_of(right)}", result)


@pytest.mark.parametrize(
    "text", ["- int4", "- ?", "- text", "@ numeric", "!! tsquery", "~ int4", "@-@ path", "|/ int4"]
)
def test_prefix_operators(database: Database, text: str) -> None:
    name, right = text.split()
    state = database.state
    try:
        result: Any = make_op(state, (name,), None, null_of(state, right))
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT {name} {sql_of(right)}", result)


@pytest.mark.parametrize(
    "text",
    "int4 = int4[]; int4 = text[]; int4 = ?; ? = int4[]; int4 = int4; text ~~ text[]; mood = mood[]; posint = ints; int4 + int4[]; "
    "int4 = int8[]; varchar = text[]; int4[] @> int4[]; record = pair[]; uuid = text[]".split("; "),
)
def test_array_operators(database: Database, text: str) -> None:
    left, name, right = text.split()
    state = database.state
    try:
        result: Any = make_scalar_array_op(state, (name,), True, null_of(state, left), null_of(state, right))
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT {sql_of(left)} {name} ANY ({sql_of(right)})", result)


CALLS = """
    now(); now(int4); lower(text); lower(?); lower(int4); lower(int4range); round(?); round(float8, int4); round(numeric, ?)
    abs(?); substring(text, ?); substring(?, int4); concat(int4, text, ?); concat(); format(?, int4); format(int4); coalesce2(int4)
    array_append(int4[], ?); array_append(int4[], text); array_append(int4[], int8); array_append(ints, int4); array_append(?, int4)
    array_append(?, ?); array_cat(text[], varchar[]); unnest(int4); array_length(int4[], ?); array_position(mood[], ?)
    text(int4); text(pair); int4(text); int4(?); date(timestamp); mood(?); posint(int4); nosuch.f(int4); pg_catalog.now()
    opt(int4); opt(int4, text); opt(int4, c => numeric); opt(b => text); opt(b => text, a => int4); opt(a => int4, a => int4)
    opt(a => int4, int4); opt(int4, int4); opt(int4, int4, int4); opt(int4, c => text); opt(z => int4); opt(VARIADIC int4[])
    opt(VARIADIC text[]); opt(); both_ways(int4); both_ways(int4, int4); both_ways(text); first_of(int4, int4); first_of(int4, ?)
    first_of(?, ?); first_of(VARIADIC int4[]); first_of(int4, text); same(int4, int8); same(int4, ?); same(?, ?); same(mood, text)
    "like"(int4, numeric[]); "like"(numeric, int4[]); "like"(text, int4[]); "like"(?, ?); within(int4range, int4)
    within(int4range, int8); within(?, int4); within(int4, int4); plain(int4); plain(int4[]); plain(ints); plain(?)
    of_parent(parent); of_parent(child); of_parent(pair); of_parent(record); of_parent(int4); proc(int4)
    next_mood(mood, ?); next_mood(?, ?); next_mood(text, int4); enum_first(mood); enum_first(?); enum_first(int4)
    jsonb_build_object(?, int4); jsonb_build_object(VARIADIC text[]); jsonb_build_object(VARIADIC text); make_interval(days => int4)
    make_interval(day => int4); jsonb_path_exists(jsonb, ?); nullif2(int4, int4); generate_series(int4, int8); generate_series(?, ?)
    generate_series(date, date, ?); date_trunc(?, date); to_char(timestamp, ?); to_char(date, ?); to_char(?, ?)
    setweight(tsvector, ?); to_tsvector(text); to_tsvector(?, text); to_tsvector(text, text); greatest2(int4); length(int4)
    length(?); length(bytea); md5(int4)
"""


@pytest.mark.parametrize("text", [t.strip() for line in CALLS.strip().splitlines() for t in line.split("; ")])
def test_calls(database: Database, text: str) -> None:
    state = database.state
    name, arguments = re.fullmatch(r'([\w.]+|"\w+")\((.*)\)', text).groups()  # type: ignore[union-attr]
    args: list[Expr] = []
    written: list[str] = []
    variadic = False
    for argument in arguments.split(", ") if arguments else ():
        variadic = argument.startswith("VARIADIC ")
        argname, _, type_name = argument.removeprefix("VARIADIC ").rpartition(" => ")
        value = null_of(state, type_name)
        args.append(NamedArgExpr(type=value.type, arg=value, name=argname) if argname else value)
        written.append(argument.removesuffix(type_name) + sql_of(type_name))
    names = tuple(name.strip('"').split("."))
    try:
        call = FuncCall(funcname=names, func_variadic=variadic)
        result: Any = parse_func_or_column(state, names, args, None, call)
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT {name}({', '.join(written)})", result)


CASTS = """
    int4 text; text int4; int4 bool; bool int4; int8 bool; text bool; date int4; uuid text; text uuid; int4 uuid; jsonb int4; jsonb text
    jsonb float4; text jsonb; mood text; text mood; mood int4; int4 mood; int4[] int8[]; int4[] text[]; text[] int4[]; int4[] text
    text ints; int4 ints; posint label; label posint; pair text; pair record; parent child; child parent; record pair; parent pair
    int4range int4multirange; int4range text; timestamp date; date timestamptz; time interval; interval time; bytea text; text bytea
    bit int4; int4 bit; int4 money; numeric money; regclass text; regclass int8; oid regclass; xml text; inet text; inet cidr; point box
    json jsonb; tsvector text; text tsvector; name text; "char" int4; float8 numeric; numeric int2; oidvector text; int2[] int2vector
"""


@pytest.mark.parametrize("text", [t.strip() for line in CASTS.strip().splitlines() for t in line.split("; ")])
def test_casts(database: Database, text: str) -> None:
    source, target = text.split()
    state = database.state
    value = null_of(state, source)
    wanted = parse_type_string(state, target)[0]
    result: Any
    try:
        result = coerce_to_target_type(state, value, value.type, wanted, -1, EXPLICIT, "explicit_cast")
    except Refusal as refusal:
        result = refusal
    if result is None:
        shown = format_type(state, value.type), format_type(state, wanted)
        result = Refusal("42846", "cannot cast type {} to {}".format(*shown))
    agree(database, f"SELECT CAST({sql_of(source)} AS {target})", result)


@pytest.mark.parametrize(
    "text",
    "int4 int8; int4 text; int4 ?; ? ?; text varchar; varchar bpchar; posint posint; posint int4; mood ?; mood text; date timestamp; "
    "date timestamptz ?; int4[] ?; int4[] int8[]; float4 numeric int8; oid int4; regclass oid; jsonb json; pair ?; pair record; "
    "parent child; child parent; label label; money int4; inet cidr; label varchar ?".split("; "),
)
def test_common_types(database: Database, text: str) -> None:
    state = database.state
    values = [null_of(state, name) for name in text.split()]
    result: Any
    try:
        common = select_common_type(state, values, "COALESCE")
        for value in reversed(values):
            result = coerce_to_common_type(state, value, common, "COALESCE")
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT COALESCE({', '.join(map(sql_of, text.split()))})", result)


@pytest.mark.parametrize(
    "name",
    "int4 text json jsonb point xml box mood posint pair parent int4[] json[] point[] record int4range floats tsquery bit varchar name "
    "regclass xid cid aclitem polygon".split(),
)
def test_ordering(database: Database, name: str) -> None:
    state = database.state
    value = null_of(state, name)
    result: Any = value
    try:
        get_sort_group_operators(state, value.type, True, True, False)
    except Refusal as refusal:
        result = refusal
    agree(database, f"SELECT {sql_of(name)} ORDER BY 1", result)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("int4", "int8"),
        ("uuid", "text"),
        ("varchar", "text"),
        ("int4", "numeric"),
        ("posint", "int4"),
        ("mood", "mood"),
        ("json", "json"),
    ],
)
def test_a_foreign_key_needs_an_equality_operator(database: Database, left: str, right: str) -> None:
    state = database.state
    a, b = null_of(state, left).type, null_of(state, right).type
    found = compatible_oper_opid(state, ("=",), a, b, no_error=True)
    query = "SELECT o.oid FROM pg_operator o WHERE o.oid = %s AND oprcode <> 0"
    server, _ = server_says(database.connection, f"SELECT {sql_of(left)} = {sql_of(right)}")
    if found:
        assert server == ""
        assert database.connection.execute(query, (found,)).fetchone() is not None
    else:
        assert server != "" or {left, right} == {"int4", "numeric"}
