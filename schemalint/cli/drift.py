"""`schemalint drift`."""

from __future__ import annotations

import click

from schemalint.cli.ledgers import as_lines, with_ledger
from schemalint.cli.main import EXIT_FINDINGS, EXIT_TROUBLE
from schemalint.cli.output import write
from schemalint.cli.settings import read_config, with_options
from schemalint.diagnostics import Unchecked


def run_drift(
    *,
    before: str,
    after: str,
    ignore: tuple[str, ...],
    preset: str | None,
    pg_version: int | None,
    config_file: str | None,
    format_: str,
    output: str | None,
) -> int:
    """Say what differs between two databases; exit code 1 when something does, 2 when it may in what was not
    understood. Raises UserError."""
    from schemalint.catalog.drift import as_json, as_markdown, as_text, drift
    from schemalint.simulator.meaning import Analyzer

    config, _ = read_config(config_file)
    config = with_options(config, preset=preset, pg_version=pg_version, history=None, catalogs=())
    sides, migrations = with_ledger(before, after, config)
    unread = [item for side in sides for item in side.unchecked]
    for unchecked in unread:
        click.echo(f"schemalint: not read: {_where(unchecked)}{unchecked.reason}", err=True)
    left, right = (side.simulator.catalog for side in sides)
    found = drift(left, right, ignore, Analyzer())
    names = sides[0].target.source, sides[1].target.source
    if format_ == "json":
        write([as_json(found, *names, migrations)], output)
    else:
        lines = (as_markdown if format_ == "markdown" else as_text)(found, *names)
        if migrations is not None and migrations.differ:
            lines += ["", *as_lines(migrations)]
        write(lines, output)
    differ = bool(found) or (migrations is not None and migrations.differ)
    return EXIT_FINDINGS if differ else EXIT_TROUBLE if unread else 0


def _where(unchecked: Unchecked) -> str:
    if unchecked.source is None:
        return ""
    return f"{unchecked.source.name}:{unchecked.source.line_column(max(unchecked.start, 0))[0]}: "
