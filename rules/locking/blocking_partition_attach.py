"""Attaching a partition reads all its rows, or the default partition's, while nobody can use them."""

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
        "migrationpilot:MP072",
        "migrationpilot:MP094",
        "pgfence:attach-partition",
        "safe-migrate:blocking-partition-mutation",
        "pgls:avoidAttachingPartition",
    ),
)
def check(scanned: Scanned, ctx: Context) -> Iterator[Finding]:
    found = blocked_scan(scanned, ctx, "partition")
    if found is None:
        return
    table, cmd = found
    if not isinstance(cmd, nodes.AlterTableCmd):
        return
    is_default = table.partition_bound is not None and table.partition_bound.is_default
    partition = ctx.presume(cmd.def_.name)
    if is_default and partition != table.oid:
        message = f"nobody can use the default partition {ctx.shown(table)} while all its rows are read"
        advice = "add a CHECK that excludes the new partition's rows to it, NOT VALID, and validate that before"
    else:
        message = f"nobody can use {ctx.shown(table)} while all its rows are checked against the bounds"
        advice = "add a CHECK that implies the bounds to it, NOT VALID, and validate that before: the rows are not read again then"
    yield Finding(
        message,
        at=cmd,
        help=advice,
        fix=_steps(ctx, cmd, table) if partition == table.oid else None,
        relation=table.oid,
        work="scan",
    )


def _steps(ctx: Context, cmd: nodes.AlterTableCmd, partition: model.Relation) -> Fix | None:
    """The CHECK for a key of one plain column."""
    stmt = ctx.node
    parent = ctx.find(stmt.relation) if isinstance(stmt, nodes.AlterTableStmt) else None
    key = None if parent is None else parent.partition_key
    if key is None or parent is None or len(key.attrs) != 1 or key.attrs[0] == 0:
        return None
    condition = _condition(ctx, quote_identifier(parent.columns[key.attrs[0] - 1].name), cmd.def_.bound)
    if condition is None:
        return None
    table, name = ctx.written(cmd.def_.name), quote_identifier(f"{partition.name}_bounds")
    return Fix(
        "check the bounds before",
        "show",
        steps=(
            Step(
                1,
                f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID;",
                "a moment under ACCESS EXCLUSIVE",
            ),
            Step(1, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};", "in a transaction of its own; writes go on"),
            Step(1, f"{ctx.statement.text.rstrip().rstrip(';')};", "nothing is read"),
            Step(1, f"ALTER TABLE {table} DROP CONSTRAINT {name};", "no longer needed"),
        ),
    )


def _condition(ctx: Context, column: str, bound: nodes.PartitionBoundSpec | None) -> str | None:
    if bound is None or bound.is_default:
        return None
    if bound.strategy == "l":
        texts = [ctx.written(datum) for datum in bound.listdatums]
        if not texts or any(text.upper() == "NULL" for text in texts):
            return None
        return f"{column} IS NOT NULL AND {column} IN ({', '.join(texts)})"
    if bound.strategy == "r" and len(bound.lowerdatums) == len(bound.upperdatums) == 1:
        low, high = ctx.written(bound.lowerdatums[0]), ctx.written(bound.upperdatums[0])
        parts = [f"{column} IS NOT NULL"]
        parts += [] if low.upper() == "MINVALUE" else [f"{column} >= {low}"]
        parts += [] if high.upper() == "MAXVALUE" else [f"{column} < {high}"]
        return " AND ".join(parts)
    return None
