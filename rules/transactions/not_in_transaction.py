"""A statement that cannot run inside a transaction stands in one."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.rule import Context, Finding, Label, Refused, rule
from schemalint.syntax import nodes


@rule(
    on=Refused,
    severity="error",
    category="transactions",
    covers=(
        "squawk:ban-concurrent-index-creation-in-transaction",
        "atlas:PG103",
        "migrationpilot:MP025",
        "pgfence:concurrent-in-transaction",
        "safe-migrate:concurrent-in-transaction",
        "pgls:banConcurrentIndexCreationInTransaction",
        "bytebase:STATEMENT_NON_TRANSACTIONAL",
    ),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    if refused.sqlstate != "25001" or "cannot run inside a transaction block" not in refused.message:
        return
    what = refused.message.removesuffix(" cannot run inside a transaction block")
    begin = _begin(ctx)
    labels = () if begin is None else (Label("the transaction begins here", begin.source, begin.start, begin.end),)
    by_runner = begin is None and ctx.statement.wrapped
    yield Finding(
        f"{what} cannot run inside a transaction",
        at=ctx.statement.keyword if "CONCURRENTLY" not in what else _with_word(ctx, "concurrently"),
        labels=labels,
        notes=("the migration runner sends this file as one transaction",) if by_runner else (),
        help="put it into a file of its own, marked to run without a transaction"
        if by_runner
        else "take it out of BEGIN ... COMMIT",
    )


def _begin(ctx: Context) -> Statement | None:
    """The BEGIN that is open here, when it is written in this file."""
    for statement in reversed(ctx.statements):
        if statement.source is not ctx.statement.source:
            return None
        if isinstance(statement.node, nodes.TransactionStmt) and statement.node.kind in (
            "TRANS_STMT_BEGIN",
            "TRANS_STMT_START",
        ):
            return statement
    return None


def _with_word(ctx: Context, word: str) -> object:
    from schemalint.source import Span

    found = ctx.locate(ctx.node, word)
    keyword = ctx.statement.keyword
    return keyword if found is None else Span(keyword.start, max(found.end, keyword.end))
