"""Read the catalog of a running database: one REPEATABLE READ READ ONLY transaction, few round trips, no rights but to connect.

    with connect("postgresql://app@db/shop") as connection:
        catalog = read_catalog(connection)               # everything
        catalog = read_catalog(connection, names)        # what these identifiers can mean, and the rest when it is asked for

The only module that imports psycopg.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from schemalint.catalog import model, rows
from schemalint.catalog.builtins import load
from schemalint.catalog.connection_errors import check_parameters, not_connected, reading_failed, unreadable_dsn
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID
from schemalint.catalog.store import Catalog

Connection = psycopg.Connection[Any]

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 120
LOCK_SECONDS = 5
OLDEST_MAJOR = 13

BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

SETTINGS: Mapping[str, str] = {
    "search_path": "",  # so that expressions are printed with the schemas of all that they name
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": "0",
    "quote_all_identifiers": "off",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "jit": "off",
}
"""Settings of the transaction; those that decide how the server prints expressions are pg_dump's."""


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


def read_catalog(connection: Connection, names: Iterable[str] | None = None, *, sizes: bool = True) -> Catalog:
    """The catalog of the database that this is a connection to. Raises UserError.

    With `names`, what these identifiers can mean with all that hangs together with it; other names are then fetched when they are
    looked up, so the catalog is of use as long as the connection is open. Without, everything.
    """
    try:
        if names is not None:
            from schemalint.catalog.partial import read_partial

            return read_partial(connection, names)
        return read_all(connection, sizes)
    except psycopg.Error as error:
        raise reading_failed(error.sqlstate, error.diag.message_primary or "", describe_source(connection)) from None


class Reader:
    """Sends the queries of one transaction, many per round trip."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.major = major_version(connection)
        self.round_trips = 0
        self._begun = False

    def fetch(self, queries: Sequence[tuple[str, Sequence[Any] | None]]) -> list[psycopg.Cursor[Any]]:
        """The answers to all of these (query, parameters) in one round trip."""
        cursors = []
        self.round_trips += 1
        with self.connection.pipeline():
            if not self._begun:
                self._begin()
            for sql, parameters in queries:
                cursors.append(self.connection.cursor().execute(sql, parameters))
        return cursors

    def _begin(self) -> None:
        self._begun = True
        if self.connection.info.transaction_status == TransactionStatus.IDLE:
            self.connection.execute(BEGIN)
        settings = dict(SETTINGS)
        if self.connection in _timeouts:
            settings["statement_timeout"] = f"{_timeouts[self.connection]}s"
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
        self.connection.execute(f"SELECT {calls}")

    def end(self) -> None:
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")


def texts(cursor: psycopg.Cursor[Any]) -> Iterator[bytes]:
    """The first column of an answer, undecoded."""
    result = cursor.pgresult
    assert result is not None
    for place in range(result.ntuples):
        value = result.get_value(place, 0)
        if value is not None:
            yield value


def columns_of(cursor: psycopg.Cursor[Any]) -> dict[int, bytes]:
    """Relation -> the text of its columns, of an answer to queries/pg_attribute.sql."""
    result = cursor.pgresult
    assert result is not None
    return {int(result.get_value(i, 0) or b"0"): result.get_value(i, 1) or b"" for i in range(result.ntuples)}


def new_catalog(connection: Connection) -> Catalog:
    catalog = Catalog(load(major_version(connection)), source=describe_source(connection))
    catalog.database = connection.info.dbname
    catalog.server_version = server_version(connection)
    return catalog


def object_query(reader: Reader, classid: str, condition: str, sizes: bool = True) -> str:
    """The query for the rows of one catalog that meet a condition on `o`."""
    sql = rows.query(classid, reader.major)
    return rows.as_json(sql.replace("{size}", rows.SIZES[sizes]), condition)


def read_all(connection: Connection, sizes: bool) -> Catalog:
    reader = Reader(connection)
    catalog = new_catalog(connection)
    queries: list[tuple[str, None]] = [(rows.query("numbered_by_initdb", reader.major), None)]
    for classid in CLASSES:
        # Initdb gives numbers below 16384; of catalogs of few objects those are read, too. All of the C library's collations are.
        condition = "true" if classid in rows.SHARED else f"o.oid >= {FIRST_NORMAL_OID}"
        if classid == "pg_collation":
            condition += " OR o.oid >= 12000 AND o.provider = 'c'"
        queries.append((object_query(reader, classid, condition, sizes), None))
    columns = rows.query("pg_attribute", reader.major).replace("{condition}", f"attrelid >= {FIRST_NORMAL_OID}")
    queries.append((columns, None))
    queries.append((rows.query("changed_privileges", reader.major), None))
    queries.append((rows.query("depends", reader.major).replace("{dependents}", "true"), None))
    queries.append((rows.query("comments", reader.major), None))
    listed, *objects, attributes, privileges, depends, comments = reader.fetch(queries)
    reader.end()
    numbers = rows.Numbers(catalog.builtins, listed)
    for classid, cursor in zip(CLASSES, objects, strict=True):
        found = texts(cursor)
        if classid == "pg_class":
            found = rows.with_columns(found, columns_of(attributes))
        _fill(catalog, classid, rows.decode(classid, found, numbers))
    catalog.fill(rows.change_privileges(catalog, privileges, numbers))
    catalog.fill_dependencies(_dependencies(catalog, depends))
    catalog.fill_comments((rows.address(c, o, sub), text) for c, o, sub, text in comments)
    catalog.forget()
    return catalog


def _fill(catalog: Catalog, classid: str, objects: Iterator[model.CatalogObject]) -> None:
    if classid in rows.SHARED:
        found = list(objects)
        if classid in rows.DROPPABLE:
            rows.remove_dropped(catalog, classid, found)
        objects = (obj for obj in found if rows.differs_from_builtin(catalog, obj))
    elif classid == "pg_collation":
        objects = (obj for obj in objects if catalog.builtins.get(classid, obj.oid) is None)
    catalog.fill(objects)


def _dependencies(
    catalog: Catalog, cursor: Iterable[rows.DependRow]
) -> Iterator[tuple[model.ObjectAddress, model.ObjectAddress, str]]:
    """What is recorded of objects that the catalog has, or of parts that have no row of their own."""
    for classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype in cursor:
        dependent = rows.address(classid, objid, objsubid)
        if classid in rows.PARTS or catalog.holds(dependent):
            yield dependent, rows.address(refclassid, refobjid, refobjsubid), deptype
