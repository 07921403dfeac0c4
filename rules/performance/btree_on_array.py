"""A btree on an array column answers no question about the array's elements."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Edit, Finding, Fix, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import IndexElem, IndexStmt, RangeVar

_BTREE = 403


@rule(
    on=Created,
    kinds=(IndexStmt,),
    severity="warning",
    category="performance",
    fixable=True,
    covers=("pg-index-health:BTREE_INDEXES_ON_ARRAY_COLUMNS",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    made, stmt = created.object, ctx.node
    if not isinstance(made, model.Relation) or made.index is None or not isinstance(stmt, IndexStmt):
        return
    index, table = made.index, ctx.relation(made.index.relid)
    if table is None or made.am != _BTREE or index.unique or 0 in index.key[:1] or made.inherits:
        return
    column = table.columns[index.key[0] - 1]
    element = ctx.get(model.Type, column.type)
    if element is None or element.category != "A" or element.elem == 0:
        return
    params = stmt.indexParams[0]
    fix = None
    if len(stmt.indexParams) == 1 and not stmt.indexIncludingParams and stmt.relation is not None:
        fix = Fix("use GIN", "review", (_to_gin(stmt.relation, params, ctx),))
    name = quote_identifier(column.name)
    yield Finding(
        f"{ctx.shown(table)}.{column.name} is an array: a btree on it does not serve @>, && or = ANY ({name})",
        at=params,
        help=f"USING gin ({name}) serves {name} @> ... and {name} && ...",
        fix=fix,
    )


def _to_gin(table: RangeVar, first: IndexElem, ctx: Context) -> Edit:
    text = ctx.statement.source.text.lower()
    start = text.find("btree", table.end, first.start)
    return Edit(table.end, table.end, " USING gin") if start < 0 else Edit(start, start + len("btree"), "gin")
