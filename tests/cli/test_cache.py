"""What runs leave for later ones: the same answers, never an old one, and nothing that others can forge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemalint.cli import jobs

Run = Any

TSRC = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tsrc"
ARGUMENTS = ("check", TSRC / "migrations", "--catalog", TSRC / "catalog.sql")
RULE = '''"""Tables are forbidden."""

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import CreateStmt


@rule(on=CreateStmt, severity="{severity}", category="design")
def check(stmt: CreateStmt, ctx: Context) -> Iterator[Finding]:
    yield Finding("a table is made")
'''


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A directory that holds nothing yet."""
    monkeypatch.setenv("SCHEMALINT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(job: jobs.Job) -> jobs.Checked:
        raise AssertionError("this should have been kept")

    monkeypatch.setattr(jobs, "_check", fail)


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "github", "gitlab", "junit", "markdown", "concise"])
def test_a_kept_answer_is_the_answer(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch, format_: str) -> None:
    asked = (*ARGUMENTS, "--format", format_)
    uncached = run(*asked, "--no-cache")
    assert not cache.exists()
    first = run(*asked)
    forbid(monkeypatch)
    assert run(*asked) == first == uncached


def test_findings_of_history_and_of_files_are_kept(run: Run, tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "V1__a.sql").write_text("CREATE TABLE a (id int); DROP TABLE gone;")
    (folder / "V1__b.sql").write_text("-- schemalint: allow unknown-table\nDROP TABLE c;\nSELEC 1;")
    asked = ("check", folder / "V1__b.sql", "--runner", "flyway", "--format", "json")
    assert run(*asked) == run(*asked) == run(*asked, "--no-cache")


def test_whatever_changes_is_checked_again(
    run: Run, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second, catalog = (tmp_path / name for name in ("m/1_a.sql", "m/2_b.sql", "catalog.sql"))
    first.parent.mkdir()
    first.write_text("CREATE TABLE a (id int PRIMARY KEY);\n")
    second.write_text("ALTER TABLE a ADD b int;\n")
    catalog.write_text("CREATE TABLE b ();\n")
    assert run("check", "m/2_b.sql").code == 0
    first.write_text("CREATE TABLE b (id int PRIMARY KEY);\n")  # as long as before
    assert run("check", "m/2_b.sql").code == 1
    second.write_text("ALTER TABLE b ADD b int;\n")
    assert run("check", "m/2_b.sql").code == 0
    assert run("check", "m/2_b.sql", "--catalog", catalog).code == 0
    catalog.write_text("CREATE TABLE c ();\n")
    assert run("check", "m/2_b.sql", "--catalog", catalog).code == 1
    assert run("check", "m/2_b.sql", "--catalog", catalog, "--open-world").code == 0
    (tmp_path / "schemalint.toml").write_text('ignore = ["unknown-table"]\ncatalog = ["catalog.sql"]\n')
    assert "unknown-table" not in run("check", "m/2_b.sql").out


def test_a_changed_rule_is_read_again(run: Run, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemalint.toml").write_text('rules = ["own"]\nselect = ["no-tables"]\n')
    (tmp_path / "own").mkdir()
    (tmp_path / "a.sql").write_text("CREATE TABLE a ();\n")
    file = tmp_path / "own" / "no_tables.py"
    file.write_text(RULE.format(severity="warning"))
    assert run("check", "a.sql").code == 0
    file.write_text(RULE.format(severity="error"))
    assert run("check", "a.sql").code == 1
    file.unlink()
    assert "unknown rule no-tables" in run("check", "a.sql").err


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, None])
def test_damaged_entries_are_made_anew(run: Run, cache: Path, damage: bytes | None) -> None:
    expected = run(*ARGUMENTS)
    entries = {path: path.read_bytes() for path in cache.iterdir()}
    assert len(entries) == 2
    for path, data in entries.items():
        path.write_bytes(data[:-1] + b"\1" if damage is None else damage)
    assert run(*ARGUMENTS) == expected
    assert {path: path.read_bytes() for path in cache.iterdir()} == entries


@pytest.mark.skipif(sys.platform == "win32", reason="directories have no modes")
def test_a_directory_that_others_can_write_to_is_not_used(run: Run, cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    assert run(*ARGUMENTS).code == 1
    assert not list(cache.iterdir())


def test_a_place_that_cannot_be_written_to_is_no_trouble(run: Run, cache: Path) -> None:
    cache.write_text("a file\n")
    assert run(*ARGUMENTS) == run(*ARGUMENTS, "--no-cache")


def test_the_clock_and_standard_input_are_not_kept(
    run: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE a ();\n")
    assert run("check", tmp_path / "a.sql", "--max-age", "1d", "--catalog", TSRC / "catalog.sql").code == 0
    assert not [path for path in cache.iterdir() if path.name.startswith("check-")]


def test_runs_at_the_same_time_agree(cache: Path) -> None:
    command = [sys.executable, "-m", "schemalint", *map(str, ARGUMENTS)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate() for process in running]
    assert len(set(said)) == 1 and said[0][0]
    assert not [path for path in cache.iterdir() if path.name.startswith(".")]
