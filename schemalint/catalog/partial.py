"""Read of a live database what a migration's identifiers can mean, and the rest when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from schemalint.catalog.live import Connection, read_all
from schemalint.catalog.store import Catalog


def read_partial(connection: Connection, names: Iterable[str]) -> Catalog:
    """So far everything."""
    return read_all(connection, True)
