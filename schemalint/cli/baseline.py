"""`check --baseline` and `--write-baseline`: the file, and what is said of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from schemalint.diagnostics import Report
from schemalint.errors import UserError

if TYPE_CHECKING:  # what it brings takes longer to load than most runs without a baseline should wait for
    from schemalint.lint.baseline import Entry

FILE_NAME = "schemalint-baseline.json"


def find_baseline(given: str | None, config: Path | None) -> Path | None:
    """The baseline to use: the one that is named, else the one beside the configuration (or here, without one), if it exists."""
    if given is not None:
        if not Path(given).is_file():
            raise UserError(f"{given}: no such file; --write-baseline {given} writes it")
        return Path(given)
    default = (config.parent if config is not None else Path()) / FILE_NAME
    return default if default.is_file() else None


def apply_baseline(report: Report, path: Path, files: Collection[str], ran: Collection[str]) -> tuple[Report, bool]:
    """(the report without what the baseline allows, whether all of the baseline is still true); says on stderr what is not."""
    from datetime import date

    from schemalint.lint.baseline import match

    matched = match(
        report.diagnostics,
        _read(path),
        name_of=_naming(path),
        today=date.today(),
        decided=_decided(path, report, files, ran),
    )
    for entry in matched.expired:
        click.echo(f"schemalint: {path}: {_described(entry)} expired on {entry.expires}", err=True)
    for entry in matched.stale:
        click.echo(f"schemalint: {path}: {_described(entry)} matches nothing any more: take the entry away", err=True)
    allowed = report.allowed + len(matched.used)
    return replace(report, diagnostics=matched.diagnostics, allowed=allowed), not (matched.expired or matched.stale)


def write_into(report: Report, path: Path, files: Collection[str], ran: Collection[str]) -> Report:
    """Write all findings into the baseline; those of files and rules that this run did not look at stay in it. Raises UserError."""
    from schemalint.lint.baseline import dump, made_of

    old = _read(path) if path.is_file() else []
    decided = _decided(path, report, files, ran)
    entries = made_of(report.diagnostics, _naming(path), old, lambda entry: not decided(entry))
    try:
        path.write_text(dump(entries), encoding="utf-8", newline="\n", errors="surrogateescape")
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'cannot be written').lower()}") from None
    click.echo(f"schemalint: {path}: {len(entries)} {'entry' if len(entries) == 1 else 'entries'}", err=True)
    return replace(report, diagnostics=(), allowed=report.allowed + len(report.diagnostics))


def _read(path: Path) -> list[Entry]:
    from schemalint.lint.baseline import parse

    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8") from None


def _naming(path: Path) -> Callable[[str], str]:
    """Names of files as seen from the baseline's directory, so that it holds wherever the command runs."""
    below = path.resolve().parent
    known: dict[str, str] = {}

    def name_of(name: str) -> str:
        if name not in known:
            known[name] = (
                name if name.startswith("<") else Path(os.path.relpath(Path(name).resolve(), below)).as_posix()
            )
        return known[name]

    return name_of


def _decided(path: Path, report: Report, files: Collection[str], ran: Collection[str]) -> Callable[[Entry], bool]:
    """Whether an entry would have been used if it still held: a file that is gone counts, one that was not checked does not."""
    name_of = _naming(path)
    checked = {name_of(name) for name in files}
    unsure = {name_of(item.source.name) for item in report.not_checked if item.source is not None}
    closed = all(target.closed for target in report.targets)
    below = path.resolve().parent

    def decided(entry: Entry) -> bool:
        if not entry.file.startswith("<") and not (below / entry.file).exists():
            return True
        return closed and entry.rule in ran and entry.file in checked and entry.file not in unsure

    return decided


def _described(entry: Entry) -> str:
    return f"{entry.rule} in {entry.file} ({entry.reason})"
