"""A new column is filled in all rows by one statement."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import column_name, columns_of, relation_of
from schemalint.syntax import nodes


@rule(on=nodes.UpdateStmt, severity="warning", category="locking")
def check(stmt: nodes.UpdateStmt, ctx: Context) -> Iterator[Finding]:
    test = stmt.whereClause
    if not isinstance(test, nodes.NullTest) or test.nulltesttype != "IS_NULL":
        return
    name, table = column_name(test.arg), ctx.presume(stmt.relation)
    if table is None or ctx.is_new(table) or name not in _added(ctx, table):
        return
    shown = ctx.table(table)
    yield Finding(
        f"{name} is new, so it is NULL in every row of {shown}: all are written by one statement, and locked until its transaction ends",
        at=ctx.statement.keyword,
        help=f"fill it in batches, each in a transaction of its own: UPDATE {shown} ... WHERE {name} IS NULL AND id BETWEEN 1 AND 10000",
        relation=table,
        work="rewrite",
    )


def _added(ctx: Context, table: int) -> set[str | None]:
    """Columns that the batch has added to a table without a default."""
    return {
        column.colname
        for statement in ctx.statements
        if isinstance(statement.node, nodes.AlterTableStmt)
        and (named := relation_of(statement.node)) is not None
        and ctx.presume(named) == table
        for column in columns_of(statement.node)
        if not any(c.contype in ("CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY") for c in column.constraints)
    }
