"""ALTER ... SET SCHEMA (alter.c, AlterTableNamespace of tablecmds.c, AlterTypeNamespace of typecmds.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import name_key
from schemalint.catalog.model import ObjectAddress, Oid, Relation, Type
from schemalint.catalog.names import PG_CATALOG, PG_TOAST
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import is_true_array
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.acl import create_check, is_superuser, owner_check
from schemalint.simulator.alter_checks import check_alter_relation
from schemalint.simulator.conflicts import check_no_conflict
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Skipped
from schemalint.simulator.namespaces import lookup_creation_namespace
from schemalint.simulator.objectaddress import check_routine_ownership, get_object_address
from schemalint.simulator.rangevars import is_any_temp_namespace, range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.simulator.stored_trees import keep_meaning
from schemalint.syntax.nodes import AlterObjectSchemaStmt, TypeName

At = tuple[int, int] | None

_RELATIONS = frozenset(("OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE", "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"))


def exec_alter_object_schema(session: Session, stmt: AlterObjectSchemaStmt) -> None:
    """ExecAlterObjectSchemaStmt."""
    if stmt.objectType == "OBJECT_EXTENSION":
        from schemalint.simulator.extensions import alter_extension_namespace

        alter_extension_namespace(session, stmt)
    elif stmt.objectType in _RELATIONS:
        _alter_table_namespace(session, stmt)
    elif stmt.objectType in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
        _alter_type_namespace(session, stmt)
    else:
        _alter_object_namespace(session, stmt)


def check_set_namespace(session: Session, old: Oid, new: Oid, at: At = None) -> None:
    """CheckSetNamespace."""
    if is_any_temp_namespace(session, new) or is_any_temp_namespace(session, old):
        raise Refusal("0A000", "cannot move objects into or out of temporary schemas", at=at)
    if PG_TOAST in (old, new):
        raise Refusal("0A000", "cannot move objects into or out of TOAST schema", at=at)


def move(session: Session, obj: Any, namespace: Oid, note: bool = True) -> None:
    """Put an object into another schema, which it then depends on."""
    catalog = session.catalog
    old = obj.namespace
    keep_meaning(session, obj.address)
    obj = catalog.at(obj.address)
    if note:
        session.change(replace(obj, namespace=namespace))
    else:
        catalog.put(replace(obj, namespace=namespace))
    held = ObjectAddress("pg_namespace", old)
    if old == PG_CATALOG or any(d.refobj == held for d in catalog.depends_on(obj.address)):
        catalog.clear_dependencies(obj.address, on_class="pg_namespace")
        catalog.depend(obj.address, ObjectAddress("pg_namespace", namespace))


# --- Relations


def _alter_table_namespace(session: Session, stmt: AlterObjectSchemaStmt) -> None:
    """AlterTableNamespace."""
    assert stmt.relation is not None
    at = (stmt.start, stmt.end)
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return
    check_alter_relation(session, relation, stmt.objectType, at, set_schema=True)
    session.lock(relation.oid, ACCESS_EXCLUSIVE)
    if relation.kind == "S":
        owner = owning_column(session, relation)
        if owner is not None:
            table = session.catalog[Relation, owner.objid]
            detail = f'Sequence "{relation.name}" is linked to table "{table.name}".'
            message = "cannot move an owned sequence into another schema"
            raise Refusal("0A000", message, at=at, detail=detail, word=relation.name)
    namespace = lookup_creation_namespace(session, stmt.newschema, at)
    check_set_namespace(session, relation.namespace, namespace, at)
    alter_relation_namespace(session, relation, namespace, at, note=True)


def owning_column(session: Session, sequence: Relation) -> ObjectAddress | None:
    """The column that owns a sequence (sequenceIsOwned)."""
    for needed, deptype in session.catalog.depends_on(sequence.address):
        if deptype in "ai" and needed.classid == "pg_class" and needed.objsubid:
            return needed
    return None


def alter_relation_namespace(
    session: Session, relation: Relation, namespace: Oid, at: At = None, note: bool = False
) -> None:
    """AlterTableNamespaceInternal: row type, indexes, owned sequences and constraints follow."""
    catalog = session.catalog
    if relation.namespace == namespace:
        return
    if catalog.find_oid("pg_class", namespace, relation.name) is not None:
        schema = session.names.namespace_name(namespace)
        message = f'relation "{relation.name}" already exists in schema "{schema}"'
        raise Refusal("42P07", message, at=at, word=relation.name)
    move(session, relation, namespace, note)
    if relation.type and relation.kind not in "iIc":
        rowtype = catalog.get(Type, relation.type)
        if rowtype is not None:
            alter_type_namespace_internal(session, rowtype, namespace, at)
    if relation.kind not in "rpmf":
        return
    for index in catalog.indexes(relation.oid):
        alter_relation_namespace(session, index, namespace, at)
    for dependent, _, deptype in catalog.dependents(relation.address):
        if dependent.classid == "pg_class" and deptype in "ai" and not dependent.objsubid:
            sequence = catalog.get(Relation, dependent.objid)
            if sequence is not None and sequence.kind == "S":
                alter_relation_namespace(session, sequence, namespace, at)
    for constraint in catalog.constraints(relation.oid):
        catalog.put(replace(constraint, namespace=namespace))


# --- Types


def _alter_type_namespace(session: Session, stmt: AlterObjectSchemaStmt) -> None:
    """AlterTypeNamespace, AlterTypeNamespace_oid."""
    at = (stmt.start, stmt.end)
    name = stmt.object if isinstance(stmt.object, TypeName) else TypeName(names=stmt.object, start=at[0], end=at[1])
    oid = typename_type_id(session, name)
    found = session.catalog[Type, oid]
    shown = format_type(session, oid)
    if stmt.objectType == "OBJECT_DOMAIN" and found.typtype != "d":
        raise Refusal("42809", f"{shown} is not a domain", at=at)
    namespace = lookup_creation_namespace(session, stmt.newschema, at)
    if not is_superuser(session):
        owner_check(session, found, at)
    if is_true_array(found) and (element := session.catalog.get(Type, found.elem)) and element.array == oid:
        hint = f"You can alter type {format_type(session, found.elem)}, which will alter the array type as well."
        raise Refusal("42809", f"cannot alter array type {shown}", at=at, hint=hint)
    if found.namespace != namespace:
        check_set_namespace(session, found.namespace, namespace, at)
    check_type_name_free(session, found, namespace, at)
    relation = session.catalog.get(Relation, found.relid) if found.relid else None
    if relation is not None and relation.kind != "c":
        raise Refusal("42809", f"{shown} is a table's row type", at=at, hint="Use ALTER TABLE instead.")
    alter_type_namespace_internal(session, found, namespace, at, note=True)


def check_type_name_free(session: Session, found: Type, namespace: Oid, at: At) -> None:
    """Raise 42710 when the schema has a type of this name."""
    if found.namespace != namespace and session.catalog.find_oid("pg_type", namespace, found.name) is not None:
        schema = session.names.namespace_name(namespace)
        message = f'type "{found.name}" already exists in schema "{schema}"'
        raise Refusal("42710", message, at=at, word=found.name)


def alter_type_namespace_internal(
    session: Session, found: Type, namespace: Oid, at: At = None, note: bool = False
) -> None:
    """AlterTypeNamespaceInternal: the array over it, a composite type's relation and a domain's constraints follow."""
    catalog = session.catalog
    if found.namespace == namespace:
        return
    check_type_name_free(session, found, namespace, at)
    move(session, found, namespace, note)
    relation = catalog.get(Relation, found.relid) if found.relid else None
    if relation is not None and relation.kind == "c":
        move(session, relation, namespace, False)
    if found.typtype == "d":
        for constraint in catalog.domain_constraints(found.oid):
            catalog.put(replace(constraint, namespace=namespace))
    array = catalog.get(Type, found.array) if found.array else None
    if array is not None:
        alter_type_namespace_internal(session, array, namespace, at)


# --- Everything else


def _alter_object_namespace(session: Session, stmt: AlterObjectSchemaStmt) -> None:
    """AlterObjectNamespace_internal."""
    at = (stmt.start, stmt.end)
    address = get_object_address(session, stmt.objectType, stmt.object, False, at)
    assert address is not None
    namespace = lookup_creation_namespace(session, stmt.newschema, at)
    alter_object_namespace_oid(session, address, namespace, at)


def alter_object_namespace_oid(session: Session, address: ObjectAddress, namespace: Oid, at: At = None) -> None:
    """Move an object that has no parts of its own."""
    obj: Any = session.catalog.at(address)
    if obj is None or obj.namespace == namespace:
        return
    check_set_namespace(session, obj.namespace, namespace, at)
    if not is_superuser(session):
        check_routine_ownership(session, address, at)
        create_check(session, namespace, at)
    if isinstance(obj, model.Operator):
        _check_operator(session, obj, namespace, at)
    check_no_conflict(session, obj, obj.name, namespace, at)
    move(session, obj, namespace)


def _check_operator(session: Session, obj: model.Operator, namespace: Oid, at: At) -> None:
    """Nothing but the unique index of pg_operator looks at it."""
    for other in session.catalog.overloads(model.Operator, namespace, name_key(obj)):
        if (other.left, other.right) == (obj.left, obj.right):
            message = 'duplicate key value violates unique constraint "pg_operator_oprname_l_r_n_index"'
            raise Refusal("23505", message, at=at, word=obj.name)
