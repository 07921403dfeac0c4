"""A column holds times without saying in which time zone they are."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

TIMESTAMP, TIMETZ = 1114, 1266  # pg_type.oid


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="info",
    category="design",
    covers=(
        "squawk:prefer-timestamp-tz",
        "migrationpilot:MP040",
        "pgfence:prefer-timestamptz",
        "pgls:preferTimestamptz",
        "pg-index-health:COLUMNS_WITH_TIMESTAMP_OR_TIMETZ_TYPE",
        "schemalint:prefer-timestamptz-to-timestamp",
    ),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for column in typed_columns(stmt, ctx):
        if column.base in (TIMESTAMP, TIMETZ):
            yield Finding(
                f"{column.name} does not say in which time zone its times are: {ctx.type_name(column.base)}",
                at=column.written,
                help="make it timestamptz, which holds a moment, whatever time zone a session is in",
            )
