"""A transaction locks several tables against reads, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import held_locks, shared_table
from schemalint.lint.rule import Context, Finding, Label, Locked, rule
from schemalint.simulator.effects import ACCESS_EXCLUSIVE


@rule(
    on=Locked,
    severity="info",
    category="locking",
    covers=("migrationpilot:MP008", "pgfence:wide-lock-window", "pgls:avoidWideLockWindow"),
)
def check(locked: Locked, ctx: Context) -> Iterator[Finding]:
    if locked.mode != ACCESS_EXCLUSIVE or not ctx.statement.in_block:
        return
    table = shared_table(ctx, locked.relation)
    if table is None or table.kind not in "rpm":
        return
    held = held_locks(ctx, ACCESS_EXCLUSIVE)
    if len(held) != 1 or table.oid in held:
        return  # said where the second table is locked
    [(oid, (_, since))] = held.items()
    other = ctx.relation(oid)
    if other is None or table.oid in other.inherits or oid in table.inherits:
        return
    others = [e for e in ctx.statement.effects if isinstance(e, Locked) and e.mode == ACCESS_EXCLUSIVE]
    if locked is not next((e for e in others if e.relation not in held and shared_table(ctx, e.relation)), locked):
        return
    yield Finding(
        f"{ctx.shown(other)} stays locked against reads while this waits for {ctx.shown(table)}",
        at=ctx.statement.keyword,
        labels=(
            Label(f"{ctx.shown(other)} is locked since here", since.source, since.keyword.start, since.keyword.end),
        ),
        help="give each table a transaction of its own, and set lock_timeout: whoever locks them in another order makes a deadlock",
        severity=None if ctx.statement.wrapped else "warning",
    )
