"""`check --down`: the ways back of the checked migrations, in their files or in files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from schemalint.cli.reading import STDIN, read_source
from schemalint.diagnostics import Unchecked
from schemalint.lint.files import File
from schemalint.migrations.runner import Runner, name_of, same_version


def with_ways_back(files: Sequence[File], names: Sequence[str], runner: Runner) -> tuple[list[File], list[Unchecked]]:
    """(the files, each with its way back; those that have none that can be read). Raises UserError."""
    found, missing = [], []
    for file, name in zip(files, names, strict=True):
        back = _way_back(file, name, runner)
        if back is None:
            missing.append(Unchecked("there is no way back to check", file.source))
        found.append(replace(file, back=back))
    return found, missing


def _way_back(file: File, name: str, runner: Runner) -> File | None:
    path = Path(name)
    down = runner.read(path, file.source.text).down
    if down:
        return File(file.source, parts=down, way_out=runner.leave_transaction)
    if name == STDIN or (beside := _beside(path, runner)) is None:
        return None
    source = read_source(str(beside))
    script = runner.read(beside, source.text)
    return File(source, parts=script.up or script.down, way_out=runner.leave_transaction)


def _beside(path: Path, runner: Runner) -> Path | None:
    """The file that leads back from the migration of another."""
    name = name_of(runner, path)
    if name is None or not name.version:
        return None
    version = same_version(runner, name.version)
    for other in (*sorted(path.parent.glob("*.sql")), path.parent.parent / "revert" / path.name):
        back = name_of(runner, other)
        if back is not None and not back.forward and same_version(runner, back.version) == version and other.is_file():
            return other
    return None


def both_ways(files: Sequence[File]) -> list[File]:
    """The files with the parts that lead back, and the files that do; comments speak in both."""
    found = []
    for file in files:
        back = file.back
        if back is not None and back.source is file.source:
            found.append(replace(file, parts=tuple(sorted((*file.ranges(), *back.ranges()), key=lambda p: p.start))))
        else:
            found += [file] if back is None else [file, back]
    return found
