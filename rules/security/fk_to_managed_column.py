"""A foreign key rests on a column of the service's own tables that is not their primary key."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.exposure import MANAGED
from schemalint.lint.rule import Context, Created, Finding, rule
from schemalint.lint.trees import constraints_of
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterTableStmt, CreateStmt


@rule(
    on=Created,
    kinds=(CreateStmt, AlterTableStmt),
    severity="warning",
    category="security",
    covers=("splinter:0021_fkey_to_auth_unique",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    key = created.object
    if not isinstance(key, model.Constraint) or key.type != "f":
        return
    target = ctx.relation(key.frelid)
    if target is None or ctx.names.namespace_name(target.namespace) not in MANAGED:
        return
    if ctx.catalog.find(model.Role, 0, "supabase_admin") is None:
        return  # a schema of that name that is the project's own
    primary = next((c for c in ctx.constraints(target.oid) if c.type == "p"), None)
    if primary is None or set(primary.key) == set(key.fkey):
        return
    columns, own = listed(ctx.column_names(target, key.fkey)), ", ".join(ctx.column_names(target, primary.key))
    name = ctx.shown(target)
    at = next(
        (c.pktable for c, _ in constraints_of(ctx.node) if c.pktable is not None and c.pktable.relname == target.name),
        None,
    )
    yield Finding(
        f"the foreign key refers to {columns} of {name}, which the service may change: only its primary key is a promise",
        at=at,
        help=f"refer to {name} ({own})",
    )
