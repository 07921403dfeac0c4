"""A NOT NULL column without a default is added to a table that may have rows."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Fix, Label, rule
from schemalint.lint.trees import columns_of
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes


@rule(
    on=nodes.AlterTableStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "atlas:MF103",
        "migrationpilot:MP084",
        "pgfence:add-column-not-null-no-default",
        "pgls:addingRequiredField",
        "django-migration-linter:NOT_NULL",
        "pgroll:FieldRequired(up)",
        "squawk:adding-required-field",
    ),
)
def check(stmt: nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    table = ctx.find(stmt.relation) or ctx.existing(stmt.relation)
    if table is None or table.kind not in "rp" or not ctx.may_have_rows(table.oid):
        return
    for column in columns_of(stmt):
        if column.colname is not None and _required(column, table, ctx):
            yield _finding(column, table, ctx)


def _required(column: nodes.ColumnDef, table: model.Relation, ctx: Context) -> bool:
    kinds = {constraint.contype for constraint in column.constraints}
    if not kinds & {"CONSTR_NOTNULL", "CONSTR_PRIMARY"} or kinds & {
        "CONSTR_DEFAULT",
        "CONSTR_IDENTITY",
        "CONSTR_GENERATED",
    }:
        return False
    before = ctx.statement.before.get(table.address)
    if isinstance(before, model.Relation) and ctx.column(before, column.colname or "") is not None:
        return False  # IF NOT EXISTS: it is there
    if column.typeName is None or column.typeName.names[-1].endswith("serial"):
        return False
    made = ctx.column(table, column.colname or "")
    if made is None:  # nothing is known of the table
        return ctx.type_named(column.typeName) is not None
    return made.default is None and not _domain_default(made.type, ctx)


def _domain_default(oid: int, ctx: Context) -> bool:
    found = ctx.get(model.Type, oid)
    return found is not None and found.typtype == "d" and found.default is not None


def _finding(column: nodes.ColumnDef, table: model.Relation, ctx: Context) -> Finding:
    name, text = ctx.shown(table), ctx.statement.source.text
    assert column.typeName is not None and column.colname is not None
    quoted, type_name = quote_identifier(column.colname), text[column.typeName.start : column.typeName.end]
    sql = (
        f"ALTER TABLE {name} ADD COLUMN {quoted} {type_name};\n"
        f"UPDATE {name} SET {quoted} = ... WHERE {quoted} IS NULL;  -- in batches\n"
        f"ALTER TABLE {name} ADD CONSTRAINT {quote_identifier(column.colname + '_set')} CHECK ({quoted} IS NOT NULL) NOT VALID;\n"
        f"ALTER TABLE {name} VALIDATE CONSTRAINT {quote_identifier(column.colname + '_set')};\n"
        f"ALTER TABLE {name} ALTER COLUMN {quoted} SET NOT NULL;"
    )
    certain = (
        ctx.is_new(table.oid) or (ctx.rows(table.oid) or 0) > 0
    )  # the batch has filled it, or statistics know of rows
    return Finding(
        f"the rows that {name} has would have no {column.colname}, and it must not be NULL",
        at=column,
        labels=(Label(ctx.size_of(table.oid), fact=name),),
        help="give it a DEFAULT; a constant one costs nothing",
        notes=("with a single row in the table the server refuses this: 23502, column contains null values",),
        severity="error" if certain else None,
        sqlstate="23502" if certain else None,
        fix=Fix("or fill it first", "show", sql=sql),
    )
