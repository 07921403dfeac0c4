"""A column of an object-identifier type that pg_upgrade refuses."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

REFUSED = frozenset((24, 2202, 2203, 2204, 3734, 3769, 4089, 4191))
"""pg_type.oid of regproc, regprocedure, regoper, regoperator, regconfig, regdictionary, regnamespace, regcollation."""


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=("splinter:0018_unsupported_reg_types",),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for column in typed_columns(stmt, ctx):
        if column.base in REFUSED:
            yield Finding(
                f"pg_upgrade refuses a database with a column of type {ctx.type_name(column.base)}, and {column.name} is one",
                at=column.written,
                help="keep the name as text, and cast it where it is used",
            )
