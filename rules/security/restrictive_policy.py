"""A restrictive policy takes rows from everybody at once."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import CreatePolicyStmt

_WORDS = {"all": "sees or writes", "select": "sees", "insert": "inserts", "update": "updates", "delete": "deletes"}


@rule(
    on=CreatePolicyStmt,
    severity="warning",
    category="security",
    covers=("safe-migrate:restrictive-policy", "pg-schema-diff:AUTHZ: restrictive policy added/removed"),
)
def check(stmt: CreatePolicyStmt, ctx: Context) -> Iterator[Finding]:
    relation = ctx.find(stmt.table)
    if stmt.permissive or not ctx.statement.outcome.accepted:
        return
    if relation is not None and (ctx.is_new(relation.oid) or not relation.rowsecurity):
        return
    name = stmt.table.relname if relation is None else ctx.shown(relation)
    yield Finding(
        f"from now on nobody {_WORDS[stmt.cmd_name]} rows of {name} that {quote_identifier(stmt.policy_name)} does not let through,"
        " whatever other policies say",
        at=stmt,
        word=stmt.policy_name,
        help="count the rows that it hides before it goes live, and name in TO the roles that it is meant for",
    )
