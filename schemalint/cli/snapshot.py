"""`schemalint snapshot`."""

from __future__ import annotations

from schemalint.catalog.snapshot import Sizes, snapshot_text
from schemalint.cli.output import write


def run_snapshot(dsn: str, output: str | None, sizes: Sizes = "bucketed") -> int:
    """Read a live catalog and write it as JSON. Raises UserError."""
    from schemalint.catalog.live import connect, read_catalog

    with connect(dsn) as connection:
        catalog = read_catalog(connection, sizes=sizes != "none")
    write([snapshot_text(catalog, sizes).rstrip("\n")], output)
    return 0
