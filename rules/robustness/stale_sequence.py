"""Ids are written that a sequence will hand out again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax.nodes import A_Const, InsertStmt, SelectStmt

MOVES = re.compile(r"\b(setval|nextval|restart)\b", re.IGNORECASE)


@rule(on=Batch, kinds=(InsertStmt,), severity="warning", category="robustness", covers=("migrationpilot:MP059",))
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """Of tables that the batch makes: of others it is not known how far their sequence is."""
    said: set[int] = set()
    for position, statement in enumerate(batch.statements):
        node = statement.node
        if not isinstance(node, InsertStmt) or not statement.outcome.accepted:
            continue
        table = ctx.find(node.relation)
        if table is None or table.oid in said or not ctx.is_new(table.oid) or table.persistence == "t":
            continue
        written = _written(node, table)
        if written is None or any(MOVES.search(later.text) for later in batch.statements[position + 1 :]):
            continue
        said.add(table.oid)
        name, value = written
        yield Finding(
            f"{ctx.shown(table)}.{name} gets {value.val} here, and later its sequence hands out the same number",
            at=value,
            help=f"move the sequence on: SELECT setval(pg_get_serial_sequence('{ctx.shown(table)}', '{name}'), max({name})) FROM {ctx.shown(table)}",
            notes=("writing a value does not move the sequence behind the column",),
            statement=statement,
        )


def _written(stmt: InsertStmt, table: model.Relation) -> tuple[str, A_Const] | None:
    """The column that has a sequence, and the first number that VALUES writes into it."""
    if not isinstance(stmt.selectStmt, SelectStmt):
        return None
    names = [t.name for t in stmt.cols] or [c.name for c in table.columns if not c.dropped]
    for column in table.columns:
        numbered = column.identity == "d" or (column.default is not None and "nextval(" in column.default.text)
        if column.dropped or not numbered or column.name not in names:
            continue
        place = names.index(column.name)
        for row in stmt.selectStmt.valuesLists:
            value = row[place] if place < len(row) else None
            if isinstance(value, A_Const) and value.kind == "Integer" and int(str(value.val)) > 0:
                return column.name, value
    return None
