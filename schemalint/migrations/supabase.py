"""Supabase CLI: supabase/migrations/<version>_<name>.sql, by name as strings, each sent as one pipeline."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.migrations.parts import pipeline
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """There is no way back and no opt-out."""
    return Script(pipeline(text))


RUNNER = Runner(
    name="supabase",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*\.sql$",
    read=read,
    marks=(Mark("supabase/config.toml", within="supabase"),),
    folders=("supabase/migrations",),
    names=r"(?:^|/)supabase/migrations/\d+_[^/]*\.sql$",
    leave_transaction="begin a migration of its own with it",
    ledger=Ledger("supabase_migrations.schema_migrations", "version"),
)
