"""`check --max-age` and `snapshot --sizes`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from servers import Server

from schemalint.catalog.builtins import load
from schemalint.catalog.snapshot import snapshot_text
from schemalint.catalog.store import Catalog
from schemalint.cli.ages import described
from schemalint.cli.main import cli
from schemalint.errors import UserError


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = datetime.now(UTC) - timedelta(days=9, hours=1)
    (tmp_path / "catalog.json").write_text(snapshot_text(Catalog(load(18)), now=made))
    (tmp_path / "m.sql").write_text("CREATE TABLE t (i bigint PRIMARY KEY);\n")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, standalone_mode=False)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("limit", "old"), [("7d", True), ("216h", True), ("2w", False), ("218h", False)])
def test_an_old_snapshot_is_remarked_on(limit: str, old: bool) -> None:
    result = run("check", "m.sql", "--catalog", "catalog.json", "--max-age", limit, "--format", "json")
    remarks = [one["reason"] for one in json.loads(result.stdout)["summary"]["not_checked"]]
    assert remarks == (
        ["what changed since catalog.json was made 9 days ago; make it again with schemalint snapshot"] if old else []
    )


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("limit", ["7", "d", "-1d", "1y", "1e9d"])
def test_no_age(limit: str) -> None:
    result = run("check", "m.sql", "--catalog", "catalog.json", f"--max-age={limit}")
    assert isinstance(result.exception, UserError)
    assert str(result.exception) == f"--max-age {limit} is no age: write 12h, 7d or 2w"


def test_ages_as_people_say_them() -> None:
    assert [described(timedelta(hours=h)) for h in (1, 47, 48, 240)] == ["1 hour", "47 hours", "2 days", "10 days"]


@pytest.mark.server
def test_sizes(server18: Server) -> None:
    with server18.database() as connection:
        connection.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS i")
        connection.execute("ANALYZE t")
        found = {}
        for sizes in ("bucketed", "exact", "none"):
            text = run("snapshot", "--dsn", server18.dsn(connection.info.dbname), "--sizes", sizes).stdout
            (table,) = [one for one in json.loads(text)["objects"] if one.get("name") == "t"]
            found[sizes] = (table.get("rows"), table.get("bytes"))
    assert found["exact"][0] == 1000
    assert found["exact"][1] > 0
    assert found["bucketed"][0] == 1024
    assert found["bucketed"][1].bit_count() == 1
    assert found["none"] == (None, None)
