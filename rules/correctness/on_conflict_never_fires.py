"""A column that ON CONFLICT relies on can be NULL, and two NULLs never conflict."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.arbiters import Target, key_columns, target_of, unique_indexes
from schemalint.lint.bodies import body_of, pieces
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.lint.trees import find_all
from schemalint.simulator.describe import quote_identifier
from schemalint.source import Span
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(on=Batch, severity="warning", category="correctness")
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        node = statement.node
        if "conflict" not in statement.text.lower():
            continue
        if isinstance(node, nodes.CreateFunctionStmt):
            body = body_of(node, statement.source.text)
            defaults = {p.name: p.defexpr for p in node.parameters if p.name is not None}
            for piece in pieces(statement.source.text, body, ctx.version) if body is not None else ():
                for insert in find_all(piece.node, nodes.InsertStmt):
                    yield from _insert(insert, piece.shift, defaults, statement, ctx)
        elif node is not None and statement.outcome.accepted:
            for insert in find_all(node, nodes.InsertStmt):
                yield from _insert(insert, 0, {}, statement, ctx)


def _insert(
    insert: nodes.InsertStmt, shift: int, defaults: dict[str, Node | None], statement: Statement, ctx: Context
) -> Iterator[Finding]:
    target, relation = target_of(insert), ctx.find(insert.relation)
    if target is None or relation is None or not target.columns:
        return
    index = _arbiter(target, relation, ctx)
    if index is None or index.index is None or index.index.nulls_not_distinct:
        return
    for column in key_columns(relation, index, ctx) or ():
        attribute = ctx.column(relation, column)
        if attribute is None or attribute.notnull:
            continue
        why = _null(insert, relation, column, defaults)
        if why is not None:
            yield _finding(target, shift, relation, index, column, why, statement, ctx)
            return


def _arbiter(target: Target, relation: model.Relation, ctx: Context) -> model.Relation | None:
    for index in unique_indexes(relation, ctx):
        names = key_columns(relation, index, ctx)
        if names is not None and target.columns == frozenset(names) and index.index and not index.index.predicate:
            return index
    return None


def _null(
    insert: nodes.InsertStmt, relation: model.Relation, column: str, defaults: dict[str, Node | None]
) -> str | None:
    """Why the inserted value is NULL, or may well be; None where that is not seen."""
    names = [c.name for c in insert.cols] or [c.name for c in relation.columns if not c.dropped]
    if column not in names:
        attribute = next(c for c in relation.columns if c.name == column)
        return None if attribute.default is not None or attribute.identity else f"{column} is left out, so it is NULL"
    place = names.index(column)
    for row in _rows(insert.selectStmt):
        if place >= len(row):
            continue
        value = row[place]
        if isinstance(value, nodes.TypeCast):
            value = value.arg
        if isinstance(value, nodes.A_Const) and value.kind == "Null":
            return f"{column} is NULL here"
        if isinstance(value, nodes.ColumnRef) and len(value.fields) == 1 and isinstance(value.fields[0], str):
            default = defaults.get(value.fields[0])
            if isinstance(default, nodes.A_Const) and default.kind == "Null":
                return f"{column} takes {value.fields[0]}, which is NULL by default"
    return None


def _rows(select: Node | None) -> Iterator[tuple[Node, ...]]:
    if isinstance(select, nodes.SelectStmt):
        yield from select.valuesLists
        if select.targetList:
            yield tuple(t.val for t in select.targetList if t.val is not None)


def _finding(
    target: Target,
    shift: int,
    relation: model.Relation,
    index: model.Relation,
    column: str,
    why: str,
    statement: Statement,
    ctx: Context,
) -> Finding:
    start, end = target.infer.start + shift, target.infer.end + shift
    begin = _conflict(statement.source.text, start)
    return Finding(
        f"{why}, and two NULLs never conflict: each run inserts another row",
        at=Span(begin, end),
        labels=(ctx.label_column(relation, column, "can be NULL"),),
        help="make the column NOT NULL"
        if ctx.version < 15
        else "make the column NOT NULL, or the unique constraint NULLS NOT DISTINCT",
        fix=_fix(relation, index, ctx),
        statement=statement,
    )


def _conflict(text: str, start: int) -> int:
    """Where ON CONFLICT before the target begins."""
    head = text[:start].rstrip()
    if head.upper().endswith("CONFLICT"):
        before = head[: -len("CONFLICT")].rstrip()
        if before.upper().endswith("ON"):
            return len(before) - 2
    return start


def _fix(relation: model.Relation, index: model.Relation, ctx: Context) -> Fix | None:
    if ctx.version < 15:
        return None
    columns = ", ".join(quote_identifier(c) for c in key_columns(relation, index, ctx) or ())
    table = ctx.shown(relation)
    constraint = next((c for c in ctx.constraints(relation.oid) if c.indid == index.oid), None)
    if constraint is not None:
        sql = (
            f"ALTER TABLE {table} DROP CONSTRAINT {quote_identifier(constraint.name)},\n"
            f"  ADD CONSTRAINT {quote_identifier(constraint.name)} UNIQUE NULLS NOT DISTINCT ({columns});"
        )
    else:
        sql = f"CREATE UNIQUE INDEX ON {table} ({columns}) NULLS NOT DISTINCT;"
    return Fix("let two NULLs be the same", "show", sql=sql)
