"""TRUNCATE takes all rows of a table away."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, Label, Truncated, rule
from schemalint.lint.wording import listed
from schemalint.syntax import nodes


@rule(
    on=nodes.TruncateStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "pgfence:truncate",
        "pgls:banTruncate",
        "bytebase:STATEMENT_DISALLOW_TRUNCATE",
        "squawk:ban-truncate-cascade",
        "migrationpilot:MP036",
        "pgfence:truncate-cascade",
        "pgls:banTruncateCascade",
        "bytebase:STATEMENT_DISALLOW_RM_TBL_CASCADE",
    ),
)
def check(stmt: nodes.TruncateStmt, ctx: Context) -> Iterator[Finding]:
    if not ctx.statement.outcome.accepted:
        return
    named = [table for name in stmt.relations if (table := ctx.existing(name)) is not None and table.rows != 0]
    along = [
        e.relation
        for e in ctx.statement.effects
        if isinstance(e, Truncated) and e.cascade and not ctx.is_new(e.relation) and ctx.rows(e.relation) != 0
    ]
    if not named and not along:
        return
    names = listed([ctx.shown(table) for table in named] or [ctx.table(oid) for oid in along])
    cascades = stmt.behavior == "DROP_CASCADE"
    guess = cascades and not ctx.catalog.closed
    yield Finding(
        f"all rows of {names} are gone" + (", and those of every table that refers to it" if along or guess else ""),
        at=stmt.relations[0],
        labels=(
            *(Label(size, fact=ctx.shown(t)) for t in named if not (size := ctx.size_of(t.oid)).startswith("its")),
            *(Label(f"emptied by CASCADE, {ctx.size_of(oid)}", fact=ctx.table(oid)) for oid in along),
        ),
        help="delete the rows that are meant, with a condition, in batches"
        + ("; name every table that is to be emptied instead of CASCADE" if cascades else ""),
        notes=("until the transaction ends nobody can read these tables",),
    )
