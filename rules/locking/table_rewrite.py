"""Every row of a table is written anew while nobody can read it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Fix, Rewritten, Step, rule
from schemalint.lint.trees import find_all
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=Rewritten,
    kinds=(nodes.AlterTableStmt, nodes.VacuumStmt, nodes.ClusterStmt),
    severity="warning",
    category="locking",
    covers=(
        "squawk:changing-column-type",
        "safe-migrate:table-rewrite-storage / table-rewrite-access-method",
        "squawk:adding-field-with-default",
        "squawk:prefer-repack",
        "eugene:E5",
        "eugene:E10",
        "eugene:E11",
        "strong_migrations:add_column_default",
        "strong_migrations:add_column_default_callable",
        "strong_migrations:add_column_auto_incrementing",
        "strong_migrations:add_column_generated_stored",
        "strong_migrations:change_column",
        "atlas:PG301",
        "atlas:PG302",
        "migrationpilot:MP003",
        "migrationpilot:MP006",
        "migrationpilot:MP007",
        "migrationpilot:MP014",
        "migrationpilot:MP015",
        "migrationpilot:MP032",
        "migrationpilot:MP047",
        "migrationpilot:MP062",
        "migrationpilot:MP095",
        "migrationpilot:MP102",
        "pgfence:add-column-non-constant-default",
        "pgfence:add-column-serial",
        "pgfence:add-column-stored-generated",
        "pgfence:alter-column-type",
        "pgfence:vacuum-full",
        "pgfence:set-logged-unlogged",
        "safe-migrate:size-aware-add-column",
        "safe-migrate:type-change-rewrite",
        "safe-migrate:vacuum-full",
        "pgls:addingFieldWithDefault",
        "pgls:addSerialColumn",
        "pgls:changingColumnType",
        "pgls:banVacuumFull",
        "bytebase:COLUMN_DEFAULT_DISALLOW_VOLATILE",
        "pgroll:UpSQLMustBeColumnDefault",
        "pg-schema-diff:ACCESS_EXCLUSIVE: new column rewrite",
        "pg-schema-diff:ACCESS_EXCLUSIVE: alter type",
    ),
)
def check(rewritten: Rewritten, ctx: Context) -> Iterator[Finding]:
    table = shared_table(ctx, rewritten.relation)
    if table is None:
        return
    command = _command(ctx)
    yield Finding(
        f"every row of {ctx.shown(table)} is written anew, and until then nobody can even read it",
        at=command if command is not None else ctx.statement.keyword,
        help=_help(command, ctx, table),
        notes=(f"because of {rewritten.why}",) if rewritten.why else (),
        fix=_steps(command, ctx),
        relation=table.oid,
        work="rewrite",
    )


def _command(ctx: Context) -> nodes.AlterTableCmd | None:
    """The action that asks for it."""
    causes = (
        "AT_AlterColumnType",
        "AT_AddColumn",
        "AT_SetLogged",
        "AT_SetUnLogged",
        "AT_SetAccessMethod",
        "AT_SetTableSpace",
        "AT_SetExpression",
    )
    return next((c for c in find_all(ctx.node, nodes.AlterTableCmd) if c.subtype in causes), None)


def _help(command: nodes.AlterTableCmd | None, ctx: Context, table: model.Relation) -> str:
    quiet = f"do it while {ctx.shown(table)} may stand still"
    if command is None:
        return f"a plain VACUUM makes the space usable again while others work, pg_repack gives it back; or {quiet}"
    if command.subtype == "AT_AlterColumnType":
        return f"add a second column of the new type, keep both equal with a trigger, fill it in batches, then exchange them; or {quiet}"
    if command.subtype == "AT_AddColumn" and isinstance(command.def_, nodes.ColumnDef):
        if _default(command.def_) is not None:
            return "add the column without the default, set the default afterwards, and fill the rows in batches"
        if any(c.contype == "CONSTR_GENERATED" for c in command.def_.constraints):
            virtual = "make it VIRTUAL, or " if ctx.version >= 18 else ""
            return f"{virtual}add a plain column that a trigger fills, and fill the rows in batches; or {quiet}"
        return (
            "add a plain column, set nextval() of a sequence of your own as its default, and fill the rows in batches"
        )
    return quiet


def _default(column: nodes.ColumnDef) -> nodes.Node | None:
    return next((c.raw_expr for c in column.constraints if c.contype == "CONSTR_DEFAULT"), None)


def _steps(command: nodes.AlterTableCmd | None, ctx: Context) -> Fix | None:
    """A column whose default is computed for each row, in steps that each take a moment."""
    stmt = ctx.node
    if command is None or command.subtype != "AT_AddColumn" or not isinstance(stmt, nodes.AlterTableStmt):
        return None
    column = command.def_
    if not isinstance(column, nodes.ColumnDef) or column.typeName is None or column.colname is None:
        return None
    default = _default(column)
    if default is None or len(column.constraints) > 1:
        return None
    table, name = ctx.written(stmt.relation), quote_identifier(column.colname)
    batch = f"SELECT ctid FROM {table} WHERE {name} IS NULL LIMIT 10000"
    return Fix(
        "fill the rows in batches",
        "show",
        steps=(
            Step(1, f"ALTER TABLE {table} ADD COLUMN {name} {ctx.written(column.typeName)};", "a moment"),
            Step(1, f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {ctx.written(default)};", "for new rows"),
            Step(
                1,
                f"UPDATE {table} SET {name} = DEFAULT WHERE ctid = ANY (ARRAY({batch}));",
                "again and again, each in a transaction of its own, until no row is left",
            ),
        ),
    )
