"""dbmate: db/migrations/<version>_<name>.sql with `-- migrate:up` and `-- migrate:down`."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import marked, one_string
from schemalint.migrations.runner import Ledger, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction a part; `transaction:false` on the marker's line leaves that of one string."""
    return marked(text, r"^--[ \t]*migrate:(?P<way>up|down)\b", r"transaction:[ \t]*false", one_string)


RUNNER = Runner(
    name="dbmate",
    files=r"(?:^|/)(?P<version>\d+)[^/]*\.sql$",
    read=read,
    needs_way_back=True,
    folders=("db/migrations",),
    every=True,
    contents=r"^--[ \t]*migrate:up\b",
    leave_transaction="move it into a migration of its own that begins with `-- migrate:up transaction:false`",
    ledger=Ledger("schema_migrations", "version"),
)
