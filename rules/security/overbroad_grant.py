"""A privilege is given to everybody, to hand on, or with all others."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.wording import listed
from schemalint.syntax.nodes import AlterDefaultPrivilegesStmt, GrantStmt, Node, RangeVar

_EVERYBODY_HAS_THEM = {
    "OBJECT_FUNCTION": ("execute",),
    "OBJECT_PROCEDURE": ("execute",),
    "OBJECT_ROUTINE": ("execute",),
    "OBJECT_TYPE": ("usage",),
    "OBJECT_DOMAIN": ("usage",),
    "OBJECT_LANGUAGE": ("usage",),
    "OBJECT_SCHEMA": ("usage",),
    "OBJECT_DATABASE": ("connect", "temporary", "temp"),
}
"""What PUBLIC has of new objects anyway, or has to have to use what it was given."""

_WORDS = {
    "OBJECT_SCHEMA": "schema ",
    "OBJECT_DATABASE": "database ",
    "OBJECT_SEQUENCE": "sequence ",
    "OBJECT_TYPE": "type ",
}

_KINDS = {"OBJECT_TABLE": "TABLES", "OBJECT_SEQUENCE": "SEQUENCES", "OBJECT_FUNCTION": "FUNCTIONS"}


@rule(
    on=(GrantStmt, AlterDefaultPrivilegesStmt),
    severity="warning",
    category="security",
    covers=("migrationpilot:MP085", "safe-migrate:overbroad-grant", "pglinter:S003"),
)
def check(stmt: GrantStmt | AlterDefaultPrivilegesStmt, ctx: Context) -> Iterator[Finding]:
    grant = stmt.action if isinstance(stmt, AlterDefaultPrivilegesStmt) else stmt
    if not grant.is_grant:
        return
    given = [p.priv_name.lower() for p in grant.privileges if p.priv_name is not None]
    usual = _EVERYBODY_HAS_THEM.get(grant.objtype, ())
    public = next((role for role in grant.grantees if role.roletype == "ROLESPEC_PUBLIC"), None)
    what = listed([p.upper() for p in given]) if given else "every privilege"
    if public is not None and ((not given and not _all_are_usual(grant)) or any(p not in usual for p in given)):
        yield Finding(
            f"everybody, every role of today and of later, gets {what} on {_objects(grant, ctx)}",
            at=public if public.start >= 0 else None,
            help="name the roles that need it",
        )
    elif grant.grant_option:
        who = listed([role.rolename or "the current role" for role in grant.grantees])
        yield Finding(
            f"{who} may hand {what} on {_objects(grant, ctx)} on to anybody",
            at=grant,
            help="leave WITH GRANT OPTION out: REVOKE will have to CASCADE through all that was handed on",
        )
    elif not given and grant.objtype == "OBJECT_TABLE" and grant.targtype != "ACL_TARGET_OBJECT":
        who = listed([role.rolename or "the current role" for role in grant.grantees])
        when = "that will be made" if grant.targtype == "ACL_TARGET_DEFAULTS" else "of the schema"
        yield Finding(
            f"{who} gets every privilege on all tables {when}, TRUNCATE, TRIGGER and REFERENCES with them",
            at=grant,
            help="grant SELECT, INSERT, UPDATE, DELETE, as far as it needs them",
            severity="info",
        )


def _all_are_usual(grant: GrantStmt) -> bool:
    """ALL is but one privilege here, and PUBLIC has it anyway."""
    return grant.objtype not in ("OBJECT_SCHEMA", "OBJECT_DATABASE") and grant.objtype in _EVERYBODY_HAS_THEM


def _objects(grant: GrantStmt, ctx: Context) -> str:
    if grant.targtype == "ACL_TARGET_DEFAULTS":
        return f"all {_KINDS.get(grant.objtype, 'objects').lower()} that will be made"
    names = [_name(found) for found in grant.objects]
    if grant.targtype == "ACL_TARGET_ALL_IN_SCHEMA":
        return f"all {_KINDS.get(grant.objtype, 'objects').lower()} of {listed(names)}"
    return _WORDS.get(grant.objtype, "") + listed(names)


def _name(found: object) -> str:
    if isinstance(found, RangeVar):
        return found.relname if found.schemaname is None else f"{found.schemaname}.{found.relname}"
    if isinstance(found, Node):
        return ".".join(getattr(found, "objname", ())) or "it"
    return ".".join(found) if isinstance(found, tuple) else str(found)
