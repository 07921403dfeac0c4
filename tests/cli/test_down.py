"""`check --down`: ways back are checked where they are taken, and undo what leads forward, or it is said what they leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from servers import Server

Run = Any

UP = """\
CREATE TYPE mood AS ENUM ('low');
CREATE TABLE b (id bigint PRIMARY KEY, m mood);
ALTER TABLE a DROP COLUMN n;
ALTER TABLE a DROP CONSTRAINT a_t_check;
CREATE INDEX a_t ON a (t);
COMMENT ON TABLE a IS 'said';
"""
BACK = """\
COMMENT ON TABLE a IS NULL;
DROP INDEX a_t;
ALTER TABLE a ADD CONSTRAINT a_t_check CHECK (t>'a');
ALTER TABLE a ADD COLUMN n int DEFAULT 1+2;
DROP TABLE b;
DROP TYPE mood;
"""
FIRST = "CREATE TABLE a (id bigint PRIMARY KEY, n int DEFAULT 1 + 2, t text CHECK (t > 'a'));\n"


def notes(run: Run, *args: object) -> dict[str, list[str]]:
    found = json.loads(run("check", *args, "--down", "--format", "json").out)["findings"]
    return {f["file"]: f["notes"] for f in found if f["rule"] == "incomplete-down"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    return tmp_path / "m"


def write(folder: Path, up: str, down: str) -> None:
    (folder / "1_a.sql").write_text(f"-- migrate:up\n{FIRST}-- migrate:down\nDROP TABLE a;\n")
    (folder / "2_b.sql").write_text(f"-- migrate:up\n{up}-- migrate:down\n{down}")


def test_what_is_undone_is_no_finding_however_it_is_written(folder: Path, run: Run) -> None:
    write(folder, UP, BACK)
    assert notes(run, folder) == {}
    assert json.loads(run("check", folder, "--down", "--format", "json").out)["summary"]["statements"] == 14


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (0, "comment of relation public.a was not set, and is said"),
        (1, "relation public.a_t is left"),
        (2, "constraint a_t_check on public.a is lost"),
        (3, "columns of relation public.a was id, n, t, and is id, t"),
        (5, "type public.mood is left"),
    ],
)
def test_what_is_left_or_lost_is_named(left_out: int, said: str, folder: Path, run: Run) -> None:
    lines = BACK.splitlines(keepends=True)
    write(folder, UP, "".join(lines[:left_out] + lines[left_out + 1 :]))
    (found,) = notes(run, folder).values()
    assert said in found


def test_a_column_that_comes_back_otherwise(folder: Path, run: Run) -> None:
    write(folder, UP, BACK.replace("DEFAULT 1+2", "DEFAULT 4"))
    assert list(notes(run, folder).values()) == [["column n.default of relation public.a was 1 + 2, and is 4"]]


def test_a_way_back_that_is_refused_is_an_error_and_not_compared(folder: Path, run: Run) -> None:
    write(folder, UP, "DROP TABLE nothing;\n")
    ran = run("check", folder, "--down", "--format", "json")
    errors = [(f["rule"], f["line"]) for f in json.loads(ran.out)["findings"] if f["severity"] == "error"]
    assert (ran.code, errors) == (1, [("unknown-table", 9)])
    assert notes(run, folder) == {}
    assert run("check", folder).code == 0


def test_what_comes_later_is_checked_as_if_no_way_back_was_taken(folder: Path, run: Run) -> None:
    write(folder, UP, BACK)
    (folder / "3_c.sql").write_text("-- migrate:up\nALTER TABLE b ADD COLUMN s text;\n-- migrate:down\nSELECT 1;\n")
    ran = run("check", folder, "--down", "--format", "json")
    assert ran.code == 0
    ((_, found),) = notes(run, folder).items()
    assert "columns of relation public.b was id, m, and is id, m, s" in found


def test_temporary_tables_are_gone_before_the_way_back(folder: Path, run: Run) -> None:
    write(folder, f"CREATE TEMP TABLE kept AS SELECT 1 AS c;\n{UP}", f"{BACK}CREATE TEMP TABLE kept (c int);\n")
    assert run("check", folder, "--down").code == 0
    assert notes(run, folder) == {}


def test_files_of_their_own(folder: Path, run: Run) -> None:
    (folder / "1_a.up.sql").write_text(FIRST)
    (folder / "1_a.down.sql").write_text("DROP TABLE a;\n")
    (folder / "2_b.up.sql").write_text(UP)
    (folder / "2_b.down.sql").write_text("DROP TABLE b;\nDROP TABLE b;\n")
    ran = run("check", folder, "--down", "--format", "json")
    errors = [(Path(f["file"]).name, f["line"]) for f in json.loads(ran.out)["findings"] if f["severity"] == "error"]
    assert errors == [("2_b.down.sql", 2)]
    (folder / "2_b.down.sql").unlink()
    said = json.loads(run("check", folder, "--down", "--format", "json").out)["summary"]["not_checked"]
    assert [(Path(item["file"]).name, item["reason"]) for item in said if "file" in item] == [
        ("2_b.up.sql", "there is no way back to check")
    ]


def test_rollbacks_of_liquibase(folder: Path, run: Run) -> None:
    text = (
        "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE a (id bigint PRIMARY KEY);\n--rollback DROP TABLE a;\n"
        "--changeset me:2\nCREATE TABLE b (id bigint PRIMARY KEY REFERENCES a);\n/* liquibase rollback\nDROP TABLE b;\n*/\n"
    )
    (folder / "a.sql").write_text(text)
    assert notes(run, folder) == {}
    assert run("check", folder, "--down").code == 0  # b first: a is referenced
    (folder / "a.sql").write_text(text.replace("--rollback DROP TABLE a;", "--rollback not required"))
    ((_, found),) = notes(run, folder).items()
    assert "relation public.a is left" in found


def test_a_comment_in_the_way_back_allows(folder: Path, run: Run) -> None:
    write(folder, UP, "DROP TABLE nothing; -- schemalint: allow unknown-table (made by hand)\n")
    ran = run("check", folder, "--down")
    assert (ran.code, "1 finding is allowed" in ran.out) == (0, True)


def test_on_a_live_database(folder: Path, server18: Server, run: Run) -> None:
    with server18.database() as connection:
        connection.autocommit = True
        connection.execute(FIRST)  # type: ignore[call-overload]
        connection.execute("CREATE VIEW v AS SELECT n FROM a")
        info = connection.info
        dsn = f"host={info.host} port={info.port} user={info.user} dbname={info.dbname}"
        up = UP.replace("ALTER TABLE a DROP COLUMN n;", "DROP VIEW v;\nALTER TABLE a DROP COLUMN n;")
        write(folder, up, f"{BACK}CREATE VIEW v AS SELECT n FROM a;\n")
        assert notes(run, folder / "2_b.sql", "--dsn", dsn) == {}
        write(folder, up, BACK)
        assert list(notes(run, folder / "2_b.sql", "--dsn", dsn).values()) == [["relation public.v is lost"]]
