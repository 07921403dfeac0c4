"""A schema goes, with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.drops import named_drops
from schemalint.lint.rule import Context, Dropped, Finding, Label, rule
from schemalint.syntax import nodes


@rule(
    on=nodes.DropStmt,
    severity="warning",
    category="data-loss",
    covers=(
        "atlas:DS101",
        "migrationpilot:MP035",
        "pgfence:drop-schema",
        "pgfence:drop-schema-cascade",
        "safe-migrate:drop-schema-cascade",
        "pgls:banDropSchema",
    ),
)
def check(stmt: nodes.DropStmt, ctx: Context) -> Iterator[Finding]:
    if stmt.removeType != "OBJECT_SCHEMA":
        return
    for drop in named_drops(ctx.statement, ctx):
        known = drop.object is not None
        tables = [] if drop.object is None else _tables(drop.object.oid, ctx)
        if known and not tables and stmt.behavior == "DROP_CASCADE":
            continue  # what else goes with it is destructive-cascade's to say
        yield Finding(
            f"schema {drop.name} goes" + (", with all that is in it" if tables or not known else ""),
            at=drop.at,
            labels=tuple(Label(ctx.size_of(t.oid), fact=f"{drop.name}.{t.name}") for t in tables),
            help="take its tables away one by one, in deployments after the one whose code no longer asks for them",
            severity="info" if known and not tables else None,
        )


def _tables(namespace: int, ctx: Context) -> list[model.Relation]:
    return [
        e.object
        for e in ctx.statement.outcome.effects
        if isinstance(e, Dropped)
        and isinstance(e.object, model.Relation)
        and e.object.kind in "rpm"
        and e.object.namespace == namespace
        and e.column is None
    ]
