"""sqlx: migrations/<version>_<name>.sql or .up.sql and .down.sql, by version as numbers."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.checksums import sha384
from schemalint.migrations.parts import one_string, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction a file; a file that begins with `-- no-transaction` is one string."""
    return Script(one_string(text) if text.startswith("-- no-transaction") else wrapped(text))


RUNNER = Runner(
    name="sqlx",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*?(?:\.(?P<way>up|down))?\.sql$",
    read=read,
    checksums=True,
    numeric=True,
    marks=(Mark("Cargo.toml", contains="sqlx"), Mark("sqlx.toml"), Mark(".sqlx")),
    contents=r"\A-- no-transaction\b",
    leave_transaction="move it into a migration of its own whose first line is `-- no-transaction`",
    ledger=Ledger("_sqlx_migrations", "version", applied="success", checksum="checksum", hashed=sha384),
)
