"""A constraint is still NOT VALID, so that rows from before may break it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Constraint, Oid, Relation
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import AlterTableStmt


@rule(
    on=Batch,
    kinds=(AlterTableStmt,),
    severity="info",
    category="performance",
    covers=("pg-index-health:NOT_VALID_CONSTRAINTS",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """Constraints that this batch's last file adds are to be validated by a later one, and are not reported."""
    last = batch.statements[-1].source
    said: set[Oid] = set()
    for statement in batch.statements:
        relation = ctx.subject_of(statement) if isinstance(statement.node, AlterTableStmt) else None
        if relation is None or relation.oid in ctx.dropped or not statement.outcome.accepted:
            continue
        for constraint in ctx.constraints(relation.oid):
            made = ctx.made_in_batch.get(constraint.address)
            if constraint.validated or not constraint.enforced or constraint.oid in said or constraint.parentid:
                continue
            if made is not None and (made.source is last or made is not statement):
                continue
            said.add(constraint.oid)
            yield _finding(constraint, relation, statement, made is not None, ctx)


def _finding(constraint: Constraint, relation: Relation, statement: Statement, in_batch: bool, ctx: Context) -> Finding:
    table = ctx.shown(relation)
    spelled = ctx.spelled(relation)
    return Finding(
        f"{constraint.name} of {table} is NOT VALID, and no later migration validates it"
        if in_batch
        else f"{constraint.name} of {table} has been NOT VALID since an earlier migration",
        at=statement.node,
        word=constraint.name if in_batch else None,
        help="validate it: reads and writes go on meanwhile",
        fix=Fix(
            "validate it", "show", sql=f"ALTER TABLE {spelled} VALIDATE CONSTRAINT {quote_identifier(constraint.name)};"
        ),
        statement=statement,
    )
