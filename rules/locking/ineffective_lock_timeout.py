"""A lock_timeout is switched off, set after the statement that needs it, or too long to help."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.locks import milliseconds
from schemalint.lint.rule import Batch, Context, Finding, Locked, rule
from schemalint.lint.trees import string_of
from schemalint.simulator.effects import SHARE
from schemalint.syntax import nodes

_LONG = 30_000.0
"""Milliseconds: who waits as long for a page has left it."""


@rule(
    on=Batch,
    kinds=(nodes.VariableSetStmt,),
    severity="warning",
    category="locking",
    covers=(
        "strong_migrations:lock_timeout_limit",
        "pgfence:lock-timeout-zero",
        "pgfence:lock-timeout-too-long",
        "pgfence:lock-timeout-after-dangerous-statement",
        "safe-migrate:require-lock-timeout",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for source in {id(s.source): s.source for s in batch.statements}.values():
        file = [s for s in batch.statements if s.source is source]
        locking = [_locks(s, ctx) for s in file]
        settings = [_timeout(s) for s in file]
        for place, value in enumerate(settings):
            if value is None or not file[place].outcome.accepted:
                continue
            until = next((i for i in range(place + 1, len(file)) if settings[i] is not None), len(file))
            if value == 0 and any(locking[place:until]):
                message = "without lock_timeout a statement waits for its lock without end, and all that come later wait behind it"
                yield Finding(message, statement=file[place], at=file[place].node, help="set it to a few seconds")
            elif value > _LONG and any(locking[place:until]):
                message = "others wait as long as lock_timeout lets a statement wait for its lock"
                yield Finding(
                    message, statement=file[place], at=file[place].node, help="set it to a few seconds", severity="info"
                )
            elif value > 0 and any(locking[:place]) and not any(settings[:place]):
                yield Finding(
                    "lock_timeout is set after a statement that may wait for its lock without end",
                    statement=file[place],
                    at=file[place].node,
                    help="set it at the beginning of the file",
                )


def _timeout(statement: Statement) -> float | None:
    """The lock_timeout that a statement sets, in milliseconds; None for other statements and what cannot be read."""
    node = statement.node
    if not isinstance(node, nodes.VariableSetStmt) or node.name != "lock_timeout":
        return None
    if node.kind != "VAR_SET_VALUE":
        return 0 if node.kind in ("VAR_SET_DEFAULT", "VAR_RESET") else None
    arg = node.args[0]
    value = string_of(arg)
    if value is None and isinstance(arg, nodes.A_Const):
        value = str(arg.val)
    return milliseconds(value) if value is not None else None


def _locks(statement: Statement, ctx: Context) -> bool:
    """Whether a statement waits for a lock that keeps others from writing, on a table that was there before."""
    for effect in statement.effects:
        if isinstance(effect, Locked) and effect.mode >= SHARE and not ctx.is_new(effect.relation):
            relation = ctx.last(effect.relation) if effect.relation > 0 else ctx.relation(effect.relation)
            if relation is not None and relation.kind in "rpm" and relation.persistence != "t":
                return True
    return False
