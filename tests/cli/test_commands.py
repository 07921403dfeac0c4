"""Options and exit codes of the commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemalint import __version__

Run = Any


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text)


def test_version(run: Run) -> None:
    assert run("--version").out == f"schemalint {__version__}\n"


def test_module_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "schemalint", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"schemalint {__version__}\n")


def test_rules_are_listed_and_explained(run: Run) -> None:
    listed = run("rules").out
    assert "fk-type-mismatch" in listed and "correctness" in listed
    page = run("rules", "fk-type-mismatch").out
    assert page.startswith("# fk-type-mismatch\n")
    entries = json.loads(run("rules", "--format", "json").out)
    assert {"name", "category", "severity", "summary", "default", "fixable", "needs", "covers"} == set(entries[0])


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on(run: Run, tmp_path: Path, fail_on: str, code: int) -> None:
    write(tmp_path, a="SET LOCAL lock_timeout = '1s';")
    assert run("check", tmp_path, "--fail-on", fail_on).code == code


def test_select_and_ignore(run: Run, tmp_path: Path) -> None:
    write(tmp_path, a="SET LOCAL lock_timeout = '1s'; SELECT nothing;")
    assert "unknown-column" not in run("check", tmp_path, "--select", "set-local-outside-transaction").out
    assert "set-local" not in run("check", tmp_path, "--ignore", "set-local-outside-transaction").out


def test_earlier_files_are_the_history(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **{"9_first": "CREATE TABLE t (a int);", "10_second": "CREATE INDEX ON t (a); SELECT b FROM t;"})
    ran = run("check", tmp_path / "10_second.sql")
    assert "Checked 2 statements in 1 file against the 1 migration of" in ran.out
    assert "[blocking-index-build]" in ran.out and "[unknown-column]" in ran.out
    assert "blocking-index-build" not in run("check", tmp_path).out


def test_a_lone_file_is_checked_in_an_open_world(run: Run, tmp_path: Path) -> None:
    write(tmp_path, a="ALTER TABLE somewhere ADD COLUMN x int; SELECT 1 +;")
    ran = run("check", tmp_path / "a.sql")
    assert "there is no table" not in ran.out
    assert "syntax error" in ran.out
    assert "may not be all that exists" in ran.out.replace("\n", " ")
    assert 'whether "somewhere" exists is not known' in " ".join(ran.out.split())


def test_history_option_and_open_world(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    write(tmp_path / "old", a="CREATE TABLE t (a int);")
    write(tmp_path, new="ALTER TABLE t ADD COLUMN b int; ALTER TABLE u ADD COLUMN b int;")
    closed = run("check", tmp_path / "new.sql", "--history", tmp_path / "old")
    assert "there is no table u" in closed.out and closed.code == 1
    opened = run("check", tmp_path / "new.sql", "--history", tmp_path / "old", "--open-world")
    assert opened.code == 0


def test_several_targets_are_told_apart(run: Run, tmp_path: Path) -> None:
    write(tmp_path, one="CREATE TABLE t (a int);", two="CREATE TABLE u (a int);", new="ALTER TABLE t ADD COLUMN b int;")
    args = ["check", tmp_path / "new.sql", "--catalog", tmp_path / "one.sql", "--catalog", tmp_path / "two.sql"]
    found = json.loads(run(*args, "--format", "json").out)
    assert [c["source"] for c in found["catalogs"]] == [str(tmp_path / "one.sql"), str(tmp_path / "two.sql")]
    assert [f["targets"] for f in found["findings"]] == [[str(tmp_path / "two.sql")]]


def test_standard_input(run: Run, monkeypatch: Any) -> None:
    class Stdin:
        class buffer:
            @staticmethod
            def read() -> bytes:
                return b"SELECT nothing;"

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert "<stdin>:1:8: error" in run("check", "-", "--format", "concise").out


def test_output_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path, a="SELECT nothing;")
    ran = run("check", tmp_path / "a.sql", "--format", "json", "--output", tmp_path / "out.json")
    assert (ran.code, ran.out) == (1, "")
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["errors"] == 1


def test_fix_applies_what_is_safe_and_keeps_the_file(run: Run, tmp_path: Path) -> None:
    text = "CREATE TABLE t (a uuid);\r\nCREATE POLICY p ON t USING (a = auth.uid());\r\n"
    path = tmp_path / "a.sql"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    path.chmod(0o640)
    ran = run("check", path, "--preset", "supabase", "--fix")
    assert "a.sql: fixed" in ran.err
    assert path.read_bytes() == b"\xef\xbb\xbf" + text.replace("auth.uid()", "(SELECT auth.uid())").encode()
    assert oct(path.stat().st_mode & 0o777) == "0o640"


def test_colour_is_asked_for(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    write(tmp_path, a="SELECT nothing;")
    assert "\x1b" not in run("check", tmp_path / "a.sql").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31m" in run("check", tmp_path / "a.sql").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check", tmp_path / "a.sql").out


@pytest.mark.parametrize("width", (70, 80, 100, 140))
def test_lines_keep_to_the_width(run: Run, monkeypatch: Any, width: int) -> None:
    from servers import CHECKOUT

    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setenv("COLUMNS", str(width))
    out = run("check", "fixtures/projects/tsrc/migrations", "--catalog", "fixtures/projects/tsrc/catalog.sql").out
    sources = ("-->", ":::", "|", "+ ", "- ")
    prose = [line for line in out.splitlines() if not any(mark in line for mark in sources)]
    assert [line for line in prose if len(line) > width] == []


def test_down_files_and_sections_are_left_alone(run: Run, tmp_path: Path) -> None:
    write(tmp_path, **{"1_a.up": "CREATE TABLE t (a int);", "1_a.down": "DROP TABLE nothing;"})
    write(tmp_path, **{"2_b": "-- +goose Up\nCREATE TABLE u (a int);\n-- +goose Down\nDROP TABLE nothing;\n"})
    assert run("check", tmp_path).code == 0


def test_a_runners_transaction_is_known(run: Run, tmp_path: Path) -> None:
    write(tmp_path, a="-- migrate:up\nCREATE TABLE t (a int);\nVACUUM t;\n")
    assert "not-in-transaction" in run("check", tmp_path).out
    write(tmp_path, a="-- migrate:up transaction:false\nCREATE TABLE t (a int);\nVACUUM t;\n")
    assert run("check", tmp_path).code == 0


def test_plan_says_what_is_locked(run: Run, tmp_path: Path) -> None:
    write(tmp_path, c="CREATE TABLE t (a int);", m="ALTER TABLE t ALTER COLUMN a TYPE bigint; SELECT nothing;")
    args = ["plan", tmp_path / "m.sql", "--catalog", tmp_path / "c.sql"]
    ran = run(*args)
    assert ran.code == 1
    assert "locks t in ACCESS EXCLUSIVE, which blocks reads and writes" in ran.out
    assert "writes all of t anew" in ran.out
    assert "refused: 42703" in ran.out
    steps = json.loads(run(*args, "--format", "json").out)["files"][0]["statements"]
    assert [s["verdict"] for s in steps] == ["accepted", "refused"]
    markdown = run(*args, "--format", "markdown").out
    assert "| 1 | `SELECT nothing` | **refused**: 42703" in markdown


def test_plan_tells_sizes_transactions_and_what_cascade_takes_along(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        c="CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;",
        m="BEGIN; ALTER TABLE t ADD CHECK (a > 0); COMMIT; DROP TABLE t CASCADE;",
    )
    out = run("plan", tmp_path / "m.sql", "--catalog", tmp_path / "c.sql").out
    assert "accepted, inside BEGIN ... COMMIT" in out
    assert "reads all of t for t_a_check" in out
    assert "view v (by CASCADE)" in out


def test_plan_presumes_tables_of_an_open_world(run: Run, tmp_path: Path) -> None:
    write(tmp_path, m="CREATE INDEX ON far (a);")
    out = run("plan", tmp_path / "m.sql", "--open-world").out
    assert "as far as is known" in out and "locks far in SHARE, which blocks writes" in out
