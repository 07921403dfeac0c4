"""Building an index without CONCURRENTLY blocks writes until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, IndexBuilt, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=IndexBuilt,
    severity="warning",
    category="locking",
    fixable=True,
    covers=("squawk:require-concurrent-index-creation", "eugene:E6"),
)
def check(built: IndexBuilt, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    if built.concurrently or ctx.is_new(built.relation) or not isinstance(stmt, IndexStmt):
        return
    table = ctx.relation(built.relation)
    if table is None or table.persistence == "t" or table.kind == "p":
        return
    name, keyword = ctx.shown(table), ctx.statement.keyword
    inside = ctx.statement.in_block or ctx.statement.wrapped
    yield Finding(
        f"nobody can write to {name} while this index is built",
        at=keyword,
        help=f"build it with CONCURRENTLY{ctx.outside_transaction()}",
        notes=("should that fail, it leaves an invalid index behind, which has to be dropped",),
        fix=Fix("add CONCURRENTLY", "review", (Edit(keyword.end, keyword.end, " CONCURRENTLY"),))
        if not inside
        else None,
        relation=table.oid,
        work="build",
    )
