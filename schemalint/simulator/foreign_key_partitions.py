"""Foreign keys from and to partitioned tables: a constraint for each partition (addFkRecurseReferenced,
addFkRecurseReferencing, CloneForeignKeyConstraints of tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, ObjectAddress, Oid, Relation
from schemalint.errors import Refusal
from schemalint.simulator.constraints import create_constraint_entry
from schemalint.simulator.effects import SHARE_ROW_EXCLUSIVE, Scanned
from schemalint.simulator.indexes import constraint_set_parent_constraint
from schemalint.simulator.object_names import choose_constraint_name, choose_index_name_addition
from schemalint.simulator.session import Session
from schemalint.simulator.utilcmd_like import attribute_map


def add_fk_to_partitions(session: Session, relation: Relation, pkrel: Relation, con: Constraint, recurse: bool) -> None:
    """The constraints that a new foreign key needs on partitions of either side."""
    if pkrel.kind == "p":
        add_fk_recurse_referenced(session, relation, pkrel, con)
    if relation.kind == "p" and recurse:
        add_fk_recurse_referencing(session, relation, pkrel, con)


def _mapped(nums: tuple[int, ...], attmap: dict[int, int]) -> tuple[int, ...]:
    return tuple(attmap.get(num, num) for num in nums)


def index_get_partition(session: Session, partition: Relation, index: Oid) -> Oid:
    """The partition's part of a partitioned index, 0 when there is none (index_get_partition)."""
    for candidate in session.catalog.indexes(partition.oid):
        if index in candidate.inherits:
            return candidate.oid
    return 0


def add_fk_recurse_referenced(
    session: Session, relation: Relation, pkrel: Relation, con: Constraint, named: Constraint | None = None
) -> None:
    """A partition of the referenced table is referenced as well; its constraint is part of the parent's."""
    for partition in session.catalog.children(pkrel.oid):
        add_fk_referenced_partition(session, relation, pkrel, partition, con, named)


def add_fk_referenced_partition(
    session: Session,
    relation: Relation,
    pkrel: Relation,
    partition: Relation,
    con: Constraint,
    named: Constraint | None = None,
) -> None:
    """One partition of add_fk_recurse_referenced; its name is made from that of `named`."""
    named = named or con
    catalog = session.catalog
    session.lock(partition.oid, SHARE_ROW_EXCLUSIVE)
    attmap = attribute_map(pkrel, partition)
    name = _name_for(session, relation, named, con.key)
    made = create_constraint_entry(
        session,
        replace(
            con,
            oid=0,
            name=name,
            frelid=partition.oid,
            fkey=_mapped(con.fkey, attmap),
            indid=index_get_partition(session, partition, con.indid),
            parentid=con.oid,
            islocal=False,
            inhcount=1,
            noinherit=False,
        ),
    )
    catalog.depend(made.address, con.address, "i")
    if partition.kind == "p":
        add_fk_recurse_referenced(session, relation, partition, made, named)


def _name_for(session: Session, relation: Relation, con: Constraint, key: tuple[int, ...]) -> str:
    if not any(other.name == con.name for other in session.catalog.constraints(relation.oid)):
        return con.name
    if session.version >= 18:
        return choose_constraint_name(session, con.name, None, "", relation.namespace)
    addition = choose_index_name_addition([relation.columns[num - 1].name for num in key])
    return choose_constraint_name(session, relation.name, addition, "fkey", relation.namespace)


def add_fk_recurse_referencing(session: Session, relation: Relation, pkrel: Relation, con: Constraint) -> None:
    """A partition of the referencing table has the foreign key too."""
    for partition in session.catalog.children(relation.oid):
        add_fk_referencing_partition(session, relation, partition, con)


def add_fk_referencing_partition(session: Session, relation: Relation, partition: Relation, con: Constraint) -> None:
    """One partition of add_fk_recurse_referencing: its own equal foreign key is attached, or one is made."""
    catalog = session.catalog
    if partition.kind == "f":
        raise Refusal(
            "42809",
            "foreign key constraints are not supported on foreign tables",
            objects=(partition.address,),
        )
    session.lock(partition.oid, SHARE_ROW_EXCLUSIVE)
    key = _mapped(con.key, attribute_map(relation, partition))
    for own in catalog.constraints(partition.oid):
        if own.type == "f" and not own.parentid and _equal_fk(own, con, key):
            constraint_set_parent_constraint(session, own.oid, con.oid, partition.oid)
            return
    made = create_constraint_entry(
        session,
        replace(
            con,
            oid=0,
            name=_name_for(session, partition, con, key),
            namespace=partition.namespace,
            relid=partition.oid,
            key=key,
            fdelsetcols=_mapped(con.fdelsetcols, attribute_map(relation, partition)),
            parentid=con.oid,
            islocal=False,
            inhcount=1,
            noinherit=False,
        ),
    )
    catalog.depend(made.address, con.address, "P")
    catalog.depend(made.address, partition.address, "S")
    if partition.kind == "r" and made.validated and made.enforced:
        session.effect(Scanned(partition.oid, made.name))
    if partition.kind == "p":
        pkrel = catalog[Relation, con.frelid]
        add_fk_recurse_referencing(session, partition, pkrel, made)


def _equal_fk(own: Constraint, con: Constraint, key: tuple[int, ...]) -> bool:
    """tryAttachPartitionForeignKey: the same in all that matters."""
    return (
        own.frelid == con.frelid
        and own.key == key
        and own.fkey == con.fkey
        and (own.fupdtype, own.fdeltype, own.fmatchtype) == (con.fupdtype, con.fdeltype, con.fmatchtype)
        and (own.deferrable, own.deferred, own.enforced) == (con.deferrable, con.deferred, con.enforced)
    )


def clone_foreign_key_constraints(session: Session, parent: Relation, partition: Relation) -> None:
    """The foreign keys from and to a partitioned table, for one more partition (CloneForeignKeyConstraints)."""
    catalog = session.catalog
    for con in catalog.referencing(parent.oid):
        if con.type != "f" or (con.parentid and catalog[Constraint, con.parentid].frelid == parent.oid):
            continue
        if _is_copy_for_partition(session, con):
            continue
        referencing = catalog[Relation, con.relid]
        add_fk_referenced_partition(session, referencing, parent, partition, con)
    for con in catalog.constraints(parent.oid):
        if con.type == "f" and not _references_part(session, con):
            add_fk_referencing_partition(session, parent, partition, con)


def _is_copy_for_partition(session: Session, con: Constraint) -> bool:
    """Whether the constraint exists because a table that refers here is a partition: its parent's copy will do."""
    if not con.parentid:
        return False
    above = session.catalog.get(Constraint, con.parentid)
    return above is not None and above.frelid == con.frelid


def _references_part(session: Session, con: Constraint) -> bool:
    """Whether the constraint is the part of another on the same table, for a partition of what that refers to."""
    if not con.parentid:
        return False
    above = session.catalog.get(Constraint, con.parentid)
    return above is not None and above.relid == con.relid


__all__ = ["ObjectAddress", "add_fk_to_partitions", "clone_foreign_key_constraints"]
