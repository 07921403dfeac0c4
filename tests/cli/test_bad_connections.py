"""Connections that need a password, never answer, or are a role's without rights: a clear message, the right exit code, no secret."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from servers import Server, available_binaries, started

Run = Any

SECRET = "hunter2"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    """A server that asks the role bob for a password."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)  # the server may run as another user
        hba = Path(directory) / "pg_hba.conf"
        hba.write_text("local all bob scram-sha-256\nlocal all all trust\n")
        with started(available_binaries()[18], {"hba_file": str(hba)}) as server:
            with server.connect() as connection:
                connection.execute(f"CREATE ROLE bob LOGIN PASSWORD '{SECRET}'")
            yield server


@pytest.fixture
def good(tmp_path: Path) -> Path:
    (tmp_path / "a.sql").write_text("CREATE TABLE a (id int PRIMARY KEY);\n")
    return tmp_path / "a.sql"


def test_a_password_is_needed(run: Run, guarded: Server, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", "/nowhere")
    ran = run("check", good, "--dsn", guarded.dsn() + " user=bob")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith('schemalint: cannot connect to database "postgres" on ')
    assert ran.err.endswith("a password is needed; set PGPASSWORD or write it into ~/.pgpass\n")


def test_a_wrong_password_is_not_shown(run: Run, guarded: Server, good: Path) -> None:
    ran = run("check", good, "--dsn", guarded.dsn() + f" user=bob password={SECRET}3")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("the password is wrong\n")
    assert SECRET not in ran.err


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "markdown"])
def test_the_right_password_is_in_no_report(run: Run, guarded: Server, good: Path, format_: str) -> None:
    ran = run("check", good, "--dsn", guarded.dsn() + f" user=bob password={SECRET}", "--format", format_)
    assert ran.code in (0, 1), ran.err  # bob may not create tables
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("command", [("check",), ("plan",), ("snapshot",)])
def test_no_answer_in_time(run: Run, good: Path, command: tuple[str, ...]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        dsn = f"postgresql://bob:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/shop?connect_timeout=2"
        ran = run(*command, *(() if command == ("snapshot",) else (good,)), "--dsn", dsn)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("no answer in time\n")
    assert SECRET not in ran.err


def test_a_role_without_rights_on_a_schema(run: Run, server18: Server, tmp_path: Path) -> None:
    with server18.database() as owner:
        role = f"guest_of_{owner.info.dbname}"
        owner.execute("CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int PRIMARY KEY)")
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        try:
            change = "ALTER TABLE hidden.t ADD COLUMN c int;"
            with (
                server18.connect(owner.info.dbname, user=role) as guest,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                guest.execute(change)
            (tmp_path / "a.sql").write_text(change)
            asked = ("check", tmp_path / "a.sql", "--dsn", server18.dsn(owner.info.dbname), "--format", "json")
            assert run(*asked).code == 0
            ran = run(*asked[:-2], "--role", role, *asked[-2:])
            assert [found["sqlstate"] for found in json.loads(ran.out)["findings"]] == ["42501"]
            as_guest = run("check", tmp_path / "a.sql", "--dsn", f"{server18.dsn(owner.info.dbname)} user={role}")
            assert as_guest.code in (0, 1), as_guest.err  # it is read all the same: pg_catalog is open to everybody
        finally:
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
