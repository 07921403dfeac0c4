"""`schemalint plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemalint.cli.check import nothing_named
from schemalint.cli.output import style_for, write
from schemalint.cli.reading import STDIN, expand
from schemalint.cli.settings import read_config, with_options
from schemalint.cli.targets import Database, databases, read_file
from schemalint.lint.engine import Engine, File
from schemalint.render import plan
from schemalint.source import Source


def run_plan(
    *,
    paths: tuple[str, ...],
    dsn: str | None,
    catalogs: tuple[str, ...],
    history: str | None,
    open_world: bool,
    pg_version: int | None,
    preset: str | None,
    output: str | None,
    config_file: str | None,
    format_: str,
) -> int:
    """Say what each statement does; exit code 1 when the server would refuse one. Raises UserError."""
    config, _ = read_config(config_file)
    config = with_options(config, preset=preset, pg_version=pg_version, history=history, catalogs=catalogs)
    names = expand(paths or nothing_named())
    whole = any(name != STDIN and Path(name).is_dir() for name in paths)
    files = [read_file(name) for name in names]
    lines: list[str] = []
    plans = []
    refused = False
    for database in databases(config, dsn, open_world, names, whole):
        steps = _steps(database, files)
        refused = refused or any(s["verdict"] == "refused" for _, entries in steps for s in entries)
        plans.append(plan.to_object(database.target, steps))
        lines += [*([""] if lines else []), *plan.render(database.target, steps, style_for(output))]
    if format_ == "json":
        import json

        lines = [json.dumps(plans[0] if len(plans) == 1 else plans, ensure_ascii=False, indent=2)]
    write(lines, output)
    return int(refused)


def _steps(database: Database, files: list[File]) -> list[tuple[Source, list[dict[str, Any]]]]:
    engine = Engine(database.simulator, ())
    found = []
    for file in files:
        entries: list[dict[str, Any]] = []
        for statement in engine.judged(file):
            entries.append(plan.step(statement, engine.context))
        found.append((file.source, entries))
    return found
