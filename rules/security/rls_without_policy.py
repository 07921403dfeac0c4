"""Row level security is switched on for a table that has no policy."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Oid
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=Batch,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="security",
    covers=("splinter:0008_rls_enabled_no_policy", "migrationpilot:MP057"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    enabled: dict[Oid, tuple[Statement, nodes.AlterTableStmt]] = {}
    for statement in batch.statements:
        node = statement.node
        if isinstance(node, nodes.AlterTableStmt) and any(c.subtype == "AT_EnableRowSecurity" for c in node.cmds):
            relation = ctx.find(node.relation)
            if relation is not None and relation.rowsecurity:
                enabled[relation.oid] = (statement, node)
    written = _written(batch, ctx)
    for oid, (statement, node) in enabled.items():
        relation = ctx.last(oid)
        if relation is None or not relation.rowsecurity or ctx.policies(oid) or oid in written:
            continue
        name = ctx.shown(relation)
        yield Finding(
            f"{name} has row level security and no policy: nobody but its owner sees or writes a row",
            at=node.relation,
            help="create the policies in the same migration",
            notes=(f"CREATE POLICY ... ON {quote_identifier(relation.name)} FOR SELECT TO ... USING (...)",),
            statement=statement,
        )


def _written(batch: Batch, ctx: Context) -> set[Oid]:
    """Tables that a policy is written for, be it one that the server refuses."""
    found = set()
    for statement in batch.statements:
        if isinstance(statement.node, nodes.CreatePolicyStmt):
            relation = ctx.find(statement.node.table)
            if relation is not None:
                found.add(relation.oid)
    return found
