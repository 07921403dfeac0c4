"""sql-migrate: <name>.sql by the number it begins with, with `-- +migrate Up` and `-- +migrate Down`."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import marked
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction a part; `notransaction` on the marker's line leaves each statement its own."""
    return marked(text, r"^--[ \t]*\+migrate[ \t]+(?P<way>up|down)\b", r"\bnotransaction\b")


RUNNER = Runner(
    name="sql-migrate",
    files=r"(?:^|/)(?P<version>\d*)[^/]*\.sql$",
    read=read,
    numeric=True,
    unique=False,
    marks=(Mark("dbconfig.yml"),),
    every=True,
    contents=r"^--[ \t]*\+migrate[ \t]+up\b",
    leave_transaction="write `-- +migrate Up notransaction` as the marker of a migration of its own",
    ledger=Ledger("gorp_migrations", "id", recorded="file"),
)
