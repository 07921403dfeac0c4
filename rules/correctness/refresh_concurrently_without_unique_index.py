"""REFRESH ... CONCURRENTLY needs a unique index on the materialized view."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Fix, Refused, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(on=Refused, severity="error", category="correctness")
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "55000" or not isinstance(ctx.node, nodes.RefreshMatViewStmt):
        return
    view = ctx.find(ctx.node.relation)
    if view is None or "concurrently" not in refused.message:
        return
    keys = [index for index in ctx.indexes(view.oid) if index.index is not None and index.index.unique]
    partial = any(index.index is not None and (index.index.predicate or index.index.exprs) for index in keys)
    name = ctx.shown(view)
    column = next((c.name for c in view.columns if not c.dropped), "id")
    sql = f"CREATE UNIQUE INDEX {quote_identifier(view.name + '_key')} ON {name} ({quote_identifier(column)});"
    yield Finding(
        f"{name} has no unique index to tell its old and new rows apart by"
        if not partial
        else f"no unique index of {name} is on plain columns and all rows",
        at=ctx.locate(ctx.node, "concurrently"),
        help="create a unique index on columns that identify a row, without WHERE and without expressions",
        fix=Fix(f"create it first ({column} stands for the columns that are unique)", "show", sql=sql),
    )
