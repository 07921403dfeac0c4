"""`schemalint init`: what it writes is valid, and nothing is written over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemalint.config import load_config

Run = Any


@pytest.mark.parametrize(
    ("folder", "runner"), [("supabase/migrations", "supabase"), ("db/migrations", "dbmate"), (None, "plain")]
)
def test_what_is_found_is_written_down(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str | None, runner: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if folder is not None:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "20260101000000_a.sql").write_text(
            "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n" if runner == "dbmate" else "SELECT 1;\n"
        )
    assert run("init").code == 0
    assert load_config(tmp_path / "schemalint.toml").runner == runner
    workflow = (tmp_path / ".github" / "workflows" / "schemalint.yml").read_text()
    assert f"schemalint check {folder or 'migrations'} --base" in workflow
    if folder is not None:
        assert run("check", folder).code == 0


def test_nothing_is_written_over(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schemalint.toml").write_text("# mine\n")
    ran = run("init")
    assert ran.code == 0 and "schemalint.toml: left as it is" in ran.err
    assert (tmp_path / "schemalint.toml").read_text() == "# mine\n"
    run("init", "--force")
    assert "runner" in (tmp_path / "schemalint.toml").read_text()
