"""What messages call an object (getObjectDescription of objectaddress.c)."""

from __future__ import annotations

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, ObjectAddress
from schemalint.catalog.store import Catalog
from schemalint.simulator.session import Session

RELKIND_WORDS = {
    "r": "table",
    "p": "table",
    "i": "index",
    "I": "index",
    "S": "sequence",
    "v": "view",
    "m": "materialized view",
    "c": "composite type",
    "f": "foreign table",
    "t": "toast table",
}
"""pg_class.relkind in words."""

_SIMPLE = {
    "pg_namespace": "schema",
    "pg_extension": "extension",
    "pg_language": "language",
    "pg_am": "access method",
    "pg_authid": "role",
    "pg_database": "database",
    "pg_tablespace": "tablespace",
    "pg_publication": "publication",
    "pg_subscription": "subscription",
    "pg_event_trigger": "event trigger",
    "pg_foreign_data_wrapper": "foreign-data wrapper",
    "pg_foreign_server": "server",
}
_QUALIFIED = {"pg_collation": "collation", "pg_conversion": "conversion", "pg_statistic_ext": "statistics object"}
_ON_RELATION = {"pg_trigger": "trigger", "pg_policy": "policy", "pg_rewrite": "rule"}


def quote_identifier(name: str) -> str:
    """A name as SQL must spell it (quote_identifier)."""
    from schemalint.syntax.keywords import COL_NAME, RESERVED, TYPE_FUNC_NAME

    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and not name[:1].isdigit()
    if plain and name and name not in RESERVED and name not in TYPE_FUNC_NAME and name not in COL_NAME:
        return name
    return '"' + name.replace('"', '""') + '"'


def shown(session: Session, obj: CatalogObject) -> str:
    """The object's name, quoted, with its schema where the search path does not find it."""
    namespace = getattr(obj, "namespace", None)
    name = quote_identifier(obj.name)
    if namespace is None or session.names.is_visible(obj):
        return name
    return f"{quote_identifier(session.names.namespace_name(namespace))}.{name}"


def describe_relation(session: Session, relation: model.Relation) -> str:
    """`table t`, `view s.v` (getRelationDescription)."""
    return f"{RELKIND_WORDS.get(relation.kind, 'relation')} {shown(session, relation)}"


def describe(session: Session, address: ObjectAddress) -> str:
    """An object in the server's words: `table t`, `column c of table t`, `constraint x on table t`, `function f(integer)`."""
    catalog = session.catalog
    if address.classid == "pg_attrdef":
        return f"default value for {_column(session, ObjectAddress('pg_class', address.objid, address.objsubid))}"
    if address.classid == "pg_rewrite" and (view := catalog.get(model.Relation, address.objid)) is not None:
        return f"rule _RETURN on {describe_relation(session, view)}"
    if address.classid in ("pg_publication_rel", "pg_publication_namespace"):
        return _part_of_publication(session, address)
    obj = catalog.at(address)
    if obj is None:
        return f"{address.classid} {address.objid}"
    if isinstance(obj, model.Relation):
        return _column(session, address) if address.objsubid else describe_relation(session, obj)
    if address.classid in _SIMPLE:
        return f"{_SIMPLE[address.classid]} {obj.name}"
    if address.classid in _QUALIFIED:
        return f"{_QUALIFIED[address.classid]} {shown(session, obj)}"
    if address.classid in _ON_RELATION:
        relation = catalog.get(model.Relation, getattr(obj, "relid", 0))
        if relation is None:
            return obj.name
        return f"{_ON_RELATION[address.classid]} {obj.name} on {describe_relation(session, relation)}"
    return _describe_other(session, catalog, obj)


def _column(session: Session, address: ObjectAddress) -> str:
    relation = session.catalog[model.Relation, address.objid]
    return f"column {relation.columns[address.objsubid - 1].name} of {describe_relation(session, relation)}"


def _part_of_publication(session: Session, address: ObjectAddress) -> str:
    publication = session.catalog.get(model.Publication, address.objid)
    name = publication.name if publication is not None else str(address.objid)
    if address.classid == "pg_publication_namespace":
        return f"publication of schema {session.names.namespace_name(address.objsubid)} in publication {name}"
    relation = session.catalog.get(model.Relation, address.objsubid)
    shown_name = describe_relation(session, relation) if relation is not None else str(address.objsubid)
    return f"publication of {shown_name} in publication {name}"


def _describe_other(session: Session, catalog: Catalog, obj: CatalogObject) -> str:
    from schemalint.semantics.types import format_type

    names = session.names
    match obj:
        case model.Type():
            return f"type {format_type(names, obj.oid)}"
        case model.Constraint():
            relation = catalog.get(model.Relation, obj.relid)
            if relation is not None:
                return f"constraint {obj.name} on {describe_relation(session, relation)}"
            return f"constraint {obj.name}"
        case model.Proc():
            return f"function {signature(session, obj)}"
        case model.Operator():
            left = format_type(names, obj.left) if obj.left else "NONE"
            right = format_type(names, obj.right) if obj.right else "NONE"
            schema = "" if _is_visible(session, obj) else f"{quote_identifier(names.namespace_name(obj.namespace))}."
            return f"operator {schema}{obj.name}({left},{right})"
        case model.Cast():
            return f"cast from {format_type(names, obj.source)} to {format_type(names, obj.target)}"
        case model.OpClass() | model.OpFamily():
            am = catalog.get(model.AccessMethod, obj.am)
            word = "class" if isinstance(obj, model.OpClass) else "family"
            return f"operator {word} {shown(session, obj)} for access method {am.name if am else obj.am}"
        case model.TextSearch():
            word = {"config": "configuration", "dict": "dictionary"}.get(obj.kind, obj.kind)
            return f"text search {word} {shown(session, obj)}"
        case model.UserMapping():
            server = catalog.get(model.ForeignServer, obj.server)
            user = "public" if not obj.user else session.role_name(obj.user)
            return f"user mapping for {user} on server {server.name if server else obj.server}"
        case model.DefaultAcl():
            role = session.role_name(obj.role)
            schema = f" in schema {names.namespace_name(obj.namespace)}" if obj.namespace else ""
            what = _DEFAULT_ACLS.get(obj.objtype, "objects")
            return f"default privileges on new {what} belonging to role {role}{schema}"
        case model.Transform():
            language = catalog.get(model.Language, obj.lang)
            return f"transform for {format_type(names, obj.type)} language {language.name if language else obj.lang}"
    return f"{obj.CLASS} {obj.name}"


_DEFAULT_ACLS = {
    "r": "relations",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}


def _is_visible(session: Session, obj: model.Proc | model.Operator) -> bool:
    """Whether the unqualified name with these argument types means this one (FunctionIsVisible, OperatorIsVisible)."""
    names = session.names
    if obj.namespace not in names.path:
        return False
    for _, other in names.overloads(type(obj), None, obj.name):
        if _types(other) == _types(obj):
            return other.oid == obj.oid
    return False


def _types(obj: model.Proc | model.Operator) -> tuple[int, ...]:
    return obj.argtypes if isinstance(obj, model.Proc) else (obj.left, obj.right)


def signature(session: Session, proc: model.Proc) -> str:
    """`f(integer, text)` (format_procedure)."""
    from schemalint.semantics.types import format_type

    names = session.names
    prefix = "" if _is_visible(session, proc) else f"{quote_identifier(names.namespace_name(proc.namespace))}."
    return f"{prefix}{quote_identifier(proc.name)}({','.join(format_type(names, t) for t in proc.argtypes)})"
