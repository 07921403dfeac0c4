"""An extension's functions land in a schema that the API shows."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.exposure import API_ROLES, MANAGED
from schemalint.lint.rule import Context, Created, Finding, Fix, rule
from schemalint.simulator.acl import has_privilege
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import CreateExtensionStmt


@rule(
    on=Created,
    kinds=(CreateExtensionStmt,),
    severity="warning",
    category="security",
    covers=("splinter:0014_extension_in_public",),
)
def check(created: Created, ctx: Context) -> Iterator[Finding]:
    extension = created.object
    if not isinstance(extension, model.Extension) or extension.name == "plpgsql":
        return
    namespace = ctx.get(model.Namespace, extension.namespace)
    roles = [role for name in API_ROLES if (role := ctx.catalog.find(model.Role, 0, name)) is not None]
    if namespace is None or namespace.name in MANAGED:
        return
    if not any(has_privilege(ctx.session, namespace, "U", role.oid) for role in roles):
        return
    name = quote_identifier(extension.name)
    apart = ctx.catalog.find(model.Namespace, 0, "extensions") is not None
    yield Finding(
        f"the functions of {name} land in {namespace.name}, where everybody can call them over the API",
        at=ctx.node,
        word=extension.name,
        help="put it into a schema that the API does not show",
        fix=Fix("put it there", "show", sql=f"CREATE EXTENSION {name} WITH SCHEMA extensions;") if apart else None,
    )
