"""What a live database has by the record of its runner: that is not checked, and is compared with the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from schemalint.catalog.ledger import read_ledger
from schemalint.cli.reading import read_source
from schemalint.cli.selection import Selection
from schemalint.diagnostics import Unchecked
from schemalint.migrations import checks
from schemalint.migrations.pending import Standing, columns_of, recorded, standing
from schemalint.migrations.runner import Runner
from schemalint.source import Source

MAX_NAMES = 5
"""Recorded migrations without a file that are named."""


def without_recorded(dsn: str, runner: Runner, names: Sequence[str]) -> Selection | None:
    """Those of the files that are not recorded as applied, and what is wrong with the others; None where the database has no
    record of this runner. Raises UserError."""
    stands, ledger = standing_in(dsn, runner, names), runner.ledger
    if stands is None or ledger is None:
        return None
    where = "the database"
    found = [checks.edited(runner, _read(path), where) for path in stands.edited]
    applied = [*stands.applied, *stands.edited]
    found += checks.out_of_order(runner, stands.pending, applied, where, _read)
    gone = (
        [Unchecked(f"{ledger.table} records {_listed(stands.gone)}, of which there is no file")] if stands.gone else []
    )
    return Selection(
        runner,
        tuple(map(str, stands.pending)),
        (),
        whole=True,
        findings=tuple(found),
        unchecked=tuple(gone),
        base=where,
    )


def standing_in(dsn: str, runner: Runner, names: Sequence[str]) -> Standing | None:
    """Where each migration stands by a live database's record; None where it has none of this runner, or none by files. Raises
    UserError."""
    ledger = runner.ledger
    if ledger is None or ledger.recorded == "changeset":
        return None  # it is not files that are recorded
    rows = read_ledger(dsn, ledger.table, columns_of(ledger), ledger.order)
    if rows is None:
        return None
    known = recorded(runner, [(row.name, row.file, row.checksum, row.applied) for row in rows])
    return standing(runner, [Path(name) for name in names], known)


def _read(path: Path) -> Source:
    return read_source(str(path))


def _listed(names: Sequence[str]) -> str:
    said = ", ".join(names[:MAX_NAMES])
    return said if len(names) <= MAX_NAMES else f"{said} and {len(names) - MAX_NAMES} more"
