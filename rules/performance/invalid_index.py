"""An index of that name exists, is invalid, and is left as it is."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.diagnostics import Fix
from schemalint.lint.rule import Context, Finding, Label, Skipped, Step, rule
from schemalint.syntax.nodes import IndexStmt


@rule(
    on=Skipped,
    kinds=(IndexStmt,),
    severity="warning",
    category="performance",
    covers=("pg-index-health:INVALID_INDEXES",),
)
def check(skipped: Skipped, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    found = None if skipped.object is None else ctx.get(model.Relation, skipped.object.objid)
    if found is None or found.index is None or found.index.valid or not isinstance(stmt, IndexStmt):
        return
    name = ctx.shown(found)
    text = ctx.statement.source.text[stmt.start : stmt.end].rstrip(";")
    concurrently = "" if found.kind == "I" else " CONCURRENTLY"
    yield Finding(
        f"{name} exists, but is invalid, and stays so: no query uses it, and every write keeps it up to date",
        at=stmt,
        word=found.name,
        labels=(Label("invalid", fact=f"index {name}"),),
        help=f"drop it first, then build it{ctx.outside_transaction()}",
        fix=Fix(
            "build it anew",
            "show",
            steps=(
                Step(
                    1,
                    f"DROP INDEX{concurrently} {ctx.spelled(found)};",
                    "an index that a failed build left behind serves nobody",
                ),
                Step(1, f"{text};"),
            ),
        ),
    )
