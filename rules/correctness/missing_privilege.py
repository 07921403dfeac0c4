"""The role that runs the migration may not do this."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog.model import ObjectAddress
from schemalint.lint.rule import Context, Finding, Refused, rule
from schemalint.simulator.acl import object_word
from schemalint.simulator.describe import quote_identifier


@rule(
    on=Refused,
    sqlstates=("42501",),
    severity="error",
    category="correctness",
    covers=("bytebase:STATEMENT_OBJECT_OWNER_CHECK",),
)
def check(refused: Refused, ctx: Context) -> Iterator[Finding]:
    role = ctx.session.role_name(ctx.session.role)
    yield Finding(refused.message, notes=(f"it is run as role {role}",), help=_help(refused, ctx, role))


def _help(refused: Refused, ctx: Context, role: str) -> str | None:
    match refused.objects:
        case (ObjectAddress() as address, str() as right):
            obj = ctx.catalog.at(address)
            if obj is None:
                return None
            if right == "ownership":
                owner = ctx.session.role_name(getattr(obj, "owner", 10))
                return f"run it as {owner}, who owns it, or as a member of that role"
            return f"{role} needs {right} on {object_word(obj)} {quote_identifier(obj.name)}"
    return None
