"""Building an index without CONCURRENTLY blocks writes until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Edit, Finding, Fix, IndexBuilt, Label, rule
from schemalint.syntax.nodes import IndexStmt

SMALL = 10_000
"""Rows of a table whose index is built before anybody notices."""


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
    if table is None or table.persistence == "t" or table.kind == "p" or (ctx.rows(table.oid) or SMALL) < SMALL:
        return
    name, keyword = ctx.shown(table), ctx.statement.keyword
    inside = ctx.statement.in_block or ctx.statement.wrapped
    yield Finding(
        f"nobody can write to {name} while this index is built",
        at=keyword,
        labels=(Label(_size(table, ctx), fact=name),),
        help="build it with CONCURRENTLY, in a migration that runs without a transaction"
        if inside
        else "build it with CONCURRENTLY",
        notes=("should that fail, it leaves an invalid index behind, which has to be dropped",),
        fix=Fix("add CONCURRENTLY", "review", (Edit(keyword.end, keyword.end, " CONCURRENTLY"),))
        if not inside
        else None,
    )


def _size(table: model.Relation, ctx: Context) -> str:
    size = ctx.size_of(table.oid)
    return f"its {size}" if size.startswith("size") else size
