"""Which tables inherit from which (pg_inherits.c)."""

from __future__ import annotations

from schemalint.catalog.model import Oid, Relation
from schemalint.simulator.session import Session


def find_inheritance_children(session: Session, relid: Oid, mode: int = 0) -> list[Relation]:
    """Direct children and partitions, in the order of their identifiers, locked when `mode` is not 0
    (find_inheritance_children)."""
    found = sorted(session.catalog.children(relid), key=lambda relation: relation.oid)
    if mode:
        for relation in found:
            session.lock(relation.oid, mode)
    return found


def has_children(session: Session, relid: Oid) -> bool:
    """Whether anything inherits from the relation."""
    return bool(session.catalog.children(relid))


def find_all_inheritors(session: Session, relid: Oid, mode: int = 0) -> list[tuple[Oid, int]]:
    """The relation and all that inherits from it, directly or not, each with the number of its parents in this tree
    (find_all_inheritors)."""
    numparents = {relid: 0}
    queue = [relid]
    for parent in queue:
        for child in find_inheritance_children(session, parent, mode):
            if child.oid in numparents:
                numparents[child.oid] += 1
            else:
                numparents[child.oid] = 1
                queue.append(child.oid)
    return list(numparents.items())


def has_superclass(relation: Relation) -> bool:
    """has_superclass."""
    return bool(relation.inherits)


def get_partition_ancestors(session: Session, relation: Relation) -> list[Relation]:
    """The partitioned tables above a partition, nearest first (get_partition_ancestors)."""
    found: list[Relation] = []
    while relation.ispartition and relation.inherits:
        relation = session.catalog[Relation, relation.inherits[0]]
        found.append(relation)
    return found
