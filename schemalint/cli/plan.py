"""`schemalint plan`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from schemalint.cli.jobs import cache_of
from schemalint.cli.output import style_for, write
from schemalint.cli.roots import by_root
from schemalint.cli.selection import select_files
from schemalint.cli.settings import read_config, with_options
from schemalint.cli.targets import Database, databases, read_selected
from schemalint.config import Config
from schemalint.lint.engine import Engine
from schemalint.lint.files import File
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
    runner: str | None = None,
    format_: str,
) -> int:
    """Say what each statement does; exit code 1 when the server would refuse one. Raises UserError."""
    config, _ = read_config(config_file, cache_of(os.environ))
    config = with_options(config, preset=preset, pg_version=pg_version, history=history, catalogs=catalogs)
    lines: list[str] = []
    plans = []
    refused = False
    for database, steps in _planned(config, paths, runner, dsn, open_world):
        refused = refused or any(s["verdict"] == "refused" for _, entries in steps for s in entries)
        plans.append(plan.to_object(database.target, steps))
        shown = (
            plan.to_markdown(database.target, steps)
            if format_ == "markdown"
            else plan.render(database.target, steps, style_for(output))
        )
        lines += [*([""] if lines else []), *shown]
    if format_ == "json":
        import json

        lines = [json.dumps(plans[0] if len(plans) == 1 else plans, ensure_ascii=False, indent=2)]
    write(lines, output)
    return int(refused)


Steps = list[tuple[Source, list[dict[str, Any]]]]


def _planned(
    config: Config, paths: tuple[str, ...], runner: str | None, dsn: str | None, open_world: bool
) -> Iterator[tuple[Database, Steps]]:
    """What each root's migrations do on each of its databases."""
    for of_root, names in by_root(config, paths):
        selection = select_files(names, runner or of_root.runner, dsn=dsn)
        files = read_selected(selection)
        for database in databases(of_root, dsn, open_world, selection):
            yield database, _steps(database, files)


def _steps(database: Database, files: list[File]) -> Steps:
    engine = Engine(database.simulator, ())
    found = []
    for file in files:
        entries: list[dict[str, Any]] = []
        for statement in engine.judged(file):
            entries.append(plan.step(statement, engine.context))
        found.append((file.source, entries))
    return found
