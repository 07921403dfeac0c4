"""One statement locks very many partitions: it waits for all, and may not find room for the locks."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Locked, rule
from schemalint.simulator.effects import SHARE
from schemalint.syntax import nodes

_MANY = 100
"""Partitions; a server has room for max_connections * max_locks_per_transaction (64) locks, and a table with its indexes takes some."""


@rule(on=nodes.AlterTableStmt, severity="warning", category="locking", covers=("migrationpilot:MP110",))
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.find(stmt.relation) if ctx.statement.outcome.accepted else None
    if table is None or shared_table(ctx, table.oid) is None:
        return
    locked = {e.relation for e in ctx.statement.effects if isinstance(e, Locked) and e.mode >= SHARE} - {table.oid}
    partitions = [oid for oid in locked if (part := ctx.relation(oid)) is not None and part.ispartition]
    if len(partitions) < _MANY:
        return
    yield Finding(
        f"this locks {len(partitions)} partitions of {ctx.shown(table)}, and waits for all that use any of them",
        at=ctx.statement.keyword,
        help="set lock_timeout and try again; where the server allows it, change each partition first and ONLY the parent last",
        relation=table.oid,
    )
