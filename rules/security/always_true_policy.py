"""A policy lets everybody write every row."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import always_true, open_roles
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterPolicyStmt, CreatePolicyStmt, RoleSpec

_WORDS = {"all": "read and write", "insert": "insert", "update": "update", "delete": "delete"}

_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}


@rule(
    on=(CreatePolicyStmt, AlterPolicyStmt),
    severity="warning",
    category="security",
    covers=("splinter:0024_rls_policy_always_true",),
)
def check(stmt: CreatePolicyStmt | AlterPolicyStmt, ctx: Context) -> Iterator[Finding]:
    permissive, command, roles = _facts(stmt, ctx)
    who = open_roles(roles)
    if not permissive or command == "select" or not who:
        return
    table = stmt.table.relname
    if always_true(stmt.qual):
        yield Finding(
            f"the policy lets {listed(who)} {_WORDS[command]} every row of {table}: its USING is always true",
            at=stmt.qual,
            help="compare with whom the row belongs to, or name in TO the role that may do this",
        )
    elif always_true(stmt.with_check):
        what = "insert any row into" if command in ("all", "insert") else "change their rows into any others of"
        yield Finding(
            f"the policy lets {listed(who)} {what} {table}: its WITH CHECK is always true",
            at=stmt.with_check,
            help="check whom the new row belongs to, or name in TO the role that may do this",
        )


def _facts(stmt: CreatePolicyStmt | AlterPolicyStmt, ctx: Context) -> tuple[bool, str, tuple[RoleSpec, ...]]:
    """Whether the policy is permissive, its command and roles; of one that is altered, those that it has."""
    if isinstance(stmt, CreatePolicyStmt):
        return stmt.permissive, stmt.cmd_name, stmt.roles
    relation = ctx.find(stmt.table)
    policy = next((p for p in ctx.policies(relation.oid) if p.name == stmt.policy_name), None) if relation else None
    if policy is None:
        return False, "all", ()
    names = [ctx.session.role_name(oid) if oid else None for oid in policy.roles]
    roles = tuple(RoleSpec("ROLESPEC_CSTRING" if name else "ROLESPEC_PUBLIC", name) for name in names)
    return policy.permissive, _COMMANDS[policy.cmd], roles
