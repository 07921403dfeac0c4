"""A transaction is begun and never ended, so all that it did is undone."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.source import Source
from schemalint.syntax.nodes import TransactionStmt

BEGINS = frozenset(("TRANS_STMT_BEGIN", "TRANS_STMT_START"))
ENDS = frozenset(("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"))


@rule(
    on=Batch,
    kinds=(TransactionStmt,),
    severity="warning",
    category="transactions",
    covers=("squawk:ban-uncommitted-transaction", "migrationpilot:MP053", "pgfence:unclosed-transaction"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    begun: dict[int, tuple[Source, Statement]] = {}
    for statement in batch.statements:
        node = statement.node
        if not isinstance(node, TransactionStmt) or statement.wrapped:
            continue
        if node.kind in BEGINS:
            begun.setdefault(id(statement.source), (statement.source, statement))
        elif node.kind in ENDS and not node.chain:
            begun.pop(id(statement.source), None)
    for _, statement in begun.values():
        yield Finding(
            "the file ends and this transaction does not, so the server undoes all that follows here",
            at=statement.keyword,
            help="end the file with COMMIT",
            statement=statement,
        )
