"""A concurrent index build without a name leaves an index that no one can name."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=IndexStmt,
    severity="info",
    category="robustness",
    covers=("squawk:prefer-robust-stmts", "pgls:preferRobustStmts"),
)
def check(stmt: IndexStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.concurrent and stmt.idxname is None:
        yield Finding(
            "this index has no name, so a build that fails cannot be cleaned up by a statement written beforehand",
            at=ctx.statement.keyword,
            help="name it",
            notes=("a second run builds another one, under the next free name",),
        )
