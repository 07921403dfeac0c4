"""Dropping an index without CONCURRENTLY waits for, and then blocks, all that read or write its table."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Dropped, Edit, Finding, Fix, rule
from schemalint.syntax import nodes


@rule(
    on=Dropped,
    kinds=(nodes.DropStmt,),
    severity="warning",
    category="locking",
    fixable=True,
    covers=(
        "squawk:require-concurrent-index-deletion",
        "strong_migrations:remove_index",
        "atlas:PG102",
        "migrationpilot:MP009",
        "pgfence:drop-index-not-concurrent",
        "safe-migrate:require-concurrent-index",
        "pgls:requireConcurrentIndexDeletion",
        "django-migration-linter:DROP_INDEX",
        "bytebase:INDEX_CREATE_CONCURRENTLY",
        "pg-schema-diff:ACCESS_EXCLUSIVE: index drop",
    ),
)
def check(dropped: Dropped, ctx: Context) -> Iterator[Finding]:
    stmt, index = ctx.node, dropped.object
    if not isinstance(stmt, nodes.DropStmt) or stmt.removeType != "OBJECT_INDEX" or stmt.concurrent:
        return
    if not isinstance(index, model.Relation) or index.kind != "i" or ctx.is_new(index.oid) or index.ispartition:
        return
    relid = index.index.relid if index.index is not None else None
    table = None if relid is None else shared_table(ctx, relid)
    if relid is not None and table is None:
        return
    on = "its table" if table is None else ctx.shown(table)
    keyword = ctx.statement.keyword
    alone = len(stmt.objects) == 1 and stmt.behavior != "DROP_CASCADE"
    inside = ctx.statement.in_block or ctx.statement.wrapped
    yield Finding(
        f"dropping this index waits for all that use {on}, and whoever comes later waits behind it",
        at=keyword,
        help=f"drop it with CONCURRENTLY{ctx.outside_transaction()}"
        if alone
        else f"drop each index in a statement of its own, with CONCURRENTLY and without CASCADE{ctx.outside_transaction()}",
        fix=Fix("add CONCURRENTLY", "review", (Edit(keyword.end, keyword.end, " CONCURRENTLY"),))
        if alone and not inside
        else None,
        relation=index.oid if relid is None else relid,
    )
