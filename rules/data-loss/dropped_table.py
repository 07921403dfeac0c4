"""A table goes, with all its rows."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.drops import named_drops
from schemalint.lint.rule import Context, Finding, Label, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.DropStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "squawk:ban-drop-table",
        "atlas:DS102",
        "migrationpilot:MP026",
        "pgfence:drop-table",
        "safe-migrate:irreversible-migration",
        "pgls:banDropTable",
        "django-migration-linter:DROP_TABLE",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "bytebase:SDL: DropOperation/ReplaceOperation",
        "pg-schema-diff:DELETES_DATA: table",
        "strong_migrations:create_table",
    ),
)
def check(stmt: nodes.DropStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.removeType != "OBJECT_TABLE":
        return
    for drop in named_drops(ctx.statement, ctx):
        table = drop.object
        empty = isinstance(table, model.Relation) and table.rows == 0
        known = isinstance(table, model.Relation) and (table.rows is not None or table.bytes is not None)
        yield Finding(
            f"{drop.name} goes with all its rows, and what still asks for it fails",
            at=drop.at,
            labels=(Label(ctx.size_of(table.oid), fact=drop.name),) if table is not None and known else (),
            help="drop it in a deployment after the one whose code no longer asks for it, and keep a dump of its rows",
            severity="info" if empty else None,
        )
