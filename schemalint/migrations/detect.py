"""Which runner a project uses: files that tell it, what its migrations hold, what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path

from schemalint.errors import UserError
from schemalint.migrations.layout import upward
from schemalint.migrations.names import RUNNERS
from schemalint.migrations.runner import Mark, Name, Runner, folder_of, name_of

MAX_SAMPLE = 50
"""Names, about, that tell whether files are a runner's."""

MAX_HEAD = 65_536
"""Bytes of a file that are looked at for what only one runner's files hold."""


def load_runner(name: str) -> Runner:
    """A runner by its name. Raises UserError."""
    if name not in RUNNERS:
        from difflib import get_close_matches

        close = get_close_matches(name, RUNNERS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there is {', '.join(RUNNERS)}"
        raise UserError(f"unknown runner {name}; {hint}")
    found = import_module(f"schemalint.migrations.{name.replace('-', '_')}").RUNNER
    assert isinstance(found, Runner)
    return found


def detect(paths: Sequence[Path]) -> Runner:
    """The runner whose files these are: by files beside or above them, by what they hold, by their names; else plain."""
    runners = [load_runner(name) for name in RUNNERS[:-1]]
    sample = paths[:: len(paths) // MAX_SAMPLE | 1]  # an odd step, as files may come in pairs
    fitting = [runner for runner in runners if any(_runs(runner, path) for path in sample)]
    some = [*paths[:1], *paths[len(paths) // 2 :][:1], *paths[-1:]]
    texts = [_head(path) for path in dict.fromkeys(some)]
    return (
        _marked(fitting, paths, sure=True)
        or next((r for r in fitting if r.contents and _count(r)(_holds(r, text) for text in texts)), None)
        or _marked(fitting, paths, sure=False)
        or next((r for r in fitting if r.names and _count(r)(_is_called(r, path) for path in paths)), None)
        or load_runner("plain")
    )


def default_folders(start: Path) -> list[tuple[Path, str]]:
    """The folders below `start` where runners keep their migrations by default, with the runner that does."""
    found: dict[Path, str] = {}
    for name in RUNNERS:
        for folder in load_runner(name).folders:
            if (start / folder).is_dir():
                found.setdefault(start / folder, name)
    return list(found.items())


def _count(runner: Runner) -> Callable[[Iterable[bool]], bool]:
    return all if runner.every else any


def _runs(runner: Runner, path: Path) -> bool:
    name = name_of(runner, path)
    return name is not None and name.forward


def _holds(runner: Runner, text: str) -> bool:
    return re.search(runner.contents, text, re.IGNORECASE | re.MULTILINE) is not None


def _is_called(runner: Runner, path: Path) -> bool:
    return re.search(runner.names, path.absolute().as_posix()) is not None


def _marked(runners: list[Runner], paths: Sequence[Path], *, sure: bool) -> Runner | None:
    """The runner with the nearest marker file. A file of a project that names a runner among other things is not `sure`."""
    if not paths:
        return None
    first = paths[0].absolute()
    for folder in upward(first.parent):
        for runner in runners:
            for mark in runner.marks:
                if bool(mark.contains) != sure and _is_there(mark, folder, first):
                    return runner
    return None


def _is_there(mark: Mark, folder: Path, migration: Path) -> bool:
    marker = folder / mark.path
    if not marker.exists() or (mark.within and not migration.is_relative_to(folder / mark.within)):
        return False
    return not mark.contains or mark.contains in _head(marker)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_HEAD).decode("utf-8", errors="replace").removeprefix("\ufeff")
    except OSError:
        return ""


def in_runners_order(runner: Runner, paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """(files that run, in order; files that the runner does not take). Ways back are in neither."""
    named: list[tuple[Path, Name]] = []
    left: list[Path] = []
    listed: dict[Path, list[str] | None] = {}
    for path in paths:
        name = name_of(runner, path)
        if name is None:
            left.append(path)
        elif name.forward:
            if runner.listed is not None:
                folder = folder_of(path)
                if folder not in listed:
                    listed[folder] = runner.listed(folder)
                versions = listed[folder]
                if versions is not None and name.version not in versions:
                    left.append(path)
                    continue
            named.append((path, name))

    def key(item: tuple[Path, Name]) -> tuple[object, ...]:
        path, name = item
        versions = listed.get(folder_of(path)) if listed else None
        if versions is not None:
            return ((versions.index(name.version),), name.key[1], path.parts)
        return (*name.key, path.parts)

    return [path for path, _ in sorted(named, key=key)], left
