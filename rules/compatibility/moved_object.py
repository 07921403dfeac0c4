"""A table, function or type moves to another schema while code that runs looks for it in the old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemalint.catalog import model
from schemalint.lint.rule import Batch, Changed, Context, Finding, rule
from schemalint.lint.trees import written_name
from schemalint.syntax import nodes

_WORDS = {
    "OBJECT_TABLE": "table",
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "domain",
    "OBJECT_EXTENSION": "extension",
}


@rule(
    on=Batch,
    kinds=(nodes.AlterObjectSchemaStmt,),
    severity="warning",
    category="compatibility",
    covers=("migrationpilot:MP098",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        stmt = statement.node
        if (
            not isinstance(stmt, nodes.AlterObjectSchemaStmt)
            or stmt.objectType not in _WORDS
            or not statement.outcome.accepted
        ):
            continue
        if stmt.relation is not None:
            name = written_name(stmt.relation)
            old = ctx.existing(stmt.relation, statement)
            if old is None or (old.oid > 0 and ctx.catalog.find(model.Relation, old.namespace, old.name) is not None):
                continue  # new, or there is something of its name in the old place again
            if old.oid < 0 and stmt.relation.schemaname is not None and ctx.find(stmt.relation) is not None:
                continue
        else:
            changed = [e.before for e in statement.outcome.effects if isinstance(e, Changed)]
            if not changed and not (statement.outcome.undecided and not ctx.catalog.closed):
                continue
            if changed and all(obj.address in ctx.made_in_batch for obj in changed):
                continue
            name = _name(stmt.object)
        yield Finding(
            f"{_WORDS[stmt.objectType]} {name} is in schema {stmt.newschema} from now on, where code that runs does not look for it",
            help="leave a view, or a function that calls it, in the old schema, in the same transaction; and grant USAGE on the new one",
            severity="info" if stmt.objectType == "OBJECT_EXTENSION" else None,
            statement=statement,
        )


def _name(written: Any) -> str:
    names: Any = getattr(written, "objname", getattr(written, "names", written))
    return names if isinstance(names, str) else ".".join(names)
