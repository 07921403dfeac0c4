"""An index that is built anew each time stands beside CREATE TABLE IF NOT EXISTS."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement, locate
from schemalint.lint.rule import Batch, Context, Edit, Finding, Fix, Label, rule
from schemalint.syntax.nodes import CreateStmt, IndexStmt


@rule(on=Batch, severity="warning", category="robustness", fixable=True)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    tables: dict[tuple[int, str], tuple[Statement, list[Statement]]] = {}
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, CreateStmt) and node.if_not_exists:
            tables[id(statement.source), node.relation.relname] = (statement, [])
        elif isinstance(node, IndexStmt) and not node.if_not_exists and node.relation is not None and node.idxname:
            found = tables.get((id(statement.source), node.relation.relname))
            if found is not None:
                found[1].append(statement)
    for table, indexes in tables.values():
        if indexes:
            yield _finding(table, indexes)


def _finding(table: Statement, indexes: list[Statement]) -> Finding:
    first, others = indexes[0], indexes[1:]
    assert isinstance(table.node, CreateStmt)
    place = table.node.relation
    labels = [Label("is skipped when the table is there already", table.source, place.start, place.end)]
    labels += [Label("and here", other.source, *other.keyword) for other in others]
    more = "" if not others else " and at one more" if len(others) == 1 else f" and at {len(others)} more"
    return Finding(
        f"a second run passes CREATE TABLE IF NOT EXISTS {place.relname}, then fails at this index{more}",
        at=first.keyword,
        labels=tuple(labels),
        help="say IF NOT EXISTS here, too",
        fix=Fix("add IF NOT EXISTS", "review", tuple(_edit(statement) for statement in indexes)),
        statement=first,
    )


def _edit(statement: Statement) -> Edit:
    """After INDEX or CONCURRENTLY, before the name."""
    assert isinstance(statement.node, IndexStmt)
    assert statement.node.idxname is not None
    text = statement.source.text
    found = locate(text, statement.keyword.end, statement.end, statement.node.idxname)
    at = statement.keyword.end if found is None else found.start
    return Edit(at, at, "IF NOT EXISTS ")
