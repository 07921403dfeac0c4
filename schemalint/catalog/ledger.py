"""What a migration runner has recorded in a live database as applied."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from schemalint.catalog.connection_errors import reading_failed
from schemalint.catalog.live import connect, describe_source
from schemalint.errors import UserError


class Row(Struct, frozen=True):
    """One row: what names the migration, its file where that is recorded, its checksum, and whether it counts as applied."""

    name: str | None
    file: str | None
    checksum: str | None
    applied: bool


def read_ledger(dsn: str, table: str, columns: Sequence[str], order: str) -> list[Row] | None:
    """The rows of a ledger, in order; None where the database has no such table.

    columns  expressions for name, file and checksum as text, and whether it is applied
    Raises UserError.
    """
    query = f"SELECT {', '.join(columns)} FROM {table}" + (f" ORDER BY {order}" if order else "")
    with connect(dsn) as connection:
        try:
            connection.execute("BEGIN READ ONLY")
            there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
            if there is None or not there[0]:
                return None
            return [
                Row(name, file, checksum, bool(applied)) for name, file, checksum, applied in connection.execute(query)
            ]
        except Exception as error:
            if not hasattr(error, "sqlstate"):
                raise
            source = describe_source(connection)
            if error.sqlstate == "42501":
                raise UserError(
                    f"{table} of {source} says what is applied, and may not be read: GRANT SELECT on it, or name the files to check"
                ) from None
            raise reading_failed(error.sqlstate, error.diag.message_primary or "", source) from None  # type: ignore[attr-defined]
