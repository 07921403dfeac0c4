"""A policy evaluates a function of the session for each row instead of once."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import calls_per_row, expressions
from schemalint.lint.rule import Context, Edit, Finding, Fix, Label, rule
from schemalint.syntax.nodes import AlterPolicyStmt, CreatePolicyStmt, FuncCall


@rule(
    on=(CreatePolicyStmt, AlterPolicyStmt),
    severity="warning",
    category="performance",
    fixable=True,
    covers=("splinter:0003_auth_rls_initplan",),
)
def check(stmt: CreatePolicyStmt | AlterPolicyStmt, ctx: Context) -> Iterator[Finding]:
    calls = [call for expr in expressions(stmt) for call in calls_per_row(expr)]
    if not calls:
        return
    text = ctx.statement.source.text
    first, others = calls[0], calls[1:]
    shown = text[first.start : first.end]
    yield Finding(
        f"{shown} is evaluated for each row that the policy looks at",
        at=first,
        labels=tuple(Label("and here", ctx.statement.source, other.start, other.end) for other in others),
        help=f"(SELECT {shown}) is evaluated once for the whole query",
        fix=Fix("ask once", "safe", tuple(edit for call in calls for edit in _wrap(call))),
    )


def _wrap(call: FuncCall) -> tuple[Edit, Edit]:
    return Edit(call.start, call.start, "(SELECT "), Edit(call.end, call.end, ")")
