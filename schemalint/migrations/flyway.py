"""Flyway: V1_2__name.sql by version as numbers, then R__name.sql by name; U files undo. One transaction a file where it can be."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from schemalint.migrations.checksums import crc32_of_lines
from schemalint.migrations.parts import NOT_IN_TRANSACTION, separate, statements, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """A file of statements that are refused in a transaction has none; <file>.conf may say executeInTransaction=false."""
    conf = Path(f"{path}.conf")
    if conf.is_file() and re.search(
        r"^\s*executeInTransaction\s*=\s*false", conf.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    ):
        return Script(separate(text))
    if NOT_IN_TRANSACTION.search(text) and any(
        NOT_IN_TRANSACTION.match(text, raw.start) for raw in statements(text, 0, len(text))
    ):
        return Script(separate(text))
    return Script(wrapped(text))


RUNNER = Runner(
    name="flyway",
    files=r"(?:^|/)(?:[VB]|(?P<way>U))(?P<version>\d+(?:[._]\d+)*)__[^/]*\.sql$|(?:^|/)(?P<repeatable>R)__[^/]*\.sql$",
    read=read,
    checksums=True,
    numeric=True,
    marks=(Mark("flyway.conf"), Mark("flyway.toml"), Mark("conf/flyway.conf")),
    folders=("src/main/resources/db/migration", "db/migration"),
    names=r"(?:^|/)(?:[VBU]\d+(?:[._]\d+)*|R)__[^/]*\.sql$",
    leave_transaction="move it into a migration of its own, or put executeInTransaction=false into <file>.conf beside it",
    ledger=Ledger(
        "flyway_schema_history",
        "version",
        applied="success AND type NOT IN ('UNDO_SQL', 'DELETE')",
        order="installed_rank",
        file="script",
        checksum="checksum",
        hashed=crc32_of_lines,
    ),
)
