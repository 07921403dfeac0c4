"""A function or trigger names a column that is renamed or dropped, and fails when it runs."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.callers import Routine, pieces_of, routines, tables_of
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Changed, Context, Finding, Label, rule
from schemalint.lint.trees import find_all, relation_of
from schemalint.lint.wording import listed
from schemalint.simulator.describe import signature
from schemalint.source import Span
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(on=Batch, severity="warning", category="compatibility")
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """Bodies as the batch leaves them against the columns that it takes away."""
    found: list[Routine] | None = None
    for statement in batch.statements:
        for table, column in _gone(statement):
            now = ctx.last(table.oid)
            if now is None or now.oid in ctx.dropped or ctx.column(now, column) is not None:
                continue
            found = list(routines(ctx)) if found is None else found
            stale = [r for r in found if _uses(r, now, table.name, column, ctx)]
            if stale:
                yield _finding(stale, now, column, statement, ctx)


def _gone(statement: Statement) -> Iterator[tuple[model.Relation, str]]:
    """Columns that the statement takes away."""
    if not statement.outcome.accepted:
        return
    for effect in statement.outcome.effects:
        if not isinstance(effect, Changed) or not isinstance(effect.before, model.Relation):
            continue
        before, after = effect.before, effect.after
        if not isinstance(after, model.Relation) or before.kind not in "rpv":
            continue
        names = {c.name for c in after.columns if not c.dropped}
        for column in before.columns:
            if not column.dropped and column.name not in names:
                yield before, column.name


def _uses(routine: Routine, table: model.Relation, old_name: str, column: str, ctx: Context) -> bool:
    if column not in routine.text.lower():
        return False
    fires = table.oid in tables_of(routine, ctx)
    for piece in pieces_of(routine, ctx):
        if fires and any(_of_row(ref, column) for ref in find_all(piece.node, nodes.ColumnRef)):
            return True
        if any(r.relname in (table.name, old_name) for r in find_all(piece.node, nodes.RangeVar)) and _names(
            piece.node, column, (table.name, old_name), ctx
        ):
            return True
    return fires and _assigns(routine.text, column)


def _of_row(ref: nodes.ColumnRef, column: str) -> bool:
    return len(ref.fields) == 2 and ref.fields[0] in ("new", "old") and ref.fields[1] == column


def _assigns(text: str, column: str) -> bool:
    squeezed = text.lower().replace(" ", "")
    return f"new.{column}:=" in squeezed or f"new.{column}=" in squeezed


def _names(tree: Node, column: str, tables: tuple[str, ...], ctx: Context) -> bool:
    """Whether a statement over the table certainly means its column: qualified, or no other table has one of the name."""
    aliases, others = set(tables), False
    for name in find_all(tree, nodes.RangeVar):
        if name.relname in tables:
            aliases.add(name.alias.aliasname if name.alias is not None else name.relname)
        else:
            relation = ctx.find(name)
            others = others or relation is None or ctx.column(relation, column) is not None
    for ref in find_all(tree, nodes.ColumnRef):
        if ref.fields[-1] == column and (ref.fields[-2] in aliases if len(ref.fields) > 1 else not others):
            return True
    for part in find_all(tree, nodes.InsertStmt):
        if part.relation.relname in tables and any(c.name == column for c in part.cols):
            return True
    return any(
        part.relation.relname in tables and any(t.name == column for t in part.targetList)
        for part in find_all(tree, nodes.UpdateStmt)
    )


def _finding(stale: list[Routine], table: model.Relation, column: str, statement: Statement, ctx: Context) -> Finding:
    names = [signature(ctx.session, routine.proc) for routine in stale]
    fires = any(table.oid in tables_of(routine, ctx) for routine in stale)
    effect = f"every write to {table.name} that runs it fails" if fires else "it fails when it is called"
    if len(stale) > 1:
        effect = "they fail when they run"
    relation = relation_of(statement.node) if statement.node is not None else None
    return Finding(
        f"{listed(names)} still {'use' if len(stale) > 1 else 'uses'} {table.name}.{column}: {effect}",
        at=_place(statement, column, relation),
        labels=tuple(Label(f"uses {column}", fact=f"function {name}") for name in names),
        help="replace the function in the same transaction",
        notes=("the server does not look into function bodies, so it accepts this; the call fails with 42703",),
        statement=statement,
    )


def _place(statement: Statement, column: str, relation: Node | None) -> Span:
    from schemalint.lint.context import locate

    start = relation.end if relation is not None else statement.start
    return locate(statement.source.text, start, statement.end, column) or Span(*statement.keyword)
