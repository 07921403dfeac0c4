"""Read the catalog of a running database: one REPEATABLE READ READ ONLY transaction, few round trips, no rights but to connect.

    with connect("postgresql://app@db/shop") as connection:
        catalog = read_catalog(connection)               # everything
        catalog = read_catalog(connection, names)        # what these identifiers can mean, and the rest when it is asked for

The only module that imports psycopg.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from schemalint.catalog import model, rows
from schemalint.catalog.builtins import load
from schemalint.catalog.connection_errors import check_parameters, not_connected, unreadable_dsn
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID
from schemalint.catalog.partial import read_partial
from schemalint.catalog.reader import (
    BY_INDEX,
    SETTINGS,
    STATEMENT_SECONDS,
    Reader,
    columns_of,
    object_query,
    put,
    texts,
)
from schemalint.catalog.store import Catalog

Connection = psycopg.Connection[Any]

CONNECT_SECONDS = 10


@contextmanager
def connect(dsn: str, *, statement_seconds: int = STATEMENT_SECONDS) -> Iterator[Connection]:
    """A connection that only reads, rolled back and closed at the end. Empty parts of the DSN come from libpq's environment variables,
    service and password files. Raises UserError, which names host and database but no credentials."""
    parameters = _parameters(dsn)
    parameters.setdefault("connect_timeout", str(CONNECT_SECONDS))
    parameters.setdefault("application_name", "schemalint")
    try:
        # Transaction poolers know no prepared statements of ours, and take few settings before the first query.
        connection = psycopg.connect(**parameters, autocommit=True, prepare_threshold=None, client_encoding="utf8")
    except psycopg.Error as error:
        raise not_connected(str(error), parameters) from None
    _timeouts[connection] = statement_seconds
    try:
        yield connection
    finally:
        _timeouts.pop(connection, None)
        connection.close()


def _parameters(dsn: str) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(dsn))
    except psycopg.Error:
        raise unreadable_dsn() from None
    check_parameters(parameters)
    return parameters


_timeouts: dict[Connection, int] = {}


def server_version(connection: Connection) -> str:
    """The server's version in full ("15.4"), without a distribution's additions."""
    return (connection.info.parameter_status("server_version") or "").partition(" ")[0]


def major_version(connection: Connection) -> int:
    return connection.info.server_version // 10000


def describe_source(connection: Connection) -> str:
    """Which database this is, for people: its name and host, no user, no password."""
    host = connection.info.host
    return connection.info.dbname if not host or host.startswith("/") else f"{connection.info.dbname} on {host}"


def read_live(dsn: str) -> Catalog:
    """All of a database's catalog. Raises UserError."""
    with connect(dsn) as connection:
        return read_catalog(connection)


def open_live(dsn: str, names: Iterable[str]) -> Catalog:
    """As read_catalog with names; the connection is closed when the catalog is no longer used. Raises UserError."""
    exits = ExitStack()
    try:
        catalog = read_catalog(exits.enter_context(connect(dsn)), names)
    except BaseException:
        exits.close()
        raise
    weakref.finalize(catalog, exits.close)
    return catalog


def read_catalog(connection: Connection, names: Iterable[str] | None = None, *, sizes: bool = True) -> Catalog:
    """The catalog of the database that this is a connection to. Raises UserError.

    With `names`, what these identifiers can mean with all that hangs together with it; other names are then fetched when they are
    looked up, so the catalog is of use as long as the connection is open. Without, everything.
    """
    settings = {**SETTINGS, "statement_timeout": f"{_timeouts.get(connection, STATEMENT_SECONDS)}s"}
    if names is not None:
        settings |= BY_INDEX
    reader = Reader(connection, describe_source(connection), settings)
    catalog = new_catalog(connection)
    if names is None:
        read_all(reader, catalog, sizes)
    else:
        read_partial(reader, catalog, names)
    return catalog


def new_catalog(connection: Connection) -> Catalog:
    catalog = Catalog(load(major_version(connection)), source=describe_source(connection))
    catalog.database = connection.info.dbname
    catalog.login_role = connection.info.parameter_status("session_authorization") or connection.info.user
    catalog.server_version = server_version(connection)
    return catalog


def read_all(reader: Reader, catalog: Catalog, sizes: bool) -> None:
    """Put everything into the catalog, in one round trip."""
    queries: list[tuple[str, None]] = [(rows.query("numbered_by_initdb", reader.major), None)]
    for classid in CLASSES:
        # Initdb gives numbers below 16384; of catalogs of few objects those are read, too. All of the C library's collations are.
        condition = "true" if classid in rows.SHARED else f"o.oid >= {FIRST_NORMAL_OID}"
        if classid == "pg_collation":
            condition += " OR o.oid >= 12000 AND o.provider = 'c'"
        queries.append((object_query(reader.major, classid, condition, sizes), None))
    condition = f"attrelid >= {FIRST_NORMAL_OID}"
    queries.append((rows.query("pg_attribute", reader.major).replace("{condition}", condition), None))
    queries.append((rows.query("changed_privileges", reader.major), None))
    queries.append(
        (rows.query("depends", reader.major).replace("{dependents}", "true").replace("{shared}", "true"), None)
    )
    queries.append((rows.query("comments", reader.major), None))
    listed, *objects, attributes, privileges, depends, comments = reader.fetch(queries)
    reader.end()
    numbers = rows.Numbers(catalog.builtins, listed)
    columns = columns_of(attributes)
    attributes.close()
    for classid, cursor in zip(CLASSES, objects, strict=True):
        found = texts(cursor)
        if classid == "pg_class":
            found = rows.with_columns(found, columns)
        put(catalog, classid, rows.decode(classid, found, numbers))
        cursor.close()  # with the answer, which is as large as all that is made from it
    columns.clear()
    catalog.fill(rows.change_privileges(catalog, privileges, numbers))
    catalog.fill_dependencies(_dependencies(catalog, depends))
    catalog.fill_comments((rows.address(c, o, sub), text) for c, o, sub, text in comments)
    catalog.forget()


def _dependencies(
    catalog: Catalog, cursor: Iterable[rows.DependRow]
) -> Iterator[tuple[model.ObjectAddress, model.ObjectAddress, str]]:
    """What is recorded of objects that the catalog has, or of parts that have no row of their own."""
    for classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype in cursor:
        dependent = rows.address(classid, objid, objsubid)
        if classid in rows.PARTS or catalog.holds(dependent):
            yield dependent, rows.address(refclassid, refobjid, refobjsubid), deptype
