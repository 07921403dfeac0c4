"""What an HTTP API over the database shows: objects that the roles of its requests reach.

PostgREST, and Supabase with it, answers a request as `anon` or `authenticated`; where these roles are not there, nothing is known
of an API, and nothing is said.
"""

from __future__ import annotations

from schemalint.catalog import model
from schemalint.lint.context import Context
from schemalint.simulator.acl import has_privilege

API_ROLES = ("anon", "authenticated")
"""Roles of requests without and with an account."""

MANAGED = frozenset(
    "auth storage realtime vault graphql graphql_public extensions net pgbouncer supabase_functions".split()
)
"""Schemas that the service makes and changes itself."""


def reached_by(ctx: Context, obj: model.Relation | model.Proc, privileges: str) -> list[str]:
    """The API's roles that may use an object's schema and have one of these privileges (letters of an ACL) on the object."""
    namespace = ctx.catalog.get(model.Namespace, obj.namespace)
    if namespace is None or namespace.name in MANAGED:
        return []
    found = []
    for name in API_ROLES:
        role = ctx.catalog.find(model.Role, 0, name)
        if (
            role is not None
            and has_privilege(ctx.session, namespace, "U", role.oid)
            and has_privilege(ctx.session, obj, privileges, role.oid)
        ):
            found.append(name)
    return found
