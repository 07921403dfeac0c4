"""UPDATE without a condition writes every row in one go."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import always_true
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.UpdateStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "strong_migrations:change_column_null",
        "migrationpilot:MP011",
        "pgfence:update-in-migration",
        "pgls:banUpdateWithoutWhere",
        "bytebase:STATEMENT_WHERE_REQUIRE_UPDATE_DELETE",
    ),
)
def check(stmt: nodes.UpdateStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.whereClause is not None and not always_true(stmt.whereClause):
        return
    table = ctx.existing(stmt.relation)
    if table is None or table.rows == 0 or not ctx.statement.outcome.accepted:
        return
    yield Finding(
        f"every row of {ctx.shown(table)} is written by one statement, and locked until its transaction ends",
        at=stmt.relation,
        help="say with WHERE which rows are meant, and write them in batches, each in a transaction of its own",
        notes=("what the rows held before is gone",),
        relation=table.oid,
        work="rewrite",
    )
