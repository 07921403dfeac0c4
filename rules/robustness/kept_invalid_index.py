"""IF NOT EXISTS passes over an invalid index that a failed build has left."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import locate
from schemalint.lint.rule import Context, Finding, Skipped, rule
from schemalint.syntax.nodes import DropStmt, IndexStmt


@rule(on=IndexStmt, severity="info", category="robustness", covers=("migrationpilot:MP070",))
def check(stmt: IndexStmt, ctx: Context) -> Iterator[Finding]:
    if not stmt.concurrent or not stmt.if_not_exists or stmt.idxname is None:
        return
    skipped = next((e for e in ctx.statement.outcome.effects if isinstance(e, Skipped)), None)
    found = None if skipped is None or skipped.object is None else ctx.get(model.Relation, skipped.object.objid)
    invalid = found is not None and found.index is not None and not found.index.valid
    if not invalid and (_drops(ctx, stmt.idxname) or _said(ctx)):
        return
    yield Finding(
        f"{stmt.idxname} is there and invalid, and this leaves it so"
        if invalid
        else f"should a build of {stmt.idxname} fail, the next try takes the invalid index for it and reports success",
        at=ctx.locate(stmt, stmt.idxname) or ctx.statement.keyword,
        severity="warning" if invalid else "info",
        help=f"write DROP INDEX CONCURRENTLY IF EXISTS {stmt.idxname} before it, outside a transaction as well",
    )


def _drops(ctx: Context, name: str) -> bool:
    """Whether an earlier statement of the batch drops an index of this name, so that no old one can be in the way."""
    return any(
        isinstance(statement.node, DropStmt) and locate(statement.source.text, statement.start, statement.end, name)
        for statement in ctx.statements
    )


def _said(ctx: Context) -> bool:
    """Whether an earlier statement of the batch does the same: once is enough to know."""
    return any(
        isinstance(s.node, IndexStmt) and s.node.concurrent and s.node.if_not_exists and s is not ctx.statement
        for s in ctx.statements
    )
