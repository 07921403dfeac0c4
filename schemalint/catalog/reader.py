"""One read-only transaction on a server: many queries per round trip, their answers as objects. The connection is live.py's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from schemalint.catalog import rows
from schemalint.catalog.connection_errors import reading_failed
from schemalint.catalog.model import CatalogObject
from schemalint.catalog.store import Catalog

STATEMENT_SECONDS = 120
LOCK_SECONDS = 5
QUESTION_SECONDS = 10
"""So long a query on rows may take."""

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

BY_INDEX: Mapping[str, str] = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off"}
"""What reading a few objects wants besides. The planner cannot know how few a recursive query or an array gives, and would read catalogs
from end to end."""

IDLE = 0
"""libpq's PQTRANS_IDLE."""


class Reader:
    """Sends the queries of one transaction, many per round trip. `connection` is psycopg's."""

    def __init__(self, connection: Any, source: str, settings: Mapping[str, str] = SETTINGS) -> None:
        self.connection = connection
        self.source = source
        self.settings = settings
        self.major: int = connection.info.server_version // 10000
        self.round_trips = 0
        self._begun = False

    def fetch(self, queries: Sequence[tuple[str, Any]]) -> list[Any]:
        """The answers to all of these (query, parameters) in one round trip, as cursors. Raises UserError."""
        cursors = []
        self.round_trips += 1
        try:
            with self.connection.pipeline():
                if not self._begun:
                    self._begin()
                for sql, parameters in queries:
                    cursors.append(self.connection.cursor().execute(sql, parameters))
        except Exception as error:
            if not hasattr(error, "sqlstate"):
                raise
            raise reading_failed(error.sqlstate, error.diag.message_primary or "", self.source) from None  # type: ignore[attr-defined]
        return cursors

    def ask(self, sql: str, path: str, seconds: int = QUESTION_SECONDS) -> int | str:
        """The number that a query gives, names looked up along `path`; or the server's words when it gives none. The transaction
        goes on in either case."""
        settings = dict.fromkeys(BY_INDEX, "on") | {"search_path": path, "statement_timeout": f"{seconds}s"}
        settings["row_security"] = "off"  # rows that this role may not see must not count as absent
        connection = self.connection
        connection.execute("SAVEPOINT question")
        try:
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            (found,) = connection.execute(sql).fetchone()
            return int(found)
        except Exception as error:
            if not hasattr(error, "sqlstate"):
                raise
            said = error.diag.message_primary  # type: ignore[attr-defined]
            if not said:
                raise reading_failed(error.sqlstate, "", self.source) from None
            return str(said)
        finally:
            if not connection.closed and not connection.broken:
                connection.execute("ROLLBACK TO SAVEPOINT question")

    def _begin(self) -> None:
        self._begun = True
        if self.connection.info.transaction_status == IDLE:
            self.connection.execute(BEGIN)
        calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in self.settings.items())
        self.connection.execute(f"SELECT {calls}")

    def end(self) -> None:
        """Roll back, so that nothing holds the server's old rows."""
        if self.connection.info.transaction_status != IDLE:
            self.connection.execute("ROLLBACK")


def texts(cursor: Any) -> Iterator[bytes]:
    """The first column of an answer, undecoded."""
    result = cursor.pgresult
    for place in range(result.ntuples):
        value = result.get_value(place, 0)
        if value is not None:
            yield value


def columns_of(cursor: Any) -> dict[int, bytes]:
    """Relation -> the text of its columns, of an answer to queries/pg_attribute.sql."""
    result = cursor.pgresult
    return {int(result.get_value(i, 0)): result.get_value(i, 1) or b"" for i in range(result.ntuples)}


def object_query(major: int, classid: str, condition: str, sizes: bool = True) -> str:
    """The query for the rows of one catalog that meet a condition on `o`."""
    return rows.as_json(rows.query(classid, major).replace("{size}", rows.SIZES[sizes]), condition)


def put(catalog: Catalog, classid: str, objects: Iterable[CatalogObject]) -> None:
    """Add what was read of one catalog; of the server's own objects only what is not as initdb made it."""
    if classid in rows.SHARED:
        found = list(objects)
        if classid in rows.DROPPABLE:
            rows.remove_dropped(catalog, classid, found)
        objects = (obj for obj in found if rows.differs_from_builtin(catalog, obj))
    elif classid == "pg_collation":
        objects = (obj for obj in objects if catalog.builtins.get(classid, obj.oid) is None)
    catalog.fill(objects)
