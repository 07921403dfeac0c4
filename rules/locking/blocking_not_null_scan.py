"""SET NOT NULL, or a new primary key, reads the whole table while nobody can use it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Fix, Scanned, Step, rule
from schemalint.lint.scans import blocked_scan
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=Scanned,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="locking",
    covers=(
        "squawk:adding-not-nullable-field",
        "eugene:E2",
        "eugene:W14",
        "strong_migrations:change_column_with_not_null",
        "strong_migrations:change_column_null",
        "strong_migrations:change_column_null_postgresql",
        "atlas:PG303",
        "atlas:PG304",
        "migrationpilot:MP002",
        "migrationpilot:MP018",
        "migrationpilot:MP081",
        "pgfence:alter-column-set-not-null",
        "pgls:addingNotNullField",
        "bytebase:STATEMENT_DISALLOW_ADD_NOT_NULL",
        "pg-schema-diff:ACCESS_EXCLUSIVE: set not null",
    ),
)
def check(scanned: Scanned, ctx: Context) -> Iterator[Finding]:
    found = blocked_scan(scanned, ctx, "not null")
    if found is None:
        return
    table, at = found
    column = scanned.why.split('"')[1] if '"' in scanned.why else None
    yield Finding(
        f"nobody can read {ctx.shown(table)} or write to it while all its rows are searched for nulls",
        at=at,
        help="have a constraint that was validated before prove it: the rows are not read again then",
        fix=_steps(ctx, table, column) if column is not None else None,
        relation=table.oid,
        work="scan",
    )


def _steps(ctx: Context, relation: model.Relation, column: str) -> Fix | None:
    stmt = ctx.node
    if not isinstance(stmt, nodes.AlterTableStmt):
        return None
    table, quoted = ctx.written(stmt.relation), quote_identifier(column)
    name = quote_identifier(f"{relation.name.rpartition('.')[2]}_{column}_not_null")
    condition = f"NOT NULL {quoted}" if ctx.version >= 18 else f"CHECK ({quoted} IS NOT NULL)"
    steps = [
        Step(1, f"ALTER TABLE {table} ADD CONSTRAINT {name} {condition} NOT VALID;", "a moment under ACCESS EXCLUSIVE"),
        Step(1, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};", "in a transaction of its own; writes go on"),
    ]
    if ctx.version < 18:
        steps += [
            Step(1, f"ALTER TABLE {table} ALTER COLUMN {quoted} SET NOT NULL;", "a moment: nothing is read"),
            Step(1, f"ALTER TABLE {table} DROP CONSTRAINT {name};", "no longer needed"),
        ]
    return Fix("check the rows while others write", "show", steps=tuple(steps))
