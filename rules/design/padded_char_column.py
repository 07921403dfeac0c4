"""A char(n) column is filled up with blanks."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.columns import typed_columns
from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import A_Const, AlterTableStmt, CreateStmt, TypeName

BPCHAR = 1042  # pg_type.oid
SHORT = 3
"""Up to this length it is a code, whose values are all of one length."""


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="info",
    category="design",
    covers=(
        "squawk:ban-char-field",
        "migrationpilot:MP041",
        "pgfence:ban-char-field",
        "pgls:banCharField",
        "pg-index-health:COLUMNS_WITH_CHAR_TYPE",
    ),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    for column in typed_columns(stmt, ctx):
        if column.base == BPCHAR and _length(column.written) > SHORT:
            yield Finding(
                f"{column.name} is filled up with blanks to {_length(column.written)} characters",
                at=column.written,
                help="make it text, with a CHECK on its length where there has to be one",
            )


def _length(written: TypeName) -> int:
    first = written.typmods[0] if written.typmods else None
    return first.val if isinstance(first, A_Const) and isinstance(first.val, int) else 0
