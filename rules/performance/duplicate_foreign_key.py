"""A table has two foreign keys that check the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Constraint
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Created, Finding, Label, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt


@rule(
    on=Batch,
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="performance",
    covers=("pg-index-health:DUPLICATED_FOREIGN_KEYS", "pg-index-health:INTERSECTED_FOREIGN_KEYS"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    """At the end of the batch, so that a key which takes another's place is silent once the other is dropped."""
    for statement in batch.statements:
        for effect in statement.outcome.effects:
            if isinstance(effect, Created) and isinstance(effect.object, Constraint) and effect.object.type == "f":
                key = ctx.get(Constraint, effect.object.oid)
                if (
                    key is not None and not key.parentid and key.validated
                ):  # NOT VALID: on its way to take the other's place
                    yield from _compared(key, statement, ctx)


def _compared(key: Constraint, statement: Statement, ctx: Context) -> Iterator[Finding]:
    pairs = set(zip(key.key, key.fkey, strict=True))
    for other in ctx.constraints(key.relid):
        if other.type != "f" or other.frelid != key.frelid or other.parentid or not (other.enforced and key.enforced):
            continue
        others = set(zip(other.key, other.fkey, strict=True))
        if others == pairs and other.oid < key.oid:
            yield _finding(key, other, True, statement, ctx)
            return
        if others < pairs:
            yield _finding(key, other, False, statement, ctx)
            return


def _finding(key: Constraint, other: Constraint, same: bool, statement: Statement, ctx: Context) -> Finding:
    relation, target = ctx.relation(key.relid), ctx.relation(key.frelid)
    columns = listed(ctx.column_names(relation, other.key)) if relation is not None else other.name
    to = "its table" if target is None else ctx.shown(target)
    made = ctx.made_in_batch.get(other.address)
    label = (
        Label("exists already", fact=f"constraint {other.name}")
        if made is None
        else Label("checks it, too", made.source, *made.keyword)
    )
    return Finding(
        f"{key.name} checks what {other.name} checks: that {columns} is in {to}",
        at=statement.node,
        word=key.name,
        labels=(label,),
        help="drop one of them: each write of either table checks both"
        if same
        else f"where none of its columns is NULL, {key.name} does for both: drop {other.name}",
        severity=None if same else "info",
        statement=statement,
    )
