"""A constraint that is not enforced guards nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Changed, Context, Created, Finding, rule
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt


@rule(
    on=(Created, Changed),
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="design",
    covers=("migrationpilot:MP082",),
)
def check(effect: Created | Changed, ctx: Context) -> Iterator[Finding]:
    made = effect.object if isinstance(effect, Created) else effect.after
    if not isinstance(made, model.Constraint) or made.enforced or made.parentid or not made.relid:
        return
    if isinstance(effect, Changed) and not getattr(effect.before, "enforced", False):
        return
    yield Finding(
        f"rows may break {made.name}: the server does not check it",
        at=ctx.locate(ctx.node, "enforced") or ctx.node,
        help="leave NOT ENFORCED out; NOT VALID lets the rows that are there pass and checks the new ones",
    )
