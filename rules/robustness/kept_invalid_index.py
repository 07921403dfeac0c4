"""IF NOT EXISTS passes over an invalid index that a failed build has left."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Skipped, rule
from schemalint.syntax.nodes import DropStmt, IndexStmt


@rule(on=Batch, kinds=(IndexStmt,), severity="info", category="robustness", covers=("migrationpilot:MP070",))
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    dropped: set[str] = set()
    said = False
    for statement in batch.statements:
        stmt = statement.node
        if isinstance(stmt, DropStmt):
            dropped.update(name[-1] for name in stmt.objects if isinstance(name, tuple) and isinstance(name[-1], str))
        if not isinstance(stmt, IndexStmt) or not stmt.concurrent or not stmt.if_not_exists or stmt.idxname is None:
            continue
        invalid = _keeps_an_invalid_one(statement, ctx)
        if not invalid and (said or stmt.idxname in dropped):
            continue  # once is enough to know
        said = said or not invalid
        yield Finding(
            f"{stmt.idxname} is there and invalid, and this leaves it so"
            if invalid
            else f"should a build of {stmt.idxname} fail, the next try takes the invalid index for it and reports success",
            at=stmt,
            word=stmt.idxname,
            severity="warning" if invalid else "info",
            help=f"write DROP INDEX CONCURRENTLY IF EXISTS {stmt.idxname} before it, outside a transaction as well",
            statement=statement,
        )


def _keeps_an_invalid_one(statement: Statement, ctx: Context) -> bool:
    skipped = next((e for e in statement.outcome.effects if isinstance(e, Skipped)), None)
    found = None if skipped is None or skipped.object is None else ctx.get(model.Relation, skipped.object.objid)
    return found is not None and found.index is not None and not found.index.valid
