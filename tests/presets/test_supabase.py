"""The preset of a hosted Supabase database is SQL that real servers accept."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from servers import CHECKOUT, Server, available_binaries, started
from sql_files import statements

PRESET = CHECKOUT / "schemalint" / "presets" / "supabase.sql"
TSRC = CHECKOUT / "fixtures" / "projects" / "tsrc"
MAJORS = [major for major in available_binaries() if major >= 15]

Connection = psycopg.Connection[Any]

pytestmark = pytest.mark.server


@pytest.fixture(scope="module", params=MAJORS, ids=lambda major: f"pg{major}")
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for this file alone: the preset creates roles, and those belong to all databases of a server."""
    with started(available_binaries()[request.param]) as server:
        yield server


@pytest.fixture(scope="module")
def hosted(own_server: Server) -> Iterator[Connection]:
    with own_server.database() as connection:
        installed = available_extensions(connection)
        for _, statement in statements(PRESET.read_text()):
            if not brings_a_missing_extension(statement, installed):
                connection.execute(statement)
        yield connection


def available_extensions(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions")}


def brings_a_missing_extension(statement: str, installed: set[str]) -> bool:
    """Whether this is a CREATE EXTENSION of contrib, on a server that was built without contrib."""
    _, create, rest = statement.partition("CREATE EXTENSION IF NOT EXISTS ")
    return bool(create) and rest.split()[0].strip('"') not in installed


def test_functions_return_what_policies_compare_them_with(hosted: Connection) -> None:
    types = hosted.execute(
        "SELECT pg_typeof(auth.uid())::text, pg_typeof(auth.role())::text, pg_typeof(auth.jwt())::text,"
        " pg_typeof(storage.foldername('a/b'))::text, pg_typeof(realtime.topic())::text"
    ).fetchone()
    assert types == ("uuid", "text", "jsonb", "text[]", "text")


def test_path_functions_take_a_path_apart(hosted: Connection) -> None:
    row = hosted.execute(
        "SELECT storage.foldername('a/b/c.tar.gz'), storage.filename('a/b/c.tar.gz'), storage.extension('a/b/c.tar.gz')"
    ).fetchone()
    assert row == (["a", "b"], "c.tar.gz", "gz")


def test_user_ids_are_uuids(hosted: Connection) -> None:
    with hosted.transaction(force_rollback=True):
        hosted.execute("CREATE TABLE profile (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE)")
        with pytest.raises(psycopg.errors.DatatypeMismatch):
            hosted.execute("CREATE TABLE note (author text REFERENCES auth.users (id))")


def test_new_tables_are_open_to_the_api_roles(hosted: Connection) -> None:
    with hosted.transaction(force_rollback=True):
        hosted.execute("CREATE TABLE public.note (id bigint)")
        row = hosted.execute("SELECT has_table_privilege('anon', 'public.note', 'SELECT, INSERT')").fetchone()
        assert row == (True,)


def test_api_roles_may_not_read_accounts(hosted: Connection) -> None:
    row = hosted.execute("SELECT has_table_privilege('authenticated', 'auth.users', 'SELECT')").fetchone()
    assert row == (False,)


def test_policies_and_triggers_of_a_project_are_accepted(hosted: Connection) -> None:
    with hosted.transaction(force_rollback=True):
        hosted.execute(
            "CREATE POLICY avatars ON storage.objects FOR INSERT TO authenticated WITH CHECK"
            " (bucket_id = 'avatars' AND (storage.foldername(name))[1] = (SELECT auth.uid())::text)"
        )
        hosted.execute("CREATE FUNCTION greet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
        hosted.execute("CREATE TRIGGER greet AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION greet()")
        hosted.execute("CREATE TABLE public.room (id bigint PRIMARY KEY)")
        hosted.execute("ALTER PUBLICATION supabase_realtime ADD TABLE public.room")


def test_tsrc_is_refused_for_other_reasons_here(hosted: Connection) -> None:
    faults = [fault for fault in tomllib.loads((TSRC / "FAULTS.toml").read_text())["fault"] if "preset" in fault]
    assert faults
    with hosted.transaction(force_rollback=True):
        hosted.execute((TSRC / "catalog.sql").read_text())
        for fault in faults:
            preset, sqlstate, message = fault["preset"]
            assert preset == PRESET.stem
            text = (TSRC / "migrations" / fault["file"]).read_text()
            [statement] = [statement for _, statement in statements(text) if fault["at"] in statement]
            with pytest.raises(psycopg.Error) as caught, hosted.transaction():
                hosted.execute(statement)
            assert (caught.value.sqlstate, caught.value.diag.message_primary) == (sqlstate, message)
