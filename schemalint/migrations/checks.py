"""What is wrong with a set of migrations as files: versions, order, pairs, edits of what is applied. No server is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from schemalint.diagnostics import Diagnostic, SeverityName
from schemalint.lint.metadata import INCOMPLETE_DOWN, VIOLATING_ROWS
from schemalint.migrations.runner import Name, Runner, folder_of, name_of, same_version
from schemalint.source import Source

VERSION_COLLISION = "version-collision"
OUT_OF_ORDER = "out-of-order-migration"
UNPAIRED = "unpaired-migration"
EDITED = "edited-migration"
DUPLICATE = "duplicate-migration"
GAP = "version-gap"
CHECKSUM = "checksum-mismatch"
MIXED = "mixed-migration"

FILE_RULES = (
    VERSION_COLLISION,
    OUT_OF_ORDER,
    UNPAIRED,
    EDITED,
    DUPLICATE,
    GAP,
    CHECKSUM,
    MIXED,
    INCOMPLETE_DOWN,
    VIOLATING_ROWS,
)
"""The names of these findings, for --select and --ignore."""

Read = Callable[[Path], Source]


def collisions(runner: Runner, checked: Sequence[Path], others: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """Migrations with the version of another one."""
    if not runner.unique:
        return
    taken: dict[tuple[PurePath, str], Path] = {}
    for path in others:
        if key := _version(runner, path):
            taken.setdefault(key, path)
    for path in checked:
        key = _version(runner, path)
        if key is None:
            continue
        other = taken.setdefault(key, path)
        if other != path:
            yield _finding(
                VERSION_COLLISION,
                "error",
                f"version {key[1]} is also that of {shown(other)}",
                read(path),
                help=f"give this migration a version of its own: {runner.name} knows a migration by it",
            )


def out_of_order(
    runner: Runner, checked: Sequence[Path], applied: Sequence[Path], where: str, read: Read
) -> Iterator[Diagnostic]:
    """New migrations that come before one that is applied."""
    if runner.listed is not None or runner.name == "liquibase":
        return
    last: dict[Path, tuple[Name, Path]] = {}
    for path in applied:
        name = name_of(runner, path)
        if name is not None and name.forward and name.version and not name.repeatable:
            folder = folder_of(path)
            if folder not in last or name.key > last[folder][0].key:
                last[folder] = name, path
    for path in checked:
        name = name_of(runner, path)
        if name is None or not name.version or name.repeatable or folder_of(path) not in last:
            continue
        greatest, other = last[folder_of(path)]
        same = same_version(runner, name.version) == same_version(runner, greatest.version)
        if name.key < greatest.key and not same:
            yield _finding(
                OUT_OF_ORDER,
                "warning",
                f"this migration comes before {shown(other)}, which is on {where} already",
                read(path),
                help="give it a greater version: where the other one is applied, this one is skipped, refused, or run after it",
            )


def unpaired(runner: Runner, checked: Sequence[Path], every: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """Files of one way without one of the other; a missing way back only where other migrations have theirs."""
    ways: dict[tuple[PurePath, str], set[bool]] = {}
    for path in every:
        name = name_of(runner, path)
        if name is not None and name.version and not name.repeatable:
            ways.setdefault((folder_of(path), same_version(runner, name.version)), set()).add(name.forward)
    backs = sum(1 for found in ways.values() if len(found) == 2)
    for path in checked:
        key = _version(runner, path, any_way=True)
        if key is None:
            continue
        found = ways.get(key, set())
        if found == {False}:
            yield _finding(UNPAIRED, "warning", "this leads back from a migration that does not exist", read(path))
        elif found == {True} and backs:
            said = "this migration has no way back, as other migrations have"
            yield _finding(UNPAIRED, "info", said, read(path), help="write a file that undoes it beside it")
    if runner.needs_way_back:
        for path in checked:
            source = read(path)
            script = runner.read(path, source.text)
            if script.up and not script.down:
                said = f"{runner.name} refuses a file without a part that leads back"
                yield _finding(
                    UNPAIRED, "error", said, source, help="end it with -- migrate:down, with or without statements"
                )


def duplicates(runner: Runner, checked: Sequence[Path], others: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """Migrations that hold what another one of their folder holds. Only files of one size are read."""
    by_size: dict[tuple[PurePath, int], list[Path]] = {}
    for path in (*others, *checked):
        if (name := name_of(runner, path)) is None or not name.forward or not path.is_file():
            continue  # others may be known from the base only
        by_size.setdefault((folder_of(path), path.stat().st_size), []).append(path)
    wanted = set(checked)
    for same in by_size.values():
        if len(same) < 2 or wanted.isdisjoint(same):
            continue
        first: dict[str, Path] = {}
        for path in same:
            text = read(path).text
            other = first.setdefault(text, path)
            if other != path and path in wanted and text.strip():
                yield _finding(
                    DUPLICATE,
                    "info",
                    f"this migration is the same as {shown(other)}",
                    read(path),
                    help="leave one of the two out, unless what they do is to be done twice",
                )


def gaps(runner: Runner, checked: Sequence[Path], others: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """New migrations that leave out numbers, where the others count without a gap."""
    counted: dict[PurePath, set[int]] = {}
    for path in others:
        if (number := _count(runner, path)) is not None:
            counted.setdefault(folder_of(path), set()).add(number)
    for path in sorted(checked, key=lambda path: _count(runner, path) or 0):
        number, numbers = _count(runner, path), counted.get(folder_of(path), set())
        if number is None:
            continue
        last = max(numbers, default=0)
        if len(numbers) >= MIN_COUNTED and last - min(numbers) + 1 == len(numbers) and number > last + 1:
            missing = f"{last + 1}" if number == last + 2 else f"{last + 1} to {number - 1}"
            yield _finding(
                GAP,
                "info",
                f"there is no migration {missing}, and the others count without a gap",
                read(path),
                help="take the next number, unless another branch has it",
            )
        counted.setdefault(folder_of(path), set()).add(number)


MIN_COUNTED = 3
"""Migrations that show that a project counts its migrations."""

MAX_COUNTED = 100_000
"""Greater versions are points in time."""


def _count(runner: Runner, path: Path) -> int | None:
    """The number of a migration where versions are numbers that are counted."""
    key = _version(runner, path)
    return int(key[1]) if key is not None and key[1].isdecimal() and int(key[1]) < MAX_COUNTED else None


def mismatches(runner: Runner, checked: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """Migrations that are not as the runner's own list of checksums says."""
    if runner.mismatch is None:
        return
    for folder in dict.fromkeys(map(folder_of, checked)):
        found = runner.mismatch(folder)
        if found is not None and found[0] in checked:
            path, listed = found
            yield _finding(
                CHECKSUM,
                "error",
                f"atlas.sum {'has another checksum of' if listed else 'does not list'} this migration",
                read(path),
                help="run `atlas migrate hash`: until then atlas refuses the whole directory",
            )


def mixed(runner: Runner, checked: Sequence[Path], read: Read) -> Iterator[Diagnostic]:
    """Migrations with statements that run in a transaction and others that cannot, where the runner wants one kind."""
    if runner.mixed is None:
        return
    for path in checked:
        source = read(path)
        at = runner.mixed(path, source.text)
        if at is not None:
            yield _finding(
                MIXED,
                "warning",
                f"{runner.name} refuses a migration of statements that run in a transaction and others that cannot",
                source,
                help="move the statements that cannot into a migration of their own, or set mixed = true",
                at=at,
            )


def edited(runner: Runner, source: Source, where: str, *, deleted: bool = False) -> Diagnostic:
    """A migration that is applied, and not what it was."""
    what = "deleted" if deleted else "edited"
    notes = (
        (f"{runner.name} keeps a checksum of what it has applied, and stops when it differs",)
        if runner.checksums
        else ()
    )
    return _finding(
        EDITED,
        "error" if runner.checksums else "warning",
        f"this migration is on {where} already, and was {what} since",
        source,
        help="restore it, and write what is to change into a new migration",
        notes=notes,
    )


def shown(path: PurePath) -> str:
    """A path in a message: the end of it that tells it from others."""
    folder = path.name.lower() in ("up.sql", "down.sql", "migration.sql")
    return f"{path.parent.name}/{path.name}" if folder else path.name


def _version(runner: Runner, path: Path, *, any_way: bool = False) -> tuple[PurePath, str] | None:
    name = name_of(runner, path)
    if name is None or not name.version or name.repeatable or not (name.forward or any_way):
        return None
    return folder_of(path), same_version(runner, name.version)


def _finding(
    rule: str,
    severity: SeverityName,
    message: str,
    source: Source,
    help: str | None = None,
    notes: tuple[str, ...] = (),
    at: int = 0,
) -> Diagnostic:
    line, _ = source.line_column(at)
    end = min(source.line_starts[line - 1] + len(source.line_text(line)), len(source.text))
    return Diagnostic(
        rule=rule,
        category="robustness",
        severity=severity,
        message=message,
        source=source,
        start=at,
        end=end,
        help=help,
        notes=notes,
    )
