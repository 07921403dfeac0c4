"""Which report goes where."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemalint.cli.reports import Wanted, wanted_reports
from schemalint.errors import UserError

Run = Any
F, OUT = "formats", "outputs"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], [("text", None)]),
        ([(F, "json")], [("json", None)]),
        ([(OUT, "a")], [("text", "a")]),
        ([(F, "json"), (OUT, "a")], [("json", "a")]),
        ([(OUT, "a"), (F, "json")], [("json", "a")]),
        ([(F, "json"), (OUT, "a"), (F, "text")], [("json", "a"), ("text", None)]),
        ([(F, "text"), (F, "sarif"), (OUT, "a")], [("text", None), ("sarif", "a")]),
        ([(F, "json"), (OUT, "a"), (OUT, "b")], [("json", "a"), ("json", "b")]),
        ([(F, "json"), (OUT, "a"), (F, "sarif"), (OUT, "b")], [("json", "a"), ("sarif", "b")]),
    ],
)
def test_a_file_is_for_the_format_before_it(given: Any, wanted: Any) -> None:
    assert wanted_reports(given) == [Wanted(*one) for one in wanted]


@pytest.mark.parametrize("given", [[(F, "text"), (F, "json")], [(F, "text"), (OUT, "a"), (F, "json"), (OUT, "a")]])
def test_two_reports_do_not_share_a_place(given: Any) -> None:
    with pytest.raises(UserError, match="two reports would go to"):
        wanted_reports(given)


def test_several_reports_of_one_run(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_text("SELECT nothing;\n")
    log, junit = tmp_path / "log.sarif", tmp_path / "junit.xml"
    ran = run("check", path, "--format", "concise", "--format", "sarif", "-o", log, "--format", "junit", "-o", junit)
    assert ran.code == 1 and "[unknown-column]" in ran.out
    assert json.loads(log.read_text())["runs"][0]["results"][0]["ruleId"] == "unknown-column"
    assert junit.read_text().startswith("<?xml")


def test_github_adds_to_the_steps_summary(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, summary = tmp_path / "a.sql", tmp_path / "summary.md"
    path.write_text("SELECT nothing;\n")
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run("check", path, "--format", "github").out.startswith("::error file=")
    assert summary.read_text().startswith("before\n## schemalint\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "where.md"))
    assert run("check", path, "--format", "github").code == 2


def test_formats_are_read_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;\n")
    program = (
        "import sys, schemalint.cli.main as m\n"
        "try: m.main(['check', 'a.sql'])\n"
        "except SystemExit: pass\n"
        "print([n for n in sys.modules if n.startswith('schemalint.render.') or n in ('json', 'difflib')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    for name in ("sarif", "github", "gitlab", "junit", "markdown"):
        assert f"schemalint.render.{name}" not in done.stdout
