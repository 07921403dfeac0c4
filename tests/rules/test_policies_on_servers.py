"""What servers do with the policies, paths and privileges that rules of the category security speak of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from servers import Server

_number = itertools.count(1)

TABLE = """
    CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, body text);
    INSERT INTO notes VALUES (1, 'somebody else', 'x'), (2, 'somebody else', 'y');
"""


@contextmanager
def reader(connection: psycopg.Connection[Any], privileges: str = "ALL ON notes") -> Iterator[str]:
    """A role of its own with these privileges, as which the connection goes on."""
    role = f"schemalint_reader_{next(_number)}"
    connection.execute(f"CREATE ROLE {role}")
    connection.execute(f"GRANT {privileges} TO {role}")
    connection.execute(f"SET ROLE {role}")
    try:
        yield role
    finally:
        connection.execute("RESET ROLE")
        connection.execute(f"DROP OWNED BY {role} CASCADE")
        connection.execute(f"DROP ROLE {role}")


def count(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM notes").fetchone()
    assert row is not None
    return int(row[0])


def test_policies_do_nothing_while_row_level_security_is_off(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "CREATE POLICY own ON notes USING (author = current_user)")
        with reader(connection):
            assert count(connection) == 2
        connection.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        with reader(connection):
            assert count(connection) == 0
        connection.execute("ALTER TABLE notes DISABLE ROW LEVEL SECURITY")
        with reader(connection):
            assert count(connection) == 2


def test_one_policy_that_is_always_true_makes_the_others_pointless(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON notes USING (author = current_user)")
        connection.execute("CREATE POLICY service ON notes USING (true)")
        with reader(connection):
            assert connection.execute("UPDATE notes SET body = 'z' WHERE id = 1").rowcount == 1


def test_a_restrictive_policy_takes_what_another_allows(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY everybody ON notes FOR SELECT USING (true)")
        with reader(connection):
            assert count(connection) == 2
        connection.execute("CREATE POLICY first ON notes AS RESTRICTIVE FOR SELECT USING (id = 1)")
        with reader(connection):
            assert count(connection) == 1


def test_without_a_policy_nothing_is_allowed(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY everybody ON notes USING (true)")
        connection.execute("DROP POLICY everybody ON notes")
        with reader(connection):
            assert count(connection) == 0
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("INSERT INTO notes (id, author) VALUES (3, 'me')")


def test_an_update_finds_no_rows_that_no_policy_shows(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY change ON notes FOR UPDATE USING (true)")
        connection.execute("CREATE POLICY remove ON notes FOR DELETE USING (true)")
        with reader(connection):
            assert connection.execute("UPDATE notes SET body = 'z' WHERE id = 1").rowcount == 0
            assert connection.execute("DELETE FROM notes WHERE id = 1").rowcount == 0
        connection.execute("CREATE POLICY see ON notes FOR SELECT USING (true)")
        with reader(connection):
            assert connection.execute("UPDATE notes SET body = 'z' WHERE id = 1").rowcount == 1
            assert connection.execute("DELETE FROM notes WHERE id = 1").rowcount == 1


def test_truncate_asks_no_policy(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
        with reader(connection):
            connection.execute("TRUNCATE notes")
        assert count(connection) == 0


def test_a_quoted_list_is_one_schema(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(TABLE)
        connection.execute("SET search_path = 'pg_catalog, public'")
        assert connection.execute("SELECT current_schemas(false)").fetchone() == ([],)
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT 1 FROM notes")
        connection.execute("SELECT set_config('search_path', 'pg_catalog, public', false)")
        connection.execute("SELECT 1 FROM notes")


def test_who_may_create_in_the_path_of_a_definer_is_run_with_its_rights(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE SCHEMA shared; GRANT CREATE, USAGE ON SCHEMA shared TO PUBLIC")
        connection.execute("""
            CREATE FUNCTION settle(amount integer) RETURNS text LANGUAGE sql SECURITY DEFINER
            SET search_path = shared, pg_temp AS 'SELECT round(amount)'
        """)
        with reader(connection, "EXECUTE ON FUNCTION settle(integer)") as role:
            connection.execute(
                "CREATE FUNCTION shared.round(integer) RETURNS text LANGUAGE sql AS 'SELECT current_user::text'"
            )
            row = connection.execute("SELECT settle(1)").fetchone()
            assert row is not None and row[0] != role
