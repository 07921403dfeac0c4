"""A new CHECK constraint reads the whole table while nobody can even read it."""

from __future__ import annotations

from collections.abc import Iterator

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
        "squawk:constraint-missing-not-valid",
        "eugene:E1",
        "strong_migrations:add_check_constraint",
        "atlas:PG305",
        "migrationpilot:MP030",
        "pgfence:add-constraint-check-no-not-valid",
        "safe-migrate:blocking-constraint",
        "pgls:constraintMissingNotValid",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "bytebase:STATEMENT_ADD_CHECK_NOT_VALID",
        "pg-schema-diff:ACCESS_EXCLUSIVE: add check",
    ),
)
def check(scanned: Scanned, ctx: Context) -> Iterator[Finding]:
    found = blocked_scan(scanned, ctx, "check")
    if found is None:
        return
    table, at = found
    yield Finding(
        f"nobody can read {ctx.shown(table)} or write to it while all its rows are checked",
        at=at,
        help="add the constraint NOT VALID, and validate it in a transaction of its own, which lets others read and write",
        fix=_steps(ctx, scanned, at),
        relation=table.oid,
        work="scan",
    )


def _steps(ctx: Context, scanned: Scanned, at: object) -> Fix | None:
    stmt = ctx.node
    if not isinstance(at, nodes.Constraint) or not isinstance(stmt, nodes.AlterTableStmt) or at.raw_expr is None:
        return None
    if not any(cmd.def_ is at for cmd in stmt.cmds) or ctx.relation(scanned.relation) is None:
        return None
    name = at.conname or scanned.why
    if not at.conname and scanned.relation < 0:
        return None
    table, quoted = ctx.written(stmt.relation), quote_identifier(name)
    return Fix(
        "check the rows later",
        "show",
        steps=(
            Step(
                1,
                f"ALTER TABLE {table} ADD CONSTRAINT {quoted} CHECK ({ctx.written(at.raw_expr)}) NOT VALID;",
                "a moment under ACCESS EXCLUSIVE",
            ),
            Step(1, f"ALTER TABLE {table} VALIDATE CONSTRAINT {quoted};", "in a transaction of its own; writes go on"),
        ),
    )
