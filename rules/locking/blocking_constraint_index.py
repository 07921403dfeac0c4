"""The index of a new constraint is built while nobody can even read the table."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Fix, IndexBuilt, Rewritten, Step, rule
from schemalint.lint.trees import constraints_of
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_KINDS = {
    "CONSTR_UNIQUE": "UNIQUE",
    "CONSTR_PRIMARY": "PRIMARY KEY",
    "CONSTR_EXCLUSION": "EXCLUDE",
}


@rule(
    on=IndexBuilt,
    kinds=(nodes.AlterTableStmt,),
    severity="warning",
    category="locking",
    covers=(
        "squawk:disallowed-unique-constraint",
        "squawk:adding-serial-primary-key-field",
        "eugene:E7",
        "eugene:E8",
        "strong_migrations:add_unique_constraint",
        "strong_migrations:add_exclusion_constraint",
        "atlas:PG104",
        "atlas:PG105",
        "migrationpilot:MP027",
        "migrationpilot:MP031",
        "pgfence:add-constraint-unique",
        "pgfence:add-pk-without-using-index",
        "pgfence:add-constraint-exclude",
        "safe-migrate:require-concurrent-index",
        "pgls:disallowUniqueConstraint",
        "pgls:addingPrimaryKeyConstraint",
        "pgls:avoidAddingExclusionConstraint",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
    ),
)
def check(built: IndexBuilt, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    table = shared_table(ctx, built.relation)
    if table is None or table.kind == "p" or not isinstance(stmt, nodes.AlterTableStmt):
        return
    if any(isinstance(e, Rewritten) and e.relation == table.oid for e in ctx.statement.effects):
        return
    asked = _asked(built, ctx, stmt)
    if asked is None:
        return
    constraint, column = asked
    kind = _KINDS[constraint.contype]
    index = ctx.relation(built.index)
    name = constraint.conname or (index.name if index is not None else None)
    columns = constraint.keys or (() if column is None or column.colname is None else (column.colname,))
    yield Finding(
        f"nobody can read {ctx.shown(table)} or write to it while the index of this {kind} constraint is built",
        at=constraint,
        help=_help(constraint, column, ctx),
        fix=_steps(ctx, stmt, constraint, kind, name, columns) if column is None else None,
        relation=table.oid,
        work="build",
    )


def _asked(
    built: IndexBuilt, ctx: Context, stmt: nodes.AlterTableStmt
) -> tuple[nodes.Constraint, nodes.ColumnDef | None] | None:
    """The constraint whose index this is; None for an index that was there before."""
    index = ctx.relation(built.index)
    if index is not None and not ctx.is_new(index.oid):
        return None
    found = [(c, column) for c, column in constraints_of(stmt) if c.contype in _KINDS and c.indexname is None]
    builds = [e for e in ctx.statement.effects if isinstance(e, IndexBuilt)]
    named = next(((c, column) for c, column in found if index is not None and c.conname == index.name), None)
    place = builds.index(built)
    return named or (found[place] if place < len(found) else found[-1] if found else None)


def _help(constraint: nodes.Constraint, column: nodes.ColumnDef | None, ctx: Context) -> str:
    if constraint.contype == "CONSTR_EXCLUSION":
        return "there is no way to build it with writes going on: do it while the table is small, or may stand still"
    first = "add the column alone, then build" if column is not None else "build"
    return f"{first} a unique index with CONCURRENTLY{ctx.outside_transaction()}; then add the constraint USING INDEX, which takes a moment"


def _steps(
    ctx: Context,
    stmt: nodes.AlterTableStmt,
    constraint: nodes.Constraint,
    kind: str,
    name: str | None,
    columns: tuple[str, ...],
) -> Fix | None:
    """The same with an index that is built before; None where an index cannot say it."""
    if name is None or not columns or kind == "EXCLUDE" or constraint.without_overlaps:
        return None
    table, quoted = ctx.written(stmt.relation), quote_identifier(name)
    listed = ", ".join(map(quote_identifier, columns))
    distinct = " NULLS NOT DISTINCT" if constraint.nulls_not_distinct else ""
    include = f" INCLUDE ({', '.join(map(quote_identifier, constraint.including))})" if constraint.including else ""
    later = " DEFERRABLE" if constraint.deferrable else ""
    later += " INITIALLY DEFERRED" if constraint.initdeferred else ""
    return Fix(
        "build the index first",
        "show",
        steps=(
            Step(
                1,
                f"CREATE UNIQUE INDEX CONCURRENTLY {quoted} ON {table} ({listed}){include}{distinct};",
                "outside a transaction; writes go on",
            ),
            Step(
                1,
                f"ALTER TABLE {table} ADD CONSTRAINT {quoted} {kind} USING INDEX {quoted}{later};",
                "a moment under ACCESS EXCLUSIVE",
            ),
        ),
    )
