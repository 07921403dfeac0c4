"""ATTACH and DETACH PARTITION, of tables and of indexes (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, PartitionBound, Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_inherit import (
    create_inheritance,
    find_trigger_with_transition_tables,
    open_relation,
    remove_inheritance,
)
from schemalint.simulator.alter_work import FINALIZE_HINT, AlteredTable, AlterTable, At, Command, simple_permissions
from schemalint.simulator.deletion import perform_deletion
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, ACCESS_SHARE, SHARE_UPDATE_EXCLUSIVE
from schemalint.simulator.foreign_key_partitions import clone_foreign_key_constraints, index_get_partition
from schemalint.simulator.indexes import constraint_set_parent_constraint
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.partition_bounds import check_new_partition_bound
from schemalint.simulator.partition_indexes import attach_or_create, compare_index_info, index_set_parent_index
from schemalint.simulator.partition_parts import clone_row_triggers
from schemalint.simulator.partition_proofs import part_constraint_implied
from schemalint.simulator.partitions import transform_partition_bound
from schemalint.simulator.pg_inherits import find_all_inheritors, find_inheritance_children
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.session import Session
from schemalint.simulator.utilcmd_index import index_constraint
from schemalint.simulator.utilcmd_like import attribute_map
from schemalint.syntax.nodes import PartitionCmd

# --- ATTACH


def _transform_bound(work: AlterTable, relation: Relation, command: Command) -> PartitionBound | None:
    """transformPartitionCmd."""
    change: PartitionCmd = command.def_
    name = relation.name
    if relation.kind == "I":
        return None
    if relation.kind != "p":
        raise Refusal("42P17", f'table "{name}" is not partitioned', at=command.at, word=name)
    return None if change.bound is None else transform_partition_bound(work.session, relation, change.bound)


def default_partition(session: Session, relation: Relation) -> Relation | None:
    """get_default_oid_from_partdesc."""
    for child in session.catalog.children(relation.oid):
        if child.partition_bound is not None and child.partition_bound.is_default:
            return child
    return None


def at_exec_attach_partition(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAttachPartition, ATExecAttachPartitionIdx."""
    session = work.session
    relation = work.rel(tab.relid)
    bound = _transform_bound(work, relation, command)
    change: PartitionCmd = command.def_
    if relation.kind == "I":
        _attach_index(work, relation, change)
        return
    assert bound is not None
    at = (change.name.start, change.name.end)
    default = default_partition(session, relation)
    if default is not None:
        session.lock(default.oid, ACCESS_EXCLUSIVE)
    child = open_relation(session, change.name, ACCESS_EXCLUSIVE)
    simple_permissions(session, child, "AT_AttachPartition", "rpf", at)
    _check_attachable(session, relation, child, at)
    check_new_partition_bound(session, child.name, relation, bound, at)
    create_inheritance(session, child, relation, True, at)
    session.change(replace(work.rel(child.oid), ispartition=True, partition_bound=bound))
    _ensure_indexes(session, relation, work.rel(child.oid), at)
    if any(trigger.type & 1 for trigger in session.catalog.triggers(relation.oid)):
        clone_row_triggers(session, relation, work.rel(child.oid))
    clone_foreign_key_constraints(session, relation, work.rel(child.oid))
    _queue_validation(work, relation, work.rel(child.oid), bound)
    if default is not None and not bound.is_default:
        _scan(work, default)


def _check_attachable(session: Session, relation: Relation, child: Relation, at: At) -> None:
    name = child.name
    if child.ispartition:
        raise Refusal("42809", f'"{name}" is already a partition', at=at, word=name)
    if child.of_type:
        raise Refusal("42809", "cannot attach a typed table as partition", at=at, word=name)
    if child.inherits:
        raise Refusal("42809", "cannot attach inheritance child as partition", at=at, word=name)
    if child.kind == "r" and session.catalog.children(child.oid):
        raise Refusal("42809", "cannot attach inheritance parent as partition", at=at, word=name)
    if any(oid == relation.oid for oid, _ in find_all_inheritors(session, child.oid, ACCESS_EXCLUSIVE)):
        detail = f'"{relation.name}" is already a child of "{name}".'
        raise Refusal("42P07", "circular inheritance not allowed", at=at, detail=detail, word=name)
    if relation.persistence != "t" and child.persistence == "t":
        message = f'cannot attach a temporary relation as partition of permanent relation "{relation.name}"'
        raise Refusal("42809", message, at=at, word=name)
    if relation.persistence == "t" and child.persistence != "t":
        message = f'cannot attach a permanent relation as partition of temporary relation "{relation.name}"'
        raise Refusal("42809", message, at=at, word=name)
    for column in child.columns:
        if column.dropped:
            continue
        if column.identity and session.version >= 17:
            raise Refusal(
                "55000",
                f'table "{name}" being attached contains an identity column "{column.name}"',
                at=at,
                word=name,
                detail="The new partition may not contain an identity column.",
            )
        if column_named(relation, column.name) is None:
            raise Refusal(
                "42804",
                f'table "{name}" contains column "{column.name}" not found in parent "{relation.name}"',
                at=at,
                word=name,
                detail="The new partition may contain only the columns present in parent.",
            )
    trigger = find_trigger_with_transition_tables(session, child)
    if trigger is not None:
        raise Refusal(
            "0A000",
            f'trigger "{trigger}" prevents table "{name}" from becoming a partition',
            at=at,
            word=name,
            detail="ROW triggers with transition tables are not supported on partitions.",
        )


def _ensure_indexes(session: Session, relation: Relation, child: Relation, at: At) -> None:
    """AttachPartitionEnsureIndexes."""
    for index in session.catalog.indexes(relation.oid):
        if index.kind != "I":
            continue
        if child.kind == "f":
            if index.index is not None and index.index.unique:
                raise Refusal(
                    "42809",
                    f'cannot attach foreign table "{child.name}" as partition of partitioned table "{relation.name}"',
                    at=at,
                    word=child.name,
                    detail=f'Partitioned table "{relation.name}" contains unique indexes.',
                )
            continue
        constraint = index_constraint(session.catalog, index.oid)
        attach_or_create(session, relation, index, child, constraint, is_alter_table=True)


def _queue_validation(work: AlterTable, relation: Relation, child: Relation, bound: PartitionBound) -> None:
    """QueuePartitionConstraintValidation: rows are read, unless constraints prove what the bound asks for."""
    if bound.is_default and len(work.session.catalog.children(relation.oid)) == 1:
        return
    if not part_constraint_implied(work.session, relation, child, bound):
        _scan(work, child)


def _scan(work: AlterTable, relation: Relation) -> None:
    if relation.kind == "p":
        for child in find_inheritance_children(work.session, relation.oid, ACCESS_EXCLUSIVE):
            _scan(work, child)
    else:
        work.table(relation.oid).scans.append("partition constraint")


# --- ATTACH of indexes


def _attach_index(work: AlterTable, parent: Relation, change: PartitionCmd) -> None:
    """ATExecAttachPartitionIdx."""
    session = work.session
    at = (change.name.start, change.name.end)
    index = range_var_get_relid(session, change.name, ACCESS_EXCLUSIVE)
    assert index is not None and parent.index is not None
    if index.index is None:
        raise Refusal("42P17", f'"{index.name}" is not an index', at=at, word=index.name)
    parent_table, table = work.rel(parent.index.relid), work.rel(index.index.relid)
    session.lock(parent_table.oid, ACCESS_SHARE)
    session.lock(table.oid, ACCESS_SHARE)
    if parent.oid in index.inherits:
        validate_partitioned_index(session, parent)
        return

    def cannot(detail: str, sqlstate: str = "55000") -> Refusal:
        message = f'cannot attach index "{index.name}" as a partition of index "{parent.name}"'
        return Refusal(sqlstate, message, at=at, word=index.name, detail=detail)

    if index.inherits:
        raise cannot(f'Index "{index.name}" is already attached to another index.')
    if parent_table.oid not in table.inherits:
        raise cannot(f'Index "{index.name}" is not an index on any partition of table "{parent_table.name}".')
    other = session.catalog.get(Relation, index_get_partition(session, table, parent.oid))
    if other is not None:
        raise cannot(f'Another index "{other.name}" is already attached for partition "{table.name}".')
    if not compare_index_info(session, parent_table, parent, table, index, attribute_map(parent_table, table)):
        raise cannot("The index definitions do not match.", "42P17")
    constraint = index_constraint(session.catalog, parent.oid)
    own = index_constraint(session.catalog, index.oid)
    if constraint and not own:
        raise cannot(
            f'The index "{parent.name}" belongs to a constraint in table "{parent_table.name}" '
            f'but no constraint exists for index "{index.name}".',
            "42P17",
        )
    if parent.index.primary and session.version >= 18:
        _check_not_null(table, index, at)
    index_set_parent_index(session, index, parent.oid, table.oid)
    if constraint:
        constraint_set_parent_constraint(session, own, constraint, table.oid)
    validate_partitioned_index(session, work.rel(parent.oid))


def _check_not_null(table: Relation, index: Relation, at: At) -> None:
    """verifyPartitionIndexNotNull."""
    assert index.index is not None
    for num in index.index.key[: index.index.nkeyatts]:
        if num > 0 and not table.columns[num - 1].notnull:
            detail = f'Column "{table.columns[num - 1].name}" of relation "{table.name}" is not marked NOT NULL.'
            raise Refusal("42P16", "invalid primary key definition", at=at, detail=detail)


def validate_partitioned_index(session: Session, index: Relation) -> None:
    """An index that all partitions have attached is valid (validatePartitionedIndex)."""
    assert index.index is not None
    attached = [child for child in session.catalog.children(index.oid) if child.index is not None and child.index.valid]
    if index.index.valid or len(attached) != len(session.catalog.children(index.index.relid)):
        return
    session.change(replace(index, index=replace(index.index, valid=True)))
    for oid in index.inherits:
        parent = session.catalog.get(Relation, oid)
        if parent is not None and parent.index is not None:
            validate_partitioned_index(session, parent)


# --- DETACH


def at_exec_detach_partition(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDetachPartition."""
    session = work.session
    relation = work.rel(tab.relid)
    _transform_bound(work, relation, command)
    change: PartitionCmd = command.def_
    at = (change.name.start, change.name.end)
    default = default_partition(session, relation)
    if default is not None:
        if change.concurrent:
            message = "cannot detach partitions concurrently when a default partition exists"
            raise Refusal("55000", message, at=at)
        session.lock(default.oid, ACCESS_EXCLUSIVE)
    child = open_relation(session, change.name, SHARE_UPDATE_EXCLUSIVE if change.concurrent else ACCESS_EXCLUSIVE)
    if change.concurrent:
        _check_no_pending_detach(session, relation, at)
    remove_inheritance(session, child, relation, at)
    _detach_finalize(work, relation, work.rel(child.oid), at)


def _check_no_pending_detach(session: Session, relation: Relation, at: At) -> None:
    """One detachment at a time (MarkInheritDetached)."""
    pending = next((child for child in session.catalog.children(relation.oid) if child.detachpending), None)
    if pending is not None:
        table = f"{session.names.namespace_name(relation.namespace)}.{relation.name}"
        message = f'partition "{pending.name}" already pending detach in partitioned table "{table}"'
        raise Refusal("55000", message, at=at, word=pending.name, hint=FINALIZE_HINT)


def at_exec_detach_partition_finalize(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDetachPartitionFinalize, of what was interrupted before: CONCURRENTLY ends here what it began."""
    relation = work.rel(tab.relid)
    change: PartitionCmd = command.def_
    child = open_relation(work.session, change.name, ACCESS_EXCLUSIVE)
    at = (change.name.start, change.name.end)
    remove_inheritance(work.session, child, relation, at, expect_detached=True)
    _detach_finalize(work, relation, work.rel(child.oid), at)


def _detach_finalize(work: AlterTable, relation: Relation, child: Relation, at: At) -> None:
    """DetachPartitionFinalize: what came from the parent is its own now, or goes."""
    session = work.session
    catalog = session.catalog
    for constraint in catalog.constraints(child.oid):
        if constraint.type == "f" and constraint.parentid:
            parent = catalog.get(Constraint, constraint.parentid)
            if parent is not None and parent.relid == relation.oid:
                constraint_set_parent_constraint(session, constraint.oid, 0, child.oid)
    for constraint in catalog.referencing(child.oid):
        parent = catalog.get(Constraint, constraint.parentid) if constraint.parentid else None
        if parent is not None and parent.frelid == relation.oid:
            catalog.clear_dependencies(constraint.address, "pg_constraint")
            perform_deletion(session, constraint.address, "DROP_CASCADE", at)
    for index in catalog.indexes(child.oid):
        if index.inherits:
            index_set_parent_index(session, index, 0, child.oid)
            own = index_constraint(catalog, index.oid)
            if own:
                constraint_set_parent_constraint(session, own, 0, child.oid)
    for trigger in catalog.triggers(child.oid):
        parent_trigger = trigger.parentid
        if parent_trigger:
            catalog.clear_dependencies(trigger.address, "pg_trigger")
            catalog.clear_dependencies(trigger.address, "pg_class", "S")
            perform_deletion(session, trigger.address, "DROP_RESTRICT", at)
    child = work.rel(child.oid)
    columns = child.columns
    if session.version >= 17:
        columns = tuple(replace(column, identity="") if column.identity else column for column in columns)
    session.change(replace(child, ispartition=False, partition_bound=None, columns=columns))
