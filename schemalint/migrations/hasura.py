"""Hasura: migrations/<database>/<version>_<name>/up.sql and down.sql, by version as numbers."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import wrapped
from schemalint.migrations.runner import Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """run_sql opens a transaction."""
    return Script(wrapped(text))


RUNNER = Runner(
    name="hasura",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*/(?P<way>up|down)\.sql$",
    read=read,
    numeric=True,
    marks=(Mark("config.yaml", contains="metadata_directory"),),
    names=r"(?:^|/)\d{13}_[^/]*/(?:up|down)\.sql$",
    leave_transaction="run it by hand: hasura runs every migration in a transaction",
)
