"""`schemalint snapshot`."""

from __future__ import annotations

from pathlib import Path

from schemalint.catalog.snapshot import Sizes, snapshot_lines, write_snapshot
from schemalint.cli.output import write


def run_snapshot(dsn: str, output: str | None, sizes: Sizes = "bucketed") -> int:
    """Read a live catalog and write it as JSON. Raises UserError."""
    from schemalint.catalog.live import connect, read_catalog

    with connect(dsn) as connection:
        catalog = read_catalog(connection, sizes=sizes != "none")
    if output is None:
        write(snapshot_lines(catalog, sizes), None)
    else:
        write_snapshot(catalog, Path(output), sizes)  # line by line: it may be hundreds of megabytes
    return 0
