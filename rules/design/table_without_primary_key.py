"""A new table has no primary key."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax.nodes import CreateStmt


@rule(
    on=Batch,
    kinds=(CreateStmt,),
    severity="info",
    category="design",
    covers=(
        "migrationpilot:MP045",
        "splinter:0004_no_primary_key",
        "pglinter:B001",
        "bytebase:TABLE_REQUIRE_PK",
        "pg-index-health:TABLES_WITHOUT_PRIMARY_KEY",
        "schemalint:require-primary-key",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for address, statement in ctx.made_in_batch.items():
        table = ctx.catalog.at(address)
        if not isinstance(table, model.Relation) or not isinstance(statement.node, CreateStmt):
            continue
        if table.kind not in "rp" or table.persistence == "t" or table.ispartition or table.inherits:
            continue
        if table.replident == "i" or any(c.type == "p" for c in ctx.constraints(table.oid)):
            continue
        replicated = next((p for p in ctx.catalog.all(model.Publication) if _replicates(p, table)), None)
        yield Finding(
            f"{ctx.shown(table)} has no primary key"
            if replicated is None
            else f"publication {replicated.name} replicates {ctx.shown(table)}, which has no primary key: UPDATE and DELETE fail",
            at=statement.node.relation,
            help="add a primary key; a bigint GENERATED ALWAYS AS IDENTITY where the rows have none",
            severity="info" if replicated is None else "warning",
            statement=statement,
        )


def _replicates(publication: model.Publication, table: model.Relation) -> bool:
    """Whether its updates or deletions are sent, for which rows have to be told apart."""
    if not set("ud") & set(publication.actions) or table.replident != "d" or table.persistence == "u":
        return False
    named = any(member.relid == table.oid for member in publication.relations)
    return publication.alltables or named or table.namespace in publication.schemas
