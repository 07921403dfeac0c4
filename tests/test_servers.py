"""The servers that other tests rely on."""

from __future__ import annotations

import psycopg
import pytest
from servers import Server

pytestmark = pytest.mark.server


def test_the_server_is_of_the_major_that_was_asked_for(server18: Server) -> None:
    with server18.connect() as connection:
        assert connection.info.server_version // 10000 == server18.major == 18
        assert connection.autocommit


def test_every_major_starts(server: Server) -> None:
    with server.connect() as connection:
        row = connection.execute("SELECT split_part(current_setting('server_version'), ' ', 1)").fetchone()
    assert row == (server.version,)


def test_created_databases_are_empty_and_apart(server18: Server) -> None:
    first, second = server18.create_database(), server18.create_database()
    with server18.connect(first) as connection:
        connection.execute("CREATE TABLE mark (id int)")
    with server18.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("TABLE mark")
    server18.drop_database(first)
    server18.drop_database(second)


def test_a_database_is_dropped_after_use(server18: Server) -> None:
    with server18.database() as connection:
        name = connection.info.dbname
    with server18.connect() as connection:
        assert connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None
