"""Rules of a user's own: docs/own-rules.md works as it is written, and `rules --test` finds what is wrong with a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

DOCS = Path(__file__).resolve().parents[2] / "docs" / "own-rules.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    text = DOCS.read_text(encoding="utf-8")
    lint = tmp_path / "lint"
    lint.mkdir()
    for language, fence, name in (("python", "```", "unowned_table.py"), ("markdown", "````", "unowned_table.md")):
        block = re.search(rf"^{fence}{language}\n(.*?)^{fence}$", text, re.MULTILINE | re.DOTALL)
        assert block is not None
        (lint / name).write_text(block[1])
    (tmp_path / "schemalint.toml").write_text('rules = ["lint"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_documented_rule_passes_its_own_page(run: Run, folder: Path) -> None:
    ran = run("rules", "--test", "lint")
    assert (ran.code, ran.out) == (0, "1 rule, no problems\n")
    (folder / "schemalint.toml").unlink()  # the directory need not be configured
    assert run("rules", "--test", "lint").code == 0


def test_the_documented_rule_is_used_and_explained(run: Run, folder: Path) -> None:
    (folder / "a.sql").write_text("CREATE TABLE parcels (id bigint PRIMARY KEY);\n")
    assert "nothing says whose parcels is" in run("check", "--format", "concise", "a.sql").out
    assert run("rules", "unowned-table").out.startswith("# unowned-table\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("COMMENT ON TABLE parcels", "COMMENT ON COLUMN parcels.id", "raises unowned-table: nothing says whose parcels is"),
        ("(id bigint PRIMARY KEY);\n```\n\n```sql good", "(id bigint);\n```\n\n```sql good", "raises table-without-primary-key"),
        ("## Versions\n\nAll.\n", "", "its sections are not"),
        ("# unowned-table", "# another-name", "does not begin with"),
        ("```sql bad\n", "```sql bad no-such-rule\n", "an example names no-such-rule, which is no rule"),
        ("```sql bad\nCREATE TABLE", "```sql bad\nCREATE TEMPORARY VIEW v AS SELECT 1;\n--", "does not raise unowned-table"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_page_is_said(run: Run, folder: Path, old: str, new: str, said: str) -> None:
    page = folder / "lint" / "unowned_table.md"
    text = page.read_text()
    assert old in text
    page.write_text(text.replace(old, new))
    ran = run("rules", "--test", "lint")
    assert ran.code == 1
    assert said in ran.out
    assert re.search(r"^lint/unowned_table\.md:\d+: ", ran.out, re.MULTILINE) or "unowned_table.md:" in ran.out


def test_a_rule_without_a_page_is_named(run: Run, folder: Path) -> None:
    (folder / "lint" / "unowned_table.md").unlink()
    ran = run("rules", "--test", "lint")
    assert ran.code == 2
    assert "unowned-table has no page" in ran.err


def test_a_directory_that_is_not_there_is_named(run: Run, folder: Path) -> None:
    ran = run("rules", "--test", "nowhere")
    assert ran.code == 2
    assert "nowhere does not exist" in ran.err
