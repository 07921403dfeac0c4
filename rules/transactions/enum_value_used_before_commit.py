"""A new enum value is used in the transaction that adds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Label, Refused, rule
from schemalint.lint.trees import find_all
from schemalint.syntax.nodes import A_Const, AlterEnumStmt, Node

_UNSAFE = re.compile(r'^unsafe use of new value "(.+)" of enum type (.+)$')


_HELP = "add the value in a migration of its own, which is committed before this one"


@rule(
    on=(Refused, Batch),
    severity="error",
    category="transactions",
    sqlstates=("55P04",),
    kinds=(AlterEnumStmt,),
    covers=(
        "migrationpilot:MP012",
        "migrationpilot:MP054",
        "pgfence:alter-enum-add-value",
        "safe-migrate:alter-type-add-value-txn",
        "pgls:avoidAlterEnumAddValue",
    ),
)
def check(subject: Refused | Batch, ctx: Context) -> Iterator[Finding]:
    if isinstance(subject, Batch):
        yield from _of_unknown_types(subject)
        return
    found = _UNSAFE.match(subject.message)
    if found is None:
        return
    value = found[1]
    added = [s for s in ctx.statements if isinstance(s.node, AlterEnumStmt) and s.node.newVal == value]
    yield Finding(
        f"the enum value '{value}' cannot be used before the transaction that adds it is committed",
        at=ctx.locate(subject, value) or subject,
        labels=_where(added[-1:]),
        help=_HELP,
    )


def _of_unknown_types(batch: Batch) -> Iterator[Finding]:
    """Where the type is not known, its new value stands out as a constant in what the same transaction does next."""
    added: dict[str, Statement] = {}
    for statement in batch.statements:
        if not statement.in_block:
            added.clear()
        elif isinstance(node := statement.node, AlterEnumStmt):
            if node.oldVal is None and statement.outcome.undecided:
                added[node.newVal] = statement
        elif added and node is not None and statement.outcome.accepted:
            yield from _uses(node, statement, added)


def _uses(node: Node, statement: Statement, added: dict[str, Statement]) -> Iterator[Finding]:
    for constant in find_all(node, A_Const):
        if constant.kind == "String" and isinstance(constant.val, str) and constant.val in added:
            yield Finding(
                f"if '{constant.val}' is the enum value, it cannot be used before the transaction that adds it is committed",
                at=constant,
                labels=_where([added[constant.val]]),
                help=_HELP,
                severity="warning",
                statement=statement,
            )


def _where(added: list[Statement]) -> tuple[Label, ...]:
    return tuple(Label("added here, in the same transaction", s.source, s.start, s.end) for s in added)
