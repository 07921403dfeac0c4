"""`--baseline`, `--write-baseline`, `--diff` and `--fix --unsafe`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

Run = Any
SQL = "CREATE TABLE t (a int PRIMARY KEY);\nSELECT b FROM t;\n"
POLICY = "CREATE TABLE t (a uuid PRIMARY KEY);\nCREATE POLICY p ON t USING (a = auth.uid());\n"
PATTERN = "CREATE TABLE t (a text PRIMARY KEY CHECK (a ~ '[0-9]+\\.[0-9]+'));\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.sql").write_text(SQL)
    (tmp_path / "schemalint.toml").write_text("")
    return tmp_path


def test_a_written_baseline_is_used_from_anywhere(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("check", "m").code == 1
    ran = run("check", "m", "--write-baseline", "schemalint-baseline.json")
    assert ran.code == 0 and "1 entries" not in ran.err and "1 entry" in ran.err
    ran = run("check", "m")
    assert ran.code == 0 and "1 finding is allowed and not shown" in ran.out
    monkeypatch.chdir(folder / "m")
    assert run("check", "a.sql", "--history", folder / "m").code == 0
    assert run("check", folder / "m", "--baseline", "../schemalint-baseline.json").code == 0


def test_moved_lines_are_known_and_new_findings_are_not(run: Run, folder: Path) -> None:
    run("check", "m", "--write-baseline", "schemalint-baseline.json")
    (folder / "m" / "a.sql").write_text("-- moved\n\n" + SQL)
    assert run("check", "m").code == 0
    (folder / "m" / "a.sql").write_text(SQL + "SELECT c FROM t;\n")
    ran = run("check", "m", "--format", "json")
    assert (ran.code, len(json.loads(ran.out)["findings"])) == (1, 1)


def test_entries_that_match_nothing_fail(run: Run, folder: Path) -> None:
    run("check", "m", "--write-baseline", "schemalint-baseline.json")
    (folder / "m" / "a.sql").write_text("CREATE TABLE t (a int PRIMARY KEY);\n")
    ran = run("check", "m")
    assert ran.code == 1
    assert "unknown-column in m/a.sql" in ran.err and "matches nothing any more" in ran.err
    assert run("check", "m", "--ignore", "unknown-column").code == 0
    (folder / "m" / "a.sql").rename(folder / "m" / "b.sql")
    assert run("check", "m").code == 1


def test_expired_entries_fail(run: Run, folder: Path) -> None:
    run("check", "m", "--write-baseline", "schemalint-baseline.json")
    path = folder / "schemalint-baseline.json"
    data = json.loads(path.read_text())
    data["entries"][0]["expires"] = "2020-01-01"
    path.write_text(json.dumps(data))
    ran = run("check", "m")
    assert ran.code == 1 and "expired on 2020-01-01" in ran.err and "[unknown-column]" in ran.out


def test_a_baseline_that_is_not_there_or_none_is_trouble(run: Run, folder: Path) -> None:
    assert run("check", "m", "--baseline", "none.json").code == 2
    (folder / "schemalint-baseline.json").write_text("{")
    assert run("check", "m").code == 2


def test_diff_shows_what_fix_does_and_changes_nothing(run: Run, folder: Path) -> None:
    path = folder / "m" / "a.sql"
    path.write_text(POLICY)
    ran = run("check", "m", "--preset", "supabase", "--diff")
    assert path.read_text() == POLICY
    assert ran.out.startswith("--- a/m/a.sql\n+++ b/m/a.sql\n@@ -1,2 +1,2 @@\n")
    assert run("check", "m", "--preset", "supabase", "--fix").code == 0
    fixed = path.read_text()
    path.write_text(POLICY)
    subprocess.run(["git", "apply"], input=ran.out, text=True, cwd=folder, check=True, capture_output=True)
    assert path.read_text() == fixed != POLICY


def test_after_fixes_the_files_are_checked_again(run: Run, folder: Path) -> None:
    (folder / "m" / "a.sql").write_text(POLICY)
    assert "auth-call-per-row" in run("check", "m", "--preset", "supabase").out
    assert "auth-call-per-row" not in run("check", "m", "--preset", "supabase", "--fix").out


def test_edits_to_review_are_made_when_asked_for(run: Run, folder: Path) -> None:
    path = folder / "m" / "a.sql"
    path.write_text(PATTERN)
    run("check", "m", "--fix")
    assert path.read_text() == PATTERN
    assert "+CREATE TABLE t (a text PRIMARY KEY CHECK (a ~ '^[0-9]+" in run("check", "m", "--diff", "--unsafe").out
    run("check", "m", "--fix", "--unsafe")
    assert "'^[0-9]+\\.[0-9]+$'" in path.read_text()


@pytest.mark.parametrize("options", [["--unsafe"], ["--fix", "--diff"], ["--fix", "--write-baseline", "b.json"]])
def test_options_that_do_not_go_together(run: Run, folder: Path, options: list[str]) -> None:
    assert run("check", "m", *options).code == 2


def test_a_run_without_a_baseline_does_not_load_it(folder: Path) -> None:
    program = "import sys, schemalint.cli.check; print('schemalint.lint.baseline' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
