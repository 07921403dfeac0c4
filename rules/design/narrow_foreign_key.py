"""A foreign key column runs out before the key that it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Created, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt

WIDTH = {21: 2, 23: 4, 20: 8}
"""pg_type.oid of smallint, integer and bigint -> bytes."""


@rule(
    on=Created,
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=("pglinter:B008", "pg-index-health:FOREIGN_KEYS_WITH_UNMATCHED_COLUMN_TYPE"),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    from schemalint.semantics.lsyscache import get_base_type

    key = created.object
    if not isinstance(key, model.Constraint) or key.type != "f" or key.parentid:
        return
    own, other = ctx.relation(key.relid), ctx.relation(key.frelid)
    if own is None or other is None:
        return
    for column, target in zip(key.key, key.fkey, strict=True):
        mine, theirs = own.columns[column - 1], other.columns[target - 1]
        width = WIDTH.get(get_base_type(ctx.session, mine.type), 0)
        if 0 < width < WIDTH.get(get_base_type(ctx.session, theirs.type), 0):
            wanted = ctx.type_name(theirs.type)
            yield Finding(
                f"{mine.name} is {ctx.type_name(mine.type)} and cannot hold every {ctx.shown(other)}.{theirs.name}, which is {wanted}",
                at=ctx.locate(ctx.node, mine.name) or ctx.node,
                labels=(ctx.label_column(other, theirs.name, f"is {wanted}"),),
                help=f"make {mine.name} {wanted}",
            )
