"""Several permissive policies are asked for one role and command, where one would do."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import Oid, Policy
from schemalint.lint.context import Statement
from schemalint.lint.exposure import MANAGED
from schemalint.lint.rule import Batch, Context, Created, Finding, rule
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
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
    """One finding for a table, at the last policy that the batch makes for it."""
    last: dict[Oid, tuple[Policy, Statement]] = {}
    for statement in batch.statements:
        for effect in statement.outcome.effects:
            if isinstance(effect, Created) and isinstance(effect.object, Policy):
                policy = ctx.get(Policy, effect.object.oid)
                if policy is not None and policy.permissive and _companions(policy, ctx):
                    last[policy.relid] = (policy, statement)
    for relid, (policy, statement) in last.items():
        relation = ctx.get(model.Relation, relid)
        if relation is None or ctx.names.namespace_name(relation.namespace) in MANAGED:
            continue  # of a table that others' policies are on, too, one does not write all
        others = _companions(policy, ctx)
        shared = [c for c in _COMMANDS if c in _commands(policy) and any(c in _commands(o) for o in others)]
        names = [quote_identifier(p.name) for p in (*others, policy)]
        yield Finding(
            f"{listed([_COMMANDS[c] for c in shared])} on {ctx.shown(relation)} asks several policies about every row:"
            f" {listed(names)}",
            at=statement.node,
            word=policy.name,
            help="join their conditions with OR in one policy, or give them different roles or commands",
            statement=statement,
        )


def _companions(policy: Policy, ctx: Context) -> list[Policy]:
    """Permissive policies of the same table that some role is asked, too, for some command."""
    return [
        other
        for other in ctx.policies(policy.relid)
        if other.permissive
        and other.oid != policy.oid
        and _commands(other) & _commands(policy)
        and _meet(other, policy)
    ]


def _commands(policy: Policy) -> set[str]:
    return set(_COMMANDS if policy.cmd == "*" else policy.cmd)


def _meet(a: Policy, b: Policy) -> bool:
    """Whether both hold for some role; 0 is everybody."""
    return 0 in a.roles or 0 in b.roles or bool(set(a.roles) & set(b.roles))
