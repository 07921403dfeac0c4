"""Ways to a server that a live catalog is read by: a standby, a service file, libpq's environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from servers import Server, available_binaries, standby_of, started

from schemalint.catalog import live
from schemalint.catalog.compare import compare
from schemalint.catalog.model import Relation

pytestmark = pytest.mark.server


def test_a_hot_standby() -> None:
    """All queries run in recovery, too, and read what the primary has."""
    binaries = available_binaries()[18]
    if not (binaries / "pg_basebackup").exists():
        pytest.skip("these binaries have no pg_basebackup")
    with started(binaries) as primary:
        with primary.connect() as connection:
            connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric CHECK (total > 0))")
        with standby_of(primary, binaries) as standby:
            with standby.connect() as connection:
                assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
            assert compare(live.read_live(primary.dsn()), live.read_live(standby.dsn()), dependencies=True) == []
            with live.connect(standby.dsn()) as connection:
                found = live.read_catalog(connection, ["orders"])
                assert found.find(Relation, 2200, "orders") is not None


def test_a_service_file(server18: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = conninfo_to_dict(server18.dsn())
    lines = "".join(f"{name}={parameters[name]}\n" for name in ("host", "user", "dbname"))
    (tmp_path / "services").write_text(f"[shop]\n{lines}")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert live.read_live("service=shop").database == "postgres"
    monkeypatch.setenv("PGSERVICE", "shop")
    assert live.read_live("").database == "postgres"


def test_the_environment(server18: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = conninfo_to_dict(server18.dsn())
    for variable, name in (("PGHOST", "host"), ("PGUSER", "user"), ("PGDATABASE", "dbname")):
        monkeypatch.setenv(variable, str(parameters[name]))
    assert live.read_live("").database == "postgres"
