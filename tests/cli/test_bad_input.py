"""What cannot be read or done: a message in a line, exit code 2, no traceback; what can is checked."""

from __future__ import annotations

import codecs
import json
import time
from pathlib import Path
from typing import Any

import pytest

GOOD = "CREATE TABLE t (id bigint PRIMARY KEY);\n"
Run = Any


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("data", [b"", b"\n\n", b"-- nothing\n", b";;;\n", codecs.BOM_UTF8])
def test_empty_file_is_clean(run: Run, tmp_path: Path, data: bytes) -> None:
    ran = run("check", write(tmp_path / "a.sql", data))
    assert (ran.code, ran.err) == (0, "")
    assert "Checked 0 statements in 1 file" in ran.out


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"SELECT nothing;\r\n",
        b"SELECT nothing;\r\n",
        b"SELECT nothing;\r",
        codecs.BOM_UTF16_LE + "SELECT nothing;\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "SELECT nothing;\n".encode("utf-16-be"),
        "SELECT nothing;\n".encode("utf-16-le"),
    ],
)
def test_marks_line_ends_and_wide_encodings_do_not_move_places(run: Run, tmp_path: Path, data: bytes) -> None:
    ran = run("check", write(tmp_path / "a.sql", data), "--format", "json")
    [finding] = json.loads(ran.out)["findings"]
    assert (finding["line"], finding["column"], finding["end_column"]) == (1, 8, 15)
    assert ran.code == 1


def test_crlf_lines_are_counted_once(run: Run, tmp_path: Path) -> None:
    ran = run("check", write(tmp_path / "a.sql", b"SELECT 1;\r\n\r\nSELECT nothing;\r\n"), "--format", "concise")
    assert "a.sql:3:8: error" in ran.out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"SELECT 1;\nSELECT '\xe9t\xe9';\n", "a.sql:2: not UTF-8 (byte 0xe9 at column 9); if it is Latin-1: iconv"),
        (b"SELECT 1;\n\0", "a.sql:2: has a NUL byte"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\xff\xfe\xfd", "a.sql:1: is a binary file"),
        (codecs.BOM_UTF16_LE + b"a", "a.sql: not valid UTF-16-LE"),
    ],
)
def test_unreadable_text_is_named(run: Run, tmp_path: Path, data: bytes, message: str) -> None:
    ran = run("check", write(tmp_path / "a.sql", data))
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_missing_things_are_named(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    write(empty / "readme.txt", "no SQL here")
    good = write(tmp_path / "good.sql", GOOD)
    for args, message in (
        ([tmp_path / "nowhere.sql"], "nowhere.sql: no such file"),
        ([empty], "empty: no .sql files in this directory"),
        ([], "name the migrations to check"),
        ([good, "--catalog", tmp_path / "none.sql"], "none.sql: no such file"),
        ([good, "--catalog", tmp_path / "none.json"], "none.json"),
        ([good, "--catalog", empty], "empty: is a directory"),
        ([good, "--history", tmp_path / "none"], "none: no such directory"),
        ([good, "--preset", "supbase"], "unknown preset supbase; did you mean supabase?"),
        ([good, "--pg-version", "9"], "--pg-version 9 is not one of 14"),
        ([good, "--select", "fk-type-mismach"], "unknown rule fk-type-mismach; did you mean fk-type-mismatch?"),
        ([good, "--config", tmp_path / "none.toml"], "none.toml"),
        ([good, "--output", tmp_path / "none" / "out.txt"], "out.txt: no such file"),
    ):
        ran = run("check", *args)
        assert ran.code == 2, args
        assert message in ran.err
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "args", [["chek"], ["check", "--no-such"], ["check", "--format", "xml"], ["rules", "no-such-rule"]]
)
def test_wrong_usage_is_2(run: Run, args: list[str]) -> None:
    assert run(*args).code == 2


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("ignor = ['refused']", "unknown key ignor; did you mean ignore?"),
        ("ignore = ['refuse']", "unknown rule refuse; did you mean refused?"),
        ("ignore = 3", "ignore must be a list of strings"),
        ("fail-on = 'eror'", "fail-on must be one of info, warning, error, not 'eror'; did you mean error?"),
        ("pg-version = 9", "pg-version must be one of 14, 15, 16, 17, 18, not 9"),
        ("severity = { refused = 'bad' }", "severity.refused must be error, warning or info, not 'bad'"),
        ("preset = 'supabase", "not valid TOML"),
    ],
)
def test_bad_configuration_is_named(run: Run, tmp_path: Path, monkeypatch: Any, key: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "schemalint.toml", key)
    ran = run("check", write(tmp_path / "a.sql", GOOD))
    assert ran.code == 2
    assert message in ran.err
    assert "schemalint.toml" in ran.err


def test_configuration_is_followed(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    path = write(tmp_path / "below" / "a.sql", "SELECT nothing;")
    write(tmp_path / "pyproject.toml", "[tool.schemalint]\nseverity = { unknown-column = 'info' }\n")
    assert run("check", path).code == 0
    assert run("check", path, "--fail-on", "info").code == 1
    write(tmp_path / "pyproject.toml", "[tool.schemalint]\nignore = ['unknown-column', 'refused']\n")
    assert "Nothing found" in run("check", path).out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1;\nSELECT 'never ends;\n", "unterminated quoted string"),
        ("SELECT 1;\nDO $$ BEGIN\n", "unterminated dollar-quoted string"),
        ("SELECT 1;\n/* never /* ends */\n", "unterminated /* comment"),
        ('SELECT 1;\nSELECT "never ends;\n', "unterminated quoted identifier"),
    ],
)
def test_what_never_ends_is_one_finding(run: Run, tmp_path: Path, text: str, message: str) -> None:
    ran = run("check", write(tmp_path / "a.sql", text), "--format", "concise")
    assert ran.code == 1
    assert "a.sql:2:" in ran.out and message in ran.out
    assert ran.out.count(": error:") == 1


@pytest.mark.parametrize(
    "opening",
    [
        "SELECT " + ")" * 10_000,
        "SELECT " + "(" * 10_000 + "1" + ")" * 10_000,
        "SELECT " + "NOT " * 20_000 + "true",
        "SELECT " + "CASE WHEN " * 5_000,
    ],
)
def test_deep_nesting_ends_soon(run: Run, tmp_path: Path, opening: str) -> None:
    began = time.monotonic()
    ran = run("check", write(tmp_path / "a.sql", opening + ";\nSELECT nothing;\n"), "--format", "concise")
    assert ran.code == 1
    assert "a.sql:2:8: error: there is no column nothing" in ran.out
    assert time.monotonic() - began < 10


def test_50_megabytes_are_read(run: Run, tmp_path: Path) -> None:
    row = "1\tsome words that fill a line of a table's rows\n"
    text = (
        "CREATE TABLE t (id bigint, words text);\nCOPY t FROM stdin;\n"
        + row * 1_000_000
        + "\\.\nSELECT nothing FROM t;\n"
    )
    assert len(text) > 45_000_000
    began = time.monotonic()
    ran = run("check", write(tmp_path / "a.sql", text), "--format", "concise")
    assert "a.sql:1000004:8: error: there is no column nothing in t" in ran.out
    assert time.monotonic() - began < 30


def test_one_huge_statement_is_not_read_and_said_so(run: Run, tmp_path: Path) -> None:
    text = "INSERT INTO t VALUES " + ",".join(["(1, 'words')"] * 250_000) + ";\nSELECT nothing;\n"
    ran = run("check", write(tmp_path / "a.sql", text), "--format", "json")
    found = json.loads(ran.out)
    assert "longer than 2 million characters" in found["summary"]["not_checked"][0]["reason"]
    assert [f["rule"] for f in found["findings"]] == ["not-understood", "unknown-column"]


@pytest.mark.parametrize("catalog", ["{", "", '{"schemalint": {"format": 999}}', "[]", "null", '{"schemalint":'])
def test_bad_snapshot_is_2(run: Run, tmp_path: Path, catalog: str) -> None:
    ran = run("check", write(tmp_path / "a.sql", GOOD), "--catalog", write(tmp_path / "c.json", catalog))
    assert (ran.code, ran.out) == (2, "")
    assert "c.json" in ran.err


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://somebody:hunter2@no.such.host.invalid/app",
        "postgresql://somebody:hunter2@127.0.0.1:1/app",
        "postgresql://somebody:hunter2@[/app",
        "nonsense",
    ],
)
def test_no_connection_is_2_and_tells_no_password(run: Run, tmp_path: Path, dsn: str) -> None:
    ran = run("check", write(tmp_path / "a.sql", GOOD), "--dsn", dsn)
    assert (ran.code, ran.out) == (2, "")
    assert "hunter2" not in ran.err
    assert ran.err.startswith("schemalint: ")


def test_dsn_and_catalog_exclude_each_other(run: Run, tmp_path: Path) -> None:
    good = write(tmp_path / "a.sql", GOOD)
    assert "give one of them" in run("check", good, "--dsn", "postgresql:///x", "--catalog", good).err


def test_a_crashed_rule_is_2_and_hides_nothing(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    write(tmp_path / "schemalint.toml", "rules = ['own']")
    rule = '"""Fails."""\nfrom schemalint.lint.rule import Created, rule\n\n@rule(on=Created, severity="info", category="design")\ndef check(made, ctx):\n    raise KeyError("x")\n    yield\n'
    write(tmp_path / "own" / "failing_rule.py", rule)
    ran = run("check", write(tmp_path / "a.sql", GOOD + "SELECT nothing;"))
    assert ran.code == 2
    assert "rule failing-rule failed at" in ran.err
    assert "there is no column nothing" in ran.out
