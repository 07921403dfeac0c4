"""A policy lets rows be updated or deleted that no policy lets be read, so that none is found."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Oid, Policy
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax.nodes import CreatePolicyStmt


@rule(
    on=Batch,
    kinds=(CreatePolicyStmt,),
    severity="warning",
    category="security",
    covers=("migrationpilot:MP079",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    said: set[Oid] = set()
    for statement in batch.statements:
        stmt = statement.node
        if not isinstance(stmt, CreatePolicyStmt) or stmt.cmd_name not in ("update", "delete") or not stmt.permissive:
            continue
        relation = ctx.subject_of(statement)
        if relation is None or relation.oid in said or not relation.rowsecurity:
            continue
        policies = ctx.policies(relation.oid)
        policy = next((p for p in policies if p.name == stmt.policy_name), None)
        if policy is None or any(_shows(p, policy) for p in policies):
            continue
        said.add(relation.oid)
        yield Finding(
            f"{stmt.cmd_name.upper()} on {ctx.shown(relation)} finds no rows: no policy lets {_who(stmt)} SELECT them",
            at=stmt,
            word=stmt.policy_name,
            help="add a policy FOR SELECT with the same condition: an UPDATE or DELETE with a WHERE has to read what it writes",
            statement=statement,
        )


def _shows(read: Policy, write: Policy) -> bool:
    """Whether a policy for SELECT holds for some role of the other; roles may be members of each other, so more is not known."""
    public = 0 in read.roles or 0 in write.roles
    return read.permissive and read.cmd in ("*", "r") and (public or bool(set(read.roles) & set(write.roles)))


def _who(stmt: CreatePolicyStmt) -> str:
    names = [role.rolename for role in stmt.roles if role.rolename is not None]
    return names[0] if len(names) == 1 else "those roles" if names else "anybody"
