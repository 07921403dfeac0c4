"""A json column makes DISTINCT, GROUP BY and UNION fail."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

JSON = 114  # pg_type.oid


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=(
        "eugene:E3",
        "strong_migrations:add_column_json",
        "pgfence:add-column-json",
        "pgls:preferJsonb",
        "pg-index-health:COLUMNS_WITH_JSON_TYPE",
        "schemalint:prefer-jsonb-to-json",
    ),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for column in typed_columns(stmt, ctx):
        if column.base == JSON:
            yield Finding(
                f"json has no equality operator: SELECT DISTINCT, GROUP BY and UNION over {column.name} fail",
                at=column.written,
                help="make it jsonb",
                severity="warning" if column.existing else "info",
            )
