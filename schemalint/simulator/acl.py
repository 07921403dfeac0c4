"""Ownership and privileges (aclchk.c, acl.c).

An ACL is a tuple of aclitem texts, `grantee=privileges/grantor`, with role names as they are (empty for PUBLIC); `*` behind a letter is
the grant option. None stands for the built-in default (acldefault).
"""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Oid
from schemalint.errors import Refusal
from schemalint.simulator.session import Session

At = tuple[int, int] | None

PRIVILEGES = {
    "insert": "a",
    "select": "r",
    "update": "w",
    "delete": "d",
    "truncate": "D",
    "references": "x",
    "trigger": "t",
    "maintain": "m",
    "execute": "X",
    "usage": "U",
    "create": "C",
    "temporary": "T",
    "temp": "T",
    "connect": "c",
    "set": "s",
    "alter system": "A",
}
"""Words of GRANT -> letters of an aclitem (acl.h)."""

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


def acl_kind(obj: CatalogObject) -> str:
    """Which kind of ACL an object has."""
    if isinstance(obj, model.Relation):
        return "sequence" if obj.kind == "S" else "table"
    return _KINDS[type(obj)][0]


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
_RELATION_WORDS = {
    "S": "sequence",
    "i": "index",
    "I": "index",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "c": "type",
}


def object_word(obj: CatalogObject) -> str:
    """What `must be owner of` and `permission denied for` call the kind of an object (aclcheck_error)."""
    if isinstance(obj, model.Relation):
        return _RELATION_WORDS.get(obj.kind, "table")
    if isinstance(obj, model.Proc):
        return {"p": "procedure", "a": "aggregate"}.get(obj.kind, "function")
    if isinstance(obj, model.TextSearch):
        return "text search " + {"config": "configuration", "dict": "dictionary"}.get(obj.kind, obj.kind)
    return _KINDS[type(obj)][1]


def is_superuser(session: Session, role: Oid | None = None) -> bool:
    """superuser_arg; a role that is not known counts as one, so that nothing is refused for it."""
    held = session.catalog.get(model.Role, session.role if role is None else role)
    return held is None or held.super


def roles_of(session: Session, role: Oid, *, privileges: bool = True) -> set[Oid]:
    """The roles whose privileges a role has (ROLERECURSE_PRIVS), or with privileges=False those that it is a member of."""
    seen, queue = {role}, [role]
    while queue:
        held = session.catalog.get(model.Role, queue.pop())
        if held is None:
            continue
        for oid, (_, inherits, _) in held.member_of.items():
            if (
                oid not in seen
                and (inherits or not privileges)
                and (not privileges or session.version >= 16 or held.inherit)
            ):
                seen.add(oid)
                queue.append(oid)
    return seen


def has_privs_of_role(session: Session, role: Oid, wanted: Oid) -> bool:
    """Whether `role` has the privileges of `wanted`."""
    return role == wanted or is_superuser(session, role) or wanted in roles_of(session, role)


def is_owner(session: Session, obj: CatalogObject) -> bool:
    """Whether the current role owns the object (object_ownercheck)."""
    owner: Oid = getattr(obj, "owner", 10)
    return has_privs_of_role(session, session.role, owner)


def owner_check(session: Session, obj: CatalogObject, at: At = None) -> None:
    """Raise 42501 `must be owner of ...` unless the current role owns the object."""
    if not is_owner(session, obj):
        raise Refusal("42501", f"must be owner of {object_word(obj)} {obj.name}", at=at, word=obj.name)


def entries(session: Session, obj: CatalogObject) -> Iterator[tuple[str, str, str]]:
    """(grantee or "", privileges, grantor) of an object's ACL, the default one included."""
    acl: tuple[str, ...] | None = getattr(obj, "acl", None)
    if acl is None:
        kind = acl_kind(obj)
        if kind in _PUBLIC:
            yield "", _PUBLIC[kind], ""
        yield session.role_name(getattr(obj, "owner", 10)), all_privileges(kind, session.version), ""
        return
    for item in acl:
        grantee, _, rest = item.partition("=")
        privileges, _, grantor = rest.partition("/")
        yield grantee.strip('"'), privileges, grantor


def has_privilege(session: Session, obj: CatalogObject, privileges: str, role: Oid | None = None) -> bool:
    """Whether a role has any of these privileges (letters) on an object (object_aclcheck)."""
    who = session.role if role is None else role
    if is_superuser(session, who):
        return True
    if isinstance(obj, (model.Relation, model.Proc, model.Type, model.Namespace)) and obj.owner in roles_of(
        session, who
    ):
        if obj.acl is None or any(p in all_privileges(acl_kind(obj), session.version) for p in privileges):
            return True
    names = {session.role_name(oid) for oid in roles_of(session, who)} | {""}
    return any(grantee in names and any(p in held for p in privileges) for grantee, held, _ in entries(session, obj))


def acl_check(session: Session, obj: CatalogObject, privileges: str, at: At = None) -> None:
    """Raise 42501 `permission denied for ...` unless the current role has one of the privileges."""
    if not has_privilege(session, obj, privileges):
        raise Refusal("42501", f"permission denied for {object_word(obj)} {obj.name}", at=at, word=obj.name)


def create_check(session: Session, namespace: Oid, at: At = None) -> None:
    """The current role may create objects in the schema."""
    found = session.catalog.get(model.Namespace, namespace)
    if found is not None:
        acl_check(session, found, "C", at)
