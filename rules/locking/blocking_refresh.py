"""REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps readers of the view waiting until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.locks import shared_table
from schemalint.lint.rule import Context, Finding, Fix, Rewritten, rule
from schemalint.syntax import nodes


@rule(
    on=Rewritten,
    kinds=(nodes.RefreshMatViewStmt,),
    severity="warning",
    category="locking",
    covers=(
        "migrationpilot:MP033",
        "pgfence:refresh-matview-blocking",
        "safe-migrate:blocking-mat-view-refresh",
        "pgls:requireConcurrentRefreshMatview",
    ),
)
def check(rewritten: Rewritten, ctx: Context) -> Iterator[Finding]:
    stmt = ctx.node
    view = shared_table(ctx, rewritten.relation)
    if view is None or not isinstance(stmt, nodes.RefreshMatViewStmt) or stmt.skipData or stmt.concurrent:
        return
    before = ctx.before(view)
    if before is not None and not before.populated:
        return  # nobody could read it
    known = view.oid > 0
    ready = any(_identifies(index) for index in ctx.indexes(view.oid)) if known else True
    name = ctx.written(stmt.relation)
    yield Finding(
        f"nobody can read {ctx.shown(view)} until its query has been run again",
        at=ctx.statement.keyword,
        help="refresh it CONCURRENTLY" + ("" if known else ", which needs a unique index on plain columns")
        if ready
        else "make a unique index on plain columns of it, for all its rows; then it can be refreshed CONCURRENTLY",
        fix=Fix("let readers go on", "show", sql=f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};") if ready else None,
        relation=view.oid,
    )


def _identifies(relation: model.Relation) -> bool:
    """Whether a unique index holds all rows by plain columns (matview.c, is_usable_unique_index)."""
    index = relation.index
    return index is not None and index.unique and index.valid and index.predicate is None and 0 not in index.key
