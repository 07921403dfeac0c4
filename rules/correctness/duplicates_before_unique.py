"""A unique index or key is built over rows that may repeat."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import constraints_of
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(
    on=(nodes.IndexStmt, nodes.AlterTableStmt),
    severity="info",
    category="correctness",
    covers=("atlas:MF101", "atlas:MF102", "django-migration-linter:ADD_UNIQUE"),
)
def check(stmt: nodes.IndexStmt | nodes.AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    keys = list(_keys(stmt))
    table = ctx.existing(stmt.relation) if keys else None
    if table is None or table.rows == 0 or not ctx.statement.outcome.accepted:
        return
    for columns, at in keys:
        if all(ctx.is_new_column(table, column) for column in columns) or _is_unique(table, set(columns), ctx):
            continue
        shown = ", ".join(map(quote_identifier, columns))
        yield Finding(
            f"rows of {ctx.shown(table)} that repeat {listed(columns)} make this fail",
            at=at,
            help=f"look for them first: SELECT {shown} FROM {ctx.shown(table)} GROUP BY {shown} HAVING count(*) > 1",
            notes=("the server then says 23505, could not create unique index",),
        )


def _keys(stmt: nodes.IndexStmt | nodes.AlterTableStmt) -> Iterator[tuple[list[str], Node | None]]:
    """Columns of each unique key that is built over rows; none of one with expressions, whose meaning is not looked into."""
    if isinstance(stmt, nodes.IndexStmt):
        columns = [element.name for element in stmt.indexParams]
        if stmt.unique and stmt.whereClause is None and None not in columns:
            yield [column for column in columns if column is not None], None
        return
    for constraint, column in constraints_of(stmt):
        if (
            constraint.contype in ("CONSTR_UNIQUE", "CONSTR_PRIMARY")
            and constraint.indexname is None
            and column is None
        ):
            yield list(constraint.keys), constraint


def _is_unique(table: model.Relation, columns: set[str], ctx: Context) -> bool:
    """Whether another unique index, now or earlier in the batch, proves that these columns do not repeat."""
    gone = (obj for s in ctx.statements for obj in s.before.values() if isinstance(obj, model.Relation))
    made = {e.oid for e in _made_now(ctx)}
    for index in (*ctx.indexes(table.oid), *gone):
        info = index.index
        if (
            info is None
            or info.relid != table.oid
            or not info.unique
            or index.oid in made
            or info.predicate is not None
        ):
            continue
        key = info.key[: info.nkeyatts]
        if 0 not in key and set(ctx.column_names(table, key)) <= columns:
            return True
    return False


def _made_now(ctx: Context) -> Iterator[model.Relation]:
    for address, before in ctx.statement.before.items():
        made = ctx.get(model.Relation, address.objid) if address.classid == "pg_class" and before is None else None
        if made is not None:
            yield made
