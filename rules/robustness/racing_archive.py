"""Rows are copied and then deleted by the same condition, which others may match in between."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, Label, rule
from schemalint.lint.trees import find_all, same_shape, time_dependent
from schemalint.source import Span
from schemalint.syntax import nodes


@rule(on=Batch, severity="warning", category="robustness")
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    copies: list[tuple[Statement, nodes.InsertStmt, nodes.SelectStmt]] = []
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, nodes.InsertStmt) and isinstance(node.selectStmt, nodes.SelectStmt):
            copies.append((statement, node, node.selectStmt))
        elif isinstance(node, nodes.DeleteStmt) and node.whereClause is not None:
            for copy, insert, select in copies:
                if (
                    copy.source is statement.source
                    and _same_rows(select, node)
                    and not _one_snapshot(copy, statement, ctx)
                ):
                    yield _finding(copy, insert, select, statement, node)
                    break


def _same_rows(select: nodes.SelectStmt, delete: nodes.DeleteStmt) -> bool:
    tables = list(find_all(select.fromClause, nodes.RangeVar))
    same_table = len(tables) == 1 and tables[0].relname == delete.relation.relname
    return same_table and select.whereClause is not None and same_shape(select.whereClause, delete.whereClause)


def _one_snapshot(copy: Statement, delete: Statement, ctx: Context) -> bool:
    """Whether both see the same rows: one transaction that is not READ COMMITTED, or a table that only this batch knows."""
    assert isinstance(delete.node, nodes.DeleteStmt)
    if not (copy.in_block and delete.in_block):
        return False
    begin = next(
        (
            s.node
            for s in reversed(ctx.statements[: ctx.statements.index(copy)])
            if isinstance(s.node, nodes.TransactionStmt) and s.node.kind in ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
        ),
        None,
    )
    if begin is None:
        return False
    levels = [getattr(o.arg, "val", o.arg) for o in begin.options if o.defname == "transaction_isolation"]
    return any(level in ("repeatable read", "serializable") for level in levels)


def _finding(
    copy: Statement, insert: nodes.InsertStmt, select: nodes.SelectStmt, delete: Statement, node: nodes.DeleteStmt
) -> Finding:
    text = delete.source.text
    table, archive = node.relation.relname, insert.relation.relname
    assert node.whereClause is not None
    moves = next(time_dependent(node.whereClause), None)
    why = "" if moves is None else f" ({text[moves.start : moves.end]} is later then)"
    where = text[node.whereClause.start : node.whereClause.end]
    sql = f"WITH moved AS (\n  DELETE FROM {table}\n  WHERE {where}\n  RETURNING *\n)\nINSERT INTO {archive} SELECT * FROM moved;"
    return Finding(
        f"rows of {table} that match only after the INSERT{why} are deleted without being copied",
        at=Span(delete.start, node.relation.end),
        labels=(Label("copied here", copy.source, copy.start, insert.relation.end),),
        help="move the rows in one statement",
        fix=Fix("delete and copy the same rows", "show", sql=sql),
        statement=delete,
    )
