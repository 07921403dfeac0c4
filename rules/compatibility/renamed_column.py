"""A column's old name disappears while code that runs still uses it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.lint.second_column import steps
from schemalint.syntax import nodes


@rule(
    on=Batch,
    kinds=(nodes.RenameStmt,),
    severity="warning",
    category="compatibility",
    covers=(
        "squawk:renaming-column",
        "strong_migrations:rename_column",
        "atlas:BC102",
        "migrationpilot:MP010",
        "migrationpilot:MP071",
        "pgfence:rename-column",
        "pgls:renamingColumn",
        "django-migration-linter:RENAME_COLUMN",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        stmt = statement.node
        if (
            not isinstance(stmt, nodes.RenameStmt)
            or stmt.renameType not in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE")
            or stmt.subname is None
            or not statement.outcome.accepted
        ):
            continue
        relation = ctx.existing(stmt.relation, statement)
        if relation is None or ctx.is_new_column(relation, stmt.subname):
            continue
        column = ctx.column(relation, stmt.subname)
        last = ctx.last(relation.oid) if relation.oid > 0 else None
        if last is not None and ctx.column(last, stmt.subname) is not None:
            continue  # there is a column of the old name again
        name = ctx.shown(relation)
        fix = None
        if column is not None and relation.kind in "rp" and not column.generated:
            written = ctx.type_name(column.type, column.typmod)
            fix = Fix(
                "add a second column instead, in two deployments",
                "show",
                steps=steps(name, stmt.subname, stmt.newname, written, written),
            )
        yield Finding(
            f"{name} has no {stmt.subname} from now on, and code that runs still asks for it",
            at=stmt,
            word=stmt.subname,
            help="let both names live side by side until no code uses the old one"
            if fix is not None
            else "keep the name, or add the new one beside it and drop the old one in a later deployment",
            notes=(
                "views, policies, indexes and constraints follow the rename; functions whose body is a string do not",
            ),
            fix=fix,
            statement=statement,
        )
