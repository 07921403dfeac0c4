"""Several permissive policies are asked for one role and command, where one would do."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import Policy
from schemalint.lint.rule import Batch, Context, Created, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import CreatePolicyStmt

_COMMANDS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


@rule(
    on=Batch,
    kinds=(CreatePolicyStmt,),
    severity="info",
    category="performance",
    covers=("splinter:0006_multiple_permissive_policies",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        made = [e.object for e in statement.outcome.effects if isinstance(e, Created) and isinstance(e.object, Policy)]
        policy = ctx.get(Policy, made[0].oid) if made else None
        relation = None if policy is None else ctx.get(model.Relation, policy.relid)
        if policy is None or relation is None or not policy.permissive:
            continue
        others = [
            other
            for other in ctx.policies(relation.oid)
            if other.permissive
            and other.oid < policy.oid
            and _commands(other) & _commands(policy)
            and _meet(other, policy)
        ]
        if others:
            shared = sorted(set().union(*(_commands(o) for o in others)) & _commands(policy), key="rawd".index)
            yield Finding(
                f"{listed([_COMMANDS[c] for c in shared])} on {ctx.shown(relation)} asks {policy.name}"
                f" and {listed([o.name for o in others])} of every row",
                at=statement.node,
                word=policy.name,
                help="join their conditions with OR in one policy, or give them different roles or commands",
                statement=statement,
            )


def _commands(policy: Policy) -> set[str]:
    return set(_COMMANDS if policy.cmd == "*" else policy.cmd)


def _meet(a: Policy, b: Policy) -> bool:
    """Whether both hold for some role; 0 is everybody."""
    return 0 in a.roles or 0 in b.roles or bool(set(a.roles) & set(b.roles))
