"""LOCK TABLE keeps others from a table for as long as the transaction lasts."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table, waits_without_end
from schemalint.lint.rule import Context, Finding, Locked, rule
from schemalint.simulator.effects import LOCK_MODES, SHARE
from schemalint.syntax import nodes


@rule(on=nodes.LockStmt, severity="warning", category="locking", covers=("migrationpilot:MP065",))
def check(stmt: nodes.LockStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.mode < SHARE or stmt.nowait or not waits_without_end(ctx):
        return
    for effect in ctx.statement.effects:
        table = shared_table(ctx, effect.relation) if isinstance(effect, Locked) else None
        if table is None:
            continue
        what = "read" if stmt.mode == 8 else "write to"
        yield Finding(
            f"nobody can {what} {ctx.shown(table)} from here until the transaction ends",
            at=stmt,
            help="leave it out where the statements that follow lock what they need; or set lock_timeout before, so that the wait for it is short",
            notes=(f"LOCK TABLE without a mode takes {LOCK_MODES[stmt.mode]}",) if stmt.mode == 8 else (),
            relation=table.oid,
        )
        return
