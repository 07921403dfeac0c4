"""Ownership and privileges (aclchk.c, acl.c): who may do what.

An ACL is a tuple of aclitem texts (aclitems.py); None stands for the built-in default (acldefault).
"""

from __future__ import annotations

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Oid
from schemalint.errors import Refusal
from schemalint.simulator.aclitems import WORDS, AclItem, parse_acl
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.syntax.nodes import RoleSpec

At = tuple[int, int] | None

PG_DATABASE_OWNER: Oid = 6171
PG_READ_ALL_DATA: Oid = 6181
PG_WRITE_ALL_DATA: Oid = 6182
PG_MAINTAIN: Oid = 6337

_ALL = {
    "table": "arwdDxt",
    "column": "arwx",
    "sequence": "rwU",
    "database": "CTc",
    "function": "X",
    "language": "U",
    "schema": "UC",
    "tablespace": "C",
    "fdw": "U",
    "server": "U",
    "type": "U",
    "parameter": "sA",
    "large object": "rw",
}
_PUBLIC = {"database": "Tc", "function": "X", "language": "U", "type": "U"}


def all_privileges(kind: str, version: int) -> str:
    """Every privilege that a kind of object has (ACL_ALL_RIGHTS_...)."""
    return _ALL[kind] + ("m" if kind == "table" and version >= 17 else "")


_KINDS: dict[type, tuple[str, str]] = {
    model.Proc: ("function", "function"),
    model.Type: ("type", "type"),
    model.Namespace: ("schema", "schema"),
    model.Language: ("language", "language"),
    model.Database: ("database", "database"),
    model.Tablespace: ("tablespace", "tablespace"),
    model.ForeignDataWrapper: ("fdw", "foreign-data wrapper"),
    model.ForeignServer: ("server", "foreign server"),
    model.Operator: ("", "operator"),
    model.OpClass: ("", "operator class"),
    model.OpFamily: ("", "operator family"),
    model.Collation: ("", "collation"),
    model.Conversion: ("", "conversion"),
    model.TextSearch: ("", "text search configuration"),
    model.StatisticsObject: ("", "statistics object"),
    model.Extension: ("", "extension"),
    model.Publication: ("", "publication"),
    model.Subscription: ("", "subscription"),
    model.EventTrigger: ("", "event trigger"),
}
"""Class -> (kind of its ACL or "", the server's word for it)."""

_RELATION_WORDS = {
    "S": "sequence",
    "i": "index",
    "I": "index",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}


def acl_kind(obj: CatalogObject) -> str:
    """Which kind of ACL an object has."""
    if isinstance(obj, model.Relation):
        return "sequence" if obj.kind == "S" else "table"
    return _KINDS[type(obj)][0]


def object_word(obj: CatalogObject) -> str:
    """What `must be owner of` and `permission denied for` call the kind of an object (aclcheck_error)."""
    if isinstance(obj, model.Relation):
        return _RELATION_WORDS.get(obj.kind, "table")
    if isinstance(obj, model.Proc):
        return {"p": "procedure", "a": "aggregate"}.get(obj.kind, "function")
    if isinstance(obj, model.TextSearch):
        return "text search " + {"config": "configuration", "dict": "dictionary"}.get(obj.kind, obj.kind)
    return _KINDS[type(obj)][1]


# --- Roles


def get_role_oid(session: Session, name: str, missing_ok: bool = False, at: At = None) -> Oid | None:
    """The role of this name (get_role_oid). Raises 42704, or Undecidable in an open catalog."""
    oid = session.catalog.find_oid("pg_authid", 0, name)
    if oid is None:
        session.names.unknown_or(name, at)
        if not missing_ok:
            raise Refusal("42704", f'role "{name}" does not exist', at=at, word=name)
    return oid


def get_rolespec_oid(session: Session, role: RoleSpec, missing_ok: bool = False) -> Oid | None:
    """The role that a RoleSpec names (get_rolespec_oid)."""
    at = (role.start, role.end)
    match role.roletype:
        case "ROLESPEC_CSTRING":
            return get_role_oid(session, role.rolename or "", missing_ok, at)
        case "ROLESPEC_CURRENT_ROLE" | "ROLESPEC_CURRENT_USER":
            return session.role
        case "ROLESPEC_SESSION_USER":
            return int(session.var("session_role", BOOTSTRAP_SUPERUSER))
    raise Refusal("42704", 'role "public" does not exist', at=at, word="public")


def get_rolespec(session: Session, role: RoleSpec) -> Oid:
    """As get_rolespec_oid, of a role that must exist."""
    found = get_rolespec_oid(session, role)
    assert found is not None
    return found


def is_superuser(session: Session, role: Oid | None = None) -> bool:
    """superuser_arg; a role that is not known counts as one, so that nothing is refused for it."""
    who = session.role if role is None else role
    if who == BOOTSTRAP_SUPERUSER or (session.permitted and who == session.role):
        return True
    held = session.catalog.get(model.Role, who)
    return held is None or held.super


def database_owner(session: Session) -> Oid:
    """Who owns the database that the session is connected to."""
    found = session.catalog.find(model.Database, 0, session.names.database)
    return BOOTSTRAP_SUPERUSER if found is None else found.owner


def roles_is_member_of(session: Session, role: Oid, kind: str) -> list[Oid]:
    """A role and all that it is a member of (roles_is_member_of). `kind` is members for any membership, privs for those whose
    privileges it has, set for those that it may SET ROLE to."""
    seen = [role]
    owner = database_owner(session)
    for current in seen:
        held = session.catalog.get(model.Role, current)
        if held is None or (kind == "privs" and session.version < 16 and not held.inherit):
            continue
        for oid, (_, inherits, may_set) in held.member_of.items():
            if session.version >= 16 and ((kind == "privs" and not inherits) or (kind == "set" and not may_set)):
                continue
            if oid not in seen:
                seen.append(oid)
        if current == owner and PG_DATABASE_OWNER not in seen and kind != "set":
            seen.append(PG_DATABASE_OWNER)
    return seen


def has_privs_of_role(session: Session, role: Oid, wanted: Oid) -> bool:
    """Whether `role` has the privileges of `wanted`."""
    return role == wanted or is_superuser(session, role) or wanted in roles_is_member_of(session, role, "privs")


def member_can_set_role(session: Session, role: Oid, wanted: Oid) -> bool:
    """Whether `role` may SET ROLE to `wanted` (member_can_set_role; before 16 every member could)."""
    return role == wanted or is_superuser(session, role) or wanted in roles_is_member_of(session, role, "set")


def check_can_set_role(session: Session, role: Oid, wanted: Oid, at: At = None) -> None:
    """Raise 42501 unless `role` may give things to `wanted` (check_can_set_role; before 16 check_is_member_of_role)."""
    if member_can_set_role(session, role, wanted):
        return
    name = session.role_name(wanted)
    if session.version >= 16:
        raise Refusal("42501", f'must be able to SET ROLE "{name}"', at=at, word=name)
    raise Refusal("42501", f'must be member of role "{name}"', at=at, word=name)


def is_admin_of_role(session: Session, member: Oid, role: Oid) -> bool:
    """Whether `member` may grant membership in `role` (is_admin_of_role)."""
    if is_superuser(session, member):
        return True
    if member == role:
        return session.version < 15 and member == session.var("session_role", BOOTSTRAP_SUPERUSER)
    for oid in roles_is_member_of(session, member, "members"):
        held = session.catalog.get(model.Role, oid)
        grant = held.member_of.get(role) if held is not None else None
        if grant is not None and grant[0]:
            return True
    return False


# --- Ownership


def is_owner(session: Session, obj: CatalogObject, role: Oid | None = None) -> bool:
    """Whether the current role owns the object (object_ownercheck)."""
    who = session.role if role is None else role
    return who == BOOTSTRAP_SUPERUSER or has_privs_of_role(session, who, getattr(obj, "owner", BOOTSTRAP_SUPERUSER))


def owner_check(session: Session, obj: CatalogObject, at: At = None) -> None:
    """Raise 42501 `must be owner of ...` unless the current role owns the object."""
    if not is_owner(session, obj):
        message = f"must be owner of {object_word(obj)} {shown_name(session, obj)}"
        raise Refusal("42501", message, at=at, word=obj.name, objects=(obj.address, "ownership"))


def shown_name(session: Session, obj: CatalogObject) -> str:
    """An object's name in messages about privileges: a type as format_type_be has it, others as they are."""
    if isinstance(obj, model.Type):
        from schemalint.semantics.types import format_type

        return format_type(session.names, obj.oid)
    return obj.name


# --- Privileges


def acl_default(session: Session, kind: str, owner: str) -> list[AclItem]:
    """What an object's ACL is while nobody has changed it (acldefault)."""
    items = [AclItem("", _PUBLIC[kind], "", owner)] if kind in _PUBLIC else []
    return [*items, AclItem(owner, all_privileges(kind, session.version), "", owner)]


def acl_items(session: Session, obj: CatalogObject) -> list[AclItem]:
    """The entries of an object's ACL, the default one included."""
    acl: tuple[str, ...] | None = getattr(obj, "acl", None)
    if acl is None:
        owner = session.role_name(getattr(obj, "owner", BOOTSTRAP_SUPERUSER))
        return acl_default(session, acl_kind(obj), owner)
    return parse_acl(acl)


def _ruling(session: Session, obj: CatalogObject) -> CatalogObject:
    """Whose ACL decides: an array has that of its element type, a multirange that of its range."""
    if isinstance(obj, model.Type):
        of = obj.elem if obj.category == "A" else obj.range if obj.typtype == "m" else 0
        return session.catalog.get(model.Type, of) or obj if of else obj
    return obj


def _granted_to_all_data_roles(session: Session, obj: CatalogObject, roles: list[Oid]) -> str:
    """What the roles pg_read_all_data, pg_write_all_data and pg_maintain have anyway."""
    found = ""
    if PG_READ_ALL_DATA in roles:
        found += "r" if isinstance(obj, model.Relation) else "U" if isinstance(obj, model.Namespace) else ""
    if isinstance(obj, model.Relation):
        found += "awd" if PG_WRITE_ALL_DATA in roles else ""
        found += "m" if PG_MAINTAIN in roles else ""
    elif isinstance(obj, model.Namespace) and PG_WRITE_ALL_DATA in roles:
        found += "U"
    return found


def has_privilege(session: Session, obj: CatalogObject, privileges: str, role: Oid | None = None) -> bool:
    """Whether a role has any of these privileges (letters) on an object (object_aclcheck)."""
    who = session.role if role is None else role
    if is_superuser(session, who):
        return True
    obj = _ruling(session, obj)
    if isinstance(obj, model.Namespace) and obj.oid == session.names.temp:
        return True
    roles = roles_is_member_of(session, who, "privs")
    names = {session.role_name(oid) for oid in roles} | {""}
    held = "".join(item.privileges for item in acl_items(session, obj) if item.grantee in names)
    held += _granted_to_all_data_roles(session, obj, roles)
    return any(letter in held for letter in privileges)


def has_column_privilege(
    session: Session, relation: model.Relation, num: int, privileges: str, role: Oid | None = None
) -> bool:
    """Whether a role has any of these privileges on one column, or on the whole table (pg_attribute_aclcheck)."""
    if has_privilege(session, relation, privileges, role):
        return True
    roles = roles_is_member_of(session, session.role if role is None else role, "privs")
    names = {session.role_name(oid) for oid in roles} | {""}
    items = parse_acl(relation.columns[num - 1].acl or ())
    return any(item.grantee in names and any(p in item.privileges for p in privileges) for item in items)


def acl_check(session: Session, obj: CatalogObject, privileges: str, at: At = None) -> None:
    """Raise 42501 `permission denied for ...` unless the current role has one of the privileges."""
    if not has_privilege(session, obj, privileges):
        message = f"permission denied for {object_word(obj)} {shown_name(session, obj)}"
        wanted = " or ".join(WORDS[letter] for letter in privileges)
        raise Refusal("42501", message, at=at, word=obj.name, objects=(obj.address, wanted))


def create_check(session: Session, namespace: Oid, at: At = None) -> None:
    """Raise 42501 unless the current role may create objects in the schema."""
    if session.role != BOOTSTRAP_SUPERUSER:
        found = session.catalog.get(model.Namespace, namespace)
        if found is not None:
            acl_check(session, found, "C", at)


def check_type_usage(session: Session, oid: Oid, at: At = None) -> None:
    """Raise 42501 unless the current role may use the type (aclcheck_error_type)."""
    if session.role != BOOTSTRAP_SUPERUSER:
        found = session.catalog.get(model.Type, oid)
        if found is not None:
            acl_check(session, found, "U", at)
