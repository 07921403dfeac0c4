"""Diesel: migrations/<version>_<name>/up.sql and down.sql, by folder name."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from schemalint.migrations.parts import one_string, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction a file; metadata.toml beside it may say run_in_transaction = false."""
    said = Path(path.parent) / "metadata.toml"
    if said.is_file() and re.search(
        r"^\s*run_in_transaction\s*=\s*false", said.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    ):
        return Script(one_string(text))
    return Script(wrapped(text))


RUNNER = Runner(
    name="diesel",
    files=r"(?:^|/)(?P<version>\d[\d-]*)_[^/]*/(?P<way>up|down)\.sql$",
    read=read,
    marks=(Mark("diesel.toml"), Mark("Cargo.toml", contains="diesel")),
    names=r"(?:^|/)(?:\d{4}-\d\d-\d\d-\d+|\d{14})_[^/]*/(?:up|down)\.sql$",
    leave_transaction="move it into a migration of its own, with run_in_transaction = false in metadata.toml beside it",
    ledger=Ledger("__diesel_schema_migrations", "version", recorded="digits"),
)
