"""Migrations that are programs of a framework: the SQL that the framework itself makes of them, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from schemalint.errors import UserError
from schemalint.migrations.detect import load_runner
from schemalint.migrations.layout import upward
from schemalint.migrations.runner import Runner

MAX_SECONDS = 300

FRAMEWORKS = ("alembic", "django")


def framework_of(paths: Sequence[Path], runner: str | None) -> Runner | None:
    """The framework whose programs these are: files that are named, or directories that hold no SQL."""
    if runner is not None and runner not in FRAMEWORKS:
        return None
    programs = [program for path in paths for program in _programs(path)]
    if not programs:
        return None
    for name in FRAMEWORKS if runner is None else (runner,):
        found = load_runner(name)
        if any(
            (folder / mark.path).is_file() for folder in upward(programs[0].absolute().parent) for mark in found.marks
        ):
            return found
    return None


def _programs(path: Path) -> Iterator[Path]:
    """The Python files among the migrations that a path names; none where there is SQL."""
    if path.is_dir():
        if not any(path.rglob("*.sql")):
            yield from path.rglob("*.py")
    elif path.suffix == ".py":
        yield path


def run_python(folder: Path, arguments: Sequence[str], module: str, otherwise: str) -> str:
    """Standard output of a Python program of a project, run in its folder by the interpreter that has `module`.

    `otherwise` says what to do where none has it. Raises UserError.
    """
    for python in dict.fromkeys(filter(None, (shutil.which("python"), sys.executable))):
        ran = _run(python, folder, arguments, module)
        if ran.returncode == 0:
            return ran.stdout
        if f"No module named '{module}'" not in ran.stderr and f"No module named {module}" not in ran.stderr:
            lines = [line for line in ran.stderr.splitlines() if line and not line[0].isspace()]
            said = (lines or [f"exit code {ran.returncode}"])[-1]
            raise UserError(f"{module} makes no SQL of the migrations in {folder}: {said}")
    raise UserError(f"{module} is not installed where schemalint runs; {otherwise}")


def _run(python: str, folder: Path, arguments: Sequence[str], module: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [python, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=MAX_SECONDS
        )
    except (OSError, ValueError) as error:
        raise UserError(f"{module} cannot be run in {folder}: {error}") from None
    except subprocess.TimeoutExpired:
        raise UserError(f"{module} has not written its SQL within {MAX_SECONDS} seconds") from None


def above(path: Path, marker: str) -> Path:
    """The nearest folder at a path or above it that holds the marker file; the path's own where none does."""
    start = path.absolute()
    return next((folder for folder in upward(start) if (folder / marker).is_file()), start)
