"""DELETE without a condition takes every row away."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import always_true
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.DeleteStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "migrationpilot:MP067",
        "pgfence:delete-without-where",
        "pgls:banDeleteWithoutWhere",
        "bytebase:STATEMENT_WHERE_REQUIRE_UPDATE_DELETE",
    ),
)
def check(stmt: nodes.DeleteStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.whereClause is not None and not always_true(stmt.whereClause):
        return
    table = ctx.existing(stmt.relation)
    if table is None or table.rows == 0 or not ctx.statement.outcome.accepted:
        return
    yield Finding(
        f"every row of {ctx.shown(table)} is deleted",
        at=stmt.relation,
        help="say with WHERE which rows are meant, and delete many of them in batches",
        relation=table.oid,
        work="rewrite",
    )
