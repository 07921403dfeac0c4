"""Comparing catalogs: the same schema twice differs in nothing, and every change shows as the attribute that it changes."""

from __future__ import annotations

import pytest
from servers import Server

from schemalint.catalog import live
from schemalint.catalog.builtins import load
from schemalint.catalog.compare import Difference, compare, normalized
from schemalint.catalog.store import Catalog

SCHEMA = """
    CREATE TABLE a (id int PRIMARY KEY, t text NOT NULL DEFAULT 'x');
    CREATE TABLE b (a_id int REFERENCES a);
    CREATE VIEW v AS SELECT t FROM a;
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TYPE mood AS ENUM ('ok');
    CREATE POLICY p ON a USING (id > 0);
"""


def read(server: Server, *scripts: str) -> Catalog:
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            for script in scripts:
                connection.execute(script)
        return live.read_live(server.dsn(name))
    finally:
        server.drop_database(name)


@pytest.mark.server
def test_the_same_schema_with_other_numbers(server18: Server) -> None:
    first = read(server18, SCHEMA)
    second = read(server18, "CREATE TABLE gone (i int); DROP TABLE gone", SCHEMA)
    assert compare(first, second, dependencies=True) == []


@pytest.mark.server
@pytest.mark.parametrize(
    ("change", "differences"),
    [
        ("ALTER TABLE b ADD c int", [("public.b", "column c.type"), ("public.b", "columns")]),
        ("ALTER TABLE a ALTER t TYPE varchar(9)", None),
        ("ALTER TABLE a ALTER t SET DEFAULT 'y'", [("public.a", "column t.default")]),
        ("COMMENT ON COLUMN a.t IS 'c'", [("public.a", "column t.comment")]),
        ("GRANT SELECT ON a TO PUBLIC", [("public.a", "acl")]),
        ("DROP POLICY p ON a", [("p on public.a", "")]),
        ("ALTER POLICY p ON a USING (id > 1)", [("p on public.a", "qual")]),
        ("ALTER TYPE mood ADD VALUE 'bad'", [("public.mood", "labels")]),
        ("CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'", [("public.f(int4)", "src")]),
        ("CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 2'", [("public.f(text)", "")]),
        ("CREATE OR REPLACE VIEW v AS SELECT t FROM a WHERE id > 1", [("public.v", "view")]),
        ("CREATE INDEX i ON b (a_id)", [("public.i", "")]),
        ("ALTER INDEX a_pkey SET (fillfactor = 50)", [("public.a_pkey", "options")]),
        ("DROP SCHEMA public CASCADE", None),
    ],
)
def test_each_change_shows(server18: Server, change: str, differences: list[tuple[str, str]] | None) -> None:
    before = read(server18, SCHEMA)
    if "varchar" in change:
        change = f"DROP VIEW v; {change}"
    found = compare(before, read(server18, SCHEMA, change))
    assert found
    if differences is not None:
        assert [(d.identity, d.attribute) for d in found] == differences


def test_nothing_differs_from_itself() -> None:
    empty = Catalog(load(18))
    assert compare(empty, empty) == []


def test_differences_are_shown() -> None:
    assert str(Difference("pg_class", "public.a", "", "exists", None)) == "- pg_class public.a"
    assert str(Difference("pg_class", "public.a", "", None, "exists")) == "+ pg_class public.a"
    assert str(Difference("pg_class", "public.a", "kind", "r", "v")) == "~ pg_class public.a: kind: r -> v"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("((a > 1))", "a > 1"),
        ("(a) OR (b)", "(a) OR (b)"),
        ("SELECT  1,\n  'a  b' ;", "SELECT 1, 'a  b'"),
        ("(')' = a)", "')' = a"),
    ],
)
def test_normalized(text: str, plain: str) -> None:
    assert normalized(text) == plain
