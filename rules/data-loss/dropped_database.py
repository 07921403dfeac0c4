"""A migration drops a whole database."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.DropdbStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "squawk:ban-drop-database",
        "migrationpilot:MP034",
        "pgfence:drop-database",
        "safe-migrate:drop-database",
        "pgls:banDropDatabase",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
    ),
)
def check(stmt: nodes.DropdbStmt, ctx: Context) -> Iterator[Finding]:
    forced = any(option.defname == "force" for option in stmt.options)
    yield Finding(
        f"database {stmt.dbname} goes with all that is in it",
        word=stmt.dbname,
        help="leave it to an administrator, who has a backup at hand; REVOKE CONNECT keeps its users out until then",
        notes=("FORCE ends the sessions of those who use it",) if forced else (),
    )
