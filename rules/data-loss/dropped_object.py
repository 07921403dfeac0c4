"""A materialized view, sequence, extension or type goes while code that runs may still use it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.diagnostics import SeverityName
from schemalint.lint.drops import named_drops
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.syntax import nodes

_SAID: dict[str, tuple[str, str, SeverityName]] = {
    "OBJECT_MATVIEW": ("materialized view", "goes with its rows and indexes", "warning"),
    "OBJECT_SEQUENCE": (
        "sequence",
        "goes, and nothing in the catalog tells which code takes numbers from it",
        "warning",
    ),
    "OBJECT_EXTENSION": ("extension", "goes with all its functions, types and operators", "warning"),
    "OBJECT_TYPE": ("type", "goes, and code that names it fails", "info"),
    "OBJECT_DOMAIN": ("domain", "goes, and code that names it fails", "info"),
}
"""No column uses a type that DROP without CASCADE takes away, so only code outside the database may miss it."""


@rule(
    on=Batch,
    kinds=(nodes.DropStmt,),
    severity="warning",
    category="data-loss",
    covers=(
        "bytebase:SCHEMA_BACKWARD_COMPATIBILITY",
        "pg-schema-diff:DELETES_DATA: sequence",
        "pg-schema-diff:UNTRACKABLE: sequence without owner",
        "pg-schema-diff:UNTRACKABLE: drop extension",
        "migrationpilot:MP024",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        stmt = statement.node
        if not isinstance(stmt, nodes.DropStmt) or stmt.removeType not in _SAID:
            continue
        word, said, severity = _SAID[stmt.removeType]
        for drop in named_drops(statement, ctx):
            schema, _, name = drop.name.rpartition(".")
            again = ctx.names.find(model.Relation, schema or None, name) is not None
            if again and stmt.removeType != "OBJECT_MATVIEW":
                continue
            yield Finding(
                f"{word} {drop.name} is made anew without its privileges, and is empty until then"
                if again
                else f"{word} {drop.name} {said}",
                at=drop.at,
                help="grant again what was granted"
                if again
                else "drop it in a deployment after the one whose code no longer uses it",
                severity="info" if again else severity,
                statement=statement,
            )
