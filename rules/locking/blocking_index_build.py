"""Building an index without CONCURRENTLY blocks writes until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Edit, Finding, Fix, IndexBuilt, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=IndexBuilt,
    kinds=(IndexStmt,),
    severity="warning",
    category="locking",
    fixable=True,
    covers=(
        "squawk:require-concurrent-index-creation",
        "eugene:E6",
        "strong_migrations:add_index",
        "strong_migrations:add_reference",
        "atlas:PG101",
        "migrationpilot:MP001",
        "pgfence:create-index-not-concurrent",
        "safe-migrate:require-concurrent-index",
        "pgls:requireConcurrentIndexCreation",
        "django-migration-linter:CREATE_INDEX",
        "bytebase:INDEX_CREATE_CONCURRENTLY",
        "pg-schema-diff:SHARE_LOCK: index create",
    ),
)
def check(built: IndexBuilt, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    table = shared_table(ctx, built.relation)
    if built.concurrently or table is None or table.kind == "p" or not isinstance(stmt, IndexStmt):
        return
    keyword = ctx.statement.keyword
    if table.ispartition and (parent := _parent(ctx, stmt)) is not None:
        if built is not _first(ctx):
            return
        yield Finding(
            f"nobody can write to the partitions of {ctx.shown(parent)} while their indexes are built",
            at=keyword,
            help="create it ON ONLY the parent, build each partition's index with CONCURRENTLY, and attach them with ALTER INDEX",
            relation=parent.oid,
            work="build",
        )
        return
    inside = ctx.statement.in_block or ctx.statement.wrapped
    yield Finding(
        f"nobody can write to {ctx.shown(table)} while this index is built",
        at=keyword,
        help=f"build it with CONCURRENTLY{ctx.outside_transaction()}",
        notes=("should that fail, it leaves an invalid index behind, which has to be dropped",),
        fix=Fix("add CONCURRENTLY", "review", (Edit(keyword.end, keyword.end, " CONCURRENTLY"),))
        if not inside
        else None,
        relation=table.oid,
        work="build",
    )


def _parent(ctx: Context, stmt: IndexStmt) -> model.Relation | None:
    """The partitioned table that the statement names."""
    named = None if stmt.relation is None else ctx.find(stmt.relation)
    return named if named is not None and named.kind == "p" else None


def _first(ctx: Context) -> IndexBuilt | None:
    return next(
        (e for e in ctx.statement.effects if isinstance(e, IndexBuilt) and not ctx.is_new(e.relation)),
        None,
    )
