"""A column becomes NOT NULL, though nothing here has filled the rows that have no value."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Scanned, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=Scanned,
    kinds=(nodes.AlterTableStmt,),
    severity="info",
    category="correctness",
    covers=("atlas:MF104", "django-migration-linter:NOT_NULL", "bytebase:WALK_THROUGH: ColumnCannotNull"),
)
def check(scanned: Scanned, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    if not isinstance(stmt, nodes.AlterTableStmt):
        return
    table = ctx.existing(stmt.relation)
    if table is None or table.oid != scanned.relation or table.rows == 0:
        return
    for cmd in stmt.cmds:
        if cmd.subtype != "AT_SetNotNull" or cmd.name is None or f'"{cmd.name}"' not in scanned.why:
            continue
        if _is_filled(stmt.relation.relname, cmd.name, ctx):
            continue
        name, column = ctx.shown(table), quote_identifier(cmd.name)
        yield Finding(
            f"a row of {name} whose {cmd.name} is NULL makes this fail, and nothing here has filled it",
            at=cmd,
            word=cmd.name,
            help=f"fill these rows before: UPDATE {name} SET {column} = ... WHERE {column} IS NULL",
            notes=("the server then says 23502, column contains null values",),
        )


def _is_filled(table: str, column: str, ctx: Context) -> bool:
    """Whether an UPDATE of the batch has written the column."""
    return any(
        isinstance(s.node, nodes.UpdateStmt)
        and s.node.relation.relname == table
        and any(target.name == column for target in s.node.targetList)
        for s in ctx.statements
    )
