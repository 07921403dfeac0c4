"""A change of type that keeps the rows still checks constraints or builds indexes under its lock."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, IndexBuilt, Rewritten, Scanned, rule
from schemalint.lint.wording import listed
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="locking",
    covers=("strong_migrations:change_column_constraint", "migrationpilot:MP089"),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    command = next((cmd for cmd in stmt.cmds if cmd.subtype == "AT_AlterColumnType"), None)
    oid = ctx.presume(stmt.relation) if command is not None and ctx.statement.outcome.accepted else None
    table = shared_table(ctx, oid) if oid is not None else None
    if command is None or table is None:
        return
    effects = [e for e in ctx.statement.effects if getattr(e, "relation", None) == table.oid]
    if any(isinstance(e, Rewritten) for e in effects):
        return
    indexes = [ctx.table(e.index) for e in effects if isinstance(e, IndexBuilt) and not ctx.is_new(e.index)]
    scans = [e.why for e in effects if isinstance(e, Scanned)] if len(stmt.cmds) == 1 else []
    if not indexes and not scans:
        return
    done = [f"{listed(indexes)} {'is' if len(indexes) == 1 else 'are'} built again"] if indexes else []
    done += [f"all rows are checked for {listed(scans)}"] if scans else []
    yield Finding(
        f"nobody can read {ctx.shown(table)} until {' and '.join(done)}",
        at=command,
        help="drop what depends on the column before, and make it again after: indexes with CONCURRENTLY, constraints NOT VALID and validated later",
        relation=table.oid,
        work="build" if indexes else "scan",
    )
