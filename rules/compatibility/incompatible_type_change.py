"""A column's values look different to code that runs, since it gets a type of another kind."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Fix, Label, rule
from schemalint.lint.second_column import steps
from schemalint.lint.type_changes import narrowing, reads_alike, type_changes
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="compatibility",
    covers=(
        "django-migration-linter:ALTER_COLUMN",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "bytebase:COLUMN_DISALLOW_CHANGE_TYPE",
    ),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for change in type_changes(stmt, ctx):
        if reads_alike(change, ctx) or narrowing(change, ctx) is not None:
            continue
        name, column = ctx.shown(change.table), change.old.name
        old = ctx.type_name(change.old.type, change.old.typmod)
        new = ctx.type_name(change.new.type, change.new.typmod)
        yield Finding(
            f"{name}.{column} is {new} from now on, and code that runs still reads and writes {old}",
            at=change.cmd.def_.typeName,
            labels=(Label(f"{old} until now", fact=f"{name}.{column}"),),
            help="let a second column of the new type live beside it until no code uses the old one",
            fix=Fix(
                "add a second column, in two deployments",
                "show",
                steps=steps(name, column, f"{column}_new", old, new, rename_back=True),
            ),
        )
