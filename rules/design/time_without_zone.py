"""A column holds times without saying in which time zone they are."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import listed
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
    found = [column for column in typed_columns(stmt, ctx) if column.base in (TIMESTAMP, TIMETZ)]
    if not found or _does_so_already(ctx):
        return
    names = listed([column.name for column in found])
    yield Finding(
        f"{names} {'does' if len(found) == 1 else 'do'} not say in which time zone {'its' if len(found) == 1 else 'their'} times are:"
        f" {ctx.type_name(found[0].base)}",
        at=found[0].written,
        help="use timestamptz, which holds a moment, whatever time zone a session is in",
    )


def _does_so_already(ctx: Context) -> bool:
    """Whether the table had such columns before: then they are a habit of the project, and a mixture would be worse."""
    relation = None if isinstance(ctx.node, CreateStmt) else ctx.find(ctx.node.relation)  # type: ignore[attr-defined]
    before = None if relation is None else ctx.before(relation)
    return before is not None and any(column.type in (TIMESTAMP, TIMETZ) for column in before.columns)
