"""What a migration runner's convention says: which files are its, in what order, what of a file leads forward, and in which transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Literal

from msgspec import Struct

from schemalint.lint.files import Part
from schemalint.migrations.layout import upward


class Script(Struct, frozen=True):
    """The parts of a file that lead forward, and those that lead back; offsets are the file's."""

    up: tuple[Part, ...]
    down: tuple[Part, ...] = ()


class Mark(Struct, frozen=True):
    """A file that tells a runner: `path` from the folder of a migration or from one above it, which holds `contains`.

    `within`: the migrations must be below this folder, taken from where `path` is.
    """

    path: str
    contains: str = ""
    within: str = ""


class Ledger(Struct, frozen=True):
    """The table in which a runner records what it has applied.

    table      schema-qualified where the runner names a schema, else it is found on the search path
    column     what names a migration in it
    recorded   what of a file that is: its version, the digits of it, its file's name, with or without the suffix, the hash of its
               bytes, or the ids of the changesets in it
    applied    whether a row says that its migration is applied; empty: all do. The last row of a migration decides
    order      the column that orders the rows; empty: there is one row for each migration
    file       the column with the file's path, for migrations without a version
    beginnings names in it that are no migration's
    only_last  the table has one row, the last version: all before it count as applied
    checksum   the column with the checksum of a file, as `hashed` makes it of the file's bytes
    """

    table: str
    column: str
    recorded: Literal["version", "digits", "file", "stem", "hash", "changeset"] = "version"
    applied: str = ""
    order: str = ""
    file: str = ""
    beginnings: tuple[str, ...] = ()
    only_last: bool = False
    checksum: str = ""
    hashed: Callable[[bytes], str] | None = None


class Runner(Struct, frozen=True):
    """A convention.

    files      what the end of a migration's path is like; groups: version, way (down, undo, revert, verify: not forward), repeatable
    read       what of a file's text runs
    numeric    versions are compared as numbers, part by part; otherwise names are, as strings
    unique     no two migrations may have one version
    folders    where its migrations are by default
    contents   what only its files hold; a regular expression on the text
    names      what only its paths are like
    every      all of its files are as `contents` or `names` say, or it is another runner
    checksums  an applied file must stay as it is
    needs_way_back  a file without a part that leads back is refused
    listed     reads the order from a list: from the folder of the migrations, the versions in order, or None without a list
    leave_transaction  what to do, as an imperative clause, so that a statement runs outside of the transaction; empty: none is opened
    ledger     where it records what is applied; None where that is no table, or not known
    mixed      where the statement of a file begins that the runner refuses beside those before it: only one of both is sent in a
               transaction
    grows      whether the second text of a file only adds to the first one, which is no edit of what is applied
    at_once    all that is pending runs in one transaction
    fill       what the runner sends instead of a file's text, where it fills in values that are known: as long as the text
    mismatch   the first migration of a folder that the runner's list of checksums there does not hold as it is, and whether it is in it
    made       for migrations that are programs: the SQL of all migrations of the project that a path is in, by file, in order
    dump       the file, from a folder above the migrations, that it writes the whole schema to, where no migrations make it up
    """

    name: str
    files: str
    read: Callable[[PurePath, str], Script]
    numeric: bool = False
    unique: bool = True
    marks: tuple[Mark, ...] = ()
    folders: tuple[str, ...] = ()
    contents: str = ""
    names: str = ""
    every: bool = False
    checksums: bool = False
    needs_way_back: bool = False
    listed: Callable[[Path], list[str] | None] | None = None
    leave_transaction: str = ""
    ledger: Ledger | None = None
    mixed: Callable[[Path, str], int | None] | None = None
    grows: Callable[[str, str], bool] | None = None
    at_once: bool = False
    fill: Callable[[Path, str], str] | None = None
    mismatch: Callable[[Path], tuple[Path, bool] | None] | None = None
    made: Callable[[Path], dict[Path, str]] | None = None
    dump: str = ""


class Name(Struct, frozen=True):
    """What a path says. `version` is empty where the file has none; `key` sorts."""

    version: str
    forward: bool
    repeatable: bool
    key: tuple[tuple[int, ...], str]


def recorded_as(runner: Runner, path: PurePath) -> str | None:
    """What the runner's ledger calls the migration in a file; None where the path does not tell."""
    name, ledger = name_of(runner, path), runner.ledger
    if name is None or ledger is None:
        return None
    match ledger.recorded:
        case "file":
            return path.name
        case "stem":
            return path.stem
        case "version":
            return same_version(runner, name.version) or None
        case "digits":
            return name.version.replace("-", "")
    return None


_BACK = frozenset(("down", "undo", "revert", "verify", "u"))
_DIGITS = re.compile(r"[0-9]+")


def name_of(runner: Runner, path: PurePath) -> Name | None:
    """What the runner reads in a path; None when the file is none of its migrations."""
    found = re.search(runner.files, path.as_posix(), re.IGNORECASE)
    if found is None:
        return None
    groups = found.groupdict()
    version = groups.get("version") or ""
    repeatable = groups.get("repeatable") is not None
    forward = (groups.get("way") or "").lower() not in _BACK
    numbers = _numbers(version) if runner.numeric else ()
    order = path.parent.name if _is_folder(path) else path.name
    return Name(version, forward, repeatable, ((int(repeatable), *numbers), order))


def folder_of(path: Path) -> Path:
    """The folder that holds the migrations which a file is one of."""
    return path.parent.parent if _is_folder(path) else path.parent


def _is_folder(path: PurePath) -> bool:
    return path.name.lower() in ("up.sql", "down.sql", "migration.sql")


def marker_of(runner: Runner, folder: Path) -> Path | None:
    """The nearest file that tells the runner, from a folder upward; its settings are there."""
    for above in upward(folder):
        for mark in runner.marks:
            if (above / mark.path).is_file():
                return above / mark.path
    return None


def same_version(runner: Runner, version: str) -> str:
    """A version as the runner compares it: 088 is 88 where versions are numbers."""
    return ".".join(map(str, _numbers(version))) if runner.numeric else version


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version; 1.0 is 1."""
    numbers = [int(n) for n in _DIGITS.findall(version)]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
