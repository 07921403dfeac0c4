"""SET LOCAL outside a transaction sets nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Edit, Finding, Fix, rule
from schemalint.source import Span
from schemalint.syntax.nodes import VariableSetStmt


@rule(on=VariableSetStmt, severity="warning", category="transactions", fixable=True)
def check(stmt: VariableSetStmt, ctx: Context) -> Iterator[Finding]:
    if not stmt.is_local or ctx.statement.in_block or not ctx.statement.outcome.accepted:
        return
    word = ctx.locate(stmt, "local")
    if word is None:
        return
    yield Finding(
        "SET LOCAL lasts until the end of the transaction, and there is none: it sets nothing",
        at=Span(ctx.statement.start, word.end),
        help="put it between BEGIN and COMMIT with what needs it, or SET it for the session",
        notes=("the server warns: SET LOCAL can only be used in transaction blocks",),
        fix=Fix("set it for the session", "review", (Edit(word.start, word.end + 1, ""),)),
    )
