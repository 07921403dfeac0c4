"""ALTER ... OWNER TO (ExecAlterOwnerStmt of alter.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import ObjectAddress, Oid, Relation, Type
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import is_true_array
from schemalint.semantics.types import format_type, lookup_type_name, type_name_to_string
from schemalint.simulator.acl import check_can_set_role, get_rolespec, has_privilege, is_superuser, owner_check
from schemalint.simulator.objectaddress import check_routine_ownership, get_object_address
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterOwnerStmt, TypeName

At = tuple[int, int] | None


def exec_alter_owner(session: Session, stmt: AlterOwnerStmt) -> None:
    """ALTER ... OWNER TO of anything but a relation (ExecAlterOwnerStmt)."""
    owner = get_rolespec(session, stmt.newowner)
    at = (stmt.start, stmt.end)
    if stmt.objectType in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        _alter_type_owner(session, stmt, owner, at)
        return
    missing_ok = stmt.objectType == "OBJECT_DATABASE" and stmt.object == session.names.database
    address = get_object_address(session, stmt.objectType, stmt.object, missing_ok, at)
    if address is None:
        return
    obj: Any = session.catalog.at(address)
    if obj is None:
        return
    if obj.owner == owner:
        return
    _check_may_give(session, stmt, address, obj, owner, at)
    change_owner(session, obj, owner)


def _check_may_give(
    session: Session, stmt: AlterOwnerStmt, address: ObjectAddress, obj: Any, owner: Oid, at: At
) -> None:
    """AlterObjectOwner_internal, and what some kinds of object ask besides."""
    _check_new_owner_superuser(session, obj, owner, at)
    if is_superuser(session):
        return
    check_routine_ownership(session, address, at)
    check_can_set_role(session, session.role, owner, at)
    namespace = session.catalog.get(model.Namespace, getattr(obj, "namespace", 0))
    if (
        namespace is not None
        and not isinstance(obj, model.Extension)
        and not has_privilege(session, namespace, "C", owner)
    ):
        raise Refusal("42501", f"permission denied for schema {namespace.name}", at=at, word=namespace.name)
    if isinstance(obj, model.ForeignServer):
        fdw = session.catalog.get(model.ForeignDataWrapper, obj.fdw)
        if fdw is not None and not has_privilege(session, fdw, "U", owner):
            raise Refusal("42501", f"permission denied for foreign-data wrapper {fdw.name}", at=at, word=fdw.name)


_ONLY_SUPERUSERS: dict[Any, str] = {
    model.ForeignDataWrapper: "foreign-data wrapper",
    model.EventTrigger: "event trigger",
}


def _check_new_owner_superuser(session: Session, obj: Any, owner: Oid, at: At) -> None:
    noun = _ONLY_SUPERUSERS.get(type(obj))
    if noun is None:
        if isinstance(obj, model.Publication) and obj.alltables and not is_superuser(session, owner):
            hint = "The owner of a FOR ALL TABLES publication must be a superuser."
            message = f'permission denied to change owner of publication "{obj.name}"'
            raise Refusal("42501", message, at=at, word=obj.name, hint=hint)
        return
    message = f'permission denied to change owner of {noun} "{obj.name}"'
    if isinstance(obj, model.ForeignDataWrapper) and not is_superuser(session):
        hint = "Must be superuser to change owner of a foreign-data wrapper."
        raise Refusal("42501", message, at=at, word=obj.name, hint=hint)
    if isinstance(obj, model.EventTrigger) and not is_superuser(session):
        owner_check(session, obj, at)
    if not is_superuser(session, owner):
        article = "an event trigger" if noun == "event trigger" else "a foreign-data wrapper"
        raise Refusal("42501", message, at=at, word=obj.name, hint=f"The owner of {article} must be a superuser.")


def change_owner(session: Session, obj: Any, owner: Oid) -> None:
    """Give an object, and the array over a type, to a role; its ACL names the new owner where it named the old one
    (aclnewowner)."""
    changes: dict[str, Any] = {"owner": owner}
    acl: tuple[str, ...] | None = getattr(obj, "acl", None)
    if acl is not None:
        changes["acl"] = new_owner_acl(session, acl, obj.owner, owner)
    session.change(replace(obj, **changes))
    array = session.catalog.get(Type, obj.array) if isinstance(obj, Type) and obj.array else None
    if array is not None:
        session.catalog.put(replace(array, owner=owner))
    change_owner_dependency(session, obj.address, obj.owner, owner)


def change_owner_dependency(session: Session, address: ObjectAddress, old: Oid, new: Oid) -> None:
    """changeDependencyOnOwner."""
    catalog = session.catalog
    if any(held.refobj == ("pg_authid", old, 0) and held.deptype == "o" for held in catalog.depends_on(address)):
        catalog.clear_dependencies(address, on_class="pg_authid", deptype="o")
        catalog.depend(address, ObjectAddress("pg_authid", new), "o")


def new_owner_acl(session: Session, acl: tuple[str, ...], old: Oid, new: Oid) -> tuple[str, ...]:
    """aclnewowner: where a grantee then has two entries of one grantor, they become one."""
    before, after = session.role_name(old), session.role_name(new)
    merged: dict[tuple[str, str], str] = {}
    for item in acl:
        grantee, _, rest = item.partition("=")
        privileges, _, grantor = rest.partition("/")
        key = (after if grantee == before else grantee, after if grantor == before else grantor)
        held = merged.get(key, "")
        merged[key] = held + "".join(p for p in privileges if p == "*" or p not in held)
    return tuple(f"{grantee}={privileges}/{grantor}" for (grantee, grantor), privileges in merged.items())


def _alter_type_owner(session: Session, stmt: AlterOwnerStmt, owner: Oid, at: At) -> None:
    """AlterTypeOwner."""
    name = (
        stmt.object
        if isinstance(stmt.object, TypeName)
        else TypeName(names=stmt.object, start=at[0], end=at[1])
        if at
        else None
    )
    assert name is not None
    found = lookup_type_name(session, name)
    if found is None:
        message = f'type "{type_name_to_string(name)}" does not exist'
        raise Refusal("42704", message, at=at, word=name.names[-1])
    made = found[0]
    shown = format_type(session, made.oid)
    if stmt.objectType == "OBJECT_DOMAIN" and made.typtype != "d":
        raise Refusal("42809", f"{shown} is not a domain", at=at)
    relation = session.catalog.get(Relation, made.relid) if made.relid else None
    if relation is not None and relation.kind != "c":
        raise Refusal("42809", f"{shown} is a table's row type", at=at, hint="Use ALTER TABLE instead.")
    if is_true_array(made) and (element := session.catalog.get(Type, made.elem)) and element.array == made.oid:
        hint = f"You can alter type {format_type(session, made.elem)}, which will alter the array type as well."
        raise Refusal("42809", f"cannot alter array type {shown}", at=at, hint=hint)
    if made.typtype == "m" and session.version >= 18:
        hint = f"You can alter type {format_type(session, made.range)}, which will alter the multirange type as well."
        raise Refusal("42809", f"cannot alter multirange type {shown}", at=at, hint=hint)
    if made.owner == owner:
        return
    if not is_superuser(session):
        owner_check(session, made, at)
        check_can_set_role(session, session.role, owner, at)
        namespace = session.catalog.get(model.Namespace, made.namespace)
        if namespace is not None and not has_privilege(session, namespace, "C", owner):
            raise Refusal("42501", f"permission denied for schema {namespace.name}", at=at, word=namespace.name)
    if relation is not None:
        session.catalog.put(replace(relation, owner=owner))
    multirange = session.catalog.get(Type, made.multirange) if made.multirange else None
    if multirange is not None:
        session.catalog.put(replace(multirange, owner=owner))
    change_owner(session, made, owner)
