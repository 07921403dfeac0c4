"""A new foreign key reads the whole table while nobody can write to it, nor to the one it references."""

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
        "squawk:adding-foreign-key-constraint",
        "eugene:E1",
        "strong_migrations:add_foreign_key",
        "strong_migrations:add_reference",
        "atlas:PG306",
        "migrationpilot:MP005",
        "pgfence:add-constraint-fk-no-not-valid",
        "pgfence:add-column-inline-foreign-key",
        "safe-migrate:blocking-constraint",
        "pgls:addingForeignKeyConstraint",
        "pgls:constraintMissingNotValid",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "bytebase:STATEMENT_ADD_FOREIGN_KEY_NOT_VALID",
        "pg-schema-diff:SHARE_ROW_EXCLUSIVE: add fk",
    ),
)
def check(scanned: Scanned, ctx: Context) -> Iterator[Finding]:
    found = blocked_scan(scanned, ctx, "foreign key")
    if found is None:
        return
    table, at = found
    inline = isinstance(ctx.node, nodes.AlterTableStmt) and not any(cmd.def_ is at for cmd in ctx.node.cmds)
    if table.kind == "p" and ctx.version < 18:
        advice = "add it to each partition NOT VALID and validate it there first: before 18 the partitioned table takes no NOT VALID"
    elif inline:
        advice = "add the column alone, then the foreign key NOT VALID, and validate it in a transaction of its own"
    else:
        advice = "add it NOT VALID, and validate it in a transaction of its own, which lets others write"
    referenced = (
        at.pktable.relname if isinstance(at, nodes.Constraint) and at.pktable is not None else "the other table"
    )
    yield Finding(
        f"nobody can write to {ctx.shown(table)} or {referenced} while all rows of {ctx.shown(table)} are checked",
        at=at,
        help=advice,
        fix=None if inline or table.kind == "p" else _steps(ctx, scanned, at),
        relation=table.oid,
        work="scan",
    )


def _steps(ctx: Context, scanned: Scanned, at: object) -> Fix | None:
    stmt = ctx.node
    if not isinstance(at, nodes.Constraint) or not isinstance(stmt, nodes.AlterTableStmt):
        return None
    if at.conname is None and scanned.relation < 0:
        return None
    table, quoted = ctx.written(stmt.relation), quote_identifier(at.conname or scanned.why)
    said = ctx.written(at)
    body = said if at.conname is None else said[said.upper().index("FOREIGN KEY") :]
    return Fix(
        "check the rows later",
        "show",
        steps=(
            Step(
                1,
                f"ALTER TABLE {table} ADD CONSTRAINT {quoted} {body} NOT VALID;",
                "a moment under SHARE ROW EXCLUSIVE on both tables",
            ),
            Step(1, f"ALTER TABLE {table} VALIDATE CONSTRAINT {quoted};", "in a transaction of its own; writes go on"),
        ),
    )
