"""Who waits for whom: locks that a statement takes, and those that its transaction holds already."""

from __future__ import annotations

import re

from schemalint.catalog import model
from schemalint.catalog.model import Oid
from schemalint.lint.context import Context, Statement
from schemalint.simulator.effects import Locked


def shared_table(ctx: Context, oid: Oid) -> model.Relation | None:
    """A relation that others use now: it was there before the batch, and is not temporary."""
    relation = ctx.relation(oid)
    if relation is None or relation.persistence == "t" or ctx.is_new(oid):
        return None
    return relation


def lock_of(statement: Statement, oid: Oid) -> int:
    """The strongest lock (a number, see effects.LOCK_MODES) that a statement takes on a relation; 0 for none."""
    return max((e.mode for e in statement.effects if isinstance(e, Locked) and e.relation == oid), default=0)


def earlier_in_transaction(ctx: Context) -> list[Statement]:
    """The statements of the current transaction before the current statement, in order; none outside of a block."""
    found: list[Statement] = []
    if not ctx.statement.in_block:
        return found
    for statement in reversed(ctx.statements):
        if statement is ctx.statement:
            continue
        if statement.source is not ctx.statement.source or not statement.in_block:
            break
        found.append(statement)
    return found[::-1]


def held_locks(ctx: Context, at_least: int) -> dict[Oid, tuple[int, Statement]]:
    """Relation that others use -> (the lock, the statement that took it first), held since an earlier statement of the transaction."""
    held: dict[Oid, tuple[int, Statement]] = {}
    for statement in earlier_in_transaction(ctx):
        for effect in statement.effects:
            if isinstance(effect, Locked) and effect.mode >= at_least:
                relation = shared_table(ctx, effect.relation)
                if relation is None or relation.kind not in "rpmv":
                    continue
                mode, since = held.get(relation.oid, (0, statement))
                held[relation.oid] = max(mode, effect.mode), since
    return held


_TIME = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1e3, "min": 60e3, "h": 3600e3, "d": 86400e3}


def milliseconds(value: str) -> float | None:
    """The value of a setting that is a time, such as `2s` or `500`; None for what is not one."""
    found = _TIME.fullmatch(value)
    return float(found[1]) * _MILLISECONDS[found[2] or "ms"] if found is not None else None


def waits_without_end(ctx: Context) -> bool:
    """Whether a statement waits for its locks as long as it takes: lock_timeout is 0, or nobody has set it."""
    return not milliseconds(ctx.session.setting("lock_timeout") or "0")
