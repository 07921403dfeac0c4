"""Making or dropping a partition keeps everyone from its parent."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Locked, Scanned, rule
from schemalint.simulator.effects import ACCESS_EXCLUSIVE
from schemalint.syntax.nodes import CreateStmt, DropStmt


@rule(on=Locked, kinds=(CreateStmt, DropStmt), severity="info", category="locking")
def check(locked: Locked, ctx: Context) -> Iterator[Finding]:
    parent = ctx.relation(locked.relation)
    if locked.mode != ACCESS_EXCLUSIVE or parent is None or parent.kind != "p" or ctx.is_new(parent.oid):
        return
    if ctx.get(type(parent), parent.oid) is None:
        return  # it is the parent itself that is dropped
    making = isinstance(ctx.node, CreateStmt)
    if making and not ctx.node.partbound:  # type: ignore[attr-defined]
        return
    effects = ctx.statement.outcome.effects
    scanned = next((e.relation for e in effects if isinstance(e, Scanned) and not ctx.is_new(e.relation)), None)
    name = ctx.shown(parent)
    yield Finding(
        f"nobody can read {name} or write to it while the default partition {ctx.table(scanned)} is searched for rows of this one"
        if scanned is not None
        else f"{'making' if making else 'dropping'} a partition waits for all that use {name}, and whoever comes later waits behind it",
        at=ctx.statement.keyword,
        help=_help(making, name, _has_default(parent.oid, ctx)),
        severity="info" if scanned is None else "warning",
        relation=scanned,
        work="scan" if scanned is not None else None,
    )


def _has_default(parent: int, ctx: Context) -> bool:
    return any(c.partition_bound is not None and c.partition_bound.is_default for c in ctx.catalog.children(parent))


def _help(making: bool, parent: str, default: bool) -> str:
    if making:
        return f"make a table of its own (LIKE {parent} INCLUDING ALL), then ALTER TABLE {parent} ATTACH PARTITION, which lets others read and write"
    if default:  # the server refuses DETACH CONCURRENTLY then
        return "set a lock_timeout before it, and try again when it runs out"
    return f"ALTER TABLE {parent} DETACH PARTITION ... CONCURRENTLY first, then drop the table"
