"""A SECURITY DEFINER function looks names up in a schema where others may create."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Changed, Context, Created, Finding, rule
from schemalint.lint.trees import routine_of
from schemalint.simulator.acl import acl_items
from schemalint.syntax.nodes import AlterFunctionStmt, CreateFunctionStmt


@rule(
    on=(Created, Changed),
    kinds=(CreateFunctionStmt, AlterFunctionStmt),
    severity="warning",
    category="security",
    covers=("pgspot:PS004",),
)
def check(effect: Created | Changed, ctx: Context) -> Iterator[Finding]:
    function = effect.object if isinstance(effect, Created) else effect.after
    if not isinstance(function, model.Proc) or not function.secdef or function.sqlbody is not None:
        return
    for schema in schemas_of(function):
        namespace = ctx.catalog.find(model.Namespace, 0, schema)
        if namespace is not None and any(
            "C" in item.privileges for item in acl_items(ctx.session, namespace) if not item.grantee
        ):
            yield Finding(
                f"{'.'.join(routine_of(ctx.node))} runs with its owner's rights and looks names up in {schema}, where everybody may create",
                at=ctx.node,
                word="search_path",
                help="SET search_path = '' and every name with its schema, or take CREATE on the schema from PUBLIC",
                notes=("whoever puts a table or function of the right name there has it used with the owner's rights",),
            )
            return


def schemas_of(function: model.Proc) -> list[str]:
    """The schemas of the function's own search_path."""
    setting = next((c for c in function.config if c.startswith("search_path=")), "")
    return [part.strip().strip('"') for part in setting.partition("=")[2].split(",") if part.strip().strip('"')]
