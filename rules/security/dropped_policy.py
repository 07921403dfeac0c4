"""A policy is dropped, and none takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Policy
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Dropped, Finding, rule
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import DropStmt

_COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


@rule(
    on=Batch,
    kinds=(DropStmt,),
    severity="warning",
    category="security",
    covers=("pg-schema-diff:AUTHZ: permissive policy added/removed",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        if isinstance(statement.node, DropStmt) and statement.node.removeType == "OBJECT_POLICY":
            for effect in statement.outcome.effects:
                if isinstance(effect, Dropped) and isinstance(effect.object, Policy):
                    yield from _dropped(effect.object, statement, ctx)


def _dropped(policy: Policy, statement: Statement, ctx: Context) -> Iterator[Finding]:
    relation = ctx.last(policy.relid)
    if relation is None or not relation.rowsecurity or ctx.is_new(relation.oid) or relation.oid in ctx.dropped:
        return
    table, wanted = ctx.shown(relation), set(_COMMANDS if policy.cmd == "*" else policy.cmd)
    left = [p for p in ctx.policies(relation.oid) if p.permissive == policy.permissive]
    uncovered = [c for c in _COMMANDS if c in wanted and not any(p.cmd in ("*", c) for p in left)]
    if not uncovered:
        return
    commands = listed([_COMMANDS[c] for c in uncovered])
    yield Finding(
        f"no policy of {table} allows {commands} any more: only its owner may still do that"
        if policy.permissive
        else f"nothing restricts {commands} on {table} any more: rows that {quote_identifier(policy.name)} hid are seen again",
        at=statement.node,
        word=policy.name,
        help="change it with ALTER POLICY, or create the one that takes its place in the same transaction",
        statement=statement,
    )
