"""An index is built, and a later statement of the same batch builds it again."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.context import Statement
from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Batch, Context, Finding, IndexBuilt, Label, rule
from schemalint.syntax import nodes


@rule(
    on=Batch,
    kinds=(nodes.IndexStmt,),
    severity="info",
    category="locking",
    covers=("migrationpilot:SQ003",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    built: dict[int, Statement] = {}
    for statement in batch.statements:
        for effect in statement.effects:
            if not isinstance(effect, IndexBuilt) or effect.index <= 0:
                continue
            first = built.pop(effect.index, None)
            if isinstance(statement.node, nodes.IndexStmt) and shared_table(ctx, effect.relation) is not None:
                built[effect.index] = statement
            elif first is not None and isinstance(statement.node, nodes.AlterTableStmt):
                yield Finding(
                    f"{ctx.table(effect.index)} is built here, and once more by a later statement",
                    statement=first,
                    at=first.keyword,
                    labels=(
                        Label("built again here", statement.source, statement.keyword.start, statement.keyword.end),
                    ),
                    help="create the index after that",
                )
