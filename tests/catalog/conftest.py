"""A database with one object, or more, of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from servers import Server

RICH = Path(__file__).with_name("rich.sql").read_text(encoding="utf-8")
ROLES = ("rich_owner", "rich_reader")


@contextmanager
def rich_database(server: Server) -> Iterator[str]:
    """The name of a database that rich.sql made, without its roles afterwards."""
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            connection.execute(RICH)
        yield name
    finally:
        server.drop_database(name)
        with server.connect() as connection:
            for role in ROLES:
                with suppress(psycopg.Error):
                    connection.execute(f"DROP ROLE {role}")


@pytest.fixture(scope="session")
def rich(server: Server) -> Iterator[str]:
    with rich_database(server) as name:
        yield name
