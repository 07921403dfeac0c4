"""One statement of a text: what is none, what is several, what nobody can read, and what each major reads otherwise."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from psycopg import pq
from servers import Server
from test_functions import DEFINITIONS, FUNCTIONS
from test_functions import REFUSED as REFUSED_FUNCTIONS
from test_objects import CHANGES, COMMENTS, DROPS, PRIVILEGES, ROLES
from test_objects import REFUSED as REFUSED_OBJECTS
from test_services import FOREIGN, MAINTENANCE, REPLICATION, SESSIONS, SETTINGS, TRANSACTIONS
from test_services import REFUSED as REFUSED_SERVICES

from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import SelectStmt, TransactionStmt, VariableSetStmt
from schemalint.syntax.parser import parse_statement


@pytest.mark.parametrize("text", ["", "  \n", "-- x", "/* x */", ";", " ; ;; -- x\n"])
def test_no_statement(text: str) -> None:
    assert parse_statement(text) is None


def test_part_of_a_text() -> None:
    text = "garbage 'select 1' ; select 2 ; garbage"
    start, end = text.index("select 2"), text.index("; garbage")
    found = parse_statement(text, start, end)
    assert isinstance(found, SelectStmt)
    assert text[found.start : found.end] == "select 2"
    with pytest.raises(ParseError) as refused:
        parse_statement("select 1; select 2 2", 10)
    assert (refused.value.start, refused.value.end) == (19, 20)


@pytest.mark.parametrize("text", ["select 1;", ";; select 1 ;;", "select 1 -- x\n;"])
def test_semicolons_around(text: str) -> None:
    assert isinstance(parse_statement(text), SelectStmt)


def test_several_statements_are_not_one() -> None:
    with pytest.raises(NotUnderstood):
        parse_statement("select 1; select 2")
    with pytest.raises(ParseError):
        parse_statement("select 1; selec 2")


def test_begin_and_end_are_transactions_only_on_top() -> None:
    assert isinstance(parse_statement("begin"), TransactionStmt)
    assert isinstance(parse_statement("end"), TransactionStmt)
    with pytest.raises(ParseError):
        parse_statement("create function f() begin atomic begin; end")


@pytest.mark.parametrize("text", ["drop table :x", 'select * from :"t"', "select :'x' from", "set a = :x"])
def test_unreadable_with_a_variable_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_statement(text)


@pytest.mark.parametrize(
    "text",
    [
        "select " + "(" * 10_000 + "1" + ")" * 10_000,
        "select " + "f(" * 5_000 + ")" * 5_000,
        "select " + "- " * 20_000 + "1",
        "select " + "case when true then " * 5_000,
        "select " + "array[" * 10_000,
        "(" * 10_000 + "select 1" + ")" * 10_000,
        "select * from " + "(select * from " * 5_000,
        "create table t (a int default " + "(" * 10_000,
        "explain " * 5_000 + "select 1",
        "create function f() begin atomic " * 5_000,
        "alter operator " + "a." * 20_000 + "+ (int, int) owner to x",
    ],
    ids=lambda text: text[:30],
)
def test_depth_is_refused_and_never_crashes(text: str) -> None:
    limit = sys.getrecursionlimit()
    try:
        parse_statement(text)
    except ParseError as refused:
        assert refused.message == "stack depth limit exceeded" or "syntax error" in refused.message
    assert sys.getrecursionlimit() == limit


def test_depth_has_the_servers_state() -> None:
    with pytest.raises(ParseError) as refused:
        parse_statement("select " + "f(" * 10_000 + "1" + ")" * 10_000)
    assert (refused.value.message, refused.value.sqlstate) == ("stack depth limit exceeded", "54001")


@pytest.mark.parametrize("text", ["select " + "1 + " * 20_000 + "1", "select 1" + " union select 1" * 5_000])
def test_long_chains_are_read(text: str) -> None:
    assert isinstance(parse_statement(text), SelectStmt)


def test_a_long_list_is_read() -> None:
    found = parse_statement("set a = " + ", ".join(["1"] * 50_000))
    assert isinstance(found, VariableSetStmt)
    assert len(found.args) == 50_000


# --- Every major's grammar


BY_VERSION = """
vacuum only t
analyze t *
cluster (verbose)
reindex system
create statistics on a, b from t
alter statistics s set statistics default
grant a to b with inherit true
revoke set option for a from b
grant set on parameter a to b
grant alter system on parameter a to b
alter default privileges grant select on large objects to a
alter operator + (int, int) set (hashes)
alter domain d add not null
alter domain d add unique (a)
alter domain d add check (value > 0) not enforced
alter database d refresh collation version
alter subscription s skip (lsn = none)
create publication p for tables in schema s
create publication p for table t (a) where (b)
alter publication p add tables in schema current_schema
create operator class c for type int using btree as operator 1 < recheck
copy t from stdin force null *
copy t from stdin (log_verbosity default)
create unlogged sequence s
create unlogged view v as select 1
create or replace unlogged view v as select 1
create database d oid 99999999999
select 1_000, 0x1F, 123abc, 1.5e, $1a
select 100_, 0b, 0b12, 1_000.5
"""


def all_statements() -> list[str]:
    texts = [DEFINITIONS, FUNCTIONS, REFUSED_FUNCTIONS, CHANGES, COMMENTS, DROPS, PRIVILEGES, ROLES, REFUSED_OBJECTS]
    texts += [FOREIGN, MAINTENANCE, REPLICATION, SESSIONS, SETTINGS, TRANSACTIONS, REFUSED_SERVICES, BY_VERSION]
    found: list[str] = []
    for line in "\n".join(texts).splitlines():
        if line.startswith(" "):
            found[-1] += "\n" + line
        elif line:
            found.append(line)
    return found


NEVER_RUN = "select 1/0; "
"""A query is parsed as a whole before any of it runs; so this shows what the grammar says, and runs nothing."""


def refused_by(connection: Any, sql: str) -> tuple[str, str, int | None] | None:
    """The server's grammar on `sql`: message, SQLSTATE, offset; None when it accepts."""
    result = connection.exec_((NEVER_RUN + sql).encode())
    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
    if state == "22012":
        return None
    position = result.error_field(pq.DiagnosticField.STATEMENT_POSITION)
    message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
    return message, state, int(position) - 1 - len(NEVER_RUN) if position else None


@pytest.mark.server
def test_refuses_what_each_major_refuses(server: Server) -> None:
    wrong = []
    with server.connect() as connection:
        for sql in all_statements():
            theirs = refused_by(connection.pgconn, sql)
            ours: tuple[str, str, int | None] | None = None
            try:
                parse_statement(sql, version=server.major)
            except ParseError as refused:
                place = None if theirs is not None and theirs[2] is None else refused.start
                ours = refused.message, refused.sqlstate, place
            if ours != theirs:
                wrong.append((sql, ours, theirs))
    assert wrong == []
