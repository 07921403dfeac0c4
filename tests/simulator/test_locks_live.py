"""Locks, scans and rewrites of each kind of statement and each action of ALTER TABLE, against real servers."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from servers import Server

from schemalint.simulator.alter_work import _NAMES
from schemalint.simulator.effects import LOCK_MODES
from schemalint.syntax import nodes
from schemalint.syntax.parser import parse_statement

MODES = {mode.title().replace(" ", "") + "Lock": number for number, mode in enumerate(LOCK_MODES) if mode}

LOCKS = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = %s AND l.locktype = 'relation' AND l.relation >= 16384 AND c.relkind NOT IN ('i', 'I', 't')
"""
READ = "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan + coalesce(idx_scan, 0) > 0"
FILES = """
SELECT c.relname, c.relfilenode, c.relkind, coalesce(t.relname, '') FROM pg_class c
LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'i') AND c.relnamespace <> 'pg_toast'::regnamespace
"""


@pytest.fixture(scope="session")
def script() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scripts" / "generate_locks.py"
    spec = importlib.util.spec_from_file_location("generate_locks", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_locks"] = module
    spec.loader.exec_module(module)
    return module


def files(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, str, str]]:
    """Relation -> (its file, its kind, the table of an index)."""
    return {name: (node, kind, table) for name, node, kind, table in connection.execute(FILES)}


def strongest(rows: Any, existing: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, mode in rows:
        if name in existing:
            found[name] = max(found.get(name, 0), MODES[mode])
    return found


def measured(script: ModuleType, server: Server, database: str, statement: str) -> tuple[Any, set[str]]:
    """(what a server does, the tables that it reads), the statement rolled back."""
    found = script.Facts()
    with server.connect(database) as connection, server.connect(database) as watcher:
        before = files(connection)
        existing = {row[0] for row in connection.execute("SELECT relname FROM pg_class")}
        connection.execute("BEGIN")
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            connection.execute("ROLLBACK")
            found.sqlstate = error.sqlstate
            return found, set()
        read = {row[0] for row in connection.execute(READ)} & existing
        after = files(connection)
        held = watcher.execute(
            "SELECT relation::int, mode FROM pg_locks WHERE pid = %s AND locktype = 'relation' AND relation >= 16384",
            (connection.info.backend_pid,),
        ).fetchall()
        connection.execute("ROLLBACK")
        names = dict(
            connection.execute(
                "SELECT oid::int, relname FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('i', 'I', 't')"
            ).fetchall()
        )
        found.locks = strongest([(names[oid], mode) for oid, mode in held if oid in names], existing)
    old = {node for node, _, _ in before.values()}
    for name, (node, kind, table) in after.items():
        if kind == "i" and node not in old and table in before:
            found.builds.add((name, table))
        elif kind != "i" and name in before and before[name][0] != node:
            found.rewrites.add(name)
    return found, read


def counted(locks: dict[str, int]) -> dict[str, int]:
    """Without ACCESS SHARE, which each look at a relation takes."""
    return {name: mode for name, mode in locks.items() if mode > 1}


def queries(statement: str) -> bool:
    """Whether it runs a query of the user's, which reads what it reads."""
    return isinstance(
        parse_statement(statement, 0, len(statement), 18),
        nodes.RefreshMatViewStmt | nodes.CreateTableAsStmt | nodes.VacuumStmt,
    )


def test_locks_scans_and_rewrites_are_those_of_the_server(server: Server, script: ModuleType) -> None:
    data, wrong = script.read(), []
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            connection.execute(data["setup"].encode())
            connection.execute(f"ALTER DATABASE {name} SET timezone = 'Europe/Berlin'".encode())  # not UTC, as presumed
        for group in data["group"]:
            for statement in group["statements"]:
                said = script.simulated(server.major, data["setup"], statement, alone=False)
                real, read = measured(script, server, name, statement)
                if said.sqlstate != real.sqlstate:
                    wrong.append((statement, said.sqlstate, real.sqlstate))
                if said.sqlstate is not None or real.sqlstate is not None:
                    continue
                if counted(said.locks) != counted(real.locks):
                    wrong.append((statement, "locks", said.locks, real.locks))
                if said.rewrites | said.truncated != real.rewrites:
                    wrong.append((statement, "rewrites", said.rewrites, real.rewrites))
                tables = said.rewrites | said.truncated
                built = {(index, table) for index, table in said.builds if table not in tables}
                if built - {("z", "parted")} != {(index, table) for index, table in real.builds if table not in tables}:
                    wrong.append((statement, "builds", built, real.builds))
                needed = said.scans | {table for _, table in said.builds if table not in tables}
                allowed = needed | tables | ({"other"} if "REFERENCES" in statement else set())
                if not queries(statement) and not needed - {"parted"} <= read <= allowed:
                    wrong.append((statement, "reads", needed, read))
    finally:
        server.drop_database(name)
    assert wrong == [], "\n".join(map(str, wrong))


def waiting_locks(script: ModuleType, server: Server, setup: str, statement: str) -> dict[str, int]:
    """The locks that a statement takes or asks for which cannot run in a transaction, while another session's snapshot is in its way."""
    name = server.create_database()
    try:
        with server.connect(name) as connection, server.connect(name) as other, server.connect(name) as watcher:
            connection.execute(setup.encode())
            existing = {row[0] for row in connection.execute("SELECT relname FROM pg_class")}
            other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            other.execute("SELECT count(*) FROM t")
            if "DETACH" in statement:  # it lets go of the lock before it waits, so it is seen while it asks for it
                other.execute("LOCK TABLE plain IN SHARE UPDATE EXCLUSIVE MODE")
            run = threading.Thread(target=connection.execute, args=(statement.encode(),))
            run.start()
            seen: dict[str, int] = {}
            until = time.monotonic() + 10
            waited = 0
            while run.is_alive() and time.monotonic() < until and waited < 3:
                for table, mode in strongest(watcher.execute(LOCKS, (connection.info.backend_pid,)), existing).items():
                    seen[table] = max(seen.get(table, 0), mode)
                [event] = watcher.execute(
                    "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", (connection.info.backend_pid,)
                ).fetchall()
                waited += event[0] == "Lock"
                time.sleep(0.02)
            other.execute("ROLLBACK")
            run.join(10)
            assert not run.is_alive()
            return seen
    finally:
        server.drop_database(name)


def test_what_cannot_run_in_a_transaction_locks_as_on_the_server(server: Server, script: ModuleType) -> None:
    data, wrong = script.read(), []
    for group in data["group"]:
        for statement in group.get("alone", ()):
            said = script.simulated(server.major, data["setup"], statement, alone=True)
            if statement == "VACUUM t":
                continue  # it waits for nobody, so that nobody sees it
            real = waiting_locks(script, server, data["setup"], statement)
            asked = {t: m for t, m in said.locks.items() if t != "plain1"}  # is asked for when the parent's is there
            if counted(asked) != counted(real):
                wrong.append((statement, said.locks, real))
    assert wrong == [], "\n".join(map(str, wrong))


def test_all_actions_of_alter_table_are_asked_about(script: ModuleType) -> None:
    seen = set()
    for group in script.read()["group"]:
        for statement in (*group["statements"], *group.get("alone", ())):
            node = parse_statement(statement, 0, len(statement), 18)
            if isinstance(node, nodes.AlterTableStmt):
                seen |= {cmd.subtype for cmd in node.cmds}
    # views' columns are added by CREATE OR REPLACE VIEW; FINALIZE needs a detach that was interrupted
    assert set(_NAMES) - seen <= {"AT_AddColumnToView", "AT_DetachPartitionFinalize"}


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert script.PAGE.read_text() == script.page()
