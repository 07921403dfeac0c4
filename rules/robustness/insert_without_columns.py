"""An INSERT depends on the order of the table's columns."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, insert_after, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import A_Star, ColumnRef, InsertStmt, SelectStmt


@rule(
    on=InsertStmt,
    severity="info",
    category="robustness",
    fixable=True,
    covers=("bytebase:STATEMENT_INSERT_MUST_SPECIFY_COLUMN",),
)
def check(stmt: InsertStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.cols or not isinstance(stmt.selectStmt, SelectStmt) or not ctx.statement.outcome.accepted:
        return
    relation = ctx.find(stmt.relation)
    if relation is not None and (ctx.is_new(relation.oid) or relation.persistence == "t"):
        return
    if any(isinstance(t.val, ColumnRef) and isinstance(t.val.fields[-1], A_Star) for t in stmt.selectStmt.targetList):
        return  # a copy of a table, into one that was made like it
    fix = None
    rows = stmt.selectStmt.valuesLists
    if relation is not None and rows:
        names = [quote_identifier(c.name) for c in relation.columns if not c.dropped][: len(rows[0])]
        fix = insert_after(stmt.relation, f" ({', '.join(names)})", "name the columns", "safe")
    yield Finding(
        f"the values go into the columns of {stmt.relation.relname} in the order that these happen to have",
        at=stmt.relation,
        help="name the columns: their order may differ between databases, and one more changes what fits",
        fix=fix,
    )
