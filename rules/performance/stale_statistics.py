"""Nothing is known of a column's values after its type changed, until the table is analyzed."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import Oid, Relation
from schemalint.lint.rule import Batch, Context, Finding, Fix, rule
from schemalint.syntax.nodes import AlterTableStmt, VacuumStmt


@rule(
    on=Batch,
    kinds=(AlterTableStmt,),
    severity="info",
    category="performance",
    covers=("migrationpilot:MP088", "pg-schema-diff:IMPACTS_PERFORMANCE: analyze"),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    analyzed: set[Oid | None] = set()  # from some later statement on; None: every table
    said: list[Finding] = []
    for statement in reversed(batch.statements):
        node = statement.node
        if isinstance(node, VacuumStmt):
            if not node.is_vacuumcmd or any(o.defname == "analyze" for o in node.options):
                found = [ctx.find(target.relation) for target in node.rels]
                analyzed.update([r.oid for r in found if r is not None] or ([] if node.rels else [None]))
        elif isinstance(node, AlterTableStmt) and statement.outcome.accepted:
            relation = ctx.subject_of(statement)
            types = [c for c in node.cmds if c.subtype == "AT_AlterColumnType"]
            if relation is None or not types or ctx.is_new(relation.oid) or relation.kind not in "rpm":
                continue
            if relation.oid in analyzed or None in analyzed or relation.oid in ctx.dropped:
                continue
            changed = next((cmd for cmd in types if _decides_plans(relation, cmd.name or "", ctx)), None)
            if changed is None:
                continue
            name = ctx.shown(relation)
            said.append(
                Finding(
                    f"the statistics of {name}.{changed.name} are gone with its type: plans are guesses until it is analyzed",
                    at=changed,
                    word=changed.name,
                    help="ANALYZE the table afterwards, rather than wait for autovacuum",
                    fix=Fix("analyze it", "show", sql=f"ANALYZE {ctx.spelled(relation)};"),
                    relation=relation.oid,
                    statement=statement,
                )
            )
    yield from reversed(said)


def _decides_plans(relation: Relation, name: str, ctx: Context) -> bool:
    """Whether it depends on the column's values how an index is used: a unique one finds one row whatever they are."""
    column = ctx.column(relation, name)
    indexes = [i.index for i in ctx.indexes(relation.oid) if i.index is not None]
    return column is not None and any(
        column.num in index.key[: index.nkeyatts] and (not index.unique or index.nkeyatts > 1) for index in indexes
    )
