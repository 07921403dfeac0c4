"""A view shows the accounts of auth.users over the API."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.exposure import reached_by
from schemalint.lint.rule import Batch, Context, Finding, rule
from schemalint.lint.trees import find_all
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import CreateTableAsStmt, RangeVar, ViewStmt


@rule(
    on=Batch,
    kinds=(ViewStmt, CreateTableAsStmt),
    severity="warning",
    category="security",
    covers=("splinter:0002_auth_users_exposed",),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    for statement in batch.statements:
        node = statement.node
        if not isinstance(node, (ViewStmt, CreateTableAsStmt)):
            continue
        name = node.view if isinstance(node, ViewStmt) else node.into.rel
        users = next((n for n in find_all(node.query, RangeVar) if _is_users(n, ctx)), None)
        view = ctx.find(name)
        view = None if view is None else ctx.get(model.Relation, view.oid)
        if users is None or view is None or any(o.startswith("security_invoker") for o in view.options):
            continue
        roles = reached_by(ctx, view, "r")
        if roles:
            yield Finding(
                f"{ctx.shown(view)} shows what it reads of auth.users to {listed(roles)}",
                at=users,
                help="keep what others may see in a table of your own, or put the view into a schema that the API does not show",
                statement=statement,
            )


def _is_users(name: RangeVar, ctx: Context) -> bool:
    found = ctx.find(name)
    return found is not None and found.name == "users" and ctx.names.namespace_name(found.namespace) == "auth"
