"""What a runner sends is not always what a file holds: values are filled in, and files share a transaction."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

Run = Any


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def found(run: Run, *args: str) -> list[tuple[str, int, int]]:
    said = json.loads(run("check", *args, "--format", "json").out)
    return [(f["rule"], f["line"], f["column"]) for f in said["findings"] if f["severity"] != "info"]


SQL = """\
CREATE TABLE ${flyway:defaultSchema}.a (id bigint PRIMARY KEY);
ALTER TABLE ${schema}.a ADD COLUMN n ${type};
SELECT '${schema}';
ALTER TABLE ${schema}.a ADD COLUMN m nope;
"""


@pytest.mark.parametrize(
    "settings",
    [
        {"flyway.conf": "flyway.url=x\nflyway.placeholders.schema = public\nflyway.placeholders.type=int\n"},
        {"flyway.toml": '[flyway]\nurl = "x"\n[flyway.placeholders]\nschema = "public"\ntype = "int"\n'},
    ],
)
def test_flyways_placeholders_have_the_values_of_its_configuration(
    settings: dict[str, str], folder: Path, run: Run
) -> None:
    write({"db/V1__a.sql": SQL, **settings})
    assert found(run, "db") == [("unknown-type", 4, 38)]
    for name, text in settings.items():  # an answer that was kept is not one about other settings
        write({name: text.replace("public", "p")})
    assert [rule for rule, _, _ in found(run, "db")] != ["unknown-type"]


def test_a_placeholder_without_a_known_value_is_not_understood(folder: Path, run: Run) -> None:
    write({"flyway.conf": "", "db/V1__a.sql": "CREATE TABLE ${schema}.a (id bigint PRIMARY KEY);\n"})
    assert found(run, "db") == [("not-understood", 1, 14)]
    write({"flyway.conf": "flyway.placeholders.schema=a_schema_with_a_long_name\n"})
    assert found(run, "db") == [("not-understood", 1, 14)]  # no room for it


def test_liquibases_properties(folder: Path, run: Run) -> None:
    text = "--liquibase formatted sql\n--property name:schema value:public\n--property name:schema value:no\n"
    write({"c/a.sql": f"{text}--changeset me:1\nCREATE TABLE ${{schema}}.a (id bigint PRIMARY KEY);\n"})
    assert found(run, "c") == []


def drizzle(*texts: str) -> None:
    entries = [{"tag": str(i)} for i in range(len(texts))]
    write({"d/meta/_journal.json": json.dumps({"entries": entries}), **{f"d/{i}.sql": t for i, t in enumerate(texts)}})


def test_what_is_pending_is_one_transaction_where_the_runner_makes_it_one(folder: Path, run: Run) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], check=True, capture_output=True)

    first = "CREATE TYPE mood AS ENUM ('low');\nCREATE TABLE a (id bigint PRIMARY KEY, m mood);\n"
    added, used = "ALTER TYPE mood ADD VALUE 'high';\n", "UPDATE a SET m = 'high' WHERE id = 1;\n"
    git("init", "-q", "-b", "main")
    drizzle(first)
    git("add", "-A")
    git("commit", "-qm", "a")
    drizzle(first, added, used)
    ran = run("check", "d", "--base", "main", "--format", "json")
    said = [(f["file"], f["sqlstate"]) for f in json.loads(ran.out)["findings"] if f["severity"] == "error"]
    assert said == [("d/2.sql", "55P04")]
    git("add", "-A")
    git("commit", "-qm", "b")
    assert run("check", "d").code == 0  # nobody knows which of them ran together


def test_flyway_refuses_what_is_mixed(folder: Path, run: Run) -> None:
    table, index = "CREATE TABLE a (id bigint PRIMARY KEY, n int);\n", "CREATE INDEX CONCURRENTLY i ON a (n);\n"
    write({"flyway.conf": "", "db/V1__a.sql": table, "db/V2__b.sql": f"SET lock_timeout = '1s';\n{index}"})
    write({"db/V2__b.sql.conf": "executeInTransaction=false\n"})
    assert found(run, "db") == [("mixed-migration", 2, 1)]
    write({"flyway.conf": "flyway.mixed=true\n"})
    assert found(run, "db") == []
    write({"flyway.conf": "", "db/V2__b.sql": index})
    assert found(run, "db") == []
