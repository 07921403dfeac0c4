"""A policy reads its own table, and has to be asked again for that."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.policies import expressions
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import find_all
from schemalint.syntax import nodes


@rule(on=(nodes.CreatePolicyStmt, nodes.AlterPolicyStmt), severity="error", category="security")
def check(stmt: nodes.CreatePolicyStmt | nodes.AlterPolicyStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.find(stmt.table)
    if table is None or not ctx.statement.outcome.accepted:
        return
    policy = next((p for p in ctx.policies(table.oid) if p.name == stmt.policy_name), None)
    if policy is not None and policy.cmd not in ("*", "r"):
        return  # the subquery asks the policies for SELECT, not this one
    for expr in expressions(stmt):
        for select in find_all(expr, nodes.SelectStmt):
            for name in find_all(select.fromClause, nodes.RangeVar):
                found = ctx.find(name)
                if found is not None and found.oid == table.oid:
                    yield _finding(name, table)
                    return


def _finding(name: nodes.RangeVar, table: model.Relation) -> Finding:
    return Finding(
        f"the policy reads {table.name}, for which it has to be asked again: every query ends with infinite recursion",
        at=name,
        help="read the table in a SECURITY DEFINER function with a fixed search_path, and call that from the policy",
        notes=(
            "the server accepts the policy, then refuses every query: 42P17, infinite recursion detected in policy",
        ),
        severity=None if table.rowsecurity else "warning",  # it rests until row level security is on
    )
