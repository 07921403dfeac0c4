"""pop: <version>_<name>.up.sql and .down.sql, a database system and `.autocommit` before it, by name."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import separate, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """One transaction a file, unless its name says autocommit."""
    return Script(separate(text) if ".autocommit." in path.name else wrapped(text))


RUNNER = Runner(
    name="pop",
    files=r"(?:^|/)(?P<version>\d+)_[^./]+(?:\.(?:postgres|postgresql|cockroach))?(?:\.autocommit)?\.(?P<way>up|down)\.sql$",
    read=read,
    unique=False,
    marks=(Mark("database.yml", contains="dialect:"),),
    names=r"(?:\.postgres|\.postgresql|\.cockroach|\.autocommit)+\.(?:up|down)\.sql$",
    leave_transaction="end its file's name with `.autocommit.up.sql`",
    ledger=Ledger("schema_migration", "version"),
)
