"""Alembic: versions/<revision>_<name>.py, as the SQL of `alembic upgrade --sql`, or files of that."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePath

from schemalint.errors import UserError
from schemalint.migrations.parts import separate, statements
from schemalint.migrations.runner import Ledger, Mark, Runner, Script

_RUNNING = re.compile(r"^-- Running upgrade .*? -> (?P<revision>\w[^\s,]*)[^\n]*$", re.MULTILINE)
_LEDGER = re.compile(r"^CREATE TABLE (?P<table>\S+) \(\s*version_num ", re.MULTILINE)
_REVISION = re.compile(r"^revision\s*(?::[^=\n]*)?=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)
_BEGINS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
_ENDS = re.compile(r"(?:COMMIT|ROLLBACK|END)\b", re.IGNORECASE)


def read(path: PurePath, text: str) -> Script:
    """The SQL says where transactions begin and end."""
    return Script(separate(text))


def made(path: Path) -> dict[Path, str]:
    """The SQL of each revision of the project that a path is in, in order. Raises UserError."""
    from schemalint.migrations.programs import above

    return _made(above(path, "alembic.ini"))


@cache
def _made(project: Path) -> dict[Path, str]:
    from schemalint.migrations.programs import run_python

    text = run_python(
        project,
        ("-m", "alembic", "upgrade", "base:heads", "--sql"),
        "alembic",
        "write the SQL with `alembic upgrade base:heads --sql > migrations.sql`, and check that",
    )
    files = _revisions(project)
    found = {}
    for revision, sql in by_revision(text):
        if revision not in files:
            raise UserError(f"alembic writes SQL of the revision {revision}, which is in no file below {project}")
        found[files[revision]] = sql
    return found


def by_revision(text: str) -> list[tuple[str, str]]:
    """(revision, its SQL) of what `upgrade --sql` writes, in order. A revision within the transaction of the one before opens it
    again; what Alembic itself records is left out."""
    marks = list(_RUNNING.finditer(text))
    ends = [*(match.start() for match in marks[1:]), len(text)]
    ledger = _LEDGER.search(text)
    begun = False
    found = []
    for match, start, end in zip(marks, [0, *ends], ends, strict=False):
        lines = [] if start == 0 else ["BEGIN;"] * begun
        for raw in statements(text, start, end):
            sql = text[raw.start : raw.end].strip()
            if ledger is not None and re.match(
                rf"(?:CREATE TABLE|INSERT INTO|UPDATE|DELETE FROM) {ledger['table']}\b", sql
            ):
                continue
            begun = _BEGINS.match(sql) is not None or (begun and _ENDS.match(sql) is None)
            lines.append(sql if sql.endswith(";") else f"{sql};")
        if lines and _BEGINS.match(lines[-1]):
            lines.pop()  # that of the next one
        elif begun:
            lines.append("COMMIT;")
        found.append((match["revision"], "\n".join(lines) + "\n"))
    return found


def _revisions(project: Path) -> dict[str, Path]:
    """Revision -> its file."""
    found = {}
    for path in project.rglob("versions/**/*.py"):
        said = _REVISION.search(path.read_text(encoding="utf-8", errors="replace"))
        if said is not None:
            found[said[1]] = path
    return found


RUNNER = Runner(
    name="alembic",
    files=r"\.(?:sql|py)$",
    read=read,
    made=made,
    unique=False,
    marks=(Mark("alembic.ini"),),
    every=True,
    contents=r"^-- Running (?:upgrade|downgrade) ",
    leave_transaction="run it within `with op.get_context().autocommit_block():`",
    ledger=Ledger("alembic_version", "version_num", only_last=True),
)
