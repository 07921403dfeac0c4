"""What a live database's runner has recorded, beside a directory of migrations: a part of `schemalint drift`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from schemalint.cli.reading import read_source
from schemalint.cli.recorded import standing_in
from schemalint.cli.selection import select_files
from schemalint.cli.targets import Database, database_made, database_named, is_dsn
from schemalint.config import Config
from schemalint.migrations import checks
from schemalint.migrations.runner import Runner


class Migrations(Struct, frozen=True):
    """How files and record differ.

    ledger        the table of the record
    not_recorded  files of which it says nothing
    no_file       what it calls migrations of which there is no file
    edited        files that are not as they were applied
    out_of_order  those not recorded that come before one that is
    """

    ledger: str
    not_recorded: tuple[str, ...]
    no_file: tuple[str, ...]
    edited: tuple[str, ...]
    out_of_order: tuple[str, ...]

    @property
    def differ(self) -> bool:
        return bool(self.not_recorded or self.no_file or self.edited)


def with_ledger(before: str, after: str, config: Config) -> tuple[list[Database], Migrations | None]:
    """Both databases, and how the record differs from the files where one side is live, the other a directory of migrations, and the
    runner's record is there: of the directory only what is recorded is applied then. Raises UserError."""
    folder, dsn = (before, after) if is_dsn(after) else (after, before)
    if is_dsn(dsn) and not is_dsn(folder) and Path(folder).is_dir():
        selection = select_files((folder,), config.runner)
        runner, names = selection.runner, selection.names
        standing = standing_in(dsn, runner, names)
        if standing is not None and runner.ledger is not None:
            applied = {*standing.applied, *standing.edited}
            made = database_made(folder, config, runner, [name for name in names if Path(name) in applied])
            live = database_named(dsn, config)
            live.simulator.execute(f"DROP TABLE {runner.ledger.table}")  # the record itself is no migration's
            late = _out_of_order(runner, standing.pending, tuple(applied))
            migrations = Migrations(
                runner.ledger.table,
                _names(standing.pending),
                standing.gone,
                _names(standing.edited),
                late,
            )
            return [made, live] if folder == before else [live, made], migrations
    return [database_named(name, config) for name in (before, after)], None


def _out_of_order(runner: Runner, pending: Sequence[Path], applied: Sequence[Path]) -> tuple[str, ...]:
    found = checks.out_of_order(runner, pending, applied, "the database", lambda path: read_source(str(path)))
    return tuple(one.source.name for one in found)


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(map(str, paths))


def as_lines(migrations: Migrations) -> Iterator[str]:
    """For a terminal, and as a list for Markdown."""
    for said, names in (
        (f"not recorded in {migrations.ledger}", migrations.not_recorded),
        (f"recorded in {migrations.ledger}, but no file", migrations.no_file),
        ("edited after it was applied", migrations.edited),
        ("comes before one that is applied", migrations.out_of_order),
    ):
        yield from (f"* {said}: {name}" for name in names)
