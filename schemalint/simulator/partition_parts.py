"""What a new partition takes over from its parent: indexes, row triggers, foreign keys (DefineRelation)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.foreign_key_partitions import clone_foreign_key_constraints
from schemalint.simulator.indexes import define_index_of
from schemalint.simulator.session import Session
from schemalint.simulator.utilcmd_index import index_constraint
from schemalint.simulator.utilcmd_like import attribute_map, generate_cloned_index


def clone_parent_parts(session: Session, partition: Relation, parent: Relation) -> None:
    """Clone indexes, row triggers and foreign keys of a partitioned table for a new partition."""
    catalog = session.catalog
    attmap = attribute_map(parent, partition)
    for index in catalog.indexes(parent.oid):
        if partition.kind == "f":
            if index.index is not None and index.index.unique:
                raise Refusal(
                    "42809",
                    f'cannot create foreign partition of partitioned table "{parent.name}"',
                    detail=f'Table "{parent.name}" contains indexes that are unique.',
                )
            continue
        definition = generate_cloned_index(session, index, parent, attmap)
        define_index_of(
            session,
            catalog[Relation, partition.oid],
            definition,
            parent_index=index.oid,
            parent_constraint=index_constraint(catalog, index.oid),
        )
    if any(trigger.type & 1 for trigger in catalog.triggers(parent.oid)):
        clone_row_triggers(session, parent, catalog[Relation, partition.oid])
    clone_foreign_key_constraints(session, parent, catalog[Relation, partition.oid])


def clone_row_triggers(session: Session, parent: Relation, partition: Relation) -> None:
    """CloneRowTriggersToPartition."""
    from msgspec.structs import replace

    from schemalint.catalog.model import Expression, ObjectAddress
    from schemalint.simulator.stored import map_variable_attnos

    catalog = session.catalog
    attmap = attribute_map(parent, partition)
    for trigger in catalog.triggers(parent.oid):
        if not trigger.type & 1 or trigger.isinternal:
            continue
        if any(held.name == trigger.name for held in catalog.triggers(partition.oid)):
            message = f'trigger "{trigger.name}" for relation "{partition.name}" already exists'
            raise Refusal("42710", message, word=trigger.name)
        when = trigger.when
        if when is not None:
            tree = map_variable_attnos(when.tree, attmap, 1)[0]
            when = Expression(when.text, map_variable_attnos(tree, attmap, 2)[0])
        made = replace(
            trigger,
            oid=catalog.new_oid(),
            relid=partition.oid,
            parentid=trigger.oid,
            columns=tuple(attmap[num] for num in trigger.columns),
            when=when,
        )
        session.create(made)
        catalog.depend(made.address, ObjectAddress("pg_proc", made.func))
        catalog.depend(made.address, trigger.address, "P")
        catalog.depend(made.address, partition.address, "S")
