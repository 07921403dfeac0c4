"""Prisma: prisma/migrations/<version>_<name>/migration.sql, by folder name, sent as a script."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.checksums import sha256
from schemalint.migrations.parts import NOT_IN_TRANSACTION, one_string, separate, statements
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """A script of nothing but statements that are refused in a transaction is sent one by one."""
    if NOT_IN_TRANSACTION.search(text) and all(
        NOT_IN_TRANSACTION.match(text, raw.start) for raw in statements(text, 0, len(text))
    ):
        return Script(separate(text))
    return Script(one_string(text))


RUNNER = Runner(
    name="prisma",
    files=r"(?:^|/)(?P<version>\d+_[^/]*)/migration\.sql$",
    read=read,
    checksums=True,
    marks=(Mark("migration_lock.toml"),),
    folders=("prisma/migrations",),
    names=r"(?:^|/)\d+_[^/]*/migration\.sql$",
    leave_transaction="move it into a migration of its own, with no other statement",
    ledger=Ledger(
        "_prisma_migrations",
        "migration_name",
        applied="finished_at IS NOT NULL AND rolled_back_at IS NULL",
        checksum="checksum",
        hashed=sha256,
    ),
)
