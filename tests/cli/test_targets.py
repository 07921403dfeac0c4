"""`check --targets`: one migration beside many databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from psycopg import sql
from servers import Server

from schemalint.cli.main import cli
from schemalint.errors import UserError

TENANTS = 50
WITH_TABLE = 20


@pytest.fixture(scope="module")
def tenants(server18: Server) -> Iterator[list[str]]:
    """Fifty databases, of which the first twenty have the table that the migration makes."""
    names = [server18.create_database() for _ in range(TENANTS)]
    for name in names[:WITH_TABLE]:
        with server18.connect(name) as connection:
            connection.execute("CREATE TABLE accounts (id bigint PRIMARY KEY)")
    yield [server18.dsn(name) for name in names]
    with server18.connect() as connection:
        for name in names:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def check(directory: Path, targets: list[str]) -> Result:
    (directory / "targets").write_text("# tenants\n\n" + "".join(f"{dsn}\n" for dsn in targets))
    (directory / "m.sql").write_text("CREATE TABLE accounts (id bigint PRIMARY KEY);\n")
    arguments = ["check", str(directory / "m.sql"), "--targets", str(directory / "targets"), "--format", "json"]
    return CliRunner().invoke(cli, arguments, standalone_mode=False)


@pytest.mark.server
def test_findings_say_where_they_hold(tenants: list[str], tmp_path: Path) -> None:
    result = check(tmp_path, tenants)
    assert result.return_value == 1
    assert result.stderr == ""
    (refused,) = [one for one in json.loads(result.stdout)["findings"] if one["sqlstate"] == "42P07"]
    names = [dsn.partition("dbname=")[2].split()[0] for dsn in tenants]
    assert refused["targets"] == names[:WITH_TABLE]


@pytest.mark.server
def test_the_others_are_reported_when_one_cannot_be_reached(tenants: list[str], tmp_path: Path) -> None:
    lost = "postgresql://bob:hunter2@127.0.0.1:1/lost"
    result = check(tmp_path, [tenants[0], lost, tenants[-1]])
    assert result.return_value == 2
    assert result.stderr.startswith('schemalint: cannot connect to database "lost" on 127.0.0.1:1: connection refused')
    assert "hunter2" not in result.stderr + result.stdout
    found = json.loads(result.stdout)
    assert [one["sqlstate"] for one in found["findings"] if one["sqlstate"]] == ["42P07"]


def test_none_can_be_reached(tmp_path: Path) -> None:
    lost = "postgresql://bob:hunter2@127.0.0.1:1/"
    for targets, said in (
        ([], "names no database"),
        ([f"{lost}a"], 'cannot connect to database "a"'),
        ([f"{lost}a", f"{lost}b"], "none of the 2 databases of "),
    ):
        error = check(tmp_path, targets).exception
        assert isinstance(error, UserError)
        assert said in str(error)
        assert "hunter2" not in str(error)
