"""A function inserts into a table without a column that must now be given."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.callers import Routine, pieces_of, routines, tables_of
from schemalint.lint.context import Statement, locate
from schemalint.lint.rule import Batch, Changed, Context, Finding, Label, rule
from schemalint.lint.trees import find_all, relation_of
from schemalint.simulator.describe import signature
from schemalint.source import Span
from schemalint.syntax import nodes


@rule(on=Batch, severity="warning", category="compatibility")
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    last: dict[tuple[int, str], Statement] = {}
    for statement in batch.statements:
        for oid, column in _required(statement):
            last[oid, column] = statement
    if not last:
        return
    found = list(routines(ctx))
    for (oid, column), statement in last.items():
        table = ctx.last(oid)
        attribute = None if table is None else ctx.column(table, column)
        if table is None or oid in ctx.dropped or attribute is None or not _must_be_given(attribute):
            continue
        for routine in found:
            if table.name in routine.text.lower() and _misses(routine, table, column, ctx):
                yield _finding(routine, table, column, statement, ctx)


def _must_be_given(column: model.Attribute) -> bool:
    return column.notnull and column.default is None and not column.identity and not column.generated


def _required(statement: Statement) -> Iterator[tuple[int, str]]:
    """(table, column) that an INSERT has to give from this statement on."""
    if not statement.outcome.accepted:
        return
    for effect in statement.outcome.effects:
        if not isinstance(effect, Changed) or not isinstance(effect.after, model.Relation):
            continue
        before, after = effect.before, effect.after
        if after.kind not in "rp" or not isinstance(before, model.Relation):
            continue
        given = {c.num for c in before.columns if not c.dropped and _must_be_given(c)}
        for column in after.columns:
            if not column.dropped and _must_be_given(column) and column.num not in given:
                yield after.oid, column.name


def _misses(routine: Routine, table: model.Relation, column: str, ctx: Context) -> bool:
    for piece in pieces_of(routine, ctx):
        for insert in find_all(piece.node, nodes.InsertStmt):
            relation = ctx.find(insert.relation)
            names = [c.name for c in insert.cols]
            if relation is not None and relation.oid == table.oid and names and column not in names:
                return True
    return False


def _finding(routine: Routine, table: model.Relation, column: str, statement: Statement, ctx: Context) -> Finding:
    name = signature(ctx.session, routine.proc)
    fired = [ctx.table(oid) for oid in tables_of(routine, ctx)]
    effect = f"so no row can be written to {fired[0]} any more" if fired else "so it fails when it is called"
    relation = relation_of(statement.node) if statement.node is not None else None
    start = relation.end if relation is not None else statement.start
    return Finding(
        f"{name} inserts into {table.name} without {column}, {effect}",
        at=locate(statement.source.text, start, statement.end, column) or Span(*statement.keyword),
        labels=(Label(f"inserts into {table.name}", fact=f"function {name}"),),
        help=f"keep a default on {column}, or replace the function in the same transaction",
        notes=("the server accepts this; the INSERT in the function fails with 23502",),
        statement=statement,
    )
