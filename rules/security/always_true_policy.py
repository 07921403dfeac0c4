"""A policy lets everybody write every row."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import always_true, open_roles
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import CreatePolicyStmt

_WORDS = {"all": "read and write", "insert": "insert", "update": "update", "delete": "delete"}


@rule(
    on=CreatePolicyStmt,
    severity="warning",
    category="security",
    covers=("splinter:0024_rls_policy_always_true",),
)
def check(stmt: CreatePolicyStmt, ctx: Context) -> Iterator[Finding]:
    roles = open_roles(stmt)
    if not stmt.permissive or stmt.cmd_name == "select" or not roles:
        return
    who = listed(roles)
    if always_true(stmt.qual):
        yield Finding(
            f"the policy lets {who} {_WORDS[stmt.cmd_name]} every row of {stmt.table.relname}: its USING is always true",
            at=stmt.qual,
            help="compare with whom the row belongs to, or name in TO the role that may do this",
        )
    elif always_true(stmt.with_check):
        what = "insert any row into" if stmt.cmd_name in ("all", "insert") else "change their rows into any others of"
        yield Finding(
            f"the policy lets {who} {what} {stmt.table.relname}: its WITH CHECK is always true",
            at=stmt.with_check,
            help="check whom the new row belongs to, or name in TO the role that may do this",
        )
