"""What a money column holds depends on a setting of the server."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

MONEY = 790  # pg_type.oid


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=("pg-index-health:COLUMNS_WITH_MONEY_TYPE",),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for column in typed_columns(stmt, ctx):
        if column.base == MONEY:
            yield Finding(
                f"{column.name} changes its currency and its decimals with the setting lc_monetary",
                at=column.written,
                help="make it numeric, with a column for the currency",
            )
