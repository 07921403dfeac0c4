"""What goes, what gets another name, and what a new type does not hold: what is said, and that servers do it."""

from __future__ import annotations

import psycopg
import pytest
from servers import Server

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.loader import load_rules
from schemalint.simulator import Simulator
from schemalint.source import Source

RULES = load_rules()


def said(sql: str, catalog: str = "", *, closed: bool = True, rules: tuple[str, ...] = ()) -> list[Diagnostic]:
    simulator = Simulator(catalog=Catalog(load(18), closed=closed))
    assert replay(simulator, File(Source("catalog.sql", catalog))) == []
    chosen = [RULES[name] for name in rules] or RULES.values()
    result = check_files(simulator, chosen, [File(Source("migration.sql", sql))])
    assert result.crashes == ()
    return result.diagnostics


# --- without a catalog

HAZARDS = {
    "DROP TABLE users": "dropped-table",
    "DROP TABLE IF EXISTS users": "dropped-table",
    "DROP TABLE app.users, app.teams": "dropped-table",
    "DROP TABLE users CASCADE": "destructive-cascade",
    "ALTER TABLE users DROP COLUMN email": "dropped-column",
    "ALTER TABLE users DROP COLUMN IF EXISTS email": "dropped-column",
    "DROP SCHEMA legacy CASCADE": "dropped-schema",
    "DROP DATABASE app": "dropped-database",
    "DROP MATERIALIZED VIEW totals": "dropped-object",
    "DROP SEQUENCE ticket_numbers": "dropped-object",
    "TRUNCATE users": "truncated-table",
    "TRUNCATE users CASCADE": "truncated-table",
    "DELETE FROM users": "delete-of-all-rows",
    "DELETE FROM users WHERE true": "delete-of-all-rows",
    "UPDATE users SET active = true": "update-of-all-rows",
    "ALTER TABLE users RENAME TO accounts": "renamed-table",
    "ALTER TABLE users RENAME COLUMN email TO mail": "renamed-column",
    "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'": "renamed-object",
    "ALTER SCHEMA billing RENAME TO finance": "renamed-object",
    "ALTER TABLE users SET SCHEMA archive": "moved-object",
    "ALTER TABLE users ALTER COLUMN email DROP NOT NULL": "dropped-not-null",
    "ALTER TABLE users DROP CONSTRAINT users_pkey": "dropped-key",
    "ALTER TABLE users DROP CONSTRAINT users_team_id_fkey": "dropped-key",
    "DROP VIEW active_users CASCADE": "destructive-cascade",
    "ALTER TABLE users REPLICA IDENTITY NOTHING": "lost-replica-identity",
}


@pytest.mark.parametrize("sql", HAZARDS)
def test_a_table_that_no_file_makes_is_taken_to_exist(sql: str) -> None:
    found = said(sql, closed=False)
    assert (HAZARDS[sql], "warning") in [(d.rule, d.severity) for d in found]


SAFE = (
    "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL); DROP TABLE t",
    "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL); ALTER TABLE t DROP COLUMN a",
    "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL); ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t RENAME TO u",
    "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL); ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
    "CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL); ALTER TABLE t ALTER COLUMN a TYPE varchar(3)",
    "CREATE TABLE t (id bigint PRIMARY KEY, a int); UPDATE t SET a = 1; DELETE FROM t; TRUNCATE t",
    "CREATE TEMP TABLE t (id bigint); TRUNCATE t; DELETE FROM t; DROP TABLE t",
    "CREATE TYPE m AS ENUM ('a'); ALTER TYPE m RENAME VALUE 'a' TO 'b'; ALTER TYPE m RENAME TO n; DROP TYPE n",
    "CREATE SCHEMA s; ALTER SCHEMA s RENAME TO r; DROP SCHEMA r",
    "ALTER TABLE known ADD COLUMN extra text; ALTER TABLE known RENAME COLUMN extra TO more",
    "ALTER TABLE known ADD COLUMN extra text; ALTER TABLE known DROP COLUMN extra",
    "ALTER TABLE known RENAME TO other; CREATE VIEW known WITH (security_invoker) AS SELECT id FROM other",
    "ALTER TABLE known ALTER COLUMN note DROP NOT NULL; ALTER TABLE known ALTER COLUMN note SET NOT NULL",
    "ALTER TABLE known ALTER COLUMN note TYPE varchar(80)",
    "DELETE FROM known WHERE id < 10",
    "DROP TABLE IF EXISTS missing",
)
ABOUT = tuple(sorted({*HAZARDS.values(), "narrowed-type", "incompatible-type-change"} - {"update-of-all-rows"}))


@pytest.mark.parametrize("sql", SAFE)
def test_what_is_new_or_comes_back_is_not_spoken_about(sql: str) -> None:
    catalog = "CREATE TABLE known (id bigint PRIMARY KEY, note varchar(40) NOT NULL);"
    assert [d.message for d in said(sql, catalog, rules=ABOUT)] == []


def test_what_a_refused_statement_would_make_is_not_taken_to_exist() -> None:
    sql = "CREATE TABLE t (id nothing); ALTER TABLE t DROP COLUMN a; DROP TABLE t; DELETE FROM t;"
    assert [d.rule for d in said(sql, rules=ABOUT)] == []


# --- what a new type does not hold

TYPES = [
    ("varchar(40)", "'abcdefghijkl'", "varchar(10)"),
    ("text", "'abcdefghijkl'", "varchar(10)"),
    ("char(4)", "'abcd'", "varchar(3)"),
    ("bigint", "3000000000", "integer"),
    ("integer", "70000", "smallint"),
    ("numeric(12, 0)", "30000000000", "integer"),
    ("numeric(10, 4)", "1.2345", "numeric(10, 2)"),
    ("numeric", "12345678", "numeric(6, 2)"),
    ("integer", "1234567", "numeric(6, 2)"),
    ("double precision", "1.5", "integer"),
    ("double precision", "1.23456789012", "real"),
    ("numeric(5, 2)", "1.25", "integer"),
    ("timestamptz", "'2026-01-02 03:04'", "date"),
    ("timestamp", "'2026-01-02 03:04'", "time"),
]
WIDER = [
    ("varchar(10)", "varchar(40)"),
    ("varchar(10)", "text"),
    ("char(3)", "varchar(3)"),
    ("smallint", "integer"),
    ("integer", "numeric(12, 2)"),
    ("numeric(10, 2)", "numeric(12, 2)"),
    ("numeric(10, 2)", "numeric"),
    ("real", "double precision"),
    ("date", "timestamp"),
]


@pytest.mark.parametrize(("old", "value", "new"), TYPES)
def test_what_does_not_fit_fails_or_is_cut_as_said(server18: Server, old: str, value: str, new: str) -> None:
    make, change = f"CREATE TABLE t (id bigint PRIMARY KEY, c {old})", f"ALTER TABLE t ALTER COLUMN c TYPE {new}"
    [found] = said(change, make, rules=("narrowed-type",))
    with server18.database() as connection:
        connection.execute(f"{make}; INSERT INTO t VALUES (1, {value})")
        before = connection.execute("SELECT c::text FROM t").fetchone()
        try:
            connection.execute(change)
        except psycopg.Error as error:
            assert [f"the server then says {error.sqlstate}"] == list(found.notes)
        else:
            assert found.notes == () and "without a word" in found.message
            assert connection.execute("SELECT c::text FROM t").fetchone() != before


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_what_holds_more_is_not_narrow(old: str, new: str) -> None:
    catalog = f"CREATE TABLE t (id bigint PRIMARY KEY, c {old})"
    assert said(f"ALTER TABLE t ALTER COLUMN c TYPE {new}", catalog, rules=("narrowed-type",)) == []


# --- steps


def steps(sql: str, catalog: str, rule: str) -> list[str]:
    [found] = said(sql, catalog, rules=(rule,))
    assert found.fix is not None and found.fix.steps
    assert [s.deployment for s in found.fix.steps] == sorted(s.deployment for s in found.fix.steps)
    return [s.sql for s in found.fix.steps]


def test_a_second_column_lets_old_and_new_code_live_side_by_side(server: Server) -> None:
    make = "CREATE TABLE animals (id bigint PRIMARY KEY, keeper text)"
    *first, last = steps('ALTER TABLE animals RENAME COLUMN keeper TO "Owner"', make, "renamed-column")
    with server.database() as c:
        c.execute(f"{make}; INSERT INTO animals VALUES (1, 'a')")
        for sql in first:
            c.execute(sql)
        c.execute("INSERT INTO animals (id, keeper) VALUES (2, 'b')")
        c.execute("INSERT INTO animals (id, \"Owner\") VALUES (3, 'c')")
        c.execute("UPDATE animals SET keeper = 'd' WHERE id = 3; UPDATE animals SET \"Owner\" = 'e' WHERE id = 2")
        rows = c.execute('SELECT keeper, "Owner" FROM animals ORDER BY id').fetchall()
        assert rows == [("a", "a"), ("e", "e"), ("d", "d")]
        c.execute(last)
        assert c.execute("SELECT * FROM animals ORDER BY id").fetchall() == [(1, "a"), (2, "e"), (3, "d")]


def test_a_column_of_another_type_takes_the_old_ones_place(server18: Server) -> None:
    make = "CREATE TABLE parcels (id bigint PRIMARY KEY, code text)"
    change = "ALTER TABLE parcels ALTER COLUMN code TYPE uuid USING code::uuid"
    *first, last = steps(change, make, "incompatible-type-change")
    one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    with server18.database() as c:
        c.execute(f"{make}; INSERT INTO parcels VALUES (1, '{one}')")
        for sql in first:
            c.execute(sql)
        c.execute("INSERT INTO parcels (id, code) VALUES (2, %s)", (two,))
        c.execute(last)
        assert c.execute("SELECT code::text, pg_typeof(code)::text FROM parcels ORDER BY id").fetchall() == [
            (one, "uuid"),
            (two, "uuid"),
        ]


def test_a_view_stands_for_a_renamed_table(server: Server) -> None:
    make = "CREATE TABLE patients (id bigint PRIMARY KEY, name text)"
    simulator = Simulator(catalog=Catalog(load(int(server.version.split(".")[0]))))
    replay(simulator, File(Source("catalog.sql", make)))
    migration = File(Source("m.sql", "ALTER TABLE patients RENAME TO animals"))
    [found] = check_files(simulator, [RULES["renamed-table"]], [migration]).diagnostics
    assert found.fix is not None
    with server.database() as c:
        c.execute(make)
        c.execute(found.fix.steps[0].sql)
        c.execute("INSERT INTO patients VALUES (1, 'a'); UPDATE patients SET name = 'b'")
        assert c.execute("SELECT * FROM animals").fetchall() == [(1, "b")]
        c.execute(found.fix.steps[1].sql)


# --- what the server says later

LATER = [
    (
        "impossible-foreign-key-action",
        "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)",
        "CREATE TABLE b (id int PRIMARY KEY, x int NOT NULL REFERENCES a ON DELETE SET NULL)",
        "INSERT INTO b VALUES (1, 1); DELETE FROM a",
        "23502",
    ),
    (
        "impossible-foreign-key-action",
        "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)",
        "CREATE TABLE b (id int PRIMARY KEY, x int NOT NULL REFERENCES a ON UPDATE SET DEFAULT)",
        "INSERT INTO b VALUES (1, 1); UPDATE a SET id = 2",
        "23502",
    ),
    (
        "lost-replica-identity",
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE PUBLICATION p FOR TABLE t",
        "ALTER TABLE t REPLICA IDENTITY NOTHING",
        "UPDATE t SET id = 2",
        "55000",
    ),
    (
        "changed-default",
        "CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL DEFAULT 3)",
        "ALTER TABLE t ALTER COLUMN c DROP DEFAULT",
        "INSERT INTO t (id) VALUES (1)",
        "23502",
    ),
    (
        "dropped-key",
        "CREATE TABLE t (id int PRIMARY KEY)",
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "INSERT INTO t VALUES (1) ON CONFLICT (id) DO NOTHING",
        "42P10",
    ),
    (
        "changed-volatility",
        "CREATE TABLE t (id int PRIMARY KEY); CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"
        "CREATE INDEX i ON t (f(id))",
        "ALTER FUNCTION f(int) VOLATILE",
        "CREATE INDEX j ON t (f(id))",
        "42P17",
    ),
    (
        "duplicates-before-unique",
        "CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, 1), (2, 1)",
        None,
        "CREATE UNIQUE INDEX t_c_key ON t (c)",
        "23505",
    ),
    (
        "nulls-before-not-null",
        "CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, NULL)",
        None,
        "ALTER TABLE t ALTER COLUMN c SET NOT NULL",
        "23502",
    ),
]


@pytest.mark.parametrize(("rule", "catalog", "sql", "later", "sqlstate"), LATER)
def test_the_server_says_it_later(
    server: Server, rule: str, catalog: str, sql: str | None, later: str, sqlstate: str
) -> None:
    assert [d.rule for d in said(sql or later, catalog, rules=(rule,))] == [rule]
    with server.database() as connection:
        connection.execute(catalog)
        if sql is not None:
            connection.execute(sql)
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(later)
        assert raised.value.sqlstate == sqlstate


# --- others


def test_a_unique_index_that_was_there_proves_it() -> None:
    catalog = "CREATE TABLE t (id int PRIMARY KEY, a int, b int); CREATE UNIQUE INDEX u ON t (a);"
    silent = (
        "CREATE UNIQUE INDEX v ON t (a, b)",
        "DROP INDEX u; CREATE UNIQUE INDEX v ON t (a)",
        "ALTER TABLE t ADD UNIQUE (id, b)",
    )
    for sql in silent:
        assert said(sql, catalog, rules=("duplicates-before-unique",)) == []
    assert said("CREATE UNIQUE INDEX v ON t (b)", catalog, rules=("duplicates-before-unique",)) != []


def test_names_are_cut_at_63_bytes_not_characters(server18: Server) -> None:
    name = "ä" * 32
    [found] = said(f'CREATE TABLE "{name}" (id bigint PRIMARY KEY)', rules=("long-identifier",))
    assert found.message.startswith("this name has 64 bytes")
    assert said(f'CREATE TABLE "{"a" * 63}" (id bigint PRIMARY KEY)', rules=("long-identifier",)) == []
    with server18.database() as connection:
        connection.execute(f'CREATE TABLE "{name}" (id bigint PRIMARY KEY)')
        assert connection.execute("SELECT relname FROM pg_class WHERE relname ~ '^ä' AND relkind = 'r'").fetchone() == (
            "ä" * 31,
        )
