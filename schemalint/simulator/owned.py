"""DROP OWNED and REASSIGN OWNED (user.c, shdepDropOwned and shdepReassignOwned of pg_shdepend.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.simulator.acl import get_rolespec, has_privs_of_role
from schemalint.simulator.aclitems import format_acl, parse_acl
from schemalint.simulator.dependency import perform_multiple_deletions
from schemalint.simulator.owner import change_owner
from schemalint.simulator.session import Session
from schemalint.simulator.shdepend import shared_dependencies
from schemalint.syntax.nodes import DropOwnedStmt, ReassignOwnedStmt, RoleSpec

At = tuple[int, int] | None


def drop_owned(session: Session, stmt: DropOwnedStmt) -> None:
    """DROP OWNED (DropOwnedObjects)."""
    roles = [_role(session, spec, "drop") for spec in stmt.roles]
    doomed: list[ObjectAddress] = []
    for oid, spec in zip(roles, stmt.roles, strict=True):
        at = (spec.start, spec.end)
        if oid < FIRST_UNPINNED_OID:
            raise _pinned(session, oid, "cannot drop objects owned by {}", at)
        name = session.role_name(oid)
        for dependency in shared_dependencies(session, oid):
            if dependency.kind == "owner":
                if dependency.address.classid not in _SHARED:
                    doomed.append(dependency.address)
            elif dependency.kind == "acl":
                _remove_from_acl(session, dependency.address, name)
            elif dependency.kind == "policy":
                _remove_from_policy(session, dependency.address, oid, doomed)
            elif dependency.kind == "member":
                _remove_grants(session, dependency.address.objid, oid)
    perform_multiple_deletions(session, doomed, stmt.behavior, (stmt.start, stmt.end))


_SHARED = frozenset(("pg_database", "pg_tablespace"))


def _role(session: Session, spec: RoleSpec, verb: str) -> Oid:
    oid = get_rolespec(session, spec)
    if has_privs_of_role(session, session.role, oid):
        return oid
    name = session.role_name(oid)
    what = "reassign objects to it" if verb == "receive" else f"{verb} objects owned by it"
    detail = f'Only roles with privileges of role "{name}" may {what}.'
    raise Refusal(
        "42501",
        f"permission denied to {'drop' if verb == 'drop' else 'reassign'} objects",
        detail=detail if session.version >= 16 else None,
        at=(spec.start, spec.end),
        word=name,
    )


def _pinned(session: Session, oid: Oid, what: str, at: At) -> Refusal:
    shown = what.format(f"role {session.role_name(oid)}")
    return Refusal("2BP01", f"{shown} because they are required by the database system", at=at)


def _without(acl: tuple[str, ...] | None, name: str, owner: str) -> tuple[str, ...] | None:
    """An ACL without what was given to a role, or by it."""
    if acl is None:
        return None
    return format_acl([item for item in parse_acl(acl) if name not in (item.grantee, item.grantor) or name == owner])


def _remove_from_acl(session: Session, address: ObjectAddress, name: str) -> None:
    """RemoveRoleFromObjectACL."""
    obj: Any = session.catalog.at(address)
    if obj is None:
        return
    owner = session.role_name(getattr(obj, "owner", 10))
    if isinstance(obj, model.DefaultAcl):
        kept = _without(obj.acl, name, "") or ()
        if kept:
            session.change(replace(obj, acl=kept))
        else:
            session.drop(obj.address)
    elif address.objsubid and isinstance(obj, model.Relation):
        columns = tuple(
            replace(c, acl=_without(c.acl, name, owner) or None) if c.num == address.objsubid else c
            for c in obj.columns
        )
        session.change(replace(obj, columns=columns))
    else:
        session.change(replace(obj, acl=_without(obj.acl, name, owner)))


def _remove_from_policy(session: Session, address: ObjectAddress, oid: Oid, doomed: list[ObjectAddress]) -> None:
    """A policy for nobody else goes, too (RemoveRoleFromObjectPolicy)."""
    policy = session.catalog[model.Policy, address.objid]
    roles = tuple(role for role in policy.roles if role != oid)
    if not roles:
        doomed.append(address)
        return
    session.change(replace(policy, roles=roles))
    session.catalog.clear_dependencies(address, on_class="pg_authid")
    for role in roles:
        if role:
            session.catalog.depend(address, ObjectAddress("pg_authid", role), "r")


def _remove_grants(session: Session, member: Oid, grantor: Oid) -> None:
    """Memberships that the role granted."""
    held = session.catalog[model.Role, member]
    kept = tuple(grant for grant in held.memberships if grant.grantor != grantor)
    session.change(replace(held, memberships=kept))


# --- REASSIGN OWNED


def reassign_owned(session: Session, stmt: ReassignOwnedStmt) -> None:
    """REASSIGN OWNED (ReassignOwnedObjects)."""
    roles = [_role(session, spec, "reassign") for spec in stmt.roles]
    new = _role(session, stmt.newrole, "receive")
    for oid, spec in zip(roles, stmt.roles, strict=True):
        if oid < FIRST_UNPINNED_OID:
            raise _pinned(session, oid, "cannot reassign ownership of objects owned by {}", (spec.start, spec.end))
        for dependency in shared_dependencies(session, oid):
            obj = session.catalog.at(dependency.address)
            if dependency.kind == "owner" and obj is not None:
                _give(session, obj, new)


def _give(session: Session, obj: CatalogObject, new: Oid) -> None:
    """Give an object to a role, with its row type and indexes."""
    if isinstance(obj, (model.DefaultAcl, model.UserMapping)):
        return
    change_owner(session, obj, new)
    parts: list[CatalogObject | None] = []
    if isinstance(obj, model.Relation):
        parts = [session.catalog.get(model.Type, obj.type), *session.catalog.indexes(obj.oid)]
    elif isinstance(obj, model.Type) and obj.relid:
        parts = [session.catalog.get(model.Relation, obj.relid)]
    for part in parts:
        if part is not None:
            change_owner(session, part, new)
