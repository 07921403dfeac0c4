"""A statement on a large table waits for its lock without end, and all that come later wait behind it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table, waits_without_end
from schemalint.lint.rule import Context, Finding, Locked, rule
from schemalint.simulator.effects import LOCK_MODES, SHARE


@rule(
    on=Locked,
    severity="info",
    category="locking",
    needs=("sizes",),
    covers=(
        "squawk:require-timeout-settings",
        "squawk:require-lock-timeout",
        "eugene:E9",
        "migrationpilot:MP004",
        "pgfence:missing-lock-timeout",
        "safe-migrate:require-lock-timeout",
        "pgls:lockTimeoutWarning",
        "migrationpilot:MP090",
        "migrationpilot:MP097",
        "pgfence:create-trigger",
        "pgfence:drop-trigger",
        "pgfence:drop-constraint",
        "pgls:avoidCreateTrigger",
        "pgls:banDropTrigger",
    ),
)
def check(locked: Locked, ctx: Context) -> Iterator[Finding]:
    if not _waits(locked, ctx) or not waits_without_end(ctx):
        return
    for statement in ctx.statements:
        if statement.source is not ctx.statement.source:
            continue
        first = next((e for e in statement.effects if isinstance(e, Locked) and _waits(e, ctx)), None)
        if first is not None:
            if first is not locked:
                return  # once in a file
            break
    yield Finding(
        f"this waits for all that use {ctx.table(locked.relation)}, and whoever comes later waits behind it without end",
        at=ctx.statement.keyword,
        help="SET lock_timeout = '2s' at the beginning of the file, and try again when it ends the wait",
        notes=(f"it needs {LOCK_MODES[locked.mode]}",),
        relation=locked.relation,
    )


def _waits(locked: Locked, ctx: Context) -> bool:
    """Whether the lock is on a large table that others use, and keeps them from writing."""
    if locked.mode < SHARE:
        return False
    table = shared_table(ctx, locked.relation)
    return table is not None and table.kind in "rpm" and (ctx.rows(table.oid) or 0) > ctx.thresholds.large
