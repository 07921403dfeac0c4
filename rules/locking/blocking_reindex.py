"""REINDEX without CONCURRENTLY blocks writes, and queries that would use the index, until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Fix, IndexBuilt, rule
from schemalint.syntax import nodes

_WORDS = {"REINDEX_OBJECT_INDEX": "INDEX", "REINDEX_OBJECT_TABLE": "TABLE"}


@rule(
    on=nodes.ReindexStmt,
    severity="warning",
    category="locking",
    covers=(
        "squawk:require-concurrent-reindex",
        "migrationpilot:MP021",
        "pgfence:reindex-non-concurrent",
        "pgls:requireConcurrentReindex",
        "django-migration-linter:REINDEX",
    ),
)
def check(stmt: nodes.ReindexStmt, ctx: Context) -> Iterator[Finding]:
    built = next((e for e in ctx.statement.effects if isinstance(e, IndexBuilt) and not e.concurrently), None)
    if built is None:
        return
    table = shared_table(ctx, built.relation)
    word = _WORDS.get(stmt.kind)
    if table is None or (word is None and stmt.kind == "REINDEX_OBJECT_SYSTEM"):
        return
    shown = f"the table of {ctx.shown(table)}" if table.kind == "i" else ctx.shown(table)
    yield Finding(
        f"nobody can write to {shown} while this is built again, and queries that would use the index wait",
        at=ctx.statement.keyword,
        help=f"use REINDEX {word or ''} CONCURRENTLY{ctx.outside_transaction()}".replace("  ", " "),
        fix=Fix("build it beside the old one", "show", sql=f"REINDEX {word} CONCURRENTLY {ctx.written(stmt.relation)};")
        if word is not None and stmt.relation is not None
        else None,
        relation=table.oid,
        work="build",
    )
