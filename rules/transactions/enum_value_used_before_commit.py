"""A new enum value is used in the transaction that adds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Label, Refused, rule
from schemalint.syntax.nodes import AlterEnumStmt

_UNSAFE = re.compile(r'^unsafe use of new value "(.+)" of enum type (.+)$')


@rule(on=Refused, severity="error", category="transactions")
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    found = _UNSAFE.match(refused.message)
    if refused.sqlstate != "55P04" or found is None:
        return
    value = found[1]
    labels: tuple[Label, ...] = ()
    for statement in ctx.statements:
        if isinstance(statement.node, AlterEnumStmt) and statement.node.newVal == value:
            labels = (Label("added here, in the same transaction", statement.source, statement.start, statement.end),)
    yield Finding(
        f"the enum value '{value}' cannot be used before the transaction that adds it is committed",
        at=ctx.locate(refused, value) or refused,
        labels=labels,
        help="add the value in a migration of its own, which is committed before this one",
    )
