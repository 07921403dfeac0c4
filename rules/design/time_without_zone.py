"""A column holds times without saying in which time zone they are."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

TIMESTAMP, TIMETZ, TIMESTAMPTZ = 1114, 1266, 1184  # pg_type.oid


@rule(
    on=Batch,
    kinds=(CreateStmt, AlterTableStmt),
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
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    habit = None
    for statement in batch.statements:
        if not isinstance(statement.node, CreateStmt | AlterTableStmt) or not statement.outcome.accepted:
            continue
        found = [column for column in typed_columns(statement.node, ctx) if column.base in (TIMESTAMP, TIMETZ)]
        if not found:
            continue
        if habit is None:
            habit = _is_a_habit(ctx)
        if habit:
            return
        names = listed([column.name for column in found])
        yield Finding(
            f"{names} {'does' if len(found) == 1 else 'do'} not say in which time zone {'its' if len(found) == 1 else 'their'} times are:"
            f" {ctx.type_name(found[0].base)}",
            at=found[0].written,
            help="use timestamptz, which holds a moment, whatever time zone a session is in",
            statement=statement,
        )


def _is_a_habit(ctx: Context) -> bool:
    """Whether most times that were there before the batch are kept so: then a mixture would be worse."""
    with_zone = without = 0
    for table in ctx.catalog.changed_objects():
        if isinstance(table, model.Relation) and table.kind in "rp" and not ctx.is_new(table.oid):
            with_zone += sum(c.type == TIMESTAMPTZ for c in table.columns)
            without += sum(c.type in (TIMESTAMP, TIMETZ) for c in table.columns)
    return without > with_zone
