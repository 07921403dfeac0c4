"""Membership of roles in roles (user.c: GrantRole, AddRoleMems, DelRoleMems)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.model import Membership, ObjectAddress, Oid, Role
from schemalint.errors import Refusal
from schemalint.simulator.acl import (
    PG_DATABASE_OWNER,
    get_role_oid,
    get_rolespec,
    has_privs_of_role,
    is_admin_of_role,
    is_superuser,
    roles_is_member_of,
)
from schemalint.simulator.defelem import def_get_string
from schemalint.simulator.effects import Granted, Noted
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.syntax.nodes import GrantRoleStmt, RoleSpec

At = tuple[int, int] | None


class GrantOptions(Struct, frozen=True, gc=False, kw_only=True):
    """WITH of GRANT and OPTION FOR of REVOKE; None was not written (GrantRoleOptions)."""

    admin: bool | None = None
    inherit: bool | None = None
    set: bool | None = None

    @property
    def none(self) -> bool:
        return self.admin is None and self.inherit is None and self.set is None


def has_createrole(session: Session, role: Oid | None = None) -> bool:
    """have_createrole_privilege."""
    who = session.role if role is None else role
    held = session.catalog.get(Role, who)
    return is_superuser(session, who) or (held is not None and held.createrole)


def grant_role(session: Session, stmt: GrantRoleStmt) -> None:
    """GRANT and REVOKE of roles (GrantRole)."""
    options = _options(stmt)
    grantor = None if stmt.grantor is None else get_rolespec(session, stmt.grantor)
    members = [get_rolespec(session, role) for role in stmt.grantee_roles]
    for granted in stmt.granted_roles:
        at = (granted.start, granted.end)
        if granted.priv_name is None or granted.cols:
            raise Refusal("0LP01", "column names cannot be included in GRANT/REVOKE ROLE", at=at)
        role = get_role_oid(session, granted.priv_name, False, at)
        assert role is not None
        check_membership_authorization(session, role, stmt.is_grant, at, grantor if stmt.is_grant else None)
        if stmt.is_grant:
            add_role_members(session, role, members, grantor, options, at)
        else:
            del_role_members(session, role, members, grantor, options, stmt.behavior == "DROP_CASCADE", at)


def _options(stmt: GrantRoleStmt) -> GrantOptions:
    found: dict[str, bool] = {}
    for option in stmt.opt:
        at = (option.start, option.end)
        if option.defname not in ("admin", "inherit", "set"):
            raise Refusal("42601", f'unrecognized role option "{option.defname}"', at=at, word=option.defname)
        value = def_get_string(option).lower() if not isinstance(option.arg, bool) else str(option.arg).lower()
        if value not in ("true", "on", "1", "yes", "false", "off", "0", "no", "t", "f"):
            shown = def_get_string(option)
            message = f'unrecognized value for role option "{option.defname}": "{shown}"'
            raise Refusal("22023", message, at=at, word=shown)
        found[option.defname] = value in ("true", "on", "1", "yes", "t")
    return GrantOptions(**found)


def roles_of_specs(session: Session, roles: Sequence[RoleSpec]) -> list[Oid]:
    """roleSpecsToIds."""
    return [get_rolespec(session, role) for role in roles]


def check_membership_authorization(
    session: Session, role: Oid, is_grant: bool, at: At, grantor: Oid | None = None
) -> None:
    """Raise 42501 unless the current role may grant or revoke this role (check_role_membership_authorization); before 16 it was
    the grantor who needed the ADMIN option."""
    name = session.role_name(role)
    if is_grant and role == PG_DATABASE_OWNER:
        raise Refusal(
            "0A000" if session.version >= 18 else "XX000",
            f'role "{name}" cannot have explicit members',
            at=at,
            word=name,
        )
    if is_superuser(session):
        return
    verb = "grant" if is_grant else "revoke"
    if session.version < 16:
        if is_superuser(session, role):
            raise Refusal("42501", "must be superuser to alter superusers", at=at)
        if not has_createrole(session) and not is_admin_of_role(session, grantor or session.role, role):
            raise Refusal("42501", f'must have admin option on role "{name}"', at=at, word=name)
        return
    detail = f'Only roles with the ADMIN option on role "{name}" may {verb} this role.'
    if is_superuser(session, role):
        detail = f"Only roles with the SUPERUSER attribute may {verb} roles with the SUPERUSER attribute."
    elif is_admin_of_role(session, session.role, role):
        return
    raise Refusal("42501", f'permission denied to {verb} role "{name}"', detail=detail, at=at, word=name)


def _select_best_admin(session: Session, member: Oid, role: Oid) -> Oid | None:
    """Who of a role and those that it has the privileges of may grant (select_best_admin)."""
    if member == role:
        return None
    for oid in roles_is_member_of(session, member, "privs"):
        held = session.catalog.get(Role, oid)
        if held is not None and any(grant.role == role and grant.admin for grant in held.memberships):
            return oid
    return None


def _check_grantor(session: Session, role: Oid, grantor: Oid | None, is_grant: bool, at: At) -> Oid:
    """Who grants (check_role_grantor; before 16 only a superuser could name anyone)."""
    if session.version < 16:
        if is_grant and grantor is not None and grantor != session.role and not is_superuser(session):
            raise Refusal("42501", "must be superuser to set grantor", at=at)
        return session.role if grantor is None else grantor
    if grantor is None:
        if is_superuser(session):
            return BOOTSTRAP_SUPERUSER
        return _select_best_admin(session, session.role, role) or session.role
    name = session.role_name(grantor)
    if not has_privs_of_role(session, session.role, grantor):
        if is_grant:
            message = f'permission denied to grant privileges as role "{name}"'
            detail = f'Only roles with privileges of role "{name}" may grant privileges as this role.'
        else:
            message = f'permission denied to revoke privileges granted by role "{name}"'
            detail = f'Only roles with privileges of role "{name}" may revoke privileges granted by this role.'
        raise Refusal("42501", message, detail=detail, at=at, word=name)
    if is_grant and grantor != BOOTSTRAP_SUPERUSER and _select_best_admin(session, grantor, role) != grantor:
        raise Refusal(
            "42501",
            f'permission denied to grant privileges as role "{name}"',
            detail=f'The grantor must have the ADMIN option on role "{session.role_name(role)}".',
            at=at,
            word=name,
        )
    return grantor


def add_role_members(
    session: Session, role: Oid, members: Sequence[Oid], grantor: Oid | None, options: GrantOptions, at: At
) -> None:
    """Make roles members of a role (AddRoleMems)."""
    if not members:
        return
    if session.version < 16:
        check_membership_authorization(session, role, True, at, grantor)
    grantor = _check_grantor(session, role, grantor, True, at)
    name = session.role_name(role)
    for member in members:
        shown = session.role_name(member)
        if member == PG_DATABASE_OWNER:
            raise Refusal(
                "0A000" if session.version >= 18 else "XX000",
                f'role "{shown}" cannot be a member of any role',
                at=at,
                word=shown,
            )
        if member in roles_is_member_of(session, role, "members"):
            raise Refusal("0LP01", f'role "{name}" is a member of role "{shown}"', at=at, word=name)
    if session.version >= 16 and options.admin and grantor != BOOTSTRAP_SUPERUSER:
        _check_circular_admin(session, role, members, grantor, at)
    for member in members:
        _add_member(session, role, member, grantor, options)


def _check_circular_admin(session: Session, role: Oid, members: Sequence[Oid], grantor: Oid, at: At) -> None:
    """Raise 0LP01 when ADMIN would come back to who gave it, so that it would rest on itself."""
    grants = _grants_of(session, role)
    doomed: set[tuple[Oid, Oid]] = set()
    for member, grant in grants:
        if member in members and grant.admin:
            _plan_revoke(grants, (member, grant.grantor), doomed, cascade=True, at=at)
    for member, grant in grants:
        if member == grantor and grant.admin and (member, grant.grantor) not in doomed:
            return
    raise Refusal("0LP01", "ADMIN option cannot be granted back to your own grantor", at=at)


def _grants_of(session: Session, role: Oid) -> list[tuple[Oid, Membership]]:
    """(member, grant) of every membership in a role."""
    found = []
    for held in session.catalog.changed_objects():
        if isinstance(held, Role):
            found += [(held.oid, grant) for grant in held.memberships if grant.role == role]
    return found


def _plan_revoke(
    grants: list[tuple[Oid, Membership]], doomed: tuple[Oid, Oid], plan: set[tuple[Oid, Oid]], *, cascade: bool, at: At
) -> None:
    """Which grants go when this one loses ADMIN (plan_recursive_revoke)."""
    if doomed in plan:
        return
    plan.add(doomed)
    member = doomed[0]
    if any(who == member and grant.admin and (who, grant.grantor) not in plan for who, grant in grants):
        return
    for who, grant in grants:
        if grant.grantor == member and (who, grant.grantor) not in plan:
            if not cascade:
                raise Refusal("2BP01", "dependent privileges exist", hint="Use CASCADE to revoke them too.", at=at)
            _plan_revoke(grants, (who, member), plan, cascade=True, at=at)


def _add_member(session: Session, role: Oid, member: Oid, grantor: Oid, options: GrantOptions) -> None:
    held = session.catalog[Role, member]
    old = next((g for g in held.memberships if g.role == role and (session.version < 16 or g.grantor == grantor)), None)
    if old is None:
        inherit = held.inherit if options.inherit is None else options.inherit
        made = Membership(
            role=role,
            grantor=grantor,
            admin=bool(options.admin),
            inherit=inherit if session.version >= 16 else True,
            set=options.set is not False,
        )
        memberships = (*held.memberships, made)
    else:
        made = replace(
            old,
            admin=old.admin if options.admin is None else options.admin or (session.version < 16 and old.admin),
            inherit=old.inherit if options.inherit is None else options.inherit,
            set=old.set if options.set is None else options.set,
        )
        if made == old:
            shown = f'role "{held.name}" has already been granted membership in role "{session.role_name(role)}"'
            by = f' by role "{session.role_name(grantor)}"' if session.version >= 16 else ""
            session.effect(Noted("NOTICE", shown + by))
            return
        memberships = tuple(made if grant is old else grant for grant in held.memberships)
    session.change(replace(held, memberships=memberships))
    session.effect(Granted(ObjectAddress("pg_authid", role), member, "MEMBER"))


def del_role_members(
    session: Session,
    role: Oid,
    members: Sequence[Oid],
    grantor: Oid | None,
    options: GrantOptions,
    cascade: bool,
    at: At,
) -> None:
    """Take memberships, or options of them, away (DelRoleMems)."""
    if not members:
        return
    if session.version < 16:
        check_membership_authorization(session, role, False, at)
    grantor = _check_grantor(session, role, grantor, False, at)
    grants = _grants_of(session, role)
    doomed: set[tuple[Oid, Oid]] = set()
    stripped: set[tuple[Oid, Oid]] = set()
    for member in members:
        match = [g for m, g in grants if m == member and (session.version < 16 or g.grantor == grantor)]
        if not match:
            _note_missing(session, role, member, grantor)
            continue
        key = (member, match[0].grantor)
        if options.none or options.admin is not None:
            planned: set[tuple[Oid, Oid]] = set(doomed)
            if session.version >= 16 and match[0].admin:
                _plan_revoke(grants, key, planned, cascade=cascade, at=at)
            doomed |= planned - {key}
        if options.none:
            doomed.add(key)
        else:
            stripped.add(key)
    for member, grant in grants:
        key = (member, grant.grantor)
        if key in doomed:
            _replace_grant(session, member, grant, None)
        elif key in stripped:
            kept = replace(
                grant,
                admin=grant.admin and options.admin is None,
                inherit=grant.inherit and options.inherit is None,
                set=grant.set and options.set is None,
            )
            _replace_grant(session, member, grant, kept)


def _note_missing(session: Session, role: Oid, member: Oid, grantor: Oid) -> None:
    of, who = session.role_name(role), session.role_name(member)
    if session.version >= 16:
        by = session.role_name(grantor)
        words = f'role "{who}" has not been granted membership in role "{of}" by role "{by}"'
    else:
        words = f'role "{who}" is not a member of role "{of}"'
    session.effect(Noted("WARNING", words))


def _replace_grant(session: Session, member: Oid, old: Membership, new: Membership | None) -> None:
    held = session.catalog[Role, member]
    kept = tuple(new if grant == old else grant for grant in held.memberships)
    session.change(replace(held, memberships=tuple(grant for grant in kept if grant is not None)))
    session.effect(Granted(ObjectAddress("pg_authid", old.role), member, "MEMBER", revoked=True))
