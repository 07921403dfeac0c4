"""Everybody may call a function that runs with its owner's rights, over the API."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import Oid
from schemalint.lint.exposure import API_ROLES, reached_by
from schemalint.lint.rule import Batch, Changed, Context, Created, Finding, Fix, Granted, rule
from schemalint.lint.trees import routine_of
from schemalint.lint.wording import listed
from schemalint.simulator.describe import quote_identifier
from schemalint.syntax.nodes import AlterFunctionStmt, CreateFunctionStmt

_TRIGGERS = (2279, 3838)
"""trigger, event_trigger: such functions cannot be called."""

_ASKS_WHO = ("auth.uid", "auth.jwt", "auth.role", "auth.email", "request.jwt", "request.header")


@rule(
    on=Batch,
    kinds=(CreateFunctionStmt, AlterFunctionStmt),
    severity="warning",
    category="security",
    covers=(
        "splinter:0028_anon_security_definer_function_executable",
        "splinter:0029_authenticated_security_definer_function_executable",
    ),
)
def check(batch: Batch, ctx: Context) -> Iterator[Finding]:
    if not any(ctx.catalog.find(model.Role, 0, name) is not None for name in API_ROLES):
        return
    said: set[Oid] = set()
    meant = {
        (effect.object.objid, effect.grantee)
        for statement in batch.statements
        for effect in statement.outcome.effects
        if isinstance(effect, Granted) and effect.object.classid == "pg_proc" and not effect.revoked
    }
    for statement in reversed(batch.statements):
        if not routine_of(statement.node):
            continue
        for effect in statement.outcome.effects:
            made = (
                effect.object if isinstance(effect, Created) else effect.after if isinstance(effect, Changed) else None
            )
            if not isinstance(made, model.Proc) or made.oid in said:
                continue
            said.add(made.oid)
            function = ctx.get(model.Proc, made.oid)  # as the batch leaves it
            if function is None or not function.secdef or function.rettype in _TRIGGERS or _is_used(function, ctx):
                continue
            roles = [
                name
                for name in reached_by(ctx, function, "X")
                if (function.oid, ctx.catalog.find_oid("pg_authid", 0, name)) not in meant
            ]
            if not roles:
                continue
            name = ".".join(map(quote_identifier, routine_of(statement.node)))
            asks = any(word in (function.src or "") for word in _ASKS_WHO)
            yield Finding(
                f"{name} runs with its owner's rights, and {listed(roles)} may call it over the API",
                at=statement.node,
                word=function.name,
                help="take EXECUTE from PUBLIC and these roles, or let the function check who calls it",
                fix=Fix("revoke", "show", sql=_revoke(function, name, roles, ctx)),
                severity="info" if asks else None,
                statement=statement,
            )


def _is_used(function: model.Proc, ctx: Context) -> bool:
    """Whether a policy, view or default calls it, so that who reaches these has to be able to call it."""
    users = ("pg_policy", "pg_class", "pg_attrdef", "pg_constraint")
    return any(address.classid in users for address, _, _ in ctx.catalog.dependents(function.address))


def _revoke(function: model.Proc, name: str, roles: list[str], ctx: Context) -> str:
    kind = "PROCEDURE" if function.kind == "p" else "FUNCTION"
    arguments = ", ".join(ctx.type_name(oid) for oid in function.argtypes)
    return f"REVOKE EXECUTE ON {kind} {name}({arguments}) FROM PUBLIC, {', '.join(roles)};"
