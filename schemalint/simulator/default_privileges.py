"""ALTER DEFAULT PRIVILEGES, and the ACL that a new object gets (aclchk.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import DefaultAcl, Oid
from schemalint.errors import Refusal
from schemalint.simulator.acl import acl_default, get_rolespec, has_privs_of_role
from schemalint.simulator.aclitems import AclItem, format_acl, parse_acl, union
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterDefaultPrivilegesStmt, RoleSpec

At = tuple[int, int] | None

KINDS = {
    "OBJECT_TABLE": ("r", "table"),
    "OBJECT_SEQUENCE": ("S", "sequence"),
    "OBJECT_FUNCTION": ("f", "function"),
    "OBJECT_ROUTINE": ("f", "function"),
    "OBJECT_TYPE": ("T", "type"),
    "OBJECT_SCHEMA": ("n", "schema"),
    "OBJECT_LARGEOBJECT": ("L", "large object"),
}
"""Kind of object -> pg_default_acl.defaclobjtype, and the kind of its ACL."""

_ACL_KINDS = dict(KINDS.values())


def _merged(items: list[AclItem], others: list[AclItem]) -> list[AclItem]:
    """aclmerge."""
    made = list(items)
    for other in others:
        for i, item in enumerate(made):
            if (item.grantee, item.grantor) == (other.grantee, other.grantor):
                made[i] = item._replace(
                    privileges=union(item.privileges, other.privileges), options=union(item.options, other.options)
                )
                break
        else:
            made.append(other)
    return made


def same_acl(items: list[AclItem], others: list[AclItem]) -> bool:
    """aclequal, after a sort."""
    return sorted(format_acl(items)) == sorted(format_acl(others))


def find_default_acl(session: Session, role: Oid, namespace: Oid, objtype: str) -> DefaultAcl | None:
    """The default privileges of a role, in a schema or (0) everywhere."""
    return session.catalog.find(DefaultAcl, 0, f"{role} {namespace} {objtype}")


def user_default_acl(session: Session, objtype: str, owner: Oid, namespace: Oid) -> tuple[str, ...] | None:
    """The ACL of a new object of a kind (r, S, f, T, n), None for the built-in one (get_user_default_acl)."""
    everywhere = find_default_acl(session, owner, 0, objtype)
    here = find_default_acl(session, owner, namespace, objtype) if namespace else None
    if everywhere is None and here is None:
        return None
    default = acl_default(session, _ACL_KINDS[objtype], session.role_name(owner))
    items = default if everywhere is None else parse_acl(everywhere.acl)
    merged = _merged(items, parse_acl(here.acl)) if here is not None else items
    return None if same_acl(merged, default) else format_acl(merged)


def with_default_acl(session: Session, obj: Any, objtype: str) -> Any:
    """A new object with the ACL that default privileges give it."""
    acl = user_default_acl(session, objtype, obj.owner, getattr(obj, "namespace", 0))
    return obj if acl is None else replace(obj, acl=acl)


# --- ALTER DEFAULT PRIVILEGES


def exec_alter_default_privileges(session: Session, stmt: AlterDefaultPrivilegesStmt) -> None:
    """ALTER DEFAULT PRIVILEGES (ExecAlterDefaultPrivilegesStmt)."""
    from schemalint.simulator.privileges import grantees_of, privilege_letters

    action = stmt.action
    schemas: tuple[str, ...] = ()
    roles: tuple[RoleSpec, ...] = ()
    seen: set[str] = set()
    for option in stmt.options:
        if option.defname in seen:
            raise Refusal("42601", "conflicting or redundant options", at=(option.start, option.end))
        seen.add(option.defname)
        arg: object = option.arg
        assert isinstance(arg, tuple)
        if option.defname == "schemas":
            schemas = arg
        else:
            roles = arg
    grantees = grantees_of(session, action.grantees)
    letters = privilege_letters(session, action, for_defaults=True)
    owners = [session.role] if not roles else [_role(session, spec) for spec in roles]
    for owner in owners:
        namespaces = [0] if not schemas else [session.names.namespace(name, _span(stmt)) for name in schemas]
        for namespace in namespaces:
            _set_default_acl(session, stmt, owner, namespace, grantees, letters)


def _span(stmt: AlterDefaultPrivilegesStmt) -> At:
    return (stmt.start, stmt.end)


def _role(session: Session, spec: RoleSpec) -> Oid:
    oid = get_rolespec(session, spec)
    if not has_privs_of_role(session, session.role, oid):
        name, at = session.role_name(oid), (spec.start, spec.end)
        if session.version >= 16:
            raise Refusal("42501", "permission denied to change default privileges", at=at, word=name)
        raise Refusal("42501", f'must be member of role "{name}"', at=at, word=name)
    return oid


def _set_default_acl(
    session: Session,
    stmt: AlterDefaultPrivilegesStmt,
    owner: Oid,
    namespace: Oid,
    grantees: list[str],
    letters: str | None,
) -> None:
    """SetDefaultACL."""
    from schemalint.simulator.acl import all_privileges
    from schemalint.simulator.privileges import merge_acl_with_grant

    action = stmt.action
    objtype, kind = KINDS[action.objtype]
    if namespace and objtype in "nL":
        what = "SCHEMAS" if objtype == "n" else "LARGE OBJECTS"
        message = f"cannot use IN SCHEMA clause when using GRANT/REVOKE ON {what}"
        raise Refusal("0LP01", message, at=_span(stmt))
    name = session.role_name(owner)
    default = [] if namespace else acl_default(session, kind, name)
    held = find_default_acl(session, owner, namespace, objtype)
    items = default if held is None else parse_acl(held.acl)
    given = all_privileges(kind, session.version) if letters is None else letters
    made = merge_acl_with_grant(session, items, action, grantees, given, name, name)
    if same_acl(made, default):
        if held is not None:
            session.drop(held.address)
    elif held is not None:
        session.change(replace(held, acl=format_acl(made)))
    else:
        row = DefaultAcl(
            oid=session.catalog.new_oid(), role=owner, namespace=namespace, objtype=objtype, acl=format_acl(made)
        )
        session.create(row)
        if namespace:
            from schemalint.catalog.model import ObjectAddress

            session.catalog.depend(row.address, ObjectAddress("pg_namespace", namespace), "a")
