"""golang-migrate: <version>_<name>.up.sql and .down.sql, by version as numbers, each sent as one string."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import one_string
from schemalint.migrations.runner import Ledger, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """The way back is a file of its own."""
    return Script(one_string(text))


RUNNER = Runner(
    name="golang-migrate",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*\.(?P<way>up|down)\.sql$",
    read=read,
    numeric=True,
    every=True,
    names=r"(?:^|/)\d+_[^/]*\.(?:up|down)\.sql$",
    leave_transaction="move it into a migration of its own, with no other statement",
    ledger=Ledger("schema_migrations", "version", applied="NOT dirty", only_last=True),
)
