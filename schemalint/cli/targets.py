"""The databases that a run is checked against, made from what the command line names."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.cli.reading import STDIN, earlier_siblings, read_source, sql_files
from schemalint.config import Config
from schemalint.diagnostics import Target, Unchecked
from schemalint.errors import UserError
from schemalint.lint.engine import File, replay
from schemalint.migrations.layout import read_script
from schemalint.simulator import Simulator
from schemalint.source import Source

DEFAULT_MAJOR = 18


class Database(Struct, frozen=True):
    """A target, ready for the first statement, and what of its making was not understood."""

    target: Target
    simulator: Simulator
    unchecked: tuple[Unchecked, ...] = ()


def databases(config: Config, dsn: str | None, open_world: bool, paths: list[str], whole: bool) -> list[Database]:
    """What to check against: a live database, each of the catalogs, or else the migrations before the first of `paths`.

    `whole` says that a directory was named, so that its files are a history from its beginning. Raises UserError.
    """
    if dsn is not None and config.catalog:
        raise UserError("--dsn and --catalog are two answers to one question: give one of them")
    history = _history(config.history)
    if dsn is not None:
        return [_live(dsn, history, open_world, paths)]
    if config.catalog:
        return [_from_file(name, config, history, open_world) for name in config.catalog]
    guessed = not history
    if guessed and not whole and paths:
        history = [str(path) for path in earlier_siblings(paths[0])]
    return [_from_history(config, history, open_world or not (history or whole), paths)]


def _history(directory: str | None) -> list[str]:
    if directory is None:
        return []
    path = Path(directory)
    if not path.is_dir():
        raise UserError(f"{directory}: no such directory of migrations")
    found = [str(p) for p in sql_files(path)]
    if not found:
        raise UserError(f"{directory}: no .sql files in this directory")
    return found


def _empty(config: Config, source: str, closed: bool) -> Catalog:
    return Catalog(load(config.pg_version or DEFAULT_MAJOR), closed=closed, source=source)


def _from_history(config: Config, history: list[str], open_world: bool, paths: list[str]) -> Database:
    source = _history_name(history) if history else "an empty database"
    if open_world and not history:
        source = "an unknown database"
    if config.preset is not None:
        source = f"{config.preset} preset" + (f" and {source}" if history else "")
    catalog = _empty(config, source, not open_world)
    checked = {str(Path(p).resolve()) for p in paths if p != STDIN}
    return _replayed(config, catalog, [p for p in history if str(Path(p).resolve()) not in checked], assumed=True)


def _history_name(history: list[str]) -> str:
    folder = Path(history[0]).parent
    return f"the {len(history)} migration{'' if len(history) == 1 else 's'} of {folder} before"


def _from_file(name: str, config: Config, history: list[str], open_world: bool) -> Database:
    if name.lower().endswith(".json"):
        from schemalint.catalog.snapshot import read_snapshot

        catalog = read_snapshot(Path(name))
        catalog.closed = catalog.closed and not open_world
        catalog.source = name
        return _replayed(Config(), catalog, history, assumed=False)
    source = f"{config.preset} preset and {name}" if config.preset else name
    return _replayed(config, _empty(config, source, not open_world), [name, *history], assumed=True)


def _live(dsn: str, history: list[str], open_world: bool, paths: list[str]) -> Database:
    from schemalint.catalog.live import open_live
    from schemalint.catalog.mentioned import identifiers

    named = identifiers(read_source(path).text for path in (*history, *paths) if path != STDIN)
    catalog = open_live(dsn, named)  # what standard input names is fetched when it is looked up
    catalog.closed = catalog.closed and not open_world
    return _replayed(Config(), catalog, history, assumed=False)


def _replayed(config: Config, catalog: Catalog, names: list[str], *, assumed: bool) -> Database:
    simulator = Simulator(catalog=catalog)
    unchecked: list[Unchecked] = []
    if config.preset is not None:
        text = (files("schemalint") / "presets" / f"{config.preset}.sql").read_text(encoding="utf-8")
        unchecked += replay(simulator, File(Source(f"{config.preset} preset", text)))
    for name in names:
        unchecked += replay(simulator, read_file(name))
    version = getattr(catalog, "server_version", None) or str(catalog.version)
    target = Target(catalog.source, version, catalog.closed, assumed=assumed and config.pg_version is None)
    return Database(target, simulator, tuple(unchecked))


def read_file(name: str) -> File:
    """A file with what its markers say. Raises UserError."""
    source = read_source(name)
    script = read_script(source.text)
    return File(source, transaction=script.transaction, end=len(script.text))
