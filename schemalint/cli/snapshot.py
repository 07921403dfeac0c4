"""`schemalint snapshot`."""

from __future__ import annotations

from schemalint.cli.output import write


def run_snapshot(dsn: str, output: str | None) -> int:
    """Read a live catalog and write it as JSON. Raises UserError."""
    from schemalint.catalog.live import read_live
    from schemalint.catalog.snapshot import snapshot_text

    write([snapshot_text(read_live(dsn)).rstrip("\n")], output)
    return 0
