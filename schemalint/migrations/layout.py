"""What file names and marker comments say: which files lead back, where the way back begins within a file, who opens a transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from msgspec import Struct

_WAY_BACK = re.compile(r"(?:^|\.)(?:down|undo)\.sql$|^U\d[\d._]*__.*\.sql$", re.IGNORECASE)

_UP = re.compile(
    r"^[ \t]*--[ \t]*(?:migrate:up(?P<dbmate>[^\r\n]*)|\+goose[ \t]+up\b|\+migrate[ \t]+up(?P<sqlmigrate>[^\r\n]*))",
    re.IGNORECASE | re.MULTILINE,
)
_DOWN = re.compile(
    r"^[ \t]*--[ \t]*(?:migrate:down\b|\+goose[ \t]+down\b|\+migrate[ \t]+down\b|rambler[ \t]+down\b|//@undo\b)"
    r"|^[ \t]*---- create above / drop below ----",
    re.IGNORECASE | re.MULTILINE,
)
_NO_TRANSACTION = re.compile(r"^[ \t]*--[ \t]*\+goose[ \t]+no[ \t]+transaction\b", re.IGNORECASE | re.MULTILINE)


class Script(Struct, frozen=True):
    """What of a file runs: `text` up to the way back (offsets stay those of the file), and whether the runner sends it as one
    transaction."""

    text: str
    transaction: bool
    has_way_back: bool


def is_way_back(path: PurePath) -> bool:
    """Whether a file undoes a migration, by its name: 0001_users.down.sql, down.sql, U1__users.sql."""
    return _WAY_BACK.search(path.name) is not None


def read_script(text: str) -> Script:
    """Follow the markers of dbmate, goose, sql-migrate, rambler, tern and MyBatis."""
    if "--" not in text:
        return Script(text, False, False)
    down = _DOWN.search(text)
    up = _UP.search(text)
    end = len(text) if down is None or (up is not None and down.start() < up.start()) else down.start()
    return Script(text[:end], up is not None and _in_transaction(text, up), end < len(text))


def _in_transaction(text: str, up: re.Match[str]) -> bool:
    options = (up["dbmate"] or up["sqlmigrate"] or "").replace(" ", "").lower()
    if "transaction:false" in options or "notransaction" in options:
        return False
    return _NO_TRANSACTION.search(text) is None


MAX_LEVELS = 8
"""Folders that are looked at for files that tell a runner, from the migrations upward; not above the repository."""


def upward(folder: Path) -> Iterator[Path]:
    """A folder and those above it, as far as files that tell a runner are looked for."""
    for level, above in enumerate((folder, *folder.parents)):
        if level == MAX_LEVELS:
            return
        yield above
        if (above / ".git").exists():
            return
