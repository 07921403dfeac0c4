"""RENAME of relations, columns, constraints and types (tablecmds.c, pg_type.c, pg_constraint.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import Attribute, Constraint, ObjectAddress, Oid, Relation, Type
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import is_true_array
from schemalint.semantics.relations import system_attribute_by_name
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.alter_checks import check_alter_relation
from schemalint.simulator.drop import check_system_relation
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, Skipped
from schemalint.simulator.objectaddress import column_named, constraint_of, get_domain_constraint
from schemalint.simulator.pg_inherits import find_all_inheritors, has_children
from schemalint.simulator.pg_type import make_array_type_name, move_array_type_name
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.simulator.stored_texts import Renaming, rename_in_texts
from schemalint.simulator.stored_trees import keep_meaning
from schemalint.syntax.nodes import RenameStmt, TypeName

At = tuple[int, int] | None


# --- Relations


def rename_relation(session: Session, stmt: RenameStmt) -> None:
    """ALTER TABLE / VIEW / INDEX / SEQUENCE ... RENAME TO (RenameRelation)."""
    assert stmt.relation is not None
    at = (stmt.relation.start, stmt.relation.end)
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return
    check_alter_relation(session, relation, stmt.renameType, at, rename=True)
    is_index = stmt.renameType == "OBJECT_INDEX" and relation.index is not None
    session.lock(relation.oid, SHARE_UPDATE_EXCLUSIVE if is_index else ACCESS_EXCLUSIVE)
    rename_relation_internal(session, relation, stmt.newname, (stmt.start, stmt.end))


def rename_relation_internal(session: Session, relation: Relation, name: str, at: At = None) -> None:
    """RenameRelationInternal: the row type, and the constraint of an index, have the same name."""
    catalog = session.catalog
    if catalog.find_oid("pg_class", relation.namespace, name) is not None:
        raise Refusal("42P07", f'relation "{name}" already exists', at=at, word=name)
    keep_meaning(session, relation.address)
    schema = session.names.namespace_name(relation.namespace)
    rename_in_texts(session, Renaming(schema, relation.oid, 0, relation.name, name))
    relation = catalog[Relation, relation.oid]
    session.change(replace(relation, name=name))
    if relation.type and relation.kind not in "iI":
        rowtype = catalog.get(Type, relation.type)
        if rowtype is not None:
            rename_type_internal(session, rowtype, name, at)
    if relation.index is not None:
        constraint = index_constraint(session, relation)
        if constraint is not None:
            rename_constraint_by_id(session, constraint, name, at)


def index_constraint(session: Session, index: Relation) -> Constraint | None:
    """The constraint that an index belongs to (get_index_constraint)."""
    assert index.index is not None
    for constraint in session.catalog.constraints(index.index.relid):
        if constraint.indid == index.oid and constraint.type in "pux":
            return constraint
    return None


# --- Types


def rename_type(session: Session, stmt: RenameStmt) -> None:
    """ALTER TYPE / DOMAIN ... RENAME TO (RenameType)."""
    at = (stmt.start, stmt.end)
    oid = typename_type_id(session, _type_name(stmt.object, at))
    found = session.catalog[Type, oid]
    if not is_superuser(session):
        owner_check(session, found, at)
    shown = format_type(session, oid)
    if stmt.renameType == "OBJECT_DOMAIN" and found.typtype != "d":
        raise Refusal("42809", f"{shown} is not a domain", at=at)
    relation = session.catalog.get(Relation, found.relid) if found.relid else None
    if relation is not None and relation.kind != "c":
        raise Refusal("42809", f"{shown} is a table's row type", at=at, hint="Use ALTER TABLE instead.")
    if is_true_array(found) and (element := session.catalog.get(Type, found.elem)) and element.array == oid:
        hint = f"You can alter type {format_type(session, found.elem)}, which will alter the array type as well."
        raise Refusal("42809", f"cannot alter array type {shown}", at=at, hint=hint)
    if relation is not None:
        rename_relation_internal(session, relation, stmt.newname, at)
    else:
        rename_type_internal(session, found, stmt.newname, at, note=True)


def _type_name(names: tuple[str, ...] | TypeName, at: At) -> TypeName:
    """makeTypeNameFromNameList."""
    if isinstance(names, TypeName):
        return names
    start, end = at if at is not None else (-1, -1)
    return TypeName(names=names, start=start, end=end)


def rename_type_internal(session: Session, found: Type, name: str, at: At = None, note: bool = False) -> None:
    """RenameTypeInternal: the array over it follows."""
    catalog = session.catalog
    old = catalog.find_oid("pg_type", found.namespace, name)
    if old is not None:
        other = catalog.get(Type, old)
        dodged = other is not None and other.isdefined and move_array_type_name(session, old, name, found.namespace)
        if not dodged:
            raise Refusal("42710", f'type "{name}" already exists', at=at, word=name)
        found = catalog[Type, found.oid]
    keep_meaning(session, found.address)
    renamed = replace(found, name=name)
    if note:
        session.change(renamed)
    else:
        catalog.put(renamed)
    array = catalog.get(Type, found.array) if found.array else None
    if array is not None:
        catalog.put(replace(array, name=make_array_type_name(session, name, found.namespace)))


# --- Columns


def _check_column_kind(session: Session, relation: Relation, recursing: bool, at: At) -> None:
    """renameatt_check."""
    if relation.of_type and not recursing:
        raise Refusal("42809", "cannot rename column of typed table", at=at)
    if relation.kind not in "rvmciIfp":
        name = relation.name
        if session.version >= 15:
            message = f'cannot rename columns of relation "{name}"'
        else:
            message = f'"{name}" is not a table, view, materialized view, composite type, index, or foreign table'
        raise Refusal("42809", message, at=at, word=name)
    if not is_superuser(session):
        owner_check(session, relation, at)
    check_system_relation(session, relation, at)


def rename_att(session: Session, stmt: RenameStmt) -> None:
    """ALTER TABLE ... RENAME COLUMN, ALTER TYPE ... RENAME ATTRIBUTE (renameatt)."""
    assert stmt.relation is not None and stmt.subname is not None
    at = (stmt.relation.start, stmt.relation.end)
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return
    _check_column_kind(session, relation, False, at)
    session.lock(relation.oid, ACCESS_EXCLUSIVE)
    _rename_att_internal(session, relation.oid, stmt, stmt.relation.inh, False, 0)


def _rename_att_internal(
    session: Session, relid: Oid, stmt: RenameStmt, recurse: bool, recursing: bool, expected_parents: int
) -> None:
    """renameatt_internal."""
    relation = session.catalog[Relation, relid]
    at = (stmt.start, stmt.end)
    old, new = stmt.subname, stmt.newname
    assert old is not None
    _check_column_kind(session, relation, recursing, at)
    if recurse:
        for child, numparents in find_all_inheritors(session, relid, ACCESS_EXCLUSIVE):
            if child != relid:
                _rename_att_internal(session, child, stmt, False, True, numparents)
    elif not expected_parents and has_children(session, relid):
        message = f'inherited column "{old}" must be renamed in child tables too'
        raise Refusal("42P16", message, at=at, word=old)
    if relation.kind == "c":
        for typed in find_typed_table_dependencies(session, relation.type, relation.name, stmt.behavior, at):
            _rename_att_internal(session, typed.oid, stmt, True, True, 0)
    relation = session.catalog[Relation, relid]
    column = column_named(relation, old)
    if column is None:
        if system_attribute_by_name(old) is not None and relation.kind in "rpmf":
            raise Refusal("0A000", f'cannot rename system column "{old}"', at=at, word=old)
        raise Refusal("42703", f'column "{old}" does not exist', at=at, word=old)
    if column.inhcount > expected_parents:
        raise Refusal("42P16", f'cannot rename inherited column "{old}"', at=at, word=old)
    check_for_column_name_collision(session, relation, new, at)
    keep_meaning(session, ObjectAddress("pg_class", relation.oid, column.num))
    schema = session.names.namespace_name(relation.namespace)
    rename_in_texts(session, Renaming(schema, relation.oid, column.num, old, new))
    relation = session.catalog[Relation, relid]
    change_column(session, relation, replace(relation.columns[column.num - 1], name=new))


def change_column(session: Session, relation: Relation, column: Attribute) -> Relation:
    """Replace one column; returns the relation as it is then."""
    columns = list(relation.columns)
    columns[column.num - 1] = column
    after = replace(relation, columns=tuple(columns))
    session.change(after)
    return after


def check_for_column_name_collision(
    session: Session, relation: Relation, name: str, at: At = None, if_not_exists: bool = False
) -> bool:
    """False when the column exists and that is allowed (check_for_column_name_collision)."""
    if system_attribute_by_name(name) is not None:
        raise Refusal("42701", f'column name "{name}" conflicts with a system column name', at=at, word=name)
    if column_named(relation, name) is None:
        return True
    if if_not_exists:
        return False
    raise Refusal("42701", f'column "{name}" of relation "{relation.name}" already exists', at=at, word=name)


def find_typed_table_dependencies(
    session: Session, oid: Oid, name: str, behavior: str, at: At = None
) -> list[Relation]:
    """Tables OF a type, which only CASCADE alters (find_typed_table_dependencies)."""
    found = []
    for dependent, _, _ in session.catalog.dependents(model.ObjectAddress("pg_type", oid)):
        relation = session.catalog.get(Relation, dependent.objid) if dependent.classid == "pg_class" else None
        if relation is None or relation.of_type != oid:
            continue
        if behavior != "DROP_CASCADE":
            raise Refusal(
                "2BP01",
                f'cannot alter type "{name}" because it is the type of a typed table',
                at=at,
                word=name,
                hint="Use ALTER ... CASCADE to alter the typed tables too.",
                objects=(relation.address,),
            )
        if relation not in found:
            found.append(relation)
    return found


# --- Constraints


def rename_constraint(session: Session, stmt: RenameStmt) -> None:
    """ALTER TABLE / DOMAIN ... RENAME CONSTRAINT (RenameConstraint)."""
    at = (stmt.start, stmt.end)
    assert stmt.subname is not None
    if stmt.renameType == "OBJECT_DOMCONSTRAINT":
        type_name = _type_name(stmt.object, at)
        oid = typename_type_id(session, type_name)
        found = session.catalog[Type, oid]
        if found.typtype != "d":
            raise Refusal("42809", f'"{format_type(session, oid)}" is not a domain', at=at)
        if not is_superuser(session):
            owner_check(session, found, at)
        constraint = get_domain_constraint(session, type_name, stmt.subname, False, at)
        assert constraint is not None
        rename_constraint_by_id(session, constraint, stmt.newname, at)
        return
    assert stmt.relation is not None
    relation = range_var_get_relid(session, stmt.relation, missing_ok=stmt.missing_ok)
    if relation is None:
        session.effect(Skipped(stmt.relation.relname, exists=False))
        return
    _check_column_kind(session, relation, False, at)
    session.lock(relation.oid, ACCESS_EXCLUSIVE)
    _rename_constraint_internal(session, relation.oid, stmt, stmt.relation.inh, 0)


def _rename_constraint_internal(
    session: Session, relid: Oid, stmt: RenameStmt, recurse: bool, expected_parents: int
) -> None:
    """rename_constraint_internal."""
    at = (stmt.start, stmt.end)
    relation = session.catalog[Relation, relid]
    old = stmt.subname
    assert old is not None
    constraint = constraint_of(session, relation, old)
    if constraint is None:
        message = f'constraint "{old}" for table "{relation.name}" does not exist'
        raise session.names.missing("42704", message, None, old, at)
    if constraint.type in "cn" and not constraint.noinherit:
        if recurse:
            for child, numparents in find_all_inheritors(session, relid, ACCESS_EXCLUSIVE):
                if child != relid:
                    _rename_constraint_internal(session, child, stmt, False, numparents)
        elif not expected_parents and has_children(session, relid):
            message = f'inherited constraint "{old}" must be renamed in child tables too'
            raise Refusal("42P16", message, at=at, word=old)
        if constraint.inhcount > expected_parents:
            raise Refusal("42P16", f'cannot rename inherited constraint "{old}"', at=at, word=old)
    index = session.catalog.get(Relation, constraint.indid) if constraint.type in "pux" else None
    if index is not None:
        rename_relation_internal(session, index, stmt.newname, at)
    else:
        rename_constraint_by_id(session, constraint, stmt.newname, at)


def rename_constraint_by_id(session: Session, constraint: Constraint, name: str, at: At = None) -> None:
    """RenameConstraintById."""
    catalog = session.catalog
    if constraint.relid:
        relation = catalog[Relation, constraint.relid]
        if constraint_of(session, relation, name) is not None:
            message = f'constraint "{name}" for relation "{relation.name}" already exists'
            raise Refusal("42710", message, at=at, word=name)
    elif any(other.name == name for other in catalog.domain_constraints(constraint.typid)):
        message = f'constraint "{name}" for domain {format_type(session, constraint.typid)} already exists'
        raise Refusal("42710", message, at=at, word=name)
    session.change(replace(constraint, name=name))
