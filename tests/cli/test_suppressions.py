"""Comments that allow findings, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

Run = Any

SQL = """\
CREATE TABLE t (a int PRIMARY KEY);
SELECT b FROM t; -- schemalint: allow unknown-column (made by hand)
SELECT c FROM t;
-- schemalint: allow unknown-table
SELECT 1;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.sql").write_text(SQL)
    return tmp_path


def found(run: Run, *args: object) -> list[tuple[str, int]]:
    return [(f["rule"], f["line"]) for f in json.loads(run("check", *args, "--format", "json").out)["findings"]]


def test_comments_allow_and_are_judged(run: Run, folder: Path) -> None:
    assert found(run, folder) == [("unknown-column", 3), ("suppression-without-reason", 4), ("unused-suppression", 4)]
    assert "1 finding is allowed and not shown." in run("check", folder).out


def test_what_is_said_of_comments_is_configured_as_rules_are(run: Run, folder: Path) -> None:
    assert found(run, folder, "--select", "unknown-column") == [("unknown-column", 3)]
    ignored = ["--ignore", "unused-suppression", "--ignore", "suppression-without-reason"]
    assert found(run, folder, *ignored) == [("unknown-column", 3)]
    config = folder / "schemalint.toml"
    config.write_text(
        'ignore = ["unknown-column", "suppression-without-reason"]\n[severity]\nunused-suppression = "error"\n'
    )
    assert run("check", folder, "--config", config).code == 1
