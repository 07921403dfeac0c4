"""A new table is filled with all rows of a large one by a single statement."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.CreateTableAsStmt,
    severity="info",
    category="locking",
    needs=("sizes",),
    covers=("migrationpilot:MP096", "safe-migrate:create-table-as-select"),
)
def check(stmt: nodes.CreateTableAsStmt, ctx: Context) -> Iterator[Finding]:
    query = stmt.query
    if not isinstance(query, nodes.SelectStmt) or stmt.into.skipData or stmt.into.rel.relpersistence == "t":
        return
    if query.whereClause is not None or query.limitCount is not None:
        return
    for source in query.fromClause:
        table = ctx.find(source) if isinstance(source, nodes.RangeVar) else None
        if table is not None and (ctx.rows(table.oid) or 0) > ctx.thresholds.large:
            yield Finding(
                f"all of {ctx.shown(table)} is read and written by one statement",
                at=ctx.statement.keyword,
                help="create the table WITH NO DATA, and fill it in batches",
                severity="info",
            )
            return
