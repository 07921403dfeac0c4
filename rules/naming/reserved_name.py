"""A table or column has a reserved word for a name."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import columns_of
from schemalint.lint.wording import listed
from schemalint.syntax.keywords import RESERVED
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="info",
    category="naming",
    covers=("pglinter:B010", "bytebase:WALK_THROUGH: NameIsKeywordIdentifier"),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    names = [stmt.relation.relname] if isinstance(stmt, CreateStmt) else []
    names += [column.colname for column in columns_of(stmt) if column.colname is not None]
    found = [name for name in names if name in RESERVED]
    if found:
        yield Finding(
            f"{listed(found)} {'is a reserved word' if len(found) == 1 else 'are reserved words'}: every query has to quote it",
            at=stmt.relation if found[0] == stmt.relation.relname else stmt,
            word=found[0],
            help="take another name, such as app_user for user",
        )
