"""What belongs to a role or was granted to it (pg_shdepend.c), found by looking at the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid
from schemalint.errors import Refusal
from schemalint.simulator.aclitems import parse_acl
from schemalint.simulator.describe import describe
from schemalint.simulator.session import Session

At = tuple[int, int] | None

MAX_REPORTED_DEPS = 100


class SharedDependency(NamedTuple):
    """An object that needs a role: as its owner, for its ACL, as the target of a policy, or (member) as a membership's grantor."""

    kind: str
    address: ObjectAddress
    member_of: Oid = 0


_CLASS_OIDS = {
    "pg_type": 1247,
    "pg_proc": 1255,
    "pg_class": 1259,
    "pg_authid": 1260,
    "pg_auth_members": 1261,
    "pg_database": 1262,
    "pg_foreign_server": 1417,
    "pg_user_mapping": 1418,
    "pg_foreign_data_wrapper": 2328,
    "pg_namespace": 2615,
    "pg_default_acl": 826,
}


def _order(dependency: SharedDependency) -> tuple[int, int, int]:
    """shared_dependency_comparator."""
    address = dependency.address
    return (address.objid, _CLASS_OIDS.get(address.classid, 9999), address.objsubid)


def shared_dependencies(session: Session, role: Oid) -> list[SharedDependency]:
    """All that needs a role, by identifier."""
    name = session.role_name(role)
    found: list[SharedDependency] = []
    for obj in session.catalog.changed_objects():
        found += _of_object(session, obj, role, name)
    return sorted(found, key=_order)


def _has_owner_of_its_own(session: Session, obj: CatalogObject) -> bool:
    """Indexes, row types and arrays go with what they belong to."""
    if isinstance(obj, model.Relation):
        return obj.kind not in "iItc"
    if isinstance(obj, model.Type):
        if obj.relid:
            relation = session.catalog.get(model.Relation, obj.relid)
            return relation is None or relation.kind == "c"
        return not (obj.elem and obj.category == "A")
    return True


def _of_object(session: Session, obj: CatalogObject, role: Oid, name: str) -> Iterator[SharedDependency]:
    match obj:
        case model.Role():
            if session.version >= 16 and obj.oid != role:
                for grant in obj.memberships:
                    if grant.grantor == role and grant.role != role:
                        yield SharedDependency("member", obj.address, grant.role)
            return
        case model.Policy():
            if role in obj.roles:
                yield SharedDependency("policy", obj.address)
            return
        case model.UserMapping():
            if obj.user == role:
                yield SharedDependency("owner", obj.address)
            return
        case model.DefaultAcl():
            if obj.role == role:
                yield SharedDependency("owner", obj.address)
                return
    owner: Oid | None = getattr(obj, "owner", obj.role if isinstance(obj, model.DefaultAcl) else None)
    if owner == role:
        if _has_owner_of_its_own(session, obj):
            yield SharedDependency("owner", obj.address)
        return
    if _names(getattr(obj, "acl", None), name):
        yield SharedDependency("acl", obj.address)
    if isinstance(obj, model.Relation):
        for column in obj.columns:
            if _names(column.acl, name):
                yield SharedDependency("acl", ObjectAddress("pg_class", obj.oid, column.num))


def _names(acl: tuple[str, ...] | None, name: str) -> bool:
    return bool(acl) and any(name in (item.grantee, item.grantor) for item in parse_acl(acl or ()))


def check_shared_dependencies(session: Session, role: Oid, at: At = None) -> None:
    """Raise 2BP01 while objects need the role (checkSharedDependencies)."""
    name = session.role_name(role)
    if role < FIRST_UNPINNED_OID:
        raise Refusal(
            "2BP01", f"cannot drop role {name} because it is required by the database system", at=at, word=name
        )
    found = shared_dependencies(session, role)
    if found:
        raise Refusal(
            "2BP01",
            f'role "{name}" cannot be dropped because some objects depend on it',
            detail="\n".join(_line(session, dependency) for dependency in found[:MAX_REPORTED_DEPS]),
            at=at,
            word=name,
            objects=tuple(dependency.address for dependency in found),
        )


_WORDS = {"owner": "owner of", "acl": "privileges for", "policy": "target of"}


def _line(session: Session, dependency: SharedDependency) -> str:
    """storeObjectDescription."""
    if dependency.kind == "member":
        of, member = session.role_name(dependency.member_of), session.role_name(dependency.address.objid)
        return f"privileges for membership of role {member} in role {of}"
    return f"{_WORDS[dependency.kind]} {describe(session, dependency.address)}"
