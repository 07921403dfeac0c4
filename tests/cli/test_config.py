"""The configuration: what is in force for which files, and what is said of keys that do not exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
INDEX = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def found(ran: Any) -> list[tuple[str, str, str]]:
    return [(f["rule"], f["severity"], Path(f["file"]).as_posix()) for f in json.loads(ran.out)["findings"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[roots]]\npth = 'a'", "roots[1].unknown key pth; did you mean path?"),
        ("[[roots]]\nrunner = 'flyway'", "roots[1].path is missing"),
        ("[[overrides]]\nignore = ['refused']", "overrides[1].paths is missing"),
        ("[[overrides]]\npaths = ['a']\nignore = ['refuse']", "unknown rule refuse; did you mean refused?"),
        ("[thresholds]\nsmal-rows = 1", "thresholds: unknown key smal-rows; did you mean small-rows?"),
        ("[thresholds]\nsmall-rows = 'many'", "thresholds.small-rows must be a number of rows, not 'many'"),
        ("[thresholds]\nsmall-rows = true", "thresholds.small-rows must be a number of rows, not True"),
        ("profile = 'strct'", "profile must be one of recommended, strict, relaxed, supabase, not 'strct'; did you mean strict?"),
        ("roots = 'a'", "roots must be tables, each under [[roots]]"),
        ("overrides = [1]", "overrides must be tables, each under [[overrides]]"),
    ],
)  # fmt: skip
def test_a_message_names_the_key(run: Run, text: str, said: str) -> None:
    write({"schemalint.toml": text, "a.sql": "SELECT 1;"})
    ran = run("check", "a.sql")
    assert ran.code == 2
    assert said in ran.err


ROOTS = """
[[roots]]
path = "one/migrations"
runner = "goose"
[[roots]]
path = "two/db"
runner = "flyway"
preset = "supabase"
"""


def test_each_root_has_its_runner_and_catalog(run: Run) -> None:
    write({"schemalint.toml": ROOTS, "one/migrations/1_a.sql": "-- +goose Up\nCREATE TABLE a (id uuid DEFAULT auth.uid());\n"})  # fmt: skip
    write({"two/db/V1__a.sql": "CREATE TABLE a (id uuid DEFAULT auth.uid());\n"})
    ran = run("check", "--format", "json", "--select", "refused", "--select", "unknown-function")
    said = json.loads(ran.out)
    assert said["summary"]["files"] == 2
    assert [(f["file"], f["severity"]) for f in said["findings"]] == [("one/migrations/1_a.sql", "error")]
    assert run("check", "two/db", "--select", "refused").code == 0
    assert "runner: flyway" in run("check", "two/db").out
    assert run("check", "one", "--format", "json", "--select", "refused").code == 1
    ran = run("plan", "--format", "json")
    verdicts = [s["verdict"] for p in json.loads(ran.out) for f in p["files"] for s in f["statements"]]
    assert (ran.code, verdicts) == (1, ["refused", "accepted"])


def test_files_of_a_pattern_have_their_own_severities(run: Run) -> None:
    sql = "SELECT * FROM nowhere;\n"
    write({"m/old/1.sql": sql, "m/new/2.sql": sql})
    override = '[[overrides]]\npaths = ["m/old/*"]\n'
    write({"schemalint.toml": override + 'severity = { unknown-table = "info" }\n'})
    ran = run("check", "m", "--format", "json")
    assert found(ran) == [("unknown-table", "error", "m/new/2.sql"), ("unknown-table", "info", "m/old/1.sql")]
    write({"schemalint.toml": override + 'ignore = ["unknown-table"]\n'})
    ran = run("check", "m", "--format", "json")
    assert found(ran) == [("unknown-table", "error", "m/new/2.sql")]


def test_profiles(run: Run) -> None:
    write({"s/a.sql": "CREATE TABLE a (id uuid DEFAULT auth.uid());\n"})
    write({"schemalint.toml": "profile = 'recommended'"})
    assert run("check", "s").code == 1
    write({"schemalint.toml": "profile = 'supabase'"})
    assert "supabase preset" in run("check", "s", "--select", "refused").out
    assert run("check", "s", "--select", "refused").code == 0
    write({"m/1.sql": "CREATE TABLE t (id int);\n", "b.sql": "ALTER TABLE t ALTER id TYPE bigint;\n"})
    write({"schemalint.toml": "profile = 'recommended'"})
    warned = run("check", "b.sql", "--history", "m", "--format", "json")
    assert (warned.code, {s for _, s, _ in found(warned)}) == (0, {"warning"})
    write({"schemalint.toml": "profile = 'strict'"})
    assert run("check", "b.sql", "--history", "m").code == 1


def test_config_says_where_values_come_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"schemalint.toml": 'profile = "strict"\nrunner = "goose"\n[thresholds]\nsmall-rows = 5\n' + ROOTS})
    monkeypatch.setenv("SCHEMALINT_DSN", "postgresql://u:secret@h/d")
    ran = run("config", "--format", "json")
    said = {e["key"]: (e["value"], e["from"]) for e in json.loads(ran.out)}
    assert said["runner"] == ("goose", "schemalint.toml")
    assert said["fail-on"] == ("warning", "profile strict")
    assert said["thresholds.small-rows"] == (5, "schemalint.toml")
    assert said["thresholds.large-rows"] == (1_000_000, "default")
    assert [Path(root["path"]).name for root in said["roots"][0]] == ["migrations", "db"]
    text = run("config").out
    assert "secret" not in ran.out + text
    assert "dsn" in text


def test_the_published_schema_is_what_is_read(run: Run) -> None:
    import tomllib

    import jsonschema

    from schemalint import config as read

    schema = json.loads((Path(read.__file__).parents[1] / "docs" / "config.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    keys = schema["properties"]
    assert set(keys) == set(read.KEYS)
    assert set(keys["roots"]["items"]["properties"]) == set(read.ROOT_KEYS)
    assert set(keys["overrides"]["items"]["properties"]) == set(read.OVERRIDE_KEYS)
    assert set(keys["thresholds"]["properties"]) == set(read.THRESHOLD_KEYS)
    assert tuple(keys["runner"]["enum"]) == read.RUNNERS
    assert tuple(keys["profile"]["enum"]) == read.PROFILES
    assert keys["thresholds"]["properties"]["small-rows"]["default"] == read.Config().thresholds.small
    samples = [ROOTS, "x = 1", "runner = 'goose'", "runner = 'x'", "pg-version = 9", "[thresholds]\nsmall-rows = -1",
               "[[overrides]]\npaths = 'a/*'\nseverity = { refused = 'info' }", "[[overrides]]\nignore = []",
               "severity = { refused = 'fatal' }", "rules = 'r'", "catalog = [1]"]  # fmt: skip
    Path("r").mkdir()
    for text in samples:
        write({"schemalint.toml": text})
        valid = jsonschema.Draft202012Validator(schema).is_valid(tomllib.loads(text))
        assert (run("config").code == 0) == valid, text


def test_findings_without_a_rule_file_have_pages_and_severities(run: Run) -> None:
    assert run("rules", "version-collision").out.startswith("# version-collision\n")
    assert json.loads(run("rules", "not-understood", "--format", "json").out)["severity"] == "warning"
    write({"schemalint.toml": "[severity]\nversion-collision = 'info'\n"})
    write({"db/V1__a.sql": "SELECT 1;\n", "db/V1.0__b.sql": "SELECT 1;\n"})
    assert ("version-collision", "info", "db/V1__a.sql") in found(run("check", "db", "--format", "json"))
