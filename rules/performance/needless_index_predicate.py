"""The predicate of an index is true for every row."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Finding, rule
from schemalint.lint.trees import column_name
from schemalint.syntax.nodes import IndexStmt, NullTest


@rule(
    on=Created,
    kinds=(IndexStmt,),
    severity="info",
    category="performance",
    covers=("pg-index-health:INDEXES_WITH_UNNECESSARY_WHERE_CLAUSE",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    made, stmt = created.object, ctx.node
    if not isinstance(made, model.Relation) or made.index is None or not isinstance(stmt, IndexStmt):
        return
    table, test = ctx.relation(made.index.relid), stmt.whereClause
    if table is None or not isinstance(test, NullTest) or test.nulltesttype != "IS_NOT_NULL":
        return
    column = ctx.column(table, column_name(test.arg) or "")
    if column is not None and column.notnull:
        yield Finding(
            f"{ctx.shown(table)}.{column.name} is NOT NULL, so the index holds every row all the same",
            at=test,
            help="leave the WHERE out: queries then need not repeat it to use the index",
        )
