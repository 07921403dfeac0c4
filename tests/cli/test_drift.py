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
from schemalint.migrations.checksums import crc32_of_lines

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
    """Exit code and output, without roles: they are the server's, and other tests make some while these run."""
    result = CliRunner().invoke(cli, ["drift", *arguments, "--ignore", "role *"], standalone_mode=False)
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


@pytest.mark.server
def test_the_runners_record_beside_the_files(server18: Server, tmp_path: Path) -> None:
    folder = tmp_path / "db"
    folder.mkdir()
    scripts = {
        "V1__a.sql": "CREATE TABLE a (id bigint PRIMARY KEY);\n",
        "V2__b.sql": "ALTER TABLE a ADD COLUMN n int;\n",
        "V3__c.sql": "CREATE TABLE c (id int);\n",
        "V4__d.sql": "CREATE TABLE d (id int);\n",
    }
    for name, text in scripts.items():
        (folder / name).write_text(text)
    with server18.database() as connection:
        for name in ("V1__a.sql", "V2__b.sql", "V4__d.sql"):
            connection.execute(scripts[name])  # type: ignore[call-overload]
        connection.execute("CREATE TABLE by_hand (id int)")
        connection.execute(
            "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version text, type text, script text,"
            " checksum int, success bool)"
        )
        for rank, version in enumerate(("1", "2", "4", "9")):
            name = {"1": "V1__a.sql", "2": "V2__b.sql", "4": "V4__d.sql"}.get(version)
            data = b"SELECT 1;" if version == "2" or name is None else scripts[name].encode()
            connection.execute(
                "INSERT INTO flyway_schema_history VALUES (%s, %s, 'SQL', %s, %s, true)",
                (rank, version, name, int(crc32_of_lines(data))),
            )
        dsn = server18.dsn(connection.info.dbname)
        code, text = drift(str(folder), dsn)
        assert code == 1
        assert text.splitlines()[2:] == [
            "+ relation public.by_hand",
            "",
            f"* not recorded in flyway_schema_history: {folder / 'V3__c.sql'}",
            "* recorded in flyway_schema_history, but no file: 9",
            f"* edited after it was applied: {folder / 'V2__b.sql'}",
            f"* comes before one that is applied: {folder / 'V3__c.sql'}",
        ]
        assert drift(dsn, str(folder))[1].splitlines()[2:4] == ["- relation public.by_hand", ""]
        said = json.loads(drift(str(folder), dsn, "--format", "json")[1])
        assert said["migrations"]["no_file"] == ["9"]
