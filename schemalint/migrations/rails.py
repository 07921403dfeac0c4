"""Rails: db/migrate/*.rb are Ruby, and not checked; SQL of a Rails project is checked on the schema that db/structure.sql dumps."""

from __future__ import annotations

from schemalint.migrations.plain import read
from schemalint.migrations.runner import Ledger, Mark, Runner

RUNNER = Runner(
    name="rails",
    files=r"(?:^|/)(?P<version>\d*)[^/]*\.sql$",
    read=read,
    numeric=True,
    unique=False,
    marks=(Mark("Gemfile", contains="rails"),),
    dump="db/structure.sql",
    leave_transaction="call disable_ddl_transaction! in the migration's class",
    ledger=Ledger("schema_migrations", "version"),
)
