"""A sequence ends before its column does, or goes on when the column has ended."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import Oid
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Changed, Context, Created, Finding, Fix, rule
from schemalint.syntax.nodes import AlterSeqStmt, AlterTableStmt, CreateSeqStmt, Node

_LARGEST = {21: 2**15 - 1, 23: 2**31 - 1, 20: 2**63 - 1}
"""smallint, integer, bigint."""


@rule(
    on=Batch,
    kinds=(AlterTableStmt, CreateSeqStmt, AlterSeqStmt),
    severity="warning",
    category="performance",
    covers=("migrationpilot:MP068", "pg-index-health:SEQUENCE_OVERFLOW"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    said: set[Oid] = set()
    for statement in batch.statements:
        for effect in statement.outcome.effects:
            made = (
                effect.object if isinstance(effect, Created) else effect.after if isinstance(effect, Changed) else None
            )
            if isinstance(made, model.Relation) and made.oid not in said and _is_about(statement.node):
                said.add(made.oid)
                yield from _relation(made.oid, statement, ctx)


def _is_about(stmt: Node | None) -> bool:
    """Whether a statement sets the range of a sequence or the type of a column."""
    if isinstance(stmt, AlterTableStmt):
        return any(cmd.subtype == "AT_AlterColumnType" for cmd in stmt.cmds)
    return isinstance(stmt, (CreateSeqStmt, AlterSeqStmt))


def _relation(oid: Oid, statement: Statement, ctx: Context) -> Iterator[Finding]:
    relation = ctx.get(model.Relation, oid)
    if relation is None:
        return
    for sequence, column, table in _owned(relation, ctx):
        assert sequence.sequence is not None
        largest, last = _LARGEST.get(column.type), sequence.sequence.max
        if largest is None or sequence.sequence.increment < 0 or sequence.sequence.cycle or last == largest:
            continue
        name = ctx.shown(sequence)
        type_name = ctx.type_name(column.type)
        if last < largest and last in _LARGEST.values():
            yield Finding(
                f"{name} ends at {last}, although {ctx.shown(table)}.{column.name} is {type_name}",
                at=statement.node,
                word=sequence.name if isinstance(statement.node, (CreateSeqStmt, AlterSeqStmt)) else column.name,
                help="give the sequence the column's type",
                fix=Fix("widen it", "show", sql=f"ALTER SEQUENCE {ctx.spelled(sequence)} AS {type_name};"),
                statement=statement,
            )
        elif last > largest and isinstance(statement.node, (CreateSeqStmt, AlterSeqStmt)):
            yield Finding(
                f"{name} goes on to {last}, but {ctx.shown(table)}.{column.name} is {type_name} and ends at {largest}",
                at=statement.node,
                word=sequence.name if isinstance(statement.node, (CreateSeqStmt, AlterSeqStmt)) else column.name,
                help="make the column bigint while the table is small, or the sequence say that it has ended: AS "
                + type_name,
                severity="info",
                statement=statement,
            )


def _owned(relation: model.Relation, ctx: Context) -> Iterator[tuple[model.Relation, model.Attribute, model.Relation]]:
    """Sequences that belong to a column, of the table or the sequence that changed."""
    if relation.kind == "S":
        for dependency in ctx.catalog.depends_on(relation.address):
            table = ctx.get(model.Relation, dependency.refobj.objid)
            if dependency.refobj.classid == "pg_class" and dependency.refobj.objsubid and table is not None:
                yield relation, table.columns[dependency.refobj.objsubid - 1], table
    elif relation.kind in "rp":
        for address, number, _ in ctx.catalog.dependents(relation.address):
            sequence = ctx.get(model.Relation, address.objid) if address.classid == "pg_class" else None
            if number and sequence is not None and sequence.kind == "S":
                yield sequence, relation.columns[number - 1], relation
