"""A trigger is switched off and not on again: checks, audit or foreign keys stop working unseen."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax import nodes

_OFF = ("AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser")


@rule(
    on=Batch,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="locking",
    covers=(
        "migrationpilot:MP064",
        "pgfence:enable-disable-trigger",
        "safe-migrate:disable-trigger",
        "pgls:avoidEnableDisableTrigger",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for place, statement in enumerate(batch.statements):
        stmt = statement.node
        if not isinstance(stmt, nodes.AlterTableStmt) or not statement.outcome.accepted:
            continue
        oid = ctx.presume(stmt.relation)
        if oid is None or ctx.is_new(oid):
            continue
        later = [s.node for s in batch.statements[place:] if isinstance(s.node, nodes.AlterTableStmt)]
        for cmd in stmt.cmds:
            if cmd.subtype in _OFF and not any(_switches_on(node, stmt, cmd) for node in later):
                what = f"trigger {cmd.name}" if cmd.name else "all triggers"
                yield Finding(
                    f"{what} of {ctx.table(oid)} stay switched off"
                    if not cmd.name
                    else f"{what} of {ctx.table(oid)} stays switched off",
                    at=cmd,
                    help="switch it on again in the same transaction, or drop it where it is not wanted any more",
                    notes=("foreign keys are triggers: rows are not checked meanwhile, nor later",)
                    if cmd.subtype == "AT_DisableTrigAll"
                    else (),
                    statement=statement,
                )


def _switches_on(node: nodes.AlterTableStmt, off: nodes.AlterTableStmt, cmd: nodes.AlterTableCmd) -> bool:
    if node.relation.relname != off.relation.relname:
        return False
    for other in node.cmds:
        if other.subtype == "AT_EnableTrigAll" or (
            other.subtype == "AT_EnableTrigUser" and cmd.subtype != "AT_DisableTrigAll"
        ):
            return True
        if other.subtype in ("AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig") and other.name == cmd.name:
            return True
    return False
