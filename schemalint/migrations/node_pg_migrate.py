"""node-pg-migrate: migrations/<version>_<name>.sql by version as numbers, with `-- Up Migration` and `-- Down Migration`."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import marked
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction for the run. The parts may stand in either order, and a file without a marker leads forward."""
    return marked(text, r"^[ \t]*--[ \t-]*(?P<way>up|down)\s+migration", "")


RUNNER = Runner(
    name="node-pg-migrate",
    files=r"(?:^|/)(?P<version>\d+)[^/]*\.sql$",
    read=read,
    numeric=True,
    unique=False,
    marks=(Mark("package.json", contains='"node-pg-migrate"'),),
    contents=r"^[ \t]*--[ \t-]*up\s+migration",
    at_once=True,
    leave_transaction="run it by hand, or write this migration in JavaScript with pgm.noTransaction()",
    ledger=Ledger("pgmigrations", "name", recorded="stem"),
)
