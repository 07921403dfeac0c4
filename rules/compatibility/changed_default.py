"""A column's default changes, for new rows only, while code that runs counts on the old one."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="info",
    category="compatibility",
    covers=("strong_migrations:change_column_default", "migrationpilot:MP048"),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.existing(stmt.relation)
    if table is None or table.kind not in "rp" or not ctx.statement.outcome.accepted:
        return
    for cmd in stmt.cmds:
        if cmd.subtype != "AT_ColumnDefault" or cmd.name is None or ctx.is_new_column(table, cmd.name):
            continue
        column = ctx.column(table, cmd.name)
        if cmd.def_ is not None:
            now = ctx.relation(table.oid)
            after = None if now is None else ctx.column(now, cmd.name)
            if column is not None and after is not None and column.default == after.default:
                continue
            yield Finding(
                f"{ctx.shown(table)}.{cmd.name} has another default for new rows from now on; rows that are there keep what they have",
                at=cmd,
                word=cmd.name,
                help="fill rows that are to have it, too, in batches",
            )
        elif column is not None and column.notnull and column.default is not None and not column.generated:
            yield Finding(
                f"an INSERT that leaves {cmd.name} out fails from now on, since it may not be NULL",
                at=cmd,
                word=cmd.name,
                help="release code that writes the column first",
                notes=("the server then says 23502, null value in column violates not-null constraint",),
                severity="warning",
            )
