"""Indexes of partitioned tables reach into the partitions (DefineIndex, CompareIndexInfo, IndexSetParentIndex)."""

from __future__ import annotations

from msgspec import structs

from schemalint.catalog.model import IndexInfo, ObjectAddress, Oid, OpClass, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import equal
from schemalint.simulator.create_context import IndexDefinition
from schemalint.simulator.index_attrs import IndexAttrs
from schemalint.simulator.indexes import constraint_set_parent_constraint, define_index_of
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, tree_of
from schemalint.simulator.utilcmd_index import index_constraint
from schemalint.simulator.utilcmd_like import attribute_map, generate_cloned_index


def index_partitions(
    session: Session,
    relation: Relation,
    made: Relation,
    index: IndexDefinition,
    attrs: IndexAttrs,
    constraint: Oid,
    *,
    only: bool,
    is_alter_table: bool,
) -> None:
    """Attach what partitions have already, and make the index on the others; with ONLY it is not valid yet."""
    catalog = session.catalog
    children = catalog.children(relation.oid)
    if only and children:
        assert made.index is not None
        catalog.put(structs.replace(made, index=structs.replace(made.index, valid=False)))
        return
    for child in children:
        if child.kind == "f":
            if index.unique:
                raise foreign_partition(relation, index)
            continue
        attach_or_create(session, relation, made, child, constraint, is_alter_table=is_alter_table)


def foreign_partition(relation: Relation, index: IndexDefinition) -> Refusal:
    """A unique index cannot reach into foreign tables."""
    return Refusal(
        "42809",
        f'cannot create unique index on partitioned table "{relation.name}"',
        at=index.at,
        detail=f'Table "{relation.name}" contains partitions that are foreign tables.',
    )


def attach_or_create(
    session: Session,
    parent: Relation,
    parent_index: Relation,
    child: Relation,
    constraint: Oid,
    *,
    is_alter_table: bool = False,
) -> None:
    """The partition's index that matches is attached, or one is made."""
    catalog = session.catalog
    attmap = attribute_map(parent, child)
    for candidate in catalog.indexes(child.oid):
        if candidate.ispartition or candidate.index is None:
            continue
        if not compare_index_info(session, parent, parent_index, child, candidate, attmap):
            continue
        own = 0
        if constraint:
            own = index_constraint(catalog, candidate.oid)
            if not own:
                continue
        index_set_parent_index(session, candidate, parent_index.oid, child.oid)
        if own:
            constraint_set_parent_constraint(session, own, constraint, child.oid)
        return
    definition = generate_cloned_index(session, parent_index, parent, attmap)
    for param in (*definition.params, *definition.including):
        if param.name is not None:
            num = next(c.num for c in parent.columns if c.name == param.name)
            param.name = child.columns[attmap[num] - 1].name
    define_index_of(
        session,
        child,
        definition,
        parent_index=parent_index.oid,
        parent_constraint=constraint,
        is_alter_table=is_alter_table,
    )


def compare_index_info(
    session: Session,
    parent: Relation,
    one: Relation,
    child: Relation,
    two: Relation,
    attmap: dict[int, int],
) -> bool:
    """Whether a partition's index is what that of its parent asks for (CompareIndexInfo)."""
    a, b = one.index, two.index
    assert a is not None and b is not None
    if (a.unique, a.nulls_not_distinct, a.nkeyatts, len(a.key)) != (
        b.unique,
        b.nulls_not_distinct,
        b.nkeyatts,
        len(b.key),
    ):
        return False
    if one.am != two.am or a.exclusion or b.exclusion:
        return False
    if any((x == 0) != (y == 0) or (x > 0 and attmap.get(x) != y) for x, y in zip(a.key, b.key, strict=True)):
        return False
    if a.collations != b.collations or _families(session, a) != _families(session, b):
        return False
    return _same_expressions(session, parent, a, child, b, attmap)


def _families(session: Session, info: IndexInfo) -> list[Oid]:
    found = (session.catalog.get(OpClass, opclass) for opclass in info.opclasses)
    return [opclass.family if opclass is not None else 0 for opclass in found]


def _same_expressions(
    session: Session, parent: Relation, a: IndexInfo, child: Relation, b: IndexInfo, attmap: dict[int, int]
) -> bool:
    if len(a.exprs) != len(b.exprs) or (a.predicate is None) != (b.predicate is None):
        return False
    pairs = list(zip(a.exprs, b.exprs, strict=True))
    if a.predicate is not None and b.predicate is not None:
        pairs.append((a.predicate, b.predicate))
    for mine, theirs in pairs:
        mapped, whole = map_variable_attnos(tree_of(session, mine, parent), attmap)
        if whole or not equal(mapped, tree_of(session, theirs, child)):
            return False
    return True


def index_set_parent_index(session: Session, index: Relation, parent: Oid, child: Oid) -> None:
    """Tie a partition's index to its parent's, or, with parent 0, cut it off (IndexSetParentIndex)."""
    catalog = session.catalog
    current = catalog[Relation, index.oid]
    if parent:
        catalog.put(structs.replace(current, inherits=(parent,), ispartition=True))
        catalog.depend(index.address, ObjectAddress("pg_class", parent), "P")
        catalog.depend(index.address, ObjectAddress("pg_class", child), "S")
    else:
        catalog.put(structs.replace(current, inherits=(), ispartition=False))
        catalog.clear_dependencies(index.address, "pg_class", "P")
        catalog.clear_dependencies(index.address, "pg_class", "S")
