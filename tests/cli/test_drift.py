"""`schemalint drift`: live databases, snapshots, SQL and migrations beside each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from servers import Server

from schemalint.cli.main import cli
from schemalint.errors import UserError

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id bigserial PRIMARY KEY, name text DEFAULT 'x' CHECK (name <> ''), mood mood DEFAULT 'ok',
                     score numeric(10, 2) CHECK (score > 0 AND score < 10));
CREATE INDEX people_low ON people (lower(name)) WHERE name IS NOT NULL;
CREATE VIEW good AS SELECT id, name, mood FROM people WHERE score > 1;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON people USING (name = current_user);
CREATE FUNCTION more(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 1';
"""

CHANGES = """
COMMENT ON TABLE people IS 'all of them';
GRANT SELECT ON people TO PUBLIC;
ALTER TABLE people ALTER name SET DEFAULT 'y';
DROP POLICY own ON people;
CREATE POLICY own ON people USING (name = 'me');
CREATE OR REPLACE FUNCTION more(i int) RETURNS int LANGUAGE sql AS 'SELECT i + 2';
CREATE TABLE extra (i int);
"""


@pytest.fixture(scope="module")
def live(server18: Server) -> Iterator[str]:
    name = server18.create_database()
    with server18.connect(name) as connection:
        connection.execute(SCHEMA)
    yield server18.dsn(name)
    server18.drop_database(name)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "001_first.sql").write_text(SCHEMA)
    (tmp_path / "changed.sql").write_text(SCHEMA + CHANGES)
    return tmp_path


def drift(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["drift", *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), result.stdout


@pytest.mark.server
@pytest.mark.usefixtures("files")
def test_the_same_schema_from_four_sources(live: str) -> None:
    CliRunner().invoke(cli, ["snapshot", "--dsn", live, "-o", "catalog.json"], standalone_mode=False)
    Path("dump.sql").write_text(SCHEMA)
    sources = ("migrations", "dump.sql", "catalog.json", live)
    for before in sources:
        for after in sources:
            assert drift(before, after) == (0, "no differences\n"), (before, after)


@pytest.mark.server
@pytest.mark.usefixtures("files")
def test_what_differs_from_a_live_database(live: str) -> None:
    code, text = drift(live, "changed.sql")
    assert code == 1
    assert text.splitlines()[1:] == [
        "+++ changed.sql",
        "+ relation public.extra",
        "~ relation public.people",
        "    acl: (not set) -> =r/postgres, postgres=arwdDxtm/postgres",
        "    column name.default: 'x'::text -> 'y'",
        "    comment: (not set) -> all of them",
        "~ policy own on public.people",
        "    qual: name = CURRENT_USER -> name = 'me'",
        "~ routine public.more(int4)",
        "    src: SELECT i + 1 -> SELECT i + 2",
    ]


@pytest.mark.usefixtures("files")
def test_json_and_what_is_ignored() -> None:
    code, text = drift("migrations", "changed.sql", "--format", "json", "--ignore", "policy *", "--ignore", "*: acl")
    found = json.loads(text)["differences"]
    assert code == 1
    assert [(one["kind"], one["attribute"]) for one in found] == [
        ("relation", None),
        ("relation", "column name.default"),
        ("relation", "comment"),
        ("routine", "src"),
    ]
    assert drift("migrations", "changed.sql", "--ignore", "*")[0] == 0


@pytest.mark.usefixtures("files")
def test_a_side_that_cannot_be_read() -> None:
    with pytest.raises(UserError, match="nothing: no connection string, snapshot"):
        drift("migrations", "nothing")
    with pytest.raises(UserError, match=r"missing\.sql: no such file"):
        drift("missing.sql", "migrations")
    with pytest.raises(UserError) as caught:
        drift("migrations", "postgresql://bob:hunter2@127.0.0.1:1/shop")
    assert "hunter2" not in str(caught.value)


def test_what_was_not_understood_is_said(files: Path) -> None:
    (files / "odd.sql").write_text("CREATE TABLE people (i int);\nFROBNICATE people;\n")
    result = CliRunner().invoke(cli, ["drift", "odd.sql", "odd.sql"], standalone_mode=False)
    assert result.return_value == 2
    assert "schemalint: not read: odd.sql:2: " in result.stderr
