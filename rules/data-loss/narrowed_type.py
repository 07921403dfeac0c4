"""A column's new type cannot hold all that the old one could."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Label, rule
from schemalint.lint.type_changes import narrowing, type_changes
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="data-loss",
    covers=("migrationpilot:MP044", "safe-migrate:irreversible-migration"),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for change in type_changes(stmt, ctx):
        lost = narrowing(change, ctx)
        if lost is None or change.table.rows == 0:
            continue
        name, column = ctx.shown(change.table), change.old.name
        old = ctx.type_name(change.old.type, change.old.typmod)
        new = ctx.type_name(change.new.type, change.new.typmod)
        fails = lost.sqlstate is not None and not change.using
        label = Label(f"{old} until now", fact=f"{name}.{column}")
        if fails:
            yield Finding(
                f"{new} does not hold {lost.what}: a row of {name} that has one makes this fail",
                at=change.cmd.def_.typeName,
                labels=(label,),
                help="look for such rows, and change them before",
                notes=(f"the server then says {lost.sqlstate}",),
            )
        else:
            yield Finding(
                f"{new} does not hold {lost.what}, which {'USING may cut off' if change.using else 'is lost without a word'}",
                at=change.cmd.def_.typeName,
                labels=(label,),
                help="keep the old column until nobody misses what is cut off",
                severity="info" if change.using else None,
            )
