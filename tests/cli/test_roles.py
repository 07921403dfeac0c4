"""`check --role`: what a role may not do, asked of real servers too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cli.conftest import Run
from psycopg import sql
from servers import Server

SCRIPT = """
CREATE ROLE {app} LOGIN;
CREATE ROLE {reader} LOGIN;
CREATE ROLE {team};
CREATE SCHEMA sales AUTHORIZATION {app};
CREATE TABLE public.accounts (id bigint PRIMARY KEY);
CREATE TABLE sales.orders (id bigint PRIMARY KEY, account bigint);
ALTER TABLE sales.orders OWNER TO {app};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""

STATEMENTS = (
    "CREATE TABLE sales.lines (id bigint PRIMARY KEY)",
    "CREATE TABLE public.lines (id bigint PRIMARY KEY)",
    "ALTER TABLE public.accounts ADD COLUMN email text",
    "ALTER TABLE sales.orders ADD FOREIGN KEY (account) REFERENCES public.accounts",
    "ALTER TABLE sales.orders OWNER TO {team}",
    "CREATE SCHEMA other",
    "SET ROLE {team}",
    "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "ALTER TABLE sales.orders ADD COLUMN total numeric",
    "CREATE INDEX orders_account_idx ON public.accounts (id)",
    "DROP TABLE public.accounts",
    "COMMENT ON TABLE public.accounts IS 'who pays'",
    "CREATE POLICY p ON public.accounts USING (true)",
    "GRANT SELECT ON public.accounts TO {team}",
    "SELECT * FROM public.accounts",
)


@pytest.fixture
def shop(server: Server) -> Iterator[tuple[str, dict[str, sql.Identifier]]]:
    """A database where one role owns a schema, and the names of the roles in it."""
    name = server.create_database()
    roles = {role: sql.Identifier(f"{name}_{role}") for role in ("app", "reader", "team")}
    with server.connect(name) as connection:
        connection.execute(sql.SQL(SCRIPT).format(**roles))
    yield name, roles
    server.drop_database(name)
    with server.connect() as connection:
        for role in roles.values():
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def check(run: Run, path: Path, statement: str, *options: str) -> list[dict[str, object]]:
    path.write_text(f"{statement};\n")
    ran = run("check", path, "--format", "json", "--select", "missing-privilege,refused", *options)
    found: list[dict[str, object]] = json.loads(ran.out)["findings"]
    return found


@pytest.mark.server
def test_the_server_says_the_same(
    server: Server, shop: tuple[str, dict[str, sql.Identifier]], run: Run, tmp_path: Path
) -> None:
    name, _ = shop
    app = f"{name}_app"
    for template in STATEMENTS:
        statement = template.format(team=f"{name}_team")
        with server.connect(name, user=app, autocommit=False) as connection:
            try:
                connection.execute(statement)  # type: ignore[arg-type]
                said = None
            except psycopg.Error as error:
                said = error.diag.message_primary
            connection.rollback()
        for dsn, options in ((server.dsn(name), ["--role", app]), (f"{server.dsn(name)} user={app}", [])):
            path = tmp_path / "m.sql"
            path.write_text(f"{statement};\n")
            ran = run("check", path, "--dsn", dsn, "--format", "json", "--select", "missing-privilege", *options)
            found = json.loads(ran.out)["findings"]
            assert [one["message"] for one in found] == ([] if said is None else [said]), statement
            assert all(one["sqlstate"] == "42501" for one in found)


@pytest.mark.server
def test_what_else_is_wrong_is_said_too(server18: Server, run: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog.sql").write_text("CREATE ROLE app; CREATE TABLE public.accounts (id bigint PRIMARY KEY);")
    (tmp_path / "m.sql").write_text(
        "ALTER TABLE accounts ADD COLUMN id text;\nALTER TABLE accounts ADD COLUMN email text;\n"
        "CREATE INDEX ON accounts (email);\n"
    )
    ran = run("check", tmp_path / "m.sql", "--catalog", tmp_path / "catalog.sql", "--role", "app", "--format", "json")
    found = [(one["line"], one["sqlstate"]) for one in json.loads(ran.out)["findings"] if one["sqlstate"]]
    assert found == [(1, "42501"), (1, "42701"), (2, "42501"), (3, "42501")]


@pytest.mark.server
def test_who_only_reads_does_not_run_migrations(
    server: Server, shop: tuple[str, dict[str, sql.Identifier]], run: Run, tmp_path: Path
) -> None:
    name, _ = shop
    (tmp_path / "m.sql").write_text("ALTER TABLE public.accounts ADD COLUMN email text;\n")
    dsn = f"{server.dsn(name)} user={name}_reader"
    ran = run("check", tmp_path / "m.sql", "--dsn", dsn, "--format", "json")
    report = json.loads(ran.out)
    assert [one for one in report["findings"] if one["sqlstate"]] == []
    (why,) = [one["reason"] for one in report["summary"]["not_checked"]]
    assert why == f'privileges: role "{name}_reader" owns nothing here; --role says who runs the migrations'


def test_a_role_that_does_not_exist(run: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog.sql").write_text("CREATE TABLE accounts (id bigint PRIMARY KEY);")
    (tmp_path / "m.sql").write_text("ALTER TABLE accounts ADD COLUMN email text;\n")
    ran = run("check", tmp_path / "m.sql", "--catalog", tmp_path / "catalog.sql", "--role", "nobody")
    assert ran.code == 2
    assert ran.err == f'schemalint: role "nobody" does not exist in {tmp_path / "catalog.sql"}\n'
