"""The TSRC case says the same whether its catalog is SQL, a live server or a snapshot of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from servers import CHECKOUT, Server

TSRC = CHECKOUT / "fixtures" / "projects" / "tsrc"

pytestmark = pytest.mark.server


def findings(out: str) -> list[tuple[Any, ...]]:
    return [
        (f["file"], f["line"], f["column"], f["rule"], f["severity"], f["sqlstate"], f["message"])
        for f in json.loads(out)["findings"]
    ]


def test_live_server_snapshot_and_sql_agree(run: Any, server18: Server, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(CHECKOUT)
    check = ["check", TSRC / "migrations", "--format", "json"]
    by_sql = run(*check, "--catalog", TSRC / "catalog.sql")
    name = server18.create_database()
    with server18.connect(name) as connection:
        connection.execute((TSRC / "catalog.sql").read_text())
        dsn = connection.info.dsn
    live = run(*check, "--dsn", dsn)
    assert live.err == ""
    assert findings(live.out) == findings(by_sql.out)
    assert json.loads(live.out)["catalog"]["server_version"].startswith("18.")
    assert run("snapshot", "--dsn", dsn, "-o", tmp_path / "catalog.json").code == 0
    stored = run(*check, "--catalog", tmp_path / "catalog.json")
    assert findings(stored.out) == findings(by_sql.out)
    assert json.loads(stored.out)["catalog"]["closed"] is True


def test_the_environment_names_the_server(run: Any, server18: Server, tmp_path: Path, monkeypatch: Any) -> None:
    with server18.connect(server18.create_database()) as connection:
        monkeypatch.setenv("SCHEMALINT_DSN", connection.info.dsn)
    (tmp_path / "a.sql").write_text("SELECT nothing;")
    ran = run("check", tmp_path / "a.sql")
    assert "there is no column nothing" in ran.out
    assert "PostgreSQL 18." in ran.out


def test_a_history_that_names_what_no_file_made_is_not_the_whole_one(run: Any, tmp_path: Path) -> None:
    (tmp_path / "001.sql").write_text("ALTER TABLE users ADD COLUMN nick text;\n")
    (tmp_path / "002.sql").write_text("ALTER TABLE orders ADD COLUMN note text;\n")
    report = json.loads(run("check", str(tmp_path / "002.sql"), "--format", "json").out)
    assert (report["catalog"]["closed"], [f for f in report["findings"] if f["severity"] == "error"]) == (False, [])
    (tmp_path / "001.sql").write_text("CREATE TABLE users (id int PRIMARY KEY);\n")
    report = json.loads(run("check", str(tmp_path / "002.sql"), "--format", "json").out)
    assert (report["catalog"]["closed"], report["findings"][0]["rule"]) == (True, "unknown-table")
