"""BEGIN, COMMIT or ROLLBACK stands where no transaction begins or ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.simulator.effects import Noted
from schemalint.syntax.nodes import TransactionStmt


@rule(
    on=TransactionStmt,
    severity="warning",
    category="transactions",
    covers=("squawk:transaction-nesting", "pgls:transactionNesting", "bytebase:STATEMENT_DISALLOW_COMMIT"),
)
def check(stmt: TransactionStmt, ctx: Context) -> Iterator[Finding]:
    word = ctx.statement.kind
    warned = next((e.message for e in ctx.statement.outcome.effects if isinstance(e, Noted)), None)
    if ctx.statement.wrapped and stmt.kind in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK") and warned is None:
        ends = "commits" if stmt.kind == "TRANS_STMT_COMMIT" else "undoes"
        yield Finding(
            f"{word} {ends} the transaction of the migration runner, and what follows runs outside it",
            at=ctx.statement.keyword,
            help=f"leave BEGIN and {word} to the runner{_or_outside(ctx)}",
            notes=("a failure further down cannot be undone, nor what the runner records with it",),
        )
    elif not ctx.statement.wrapped and warned is not None:
        begins = stmt.kind in ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
        yield Finding(
            f"{word} does nothing here: {warned}",
            at=ctx.statement.keyword,
            help="end the transaction before, or leave this BEGIN out; SAVEPOINT makes a part that can be undone"
            if begins
            else f"put BEGIN before what it is to end, or leave this {word} out",
            notes=("the next COMMIT ends the one transaction that there is",) if begins else (),
        )


def _or_outside(ctx: Context) -> str:
    way = ctx.statement.way_out
    return f", or {way}" if way else ""
