"""`check --data`: what it says of rows is what the server says when the migration runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cli.conftest import Run
from psycopg import sql
from servers import Server

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE accounts (id bigint PRIMARY KEY, email text, age int, mood text, code varchar(20), big bigint, born text);
INSERT INTO accounts VALUES (1, NULL, 5, 'ok', 'abc', 1, '2020-01-01'), (2, 'a', -1, 'bad', 'abcdef', 5000000000, 'x'),
    (3, 'a', -2, 'sad', 'x', 2, '1999-09-09');
CREATE TABLE orders (id int PRIMARY KEY, account bigint, code text, total int);
INSERT INTO orders VALUES (1, 1, 'o', 3), (2, 7, 'p', 4), (3, NULL, 'q', 5);
CREATE TABLE "Odd Name" (a int, b int);
INSERT INTO "Odd Name" VALUES (1, 1), (1, 1), (1, NULL), (NULL, NULL);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 4) NOT VALID;
CREATE SCHEMA s;
CREATE FUNCTION s.fine(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE TABLE parts (id int, day int) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (NULL, 1), (5, 2), (5, 2);
"""

STATEMENTS = {
    "ALTER TABLE accounts ALTER email SET NOT NULL": '1 row of accounts has no value in column "email"',
    "ALTER TABLE accounts ALTER age SET NOT NULL": None,
    "ALTER TABLE accounts ADD phone text NOT NULL": '3 rows of accounts would have no value in column "phone"',
    "ALTER TABLE accounts ADD phone text NOT NULL DEFAULT 'x'": None,
    "ALTER TABLE accounts ADD CHECK (age > 0)": '2 rows of accounts violate check constraint "accounts_age_check"',
    "ALTER TABLE accounts ADD CHECK (age > 0) NOT VALID": None,
    "ALTER TABLE accounts ADD CONSTRAINT c CHECK (email <> 'z')": None,
    "SET search_path = s, public; ALTER TABLE accounts ADD CONSTRAINT c CHECK (fine(age))": (
        '2 rows of accounts violate check constraint "c"'
    ),
    "CREATE UNIQUE INDEX ON accounts (email)": "1 value of (email) stands in several rows of accounts",
    "CREATE UNIQUE INDEX ON accounts (lower(code)) WHERE age > 0": None,
    'ALTER TABLE "Odd Name" ADD UNIQUE (a, b)': "",
    "ALTER TABLE orders ADD FOREIGN KEY (account) REFERENCES accounts": "",
    "ALTER TABLE orders VALIDATE CONSTRAINT positive": None,
    "ALTER TABLE orders VALIDATE CONSTRAINT small": "",
    "ALTER TABLE accounts ALTER mood TYPE mood USING mood::mood": "",
    "ALTER TABLE accounts ALTER code TYPE varchar(3)": "",
    "ALTER TABLE accounts ALTER code TYPE varchar(3) USING code::varchar(3)": None,
    "ALTER TABLE accounts ALTER code TYPE varchar(6)": None,
    "ALTER TABLE parts ADD CHECK (id < 5)": "",
    "ALTER TABLE parts ALTER id SET NOT NULL": "",
    "CREATE UNIQUE INDEX ON parts (id, day)": "",
    "ALTER TABLE accounts ADD PRIMARY KEY (age)": None,
}
NEWER = {
    "ALTER TABLE accounts ALTER big TYPE int": "",
    "ALTER TABLE accounts ALTER born TYPE date USING born::date": "",
    "ALTER TABLE accounts ALTER age TYPE smallint": None,
}
"""What only servers from 16 on can be asked."""


@pytest.fixture
def shop(server: Server) -> Iterator[str]:
    name = server.create_database()
    with server.connect(name) as connection:
        connection.execute(SCHEMA)
    yield name
    server.drop_database(name)


def report(run: Run, tmp_path: Path, text: str, *options: object) -> dict[str, list[dict[str, object]]]:
    (tmp_path / "m.sql").write_text(f"{text};\n")
    ran = run("check", tmp_path / "m.sql", "--format", "json", *options)
    found: dict[str, list[dict[str, object]]] = json.loads(ran.out)
    return found


@pytest.mark.server
def test_the_server_agrees(server: Server, shop: str, run: Run, tmp_path: Path) -> None:
    for statement, said in (STATEMENTS | (NEWER if server.major >= 16 else {})).items():
        with server.connect(shop, autocommit=False) as connection:
            try:
                connection.execute(statement)  # type: ignore[arg-type]
                state = None
            except psycopg.Error as error:
                state = error.sqlstate
            connection.rollback()
        if state == "42P16":  # a second primary key: no question of rows
            continue
        found = report(run, tmp_path, statement, "--dsn", server.dsn(shop), "--data")["findings"]
        rows = [one for one in found if one["rule"] == "violating-rows"]
        if state == "22007":  # a date that is none: the simulator says of all values that are not of a type 22P02
            state = "22P02"
        assert [one["sqlstate"] for one in rows] == ([] if state is None else [state]), (statement, found)
        if said:
            assert rows[0]["message"] == said
        assert said != "" or rows, statement


@pytest.mark.server
def test_nothing_is_said_of_rows_that_the_migration_changes(server18: Server, run: Run, tmp_path: Path) -> None:
    name = server18.create_database()
    with server18.connect(name) as connection:
        connection.execute(SCHEMA)  # type: ignore[arg-type]
    text = "UPDATE accounts SET email = '' WHERE email IS NULL;\nALTER TABLE accounts ALTER email SET NOT NULL"
    found = report(run, tmp_path, text, "--dsn", server18.dsn(name), "--data")
    assert [one for one in found["findings"] if one["rule"] == "violating-rows"] == []
    assert "an earlier statement may change them" in str(found["summary"])
    with server18.connect(name) as connection:
        assert connection.execute("SELECT count(email) FROM accounts").fetchone() == (2,)
    server18.drop_database(name)


@pytest.mark.server
def test_rows_that_policies_hide_are_not_taken_to_be_absent(server18: Server, run: Run, tmp_path: Path) -> None:
    name = server18.create_database()
    role = sql.Identifier(f"{name}_reader")
    with server18.connect(name) as connection:
        connection.execute(SCHEMA)  # type: ignore[arg-type]
        connection.execute("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        connection.execute(sql.SQL("GRANT SELECT ON accounts TO {}").format(role))
    dsn = f"{server18.dsn(name)} user={name}_reader"
    found = report(run, tmp_path, "ALTER TABLE accounts ALTER email SET NOT NULL", "--dsn", dsn, "--data")
    assert [one for one in found["findings"] if one["rule"] == "violating-rows"] == []
    assert "query would be affected by row-level security policy" in str(found["summary"])
    server18.drop_database(name)
    with server18.connect() as connection:
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_without_a_server_the_query_is_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog.sql").write_text("CREATE TABLE accounts (id bigint PRIMARY KEY, email text);")
    text = "ALTER TABLE accounts ALTER email SET NOT NULL"
    found = report(run, tmp_path, text, "--catalog", tmp_path / "catalog.sql", "--data")
    assert "SELECT count(*) FROM (SELECT FROM ONLY public.accounts WHERE email IS NULL LIMIT 1001)" in str(
        found["summary"]
    )


@pytest.mark.server
def test_without_the_option_the_query_is_noted(server18: Server, run: Run, tmp_path: Path) -> None:
    name = server18.create_database()
    with server18.connect(name) as connection:
        connection.execute(SCHEMA)  # type: ignore[arg-type]
    text = "ALTER TABLE accounts ALTER email SET NOT NULL"
    (found,) = (
        one
        for one in report(run, tmp_path, text, "--dsn", server18.dsn(name))["findings"]
        if one["rule"] == "blocking-not-null-scan"
    )
    query = "SELECT count(*) FROM (SELECT FROM ONLY public.accounts WHERE email IS NULL LIMIT 1001) AS found"
    assert f"rows that would stand in the way: {query}" in str(found["notes"])
    with server18.connect(name) as connection:
        assert connection.execute(query).fetchone() == (1,)  # type: ignore[call-overload]
    server18.drop_database(name)
