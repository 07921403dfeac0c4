"""What of a project's migrations a runner has recorded as applied, and what that says of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from schemalint.migrations.runner import Ledger, Runner, name_of, recorded_as, same_version


class Recorded(Struct, frozen=True):
    """A ledger's last word on each migration: what names it -> its checksum, where one is kept. `files` are those known by their
    file's name alone (repeatable migrations)."""

    names: Mapping[str, str | None]
    files: Mapping[str, str | None]


class Standing(Struct, frozen=True):
    """Migrations, in order: applied, applied but not as they are now, and pending; `gone` is recorded and in no file."""

    applied: tuple[Path, ...]
    edited: tuple[Path, ...]
    pending: tuple[Path, ...]
    gone: tuple[str, ...]


def columns_of(ledger: Ledger) -> tuple[str, str, str, str]:
    """The expressions for a ledger's rows: name, file, checksum, applied."""
    return (
        f"({ledger.column})::text",
        f"{ledger.file}::text" if ledger.file else "NULL",
        f"{ledger.checksum}::text" if ledger.checksum else "NULL",
        f"({ledger.applied})" if ledger.applied else "true",
    )


def recorded(runner: Runner, rows: Sequence[tuple[str | None, str | None, str | None, bool]]) -> Recorded:
    """The last row of each migration decides: one that was undone, or marked as deleted, is not applied."""
    names: dict[str, str | None] = {}
    files: dict[str, str | None] = {}
    for name, file, checksum, applied in rows:
        known, key = (names, same(runner, name)) if name is not None else (files, file)
        if key is None:
            continue
        if applied:
            known[key] = None if checksum is None else checksum.removeprefix("\\x")
        else:
            known.pop(key, None)
    return Recorded(names, files)


def same(runner: Runner, name: str) -> str:
    """What a ledger calls a migration, as `recorded_as` says it."""
    by_version = runner.ledger is not None and runner.ledger.recorded == "version"
    return same_version(runner, name) if by_version else name


def standing(runner: Runner, ordered: Sequence[Path], known: Recorded) -> Standing:
    """Where each migration stands."""
    ledger = runner.ledger
    assert ledger is not None
    applied: list[Path] = []
    edited: list[Path] = []
    pending: list[Path] = []
    seen: set[str] = set()
    if ledger.only_last:
        last = max((_place(runner, ordered, name) for name in known.names), default=-1)
        gone = [name for name in known.names if _place(runner, ordered, name) < 0]
        return Standing(tuple(ordered[: last + 1]), (), tuple(ordered[last + 1 :]), tuple(gone))
    for path in ordered:
        key, checksum, held = _key(runner, path), _checksum(ledger, path), known.names
        if (name := name_of(runner, path)) is not None and name.repeatable:
            key, held = _file(known, path), known.files
            if key is None or (held[key] is not None and held[key] != checksum):
                pending.append(path)  # it runs again whenever it changes
                continue
        if key is None or key not in held:
            pending.append(path)
            continue
        seen.add(key)
        was = held[key]
        (edited if was is not None and checksum is not None and was != checksum else applied).append(path)
    if (
        ledger.recorded == "hash" and applied
    ):  # what comes before an applied one, and is not recorded as it is, was edited
        last = ordered.index(applied[-1])
        edited = [path for path in pending if ordered.index(path) < last]
        pending = [path for path in pending if ordered.index(path) > last]
        return Standing(tuple(applied), tuple(edited), tuple(pending), ())
    gone = [name for name in known.names if name not in seen and name not in ledger.beginnings]
    return Standing(tuple(applied), tuple(edited), tuple(pending), tuple(gone))


def _key(runner: Runner, path: Path) -> str | None:
    ledger = runner.ledger
    if ledger is not None and ledger.recorded == "hash" and ledger.hashed is not None:
        return ledger.hashed(path.read_bytes())
    return recorded_as(runner, path)


def _checksum(ledger: Ledger, path: Path) -> str | None:
    return ledger.hashed(path.read_bytes()) if ledger.checksum and ledger.hashed is not None else None


def _file(known: Recorded, path: Path) -> str | None:
    """What the ledger calls a repeatable migration: its path from a folder of migrations on."""
    return next((name for name in known.files if path.as_posix().endswith(f"/{name}") or path.as_posix() == name), None)


def _place(runner: Runner, ordered: Sequence[Path], name: str) -> int:
    """Where in the order the migration stands that the ledger names; -1 where nowhere."""
    return next((i for i, path in enumerate(ordered) if recorded_as(runner, path) == name), -1)
