"""Objects as DROP, COMMENT, ALTER ... RENAME and their like name them (get_object_address of objectaddress.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid, Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics.relations import system_attribute_by_name
from schemalint.semantics.types import (
    format_type,
    lookup_relation,
    lookup_type_name,
    lookup_type_name_oid,
    type_name_to_string,
)
from schemalint.simulator.acl import is_admin_of_role, is_owner, is_superuser, owner_check
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ObjectWithArgs, TypeName

C = TypeVar("C", bound=CatalogObject)

At = tuple[int, int] | None


# --- Relations and columns


def column_named(relation: Relation, name: str) -> model.Attribute | None:
    """The column of this name, dropped ones aside (SearchSysCacheAttName)."""
    for column in relation.columns:
        if column.name == name and not column.dropped:
            return column
    return None


def get_attnum(relation: Relation, name: str) -> int:
    """The number of a column, below 0 of a system column, 0 when there is none (get_attnum)."""
    column = column_named(relation, name)
    if column is not None:
        return column.num
    system = system_attribute_by_name(name)
    return system[0] if system is not None and relation.kind in "rtmSfp" else 0


_RELKINDS = {
    "OBJECT_INDEX": ("iI", "an index"),
    "OBJECT_SEQUENCE": ("S", "a sequence"),
    "OBJECT_TABLE": ("rp", "a table"),
    "OBJECT_VIEW": ("v", "a view"),
    "OBJECT_MATVIEW": ("m", "a materialized view"),
    "OBJECT_FOREIGN_TABLE": ("f", "a foreign table"),
}


def _relation(session: Session, objtype: str, names: tuple[str, ...], missing_ok: bool, at: At) -> Relation | None:
    """get_relation_by_qualified_name."""
    found = lookup_relation(session, names, missing_ok, at)
    if found is not None:
        kinds, noun = _RELKINDS[objtype]
        if found.kind not in kinds:
            raise Refusal("42809", f'"{found.name}" is not {noun}', at=at, word=names[-1])
    return found


def _attribute(session: Session, names: tuple[str, ...], missing_ok: bool, at: At) -> ObjectAddress | None:
    """get_object_address_attribute."""
    if len(names) < 2:
        raise Refusal("42601", "column name must be qualified", at=at)
    relation = lookup_relation(session, names[:-1], missing_ok, at)
    if relation is None:
        return None
    attnum = get_attnum(relation, names[-1])
    if not attnum:
        if missing_ok:
            return None
        message = f'column "{names[-1]}" of relation "{qualified(names[:-1])}" does not exist'
        raise Refusal("42703", message, at=at, word=names[-1])
    return ObjectAddress("pg_class", relation.oid, attnum)


# --- What belongs to a relation


def rule_of(session: Session, relation: Relation, name: str) -> model.RewriteRule | None:
    """A rule by name; that of a view itself is not among them."""
    return _of_name(session.catalog.rules(relation.oid), name)


def trigger_of(session: Session, relation: Relation, name: str) -> model.Trigger | None:
    return _of_name(session.catalog.triggers(relation.oid), name)


def policy_of(session: Session, relation: Relation, name: str) -> model.Policy | None:
    return _of_name(session.catalog.policies(relation.oid), name)


def constraint_of(session: Session, relation: Relation, name: str) -> model.Constraint | None:
    return _of_name(session.catalog.constraints(relation.oid), name)


def _of_name(objects: Sequence[C], name: str) -> C | None:
    for obj in objects:
        if obj.name == name:
            return obj
    return None


def check_has_storage_or_rows(session: Session, relation: Relation, at: At) -> None:
    """What table_open refuses (validate_relation_kind): indexes and composite types."""
    if relation.kind not in "iIc":
        return
    kind = "indexes" if relation.kind == "i" else "partitioned indexes" if relation.kind == "I" else "composite types"
    if session.version >= 16:
        detail = f"This operation is not supported for {kind}."
        raise Refusal("42809", f'cannot open relation "{relation.name}"', detail=detail, at=at, word=relation.name)
    noun = "a composite type" if relation.kind == "c" else "an index"
    raise Refusal("42809", f'"{relation.name}" is {noun}', at=at, word=relation.name)


_PARTS: dict[str, tuple[Callable[[Session, Relation, str], CatalogObject | None], str]] = {
    "OBJECT_RULE": (rule_of, 'rule "{}" for relation "{}" does not exist'),
    "OBJECT_TRIGGER": (trigger_of, 'trigger "{}" for table "{}" does not exist'),
    "OBJECT_POLICY": (policy_of, 'policy "{}" for table "{}" does not exist'),
    "OBJECT_TABCONSTRAINT": (constraint_of, 'constraint "{}" for table "{}" does not exist'),
}


def _part(session: Session, objtype: str, names: tuple[str, ...], missing_ok: bool, at: At) -> ObjectAddress | None:
    """get_object_address_relobject."""
    if len(names) < 2:
        raise Refusal("42601", "must specify relation and object name", at=at)
    relation = lookup_relation(session, names[:-1], missing_ok, at)
    if relation is None:
        return None
    check_has_storage_or_rows(session, relation, at)
    find, message = _PARTS[objtype]
    found = find(session, relation, names[-1])
    if found is None:
        if objtype == "OBJECT_RULE" and names[-1] == "_RETURN" and relation.kind in "vm":
            return ObjectAddress("pg_rewrite", relation.oid)
        session.names.unknown_or(names[-1], at)
        if missing_ok:
            return None
        raise Refusal("42704", message.format(names[-1], relation.name), at=at, word=names[-1])
    return found.address


# --- Objects without a schema

_UNQUALIFIED: dict[str, tuple[type[CatalogObject], str, str]] = {
    "OBJECT_ACCESS_METHOD": (model.AccessMethod, "access method", "42704"),
    "OBJECT_DATABASE": (model.Database, "database", "3D000"),
    "OBJECT_EXTENSION": (model.Extension, "extension", "42704"),
    "OBJECT_TABLESPACE": (model.Tablespace, "tablespace", "42704"),
    "OBJECT_ROLE": (model.Role, "role", "42704"),
    "OBJECT_SCHEMA": (model.Namespace, "schema", "3F000"),
    "OBJECT_LANGUAGE": (model.Language, "language", "42704"),
    "OBJECT_FDW": (model.ForeignDataWrapper, "foreign-data wrapper", "42704"),
    "OBJECT_FOREIGN_SERVER": (model.ForeignServer, "server", "42704"),
    "OBJECT_EVENT_TRIGGER": (model.EventTrigger, "event trigger", "42704"),
    "OBJECT_PUBLICATION": (model.Publication, "publication", "42704"),
    "OBJECT_SUBSCRIPTION": (model.Subscription, "subscription", "42704"),
}
"""Kind -> struct, the server's word and the SQLSTATE of its absence."""


def get_unqualified(
    session: Session, objtype: str, name: str, missing_ok: bool = False, at: At = None
) -> CatalogObject | None:
    """An object that has no schema (get_object_address_unqualified, get_database_oid and its like)."""
    cls, noun, sqlstate = _UNQUALIFIED[objtype]
    if objtype == "OBJECT_SCHEMA" and name == "pg_temp":
        oid = session.names.temp
        return None if oid is None else session.catalog.get(model.Namespace, oid)
    found = session.catalog.find(cls, 0, name)
    if found is None and objtype == "OBJECT_DATABASE":
        return _database(session, name, missing_ok, at)
    if found is None:
        session.names.unknown_or(name, at)
        if not missing_ok:
            raise Refusal(sqlstate, f'{noun} "{name}" does not exist', at=at, word=name)
    return found


def _database(session: Session, name: str, missing_ok: bool, at: At) -> model.Database | None:
    """A database that the catalog does not list: the session's own, as far as is known."""
    from schemalint.simulator.databases import database_named

    try:
        found = database_named(session, name, at)
    except Refusal:
        if missing_ok:
            return None
        raise
    if session.catalog.at(found.address) is None:
        session.catalog.put(found)
    return found


# --- Objects in schemas that have one name

_NAMED: dict[str, tuple[type[CatalogObject], str, str]] = {
    "OBJECT_COLLATION": (model.Collation, "", 'collation "{}" for encoding "UTF8" does not exist'),
    "OBJECT_CONVERSION": (model.Conversion, "", 'conversion "{}" does not exist'),
    "OBJECT_STATISTIC_EXT": (model.StatisticsObject, "", 'statistics object "{}" does not exist'),
    "OBJECT_TSPARSER": (model.TextSearch, "parser ", 'text search parser "{}" does not exist'),
    "OBJECT_TSDICTIONARY": (model.TextSearch, "dict ", 'text search dictionary "{}" does not exist'),
    "OBJECT_TSTEMPLATE": (model.TextSearch, "template ", 'text search template "{}" does not exist'),
    "OBJECT_TSCONFIGURATION": (model.TextSearch, "config ", 'text search configuration "{}" does not exist'),
}


def _named(session: Session, objtype: str, names: tuple[str, ...], missing_ok: bool, at: At) -> CatalogObject | None:
    """get_collation_oid, get_conversion_oid, get_statistics_object_oid, get_ts_parser_oid and its like."""
    cls, prefix, message = _NAMED[objtype]
    schema, name = session.names.split(names, at)
    if schema is not None and not missing_ok:
        session.names.namespace(schema, at)
    found = session.names.find(cls, schema, prefix + name)
    if found is None:
        session.names.unknown_or(name, at)
        if not missing_ok:
            raise Refusal("42704", message.format(qualified(names)), at=at, word=name)
    return found


def _opclass(session: Session, objtype: str, names: tuple[str, ...], missing_ok: bool, at: At) -> CatalogObject | None:
    """get_opclass_oid, get_opfamily_oid; the access method's name comes first."""
    am = get_unqualified(session, "OBJECT_ACCESS_METHOD", names[0], False, at)
    assert am is not None
    cls, noun = (model.OpClass, "class") if objtype == "OBJECT_OPCLASS" else (model.OpFamily, "family")
    schema, name = session.names.split(names[1:], at)
    if schema is not None and not missing_ok:
        session.names.namespace(schema, at)
    found: CatalogObject | None = session.names.find(cls, schema, f"{am.oid} {name}")
    if found is None:
        session.names.unknown_or(name, at)
        if not missing_ok:
            message = f'operator {noun} "{qualified(names[1:])}" does not exist for access method "{names[0]}"'
            raise Refusal("42704", message, at=at, word=name)
    return found


# --- Types and what is named by types


def get_type_address(
    session: Session, objtype: str, type_name: TypeName, missing_ok: bool = False
) -> ObjectAddress | None:
    """A type or domain (get_object_address_type)."""
    found = lookup_type_name(session, type_name, missing_ok)
    at = (type_name.start, type_name.end)
    if found is None:
        if missing_ok:
            return None
        message = f'type "{type_name_to_string(type_name)}" does not exist'
        raise Refusal("42704", message, at=at, word=type_name.names[-1])
    if objtype == "OBJECT_DOMAIN" and found[0].typtype != "d":
        raise Refusal("42809", f'"{type_name_to_string(type_name)}" is not a domain', at=at, word=type_name.names[-1])
    return found[0].address


def get_domain_constraint(
    session: Session, type_name: TypeName, name: str, missing_ok: bool = False, at: At = None
) -> model.Constraint | None:
    """A constraint of a domain (OBJECT_DOMCONSTRAINT, get_domain_constraint_oid)."""
    domain = get_type_address(session, "OBJECT_DOMAIN", type_name, missing_ok)
    if domain is None:
        return None
    found = _of_name(session.catalog.domain_constraints(domain.objid), name)
    if found is None and not missing_ok:
        message = f'constraint "{name}" for domain {format_type(session, domain.objid)} does not exist'
        raise Refusal("42704", message, at=at, word=name)
    return found


def _cast(session: Session, types: tuple[TypeName, TypeName], missing_ok: bool, at: At) -> ObjectAddress | None:
    source, target = (lookup_type_name_oid(session, name, missing_ok) for name in types)
    found = session.catalog.cast(source, target) if source and target else None
    if found is None:
        if missing_ok:
            return None
        session.names.unknown_or("", at)
        shown = f"{format_type(session, source)} to type {format_type(session, target)}"
        raise Refusal("42704", f"cast from type {shown} does not exist", at=at)
    return found.address


def _transform(session: Session, names: tuple[TypeName, str], missing_ok: bool, at: At) -> ObjectAddress | None:
    type_name, language = names
    oid: Oid = lookup_type_name_oid(session, type_name, missing_ok)
    lang = get_unqualified(session, "OBJECT_LANGUAGE", language, missing_ok, at)
    found = session.catalog.find(model.Transform, 0, f"{oid} {lang.oid}") if oid and lang is not None else None
    if found is None:
        if missing_ok:
            return None
        session.names.unknown_or("", at)
        message = f'transform for type {format_type(session, oid)} language "{language}" does not exist'
        raise Refusal("42704", message, at=at)
    return found.address


# --- All of them


def get_object_address(
    session: Session, objtype: str, obj: Any, missing_ok: bool = False, at: At = None
) -> ObjectAddress | None:
    """The object that a statement names; None when it is missing and that is allowed (get_object_address)."""
    if objtype in _RELKINDS:
        relation = _relation(session, objtype, obj, missing_ok, at)
        return None if relation is None else relation.address
    if objtype in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"):
        return _attribute(session, obj, missing_ok, at)
    if objtype in _PARTS:
        return _part(session, objtype, obj, missing_ok, at)
    if objtype in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        return get_type_address(session, objtype, obj, missing_ok)
    if objtype == "OBJECT_DOMCONSTRAINT":
        constraint = get_domain_constraint(session, obj[0], obj[1], missing_ok, at)
        return None if constraint is None else constraint.address
    if objtype == "OBJECT_CAST":
        return _cast(session, obj, missing_ok, at)
    if objtype == "OBJECT_TRANSFORM":
        return _transform(session, obj, missing_ok, at)
    if isinstance(obj, ObjectWithArgs):
        return _with_args(session, objtype, obj, missing_ok)
    found: CatalogObject | None
    if objtype in _UNQUALIFIED:
        found = get_unqualified(session, objtype, obj, missing_ok, at)
    elif objtype in _NAMED:
        found = _named(session, objtype, obj, missing_ok, at)
    elif objtype in ("OBJECT_OPCLASS", "OBJECT_OPFAMILY"):
        found = _opclass(session, objtype, obj, missing_ok, at)
    else:  # a large object, which no catalog has
        return None
    return None if found is None else found.address


def _with_args(session: Session, objtype: str, obj: ObjectWithArgs, missing_ok: bool) -> ObjectAddress | None:
    if objtype == "OBJECT_OPERATOR":
        from schemalint.semantics.operators import lookup_oper_with_args

        oid = lookup_oper_with_args(session, obj, missing_ok)
        return ObjectAddress("pg_operator", oid) if oid else None
    from schemalint.semantics.routines import lookup_func_with_args

    oid = lookup_func_with_args(session, objtype, obj, missing_ok)
    return ObjectAddress("pg_proc", oid) if oid else None


# --- Who may


def check_object_ownership(session: Session, address: ObjectAddress, at: At = None) -> None:
    """Raise 42501 unless the role owns the object, or the relation it belongs to (check_object_ownership)."""
    if is_superuser(session):
        return
    obj = session.catalog.at(address)
    if obj is None:
        return
    relid = (
        getattr(obj, "relid", 0) if isinstance(obj, _PARTS_OF_RELATIONS) else address.objid if address.objsubid else 0
    )
    if relid:
        relation = session.catalog[Relation, relid]
        if not is_owner(session, relation):
            raise Refusal("42501", f"must be owner of relation {relation.name}", at=at, word=relation.name)
        return
    if isinstance(obj, model.Constraint) and obj.typid:
        obj = session.catalog[model.Type, obj.typid]
    match obj:
        case model.Cast() | model.Transform():
            _check_ownership_of_types(session, obj, at)
        case model.Role():
            _check_ownership_of_role(session, obj, at)
        case model.AccessMethod() | model.TextSearch(kind="parser" | "template"):
            raise Refusal("42501", "must be superuser", at=at)
        case _:
            owner_check(session, obj, at)


_PARTS_OF_RELATIONS = (model.Trigger, model.Policy, model.RewriteRule, model.Constraint)


def _check_ownership_of_role(session: Session, role: model.Role, at: At) -> None:
    """Roles belong to those who may make roles, superusers to superusers."""
    from schemalint.simulator.role_members import has_createrole

    if session.version < 16:
        if role.super:
            raise Refusal("42501", "must be superuser", at=at)
        if not has_createrole(session):
            raise Refusal("42501", "must have CREATEROLE privilege", at=at)
    elif role.super or not has_createrole(session) or not is_admin_of_role(session, session.role, role.oid):
        raise Refusal("42501", "permission denied", at=at)


def check_routine_ownership(session: Session, address: ObjectAddress, at: At = None) -> None:
    """As check_object_ownership, where messages call every routine a function (AlterObjectRename_internal and its like)."""
    proc = session.catalog.get(model.Proc, address.objid) if address.classid == "pg_proc" else None
    if proc is None:
        check_object_ownership(session, address, at)
    elif not is_owner(session, proc):
        raise Refusal("42501", f"must be owner of function {proc.name}", at=at, word=proc.name)


def _check_ownership_of_types(session: Session, obj: model.Cast | model.Transform, at: At) -> None:
    types = (obj.source, obj.target) if isinstance(obj, model.Cast) else (obj.type,)
    found = [session.catalog[model.Type, oid] for oid in types]
    if not any(is_owner(session, held) for held in found):
        shown = " or type ".join(format_type(session, held.oid) for held in found)
        raise Refusal("42501", f"must be owner of type {shown}", at=at)
