"""The only index of a foreign key's columns, or of a table's replica identity, is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Dropped, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import DropStmt


@rule(
    on=Batch,
    kinds=(DropStmt,),
    severity="warning",
    category="performance",
    covers=("pg-schema-diff:INDEX_DROPPED",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        if not isinstance(statement.node, DropStmt) or statement.node.removeType != "OBJECT_INDEX":
            continue
        for effect in statement.outcome.effects:
            if isinstance(effect, Dropped) and isinstance(effect.object, model.Relation) and effect.object.index:
                yield from _dropped(effect.object, effect.object.index, statement, ctx)


def _dropped(gone: model.Relation, index: model.IndexInfo, statement: Statement, ctx: Context) -> Iterator[Finding]:
    table = ctx.get(model.Relation, index.relid)
    if table is None or ctx.is_new(table.oid) or ctx.is_new(gone.oid) or not index.valid:
        return
    if index.replident and table.replident == "i":
        yield Finding(
            f"{gone.name} is the replica identity of {ctx.shown(table)}: UPDATE and DELETE fail where it is published",
            at=statement.node,
            word=gone.name,
            help="choose another one first: ALTER TABLE ... REPLICA IDENTITY",
            statement=statement,
        )
        return
    left = [i.index.key for i in ctx.indexes(table.oid) if i.index is not None and i.index.predicate is None]
    for key in ctx.constraints(table.oid):
        wanted, width = set(key.key), len(key.key)
        if key.type != "f" or not key.enforced or set(index.key[:width]) != wanted:
            continue
        if not any(set(columns[:width]) == wanted for columns in left):
            columns = listed(ctx.column_names(table, key.key))
            yield Finding(
                f"without {gone.name} deleting from {ctx.table(key.frelid)} reads all of {ctx.shown(table)}",
                at=statement.node,
                word=gone.name,
                help=f"keep it, or build another index that begins with {columns} first",
                notes=(f"the foreign key {key.name} looks {columns} up",),
                relation=table.oid,
                statement=statement,
            )
            return
