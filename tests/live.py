"""The catalog of a real database, for tests that ask the server and the model the same question."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from msgspec import structs
from servers import Server

from schemalint.catalog import builtins, model
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.semantics.parsestate import ParseState

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "generate_builtins.py"
CATALOGS = ("pg_namespace", "pg_type", "pg_cast", "pg_proc", "pg_operator", "pg_opfamily", "pg_opclass", "pg_class")


@cache
def generator() -> ModuleType:
    """The script that reads catalogs."""
    spec = importlib.util.spec_from_file_location("generate_builtins", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalog_of(connection: psycopg.Connection[Any], server: Server) -> Catalog:
    """What the database has beside the built-in objects."""
    catalog = Catalog(builtins.load(server.major))
    script = generator()
    for name in CATALOGS:
        struct = builtins.STRUCTS[name]
        rows = script.read_rows(connection, script.QUERIES[name], struct, f"oid >= {model.FIRST_NORMAL_OID}")
        for row in rows:
            catalog.put(with_parents(connection, row) if isinstance(row, model.Relation) else row)
    return catalog


def with_parents(connection: psycopg.Connection[Any], relation: model.Relation) -> model.Relation:
    """The relation with what it inherits from, and its dropped columns marked."""
    query = "SELECT inhparent FROM pg_inherits WHERE inhrelid = %s ORDER BY inhseqno"
    parents = tuple(oid for (oid,) in connection.execute(query, (relation.oid,)))
    (of_type,) = connection.execute("SELECT reloftype FROM pg_class WHERE oid = %s", (relation.oid,)).fetchone() or (0,)
    columns = tuple(
        structs.replace(column, dropped=True) if column.name.startswith("........pg.dropped") else column
        for column in relation.columns
    )
    return structs.replace(relation, inherits=parents, of_type=of_type, columns=columns)


def state_of(connection: psycopg.Connection[Any], server: Server) -> ParseState:
    """An analysis of a SELECT list on that database."""
    state = ParseState(Names(catalog_of(connection, server)))
    state.expr_kind = "select_target"
    return state


def server_says(connection: psycopg.Connection[Any], query: str) -> tuple[str, str]:
    """(SQLSTATE, message) of a refusal, or ("", type of the first column). For 16 and later; the query is not executed."""
    try:
        connection.execute(f"PREPARE said AS {query}", prepare=False)
    except psycopg.Error as error:
        return error.sqlstate or "", error.diag.message_primary or ""
    types = "SELECT format_type(result_types[1], NULL) FROM pg_prepared_statements WHERE name = 'said'"
    (shown,) = connection.execute(types).fetchone() or ("",)
    connection.execute("DEALLOCATE said", prepare=False)
    return "", shown
