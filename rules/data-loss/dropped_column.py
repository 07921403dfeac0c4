"""A column goes, with what is in it, while code that runs still asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Dropped, Finding, Fix, Label, Step, rule
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_WORDS = {
    "pg_constraint": "constraint",
    "pg_policy": "policy",
    "pg_statistic_ext": "statistics",
    "pg_trigger": "trigger",
}


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "squawk:ban-drop-column",
        "strong_migrations:remove_column",
        "atlas:DS103",
        "migrationpilot:MP017",
        "pgfence:drop-column",
        "safe-migrate:irreversible-migration",
        "pgls:banDropColumn",
        "django-migration-linter:DROP_COLUMN",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "bytebase:SDL: DropOperation/ReplaceOperation",
        "pg-schema-diff:DELETES_DATA: column",
    ),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.existing(stmt.relation)
    if table is None or stmt.objtype != "OBJECT_TABLE" or not ctx.statement.outcome.accepted:
        return
    for cmd in stmt.cmds:
        if cmd.subtype != "AT_DropColumn" or cmd.name is None or ctx.is_new_column(table, cmd.name):
            continue
        column = ctx.column(table, cmd.name)
        if column is None and table.oid > 0:
            continue  # IF EXISTS
        if column is not None and column.generated == "v":
            continue  # nothing is stored
        yield _finding(cmd, table, column, ctx)


def _finding(cmd: nodes.AlterTableCmd, table: model.Relation, column: model.Attribute | None, ctx: Context) -> Finding:
    assert cmd.name is not None
    name = ctx.shown(table)
    return Finding(
        f"{name}.{cmd.name} goes with all that is in it, and code that still asks for it fails",
        at=cmd,
        word=cmd.name,
        labels=tuple(Label("goes, too", fact=what) for what in _along(ctx)),
        help="drop it in a deployment after the one whose code no longer reads or writes it",
        fix=_steps(name, cmd.name) if column is not None and column.notnull and column.default is None else None,
    )


def _along(ctx: Context) -> Iterator[str]:
    """What goes with the column without being named."""
    for effect in ctx.statement.outcome.effects:
        if not isinstance(effect, Dropped) or effect.column is not None or effect.cascade:
            continue
        found = effect.object
        if isinstance(found, model.Relation):
            if found.kind in "iI":
                yield f"index {found.name}"
        elif not (isinstance(found, model.Constraint) and found.type in "npux") and found.CLASS in _WORDS:
            yield f"{_WORDS[found.CLASS]} {found.name}"  # keys go under their index's name


def _steps(table: str, column: str) -> Fix:
    column = quote_identifier(column)
    first = Step(1, f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;", "so that new code may leave it out")
    return Fix("in two deployments", "show", steps=(first, Step(2, f"ALTER TABLE {table} DROP COLUMN {column};")))
