"""Roles (user.c). Membership is in role_members.py, DROP OWNED and REASSIGN OWNED in owned.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Membership, Oid, Role
from schemalint.errors import Refusal
from schemalint.simulator.acl import get_rolespec, is_admin_of_role, is_superuser
from schemalint.simulator.defelem import error_conflicting_def_elem
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.owned import drop_owned, reassign_owned
from schemalint.simulator.role_members import (
    GrantOptions,
    add_role_members,
    check_membership_authorization,
    del_role_members,
    grant_role,
    has_createrole,
    roles_of_specs,
)
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.simulator.shdepend import check_shared_dependencies
from schemalint.syntax.nodes import AlterRoleSetStmt, AlterRoleStmt, CreateRoleStmt, DefElem, DropRoleStmt, RoleSpec

__all__ = [
    "alter_role",
    "alter_role_set",
    "create_role",
    "drop_owned",
    "drop_role",
    "grant_role",
    "reassign_owned",
]

At = tuple[int, int] | None

_FIELDS = {
    "superuser": "super",
    "inherit": "inherit",
    "createrole": "createrole",
    "createdb": "createdb",
    "canlogin": "canlogin",
    "isreplication": "replication",
    "bypassrls": "bypassrls",
}
"""Options of CREATE ROLE -> fields of Role."""


def is_reserved_name(name: str) -> bool:
    """IsReservedName."""
    return name.startswith("pg_")


def _options(session: Session, options: Sequence[DefElem]) -> dict[str, DefElem]:
    found: dict[str, DefElem] = {}
    for option in options:
        if option.defname == "sysid":
            session.effect(Noted("NOTICE", "SYSID can no longer be specified"))
            continue
        if option.defname in found:
            raise error_conflicting_def_elem(option)
        found[option.defname] = option
    limit = found.get("connectionlimit")
    if limit is not None and isinstance(limit.arg, int) and limit.arg < -1:
        raise Refusal("22023", f"invalid connection limit: {limit.arg}", at=(limit.start, limit.end))
    return found


def _check_valid_until(session: Session, options: dict[str, DefElem]) -> None:
    until = options.get("validUntil")
    if until is not None and isinstance(until.arg, str):
        from schemalint.semantics.input import check_input

        refusal = check_input("timestamptz", until.arg)
        if refusal is not None:
            raise Refusal(refusal.sqlstate, refusal.message, at=(until.start, until.end))


def _members(options: dict[str, DefElem], name: str) -> tuple[RoleSpec, ...]:
    option = options.get(name)
    arg: Any = None if option is None else option.arg
    return arg or ()


# --- CREATE ROLE


def create_role(session: Session, stmt: CreateRoleStmt) -> None:
    """CREATE ROLE, USER and GROUP (CreateRole)."""
    at = (stmt.start, stmt.end)
    options = _options(session, stmt.options)
    flags = {_FIELDS[name]: bool(option.arg) for name, option in options.items() if name in _FIELDS}
    if stmt.stmt_type == "ROLESTMT_USER":
        flags.setdefault("canlogin", True)
    _check_may_create(session, flags, at)
    if is_reserved_name(stmt.role):
        detail = 'Role names starting with "pg_" are reserved.'
        raise Refusal("42939", f'role name "{stmt.role}" is reserved', detail=detail, at=at, word=stmt.role)
    if session.catalog.find_oid("pg_authid", 0, stmt.role) is not None:
        raise Refusal("42710", f'role "{stmt.role}" already exists', at=at, word=stmt.role)
    _check_valid_until(session, options)
    role = replace(Role(oid=session.catalog.new_oid(), name=stmt.role), **flags)
    session.create(role)
    plain = GrantOptions(admin=False) if session.version >= 16 else GrantOptions()
    for spec in _members(options, "addroleto"):
        of = get_rolespec(session, spec)
        check_membership_authorization(session, of, True, (spec.start, spec.end))
        add_role_members(session, of, (role.oid,), None, plain, (spec.start, spec.end))
    if session.version >= 16 and not is_superuser(session):
        _grant_to_creator(session, role)
    admins = roles_of_specs(session, _members(options, "adminmembers"))
    add_role_members(session, role.oid, admins, None, GrantOptions(admin=True), at)
    members = roles_of_specs(session, _members(options, "rolemembers"))
    add_role_members(session, role.oid, members, None, plain, at)


def _grant_to_creator(session: Session, role: Role) -> None:
    """Who creates a role may administer it, and what createrole_self_grant says."""
    creator = session.catalog.get(Role, session.role)
    if creator is None:
        return
    grants = [Membership(role=role.oid, grantor=BOOTSTRAP_SUPERUSER, admin=True, inherit=False, set=False)]
    own = (session.setting("createrole_self_grant") or "").replace(" ", "").lower().split(",")
    if own != [""]:
        grants.append(Membership(role=role.oid, grantor=creator.oid, inherit="inherit" in own, set="set" in own))
    session.change(replace(creator, memberships=(*creator.memberships, *grants)))


def _attribute(session: Session, field: str) -> bool:
    held = session.catalog.get(Role, session.role)
    return held is None or held.super or bool(getattr(held, field))


def _check_may_create(session: Session, flags: dict[str, bool], at: At) -> None:
    if is_superuser(session):
        return
    if session.version < 16:
        for field, what in (
            ("super", "superusers"),
            ("replication", "replication users"),
            ("bypassrls", "bypassrls users"),
        ):
            if flags.get(field):
                raise Refusal("42501", f"must be superuser to create {what}", at=at)
        if not has_createrole(session):
            raise Refusal("42501", "permission denied to create role", at=at)
        return
    detail = None
    if not has_createrole(session):
        detail = "Only roles with the CREATEROLE attribute may create roles."
    else:
        for field in ("super", "createdb", "replication", "bypassrls"):
            if flags.get(field) and (field == "super" or not _attribute(session, field)):
                word = "SUPERUSER" if field == "super" else field.upper()
                detail = f"Only roles with the {word} attribute may create roles with the {word} attribute."
                break
    if detail is not None:
        raise Refusal("42501", "permission denied to create role", detail=detail, at=at)


# --- ALTER ROLE


def check_rolespec_name(role: RoleSpec, detail: str) -> None:
    """Raise 42939 for a role of the server's own (check_rolespec_name)."""
    name = role.rolename
    if role.roletype == "ROLESPEC_CSTRING" and name is not None and is_reserved_name(name):
        raise Refusal("42939", f'role name "{name}" is reserved', detail=detail, at=(role.start, role.end), word=name)


def alter_role(session: Session, stmt: AlterRoleStmt) -> None:
    """ALTER ROLE, and ALTER GROUP ... ADD / DROP USER (AlterRole)."""
    at = (stmt.start, stmt.end)
    check_rolespec_name(stmt.role, "Cannot alter reserved roles.")
    options = _options(session, stmt.options)
    oid = get_rolespec(session, stmt.role)
    role = session.catalog[Role, oid]
    flags = {_FIELDS[name]: bool(option.arg) for name, option in options.items() if name in _FIELDS}
    if session.version >= 16:
        _check_may_alter(session, role, flags, options, at)
    else:
        _check_may_alter_before_16(session, role, flags, options, at)
    _check_valid_until(session, options)
    if flags.get("super") is False and oid == BOOTSTRAP_SUPERUSER and session.version >= 16:
        detail = "The bootstrap superuser must have the SUPERUSER attribute."
        raise Refusal("0A000", "permission denied to alter role", detail=detail, at=at)
    changed = replace(role, **flags)
    if changed != role:
        session.change(changed)
    members = roles_of_specs(session, _members(options, "rolemembers"))
    if stmt.action > 0:
        plain = GrantOptions(admin=False) if session.version >= 16 else GrantOptions()
        add_role_members(session, oid, members, None, plain, at)
    else:
        del_role_members(session, oid, members, None, GrantOptions(), False, at)


def _check_may_alter(session: Session, role: Role, flags: dict[str, bool], options: dict[str, DefElem], at: At) -> None:
    if is_superuser(session):
        return
    detail = None
    admin = is_admin_of_role(session, session.role, role.oid)
    if role.super:
        detail = "Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute."
    elif "super" in flags:
        detail = "Only roles with the SUPERUSER attribute may change the SUPERUSER attribute."
    elif not has_createrole(session) or not admin:
        if flags or "connectionlimit" in options or "validUntil" in options:
            detail = f'Only roles with the CREATEROLE attribute and the ADMIN option on role "{role.name}" may alter this role.'
        elif "password" in options and role.oid != session.role:
            detail = (
                "To change another role's password, the current user must have the CREATEROLE attribute "
                "and the ADMIN option on the role."
            )
    else:
        for field in ("createdb", "replication", "bypassrls"):
            if field in flags and not _attribute(session, field):
                word = field.upper()
                detail = f"Only roles with the {word} attribute may change the {word} attribute."
                break
    if detail is None and "rolemembers" in options and not admin:
        detail = f'Only roles with the ADMIN option on role "{role.name}" may add or drop members.'
    if detail is not None:
        raise Refusal("42501", "permission denied to alter role", detail=detail, at=at)


def _check_may_alter_before_16(
    session: Session, role: Role, flags: dict[str, bool], options: dict[str, DefElem], at: At
) -> None:
    if is_superuser(session):
        return
    if role.super or "super" in flags:
        raise Refusal("42501", "must be superuser to alter superuser roles or change superuser attribute", at=at)
    if role.replication or "replication" in flags:
        raise Refusal("42501", "must be superuser to alter replication roles or change replication attribute", at=at)
    if "bypassrls" in flags:
        raise Refusal("42501", "must be superuser to change bypassrls attribute", at=at)
    only_password = set(options) == {"password"} and role.oid == session.role
    if not has_createrole(session) and not only_password:
        raise Refusal("42501", "permission denied", at=at)


def alter_role_set(session: Session, stmt: AlterRoleSetStmt) -> None:
    """ALTER ROLE ... SET (AlterRoleSet)."""
    from schemalint.simulator.databases import database_named, keep_database_setting
    from schemalint.simulator.stored_settings import alter_setting

    at = (stmt.start, stmt.end)
    role: Role | None = None
    if stmt.role is not None:
        check_rolespec_name(stmt.role, "Cannot alter reserved roles.")
        role = session.catalog[Role, get_rolespec(session, stmt.role)]
        _check_may_set_for(session, role, at)
    database = None if stmt.database is None else database_named(session, stmt.database, at)
    if role is None and not is_superuser(session):
        _deny_global(session, database, at)
    if role is None:
        keep_database_setting(session, database, stmt.setstmt, at)
        return
    if stmt.database is None:
        config = alter_setting(session, role.config, stmt.setstmt, at)
        session.change(replace(role, config=config))
    else:
        config = alter_setting(session, role.database_config, stmt.setstmt, at)
        if stmt.database == session.names.database:
            session.change(replace(role, database_config=config))


def _check_may_set_for(session: Session, role: Role, at: At) -> None:
    if is_superuser(session):
        return
    if session.version < 16:
        if role.super:
            raise Refusal("42501", "must be superuser to alter superusers", at=at)
        if not has_createrole(session) and role.oid != session.role:
            raise Refusal("42501", "permission denied", at=at)
        return
    if role.super:
        detail = "Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute."
        raise Refusal("42501", "permission denied to alter role", detail=detail, at=at)
    may = has_createrole(session) and is_admin_of_role(session, session.role, role.oid)
    if not may and role.oid != session.role:
        detail = (
            f'Only roles with the CREATEROLE attribute and the ADMIN option on role "{role.name}" may alter this role.'
        )
        raise Refusal("42501", "permission denied to alter role", detail=detail, at=at)


def _deny_global(session: Session, database: object, at: At) -> None:
    if database is not None:
        return
    if session.version >= 16:
        detail = "Only roles with the SUPERUSER attribute may alter settings globally."
        raise Refusal("42501", "permission denied to alter setting", detail=detail, at=at)
    raise Refusal("42501", "must be superuser to alter settings globally", at=at)


# --- DROP ROLE


def drop_role(session: Session, stmt: DropRoleStmt) -> None:
    """DROP ROLE (DropRole)."""
    at = (stmt.start, stmt.end)
    if not has_createrole(session):
        detail = "Only roles with the CREATEROLE attribute and the ADMIN option on the target roles may drop roles."
        raise Refusal(
            "42501", "permission denied to drop role", detail=detail if session.version >= 16 else None, at=at
        )
    doomed: list[Oid] = []
    for spec in stmt.roles:
        role = _role_to_drop(session, spec, stmt.missing_ok)
        if role is not None:
            _remove_memberships(session, role.oid)
            doomed.append(role.oid)
    for oid, spec in zip(doomed, stmt.roles, strict=False):
        check_shared_dependencies(session, oid, (spec.start, spec.end))
        session.drop(session.catalog[Role, oid].address)


def _role_to_drop(session: Session, spec: RoleSpec, missing_ok: bool) -> Role | None:
    at = (spec.start, spec.end)
    if spec.roletype != "ROLESPEC_CSTRING":
        raise Refusal("22023", "cannot use special role specifier in DROP ROLE", at=at)
    name = spec.rolename or ""
    role = session.catalog.find(Role, 0, name)
    if role is None:
        session.names.unknown_or(name, at)
        if not missing_ok:
            raise Refusal("42704", f'role "{name}" does not exist', at=at, word=name)
        session.effect(Noted("NOTICE", f'role "{name}" does not exist, skipping'))
        session.effect(Skipped(name, False))
        return None
    if role.oid == session.role:
        raise Refusal("55006", "current user cannot be dropped", at=at, word=name)
    if role.oid == session.var("session_role", BOOTSTRAP_SUPERUSER):
        raise Refusal("55006", "session user cannot be dropped", at=at, word=name)
    if is_superuser(session):
        return role
    if session.version < 16:
        if role.super:
            raise Refusal("42501", "must be superuser to drop superusers", at=at, word=name)
        return role
    detail = None
    if role.super:
        detail = "Only roles with the SUPERUSER attribute may drop roles with the SUPERUSER attribute."
    elif not is_admin_of_role(session, session.role, role.oid):
        detail = f'Only roles with the CREATEROLE attribute and the ADMIN option on role "{name}" may drop this role.'
    if detail is not None:
        raise Refusal("42501", "permission denied to drop role", detail=detail, at=at, word=name)
    return role


def _remove_memberships(session: Session, oid: Oid) -> None:
    """No role remains a member of one that goes, nor that one a member of any."""
    for held in session.catalog.changed_objects():
        if isinstance(held, Role):
            kept = () if held.oid == oid else tuple(grant for grant in held.memberships if grant.role != oid)
            if kept != held.memberships:
                session.catalog.put(replace(held, memberships=kept))
