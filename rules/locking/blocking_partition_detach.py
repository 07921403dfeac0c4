"""Detaching a partition without CONCURRENTLY blocks all that use the partitioned table."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="locking",
    fixable=True,
    covers=(
        "squawk:require-concurrent-partition-detach",
        "migrationpilot:MP046",
        "pgfence:detach-partition",
        "safe-migrate:blocking-partition-mutation",
        "pgls:requireConcurrentDetachPartition",
    ),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    cmd = next((c for c in stmt.cmds if c.subtype == "AT_DetachPartition"), None)
    if cmd is None or cmd.def_.concurrent or not ctx.statement.outcome.accepted:
        return
    parent, part = ctx.presume(stmt.relation), ctx.presume(cmd.def_.name)
    if parent is None or part is None or ctx.is_new(parent) or ctx.is_new(part):
        return
    if any(
        child.partition_bound is not None and child.partition_bound.is_default for child in ctx.catalog.children(parent)
    ):
        return  # the server refuses CONCURRENTLY beside a default partition
    inside = ctx.statement.in_block or ctx.statement.wrapped
    yield Finding(
        f"detaching this partition waits for all that use {ctx.table(parent)}, and whoever comes later waits behind it",
        at=cmd,
        help=f"detach it CONCURRENTLY{ctx.outside_transaction()}",
        fix=None if inside else Fix("add CONCURRENTLY", "review", (Edit(cmd.end, cmd.end, " CONCURRENTLY"),)),
        relation=parent,
    )
