"""A privilege is taken from a role that has it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Changed, Context, Finding, Granted, rule
from schemalint.lint.wording import listed
from schemalint.simulator.acl import has_privilege
from schemalint.simulator.aclitems import WORDS
from schemalint.syntax.nodes import GrantStmt

_SHOWN = "rawdDxtXUC"


@rule(
    on=Granted,
    kinds=(GrantStmt,),
    severity="info",
    category="security",
    covers=("migrationpilot:MP091", "pg-schema-diff:AUTHZ: privilege granted/revoked"),
)
def check(granted: Granted, ctx: Context) -> Iterator[Finding]:
    """What is taken from PUBLIC is not reported: nobody knows who of everybody needs it."""
    obj = ctx.catalog.at(granted.object)
    role = ctx.get(model.Role, granted.grantee)
    if not granted.revoked or obj is None or role is None or granted.object in ctx.made_in_batch:
        return
    before = next((e.before for e in ctx.statement.outcome.effects if isinstance(e, Changed) and e.after == obj), None)
    if before is None or not isinstance(obj, (model.Relation, model.Proc, model.Namespace)):
        return
    gone = [
        WORDS[p]
        for p in _SHOWN
        if p in granted.privileges and _had(before, role.name, p) and not has_privilege(ctx.session, obj, p, role.oid)
    ]
    if gone:
        yield Finding(
            f"{role.name} loses {listed(gone)} on {ctx.describe(granted.object)}",
            help="make sure that what runs as this role no longer does that: it fails with 42501 from now on",
        )


def _had(obj: model.CatalogObject, role: str, privilege: str) -> bool:
    from schemalint.simulator.aclitems import parse_item

    items = map(parse_item, getattr(obj, "acl", None) or ())
    return any(item.grantee == role and privilege in item.privileges for item in items)
