"""Drizzle: <folder>/<tag>.sql in the order of meta/_journal.json, or <version>_<name>/migration.sql beside a snapshot.json."""

from __future__ import annotations

import json
from pathlib import Path, PurePath

from schemalint.migrations.checksums import sha256
from schemalint.migrations.parts import wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """All that is pending is one transaction. Breakpoints are comments."""
    return Script(wrapped(text))


def journal(folder: Path) -> list[str] | None:
    """The tags of meta/_journal.json, in order."""
    try:
        entries = json.loads((folder / "meta" / "_journal.json").read_text(encoding="utf-8"))["entries"]
        return [str(entry["tag"]) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return None


RUNNER = Runner(
    name="drizzle",
    files=r"(?:^|/)(?P<version>[^/]+)(?:/migration\.sql|(?<!/migration)\.sql)$",
    read=read,
    marks=(Mark("meta/_journal.json"), Mark("snapshot.json")),
    folders=("drizzle",),
    contents=r"^--> statement-breakpoint",
    listed=journal,
    at_once=True,
    leave_transaction="run it by hand: drizzle sends all that is pending as one transaction",
    ledger=Ledger("drizzle.__drizzle_migrations", "hash", recorded="hash", checksum="hash", hashed=sha256),
)
