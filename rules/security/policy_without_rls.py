"""A table has policies, and row level security is not switched on for it, so they do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Oid
from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.syntax.nodes import CreatePolicyStmt


@rule(
    on=Batch,
    kinds=(CreatePolicyStmt,),
    severity="warning",
    category="security",
    covers=("splinter:0007_policy_exists_rls_disabled",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    said: set[Oid] = set()
    for statement in batch.statements:
        if not isinstance(statement.node, CreatePolicyStmt):
            continue
        relation = ctx.subject_of(statement)
        if relation is None or relation.rowsecurity or relation.oid in said or relation.oid in ctx.dropped:
            continue
        said.add(relation.oid)
        name = ctx.shown(relation)
        yield Finding(
            f"the policy does nothing: row level security of {name} is off",
            at=statement.node.table,
            help="switch row level security on in the same migration",
            fix=Fix("switch it on", "show", sql=f"ALTER TABLE {ctx.spelled(relation)} ENABLE ROW LEVEL SECURITY;"),
            statement=statement,
        )
