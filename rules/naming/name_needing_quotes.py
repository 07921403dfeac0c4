"""A name has to be quoted wherever it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import columns_of
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@rule(
    on=(CreateStmt, AlterTableStmt),
    severity="info",
    category="naming",
    default=False,
    covers=(
        "pglinter:B005",
        "pg-index-health:OBJECTS_NOT_FOLLOWING_NAMING_CONVENTION",
        "pg-index-health:COLUMNS_NOT_FOLLOWING_NAMING_CONVENTION",
    ),
)
def check(stmt: CreateStmt | AlterTableStmt, ctx: Context) -> Iterator[Finding]:
    names = [stmt.relation.relname] if isinstance(stmt, CreateStmt) else []
    names += [column.colname for column in columns_of(stmt) if column.colname is not None]
    found = [name for name in names if not PLAIN.fullmatch(name)]
    if found:
        yield Finding(
            f"{listed(found)} {'has' if len(found) == 1 else 'have'} to be quoted wherever used",
            at=stmt.relation if found[0] == stmt.relation.relname else stmt,
            word=found[0],
            help="write names in lower case, with underscores",
        )
