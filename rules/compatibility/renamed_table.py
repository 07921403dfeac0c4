"""A table's or view's old name disappears while code that runs still uses it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.context import Statement
from schemalint.lint.rule import Batch, Context, Finding, Fix, Step, rule
from schemalint.lint.trees import written_name
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax import nodes

_KINDS = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE")


@rule(
    on=Batch,
    kinds=(nodes.RenameStmt,),
    severity="warning",
    category="compatibility",
    covers=(
        "squawk:renaming-table",
        "strong_migrations:rename_table",
        "atlas:BC101",
        "migrationpilot:MP028",
        "pgfence:rename-table",
        "pgls:renamingTable",
        "django-migration-linter:RENAME_TABLE",
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for i, statement in enumerate(batch.statements):
        stmt = statement.node
        if not isinstance(stmt, nodes.RenameStmt) or stmt.renameType not in _KINDS or stmt.relation is None:
            continue
        relation = ctx.existing(stmt.relation, statement)
        if relation is None or relation.kind in "iISc" or not statement.outcome.accepted:
            continue
        if ctx.names.find(model.Relation, stmt.relation.schemaname, stmt.relation.relname) is not None:
            continue  # a view for old code, or an exchange of two tables
        if _renamed_to(stmt.relation.relname, batch.statements[i + 1 :]):
            continue
        yield Finding(
            f"there is no {written_name(stmt.relation)} from now on, and code that runs still asks for it",
            at=stmt.relation,
            help="leave a view of the old name behind, in the same transaction, until no code uses it",
            fix=Fix("rename it behind a view", "show", steps=_steps(stmt, ctx)) if relation.kind in "rp" else None,
            statement=statement,
        )


def _renamed_to(name: str, later: tuple[Statement, ...]) -> bool:
    return any(isinstance(s.node, nodes.RenameStmt) and s.node.newname == name for s in later)


def _steps(stmt: nodes.RenameStmt, ctx: Context) -> tuple[Step, ...]:
    assert stmt.relation is not None
    schema = "" if stmt.relation.schemaname is None else quote_identifier(stmt.relation.schemaname) + "."
    old, new = quote_identifier(stmt.relation.relname), quote_identifier(stmt.newname)
    invoker = " WITH (security_invoker = true)" if ctx.version >= 15 else ""
    both = (
        f"BEGIN;\n"
        f"ALTER TABLE {schema}{old} RENAME TO {new};\n"
        f"CREATE VIEW {schema}{old}{invoker} AS SELECT * FROM {schema}{new};\n"
        f"COMMIT;"
    )
    return (
        Step(1, both, "old code reads and writes through the view; give it the table's privileges"),
        Step(2, f"DROP VIEW {schema}{old};", "once no code uses the old name any more"),
    )
