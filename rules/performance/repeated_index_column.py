"""An index has the same column twice."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=IndexStmt,
    severity="warning",
    category="performance",
    covers=("bytebase:INDEX_NO_DUPLICATE_COLUMN",),
)
def check(stmt: IndexStmt, ctx: Context) -> Iterator[Finding]:
    seen: set[tuple[object, ...]] = set()
    names: set[str] = set()
    for element in stmt.indexParams:
        key = (element.name, element.opclass, element.collation)
        if element.name is not None and key in seen:
            yield Finding(
                f"{element.name} is in the index already: the second time it takes space and orders nothing",
                at=element,
                help="leave it out",
            )
        seen.add(key)
        names.add(element.name or "")
    for element in stmt.indexIncludingParams:
        if element.name is not None and element.name in names and stmt.accessMethod == "btree":
            yield Finding(
                f"{element.name} is a key of the index already: INCLUDE stores it a second time",
                at=element,
                help="leave it out: an index returns its key columns, too",
            )
