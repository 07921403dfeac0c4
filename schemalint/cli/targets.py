"""The databases that a run is checked against, made from what the command line names."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.cli.reading import STDIN, read_source
from schemalint.cli.selection import Selection, history_of, select_files
from schemalint.config import Config
from schemalint.diagnostics import Target, Unchecked
from schemalint.errors import UserError
from schemalint.lint.engine import replay
from schemalint.lint.files import File
from schemalint.migrations.detect import load_runner
from schemalint.migrations.layout import upward
from schemalint.migrations.runner import Runner, folder_of
from schemalint.simulator import Simulator
from schemalint.source import Source

DEFAULT_MAJOR = 18

AT_ONCE = 8
"""Databases that are read at the same time."""


class Database(Struct, frozen=True):
    """A target, ready for the first statement, and what of its making was not understood."""

    target: Target
    simulator: Simulator
    unchecked: tuple[Unchecked, ...] = ()


def databases(config: Config, dsn: str | None, open_world: bool, selection: Selection) -> list[Database]:
    """What to check against: a live database, each of the catalogs, or else the migrations before the selected ones.

    Raises UserError.
    """
    if dsn is not None and config.catalog:
        raise UserError("--dsn and --catalog are two answers to one question: give one of them")
    runner = selection.runner
    history = history_of(config.history, runner) if config.history is not None else []
    if dsn is not None:
        return [_live(dsn, history, open_world, selection)]
    if config.catalog:
        return [_from_file(name, config, history, open_world, runner) for name in config.catalog]
    if not history and (dump := _dump_of(selection)) is not None:
        return [_from_file(str(dump), config, [], open_world, runner)]
    if not history:
        history = list(selection.before or ())
    return [_from_history(config, history, open_world or not (history or selection.whole), selection)]


def databases_listed(
    file: str, config: Config, open_world: bool, selection: Selection, failed: list[str]
) -> Iterator[Database]:
    """The live databases whose connection strings stand in a file, one a line (empty lines and lines with # apart). The next few are read
    while one is looked at; who is done with one has to close its catalog. `failed` gets why others cannot be read.

    Raises UserError when none are named, or none can be read."""
    import sys
    from concurrent.futures import Future, ThreadPoolExecutor

    lines = [line.strip() for line in read_source(file).text.splitlines()]
    dsns = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not dsns:
        raise UserError(f"{file}: names no database; write a connection string on each line")
    history = history_of(config.history, selection.runner) if config.history is not None else []
    hidden = len(dsns) <= AT_ONCE or not sys.stderr.isatty()
    with (
        ThreadPoolExecutor(AT_ONCE) as pool,
        click.progressbar(length=len(dsns), label="databases", file=sys.stderr, hidden=hidden) as bar,
    ):
        opening: deque[Future[Database]] = deque()
        for place in range(len(dsns)):
            for dsn in dsns[place + len(opening) : place + AT_ONCE]:
                opening.append(pool.submit(_live, dsn, history, open_world, selection))
            try:
                yield opening.popleft().result()
            except UserError as error:
                failed.append(str(error))
            bar.update(1)
    if len(failed) == len(dsns):
        raise UserError(
            failed[0] if len(failed) == 1 else f"none of the {len(failed)} databases of {file} can be read: {failed[0]}"
        )


def is_dsn(name: str) -> bool:
    """Whether it is a connection string, and no file."""
    return name.startswith(("postgresql://", "postgres://")) or ("=" in name and not Path(name).exists())


def database_named(name: str, config: Config) -> Database:
    """The whole database that a connection string, a snapshot, SQL or a directory of migrations stands for. Raises UserError."""
    if is_dsn(name):
        from schemalint.catalog.live import read_live

        return _replayed(Config(), read_live(name), (), assumed=False)
    path = Path(name)
    if path.is_dir():
        selection = select_files((name,), config.runner)
        return database_made(name, config, selection.runner, selection.names)
    if path.suffix.lower() not in (".json", ".sql"):
        raise UserError(f"{name}: no connection string, snapshot (.json), SQL (.sql) or directory of migrations")
    return _from_file(name, config, [], False, load_runner("plain"))


def database_made(source: str, config: Config, runner: Runner, names: Iterable[str]) -> Database:
    """The database that these migrations of a runner make. Raises UserError."""
    source = f"{config.preset} preset and {source}" if config.preset else source
    migrations = [read_file(name, runner) for name in names]
    return _replayed(config, _empty(config, source, closed=True), migrations, assumed=True)


def _empty(config: Config, source: str, closed: bool) -> Catalog:
    return Catalog(load(config.pg_version or DEFAULT_MAJOR), closed=closed, source=source)


def _from_history(config: Config, history: list[str], open_world: bool, selection: Selection) -> Database:
    source = _history_name(history) if history else "an empty database"
    if open_world and not history:
        source = "an unknown database"
    if config.preset is not None:
        source = f"{config.preset} preset" + (f" and {source}" if history else "")
    catalog = _empty(config, source, not open_world)
    checked = {os.path.realpath(p) for p in selection.names if p != STDIN}
    earlier = [p for p in history if os.path.realpath(p) not in checked]
    return _replayed(config, catalog, (read_file(p, selection.runner) for p in earlier), assumed=True)


def _dump_of(selection: Selection) -> Path | None:
    """The schema that the runner writes to a file of the project; not where that is what is checked."""
    if not selection.runner.dump or not selection.names:
        return None
    first = Path(selection.names[0]).absolute()
    found = (folder / selection.runner.dump for folder in upward(first.parent))
    dump = next((path for path in found if path.is_file()), None)
    if dump is None or dump in (Path(name).absolute() for name in selection.names):
        return None
    return Path(os.path.relpath(dump)) if dump.is_relative_to(Path.cwd()) else dump


def _history_name(history: list[str]) -> str:
    parents = {folder_of(Path(name)) for name in history}
    folder = Path(os.path.commonpath(parents)) if len(parents) > 1 else parents.pop()
    return f"the {len(history)} migration{'' if len(history) == 1 else 's'} of {folder} before"


def _from_file(name: str, config: Config, history: list[str], open_world: bool, runner: Runner) -> Database:
    migrations = [read_file(path, runner) for path in history]
    if name.lower().endswith(".json"):
        from schemalint.catalog.snapshot import read_snapshot

        catalog = read_snapshot(Path(name))
        catalog.closed = catalog.closed and not open_world
        catalog.source = name
        return _replayed(Config(), catalog, migrations, assumed=False)
    source = f"{config.preset} preset and {name}" if config.preset else name
    return _replayed(config, _empty(config, source, not open_world), [read_file(name), *migrations], assumed=True)


def _live(dsn: str, history: list[str], open_world: bool, selection: Selection) -> Database:
    from schemalint.catalog.live import open_live
    from schemalint.catalog.mentioned import identifiers

    files = (read_file(path, selection.runner) for path in (*history, *selection.names) if path != STDIN)
    named = identifiers(file.source.text for file in files)
    catalog = open_live(dsn, named)  # what standard input names is fetched when it is looked up
    catalog.closed = catalog.closed and not open_world
    return _replayed(Config(), catalog, (read_file(path, selection.runner) for path in history), assumed=False)


def _replayed(config: Config, catalog: Catalog, migrations: Iterable[File], *, assumed: bool) -> Database:
    simulator = Simulator(catalog=catalog)
    unchecked: list[Unchecked] = []
    if config.preset is not None:
        text = (files("schemalint") / "presets" / f"{config.preset}.sql").read_text(encoding="utf-8")
        unchecked += replay(simulator, File(Source(f"{config.preset} preset", text)))
    for file in migrations:
        unchecked += replay(simulator, file, whole=not assumed)
    version = getattr(catalog, "server_version", None) or str(catalog.version)
    target = Target(catalog.source, version, catalog.closed, assumed=assumed and config.pg_version is None)
    return Database(target, simulator, tuple(unchecked))


def read_file(name: str, runner: Runner | None = None) -> File:
    """A file with what its runner sends of it. Raises UserError."""
    runner = runner or load_runner("plain")
    if runner.made is not None and name.endswith(".py"):
        source = Source(f"<SQL of {name}>", runner.made(Path(name))[Path(name).absolute()])
    else:
        source = read_source(name)
    sent = source.text if runner.fill is None else runner.fill(Path(name), source.text)
    return File(
        source,
        parts=runner.read(Path(name), source.text).up,
        way_out=runner.leave_transaction,
        sent="" if sent == source.text else sent,
    )


def read_selected(selection: Selection) -> list[File]:
    """The files to check; where it is known that no others run with them, in the transaction that the runner gives all of them."""
    read = [read_file(name, selection.runner) for name in selection.names]
    if not selection.runner.at_once or selection.base is None:
        return read
    last = len(read) - 1
    return [replace(file, continues=i > 0, goes_on=i < last) for i, file in enumerate(read)]
