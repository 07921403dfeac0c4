"""Columns and constraints that come from parents (MergeAttributes, StoreCatalogInheritance of tablecmds.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from schemalint.catalog.model import Attribute, Expression, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import UNKNOWN_TYPE, equal
from schemalint.semantics.types import format_type
from schemalint.simulator.create_context import Column, CookedConstraint
from schemalint.simulator.effects import Noted
from schemalint.simulator.heap import MAX_HEAP_ATTRIBUTE_NUMBER
from schemalint.simulator.rangevars import check_table_open
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, tree_of

At = tuple[int, int] | None

_GENERATED = {"s": "STORED", "v": "VIRTUAL"}


class Merged(NamedTuple):
    """The columns of a new table, and what its parents' CHECK and NOT NULL constraints give it."""

    columns: list[Column]
    constraints: list[CookedConstraint]
    notnulls: list[CookedConstraint]


def _duplicate(name: str, at: At) -> Refusal:
    return Refusal("42701", f'column "{name}" specified more than once', at=at, word=name)


def check_column_list(columns: Sequence[Column], is_partition: bool) -> list[Column]:
    """The columns with the options for a typed table's columns put into these; duplicates are refused."""
    if len(columns) > MAX_HEAP_ATTRIBUTE_NUMBER:
        raise Refusal("54011", f"tables can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} columns")
    result: list[Column] = []
    by_name: dict[str, Column] = {}
    repeated: dict[str, At] = {}
    for column in columns:
        if not is_partition and not column.type:
            held = by_name.get(column.name)
            if held is None:
                raise Refusal("42703", f'column "{column.name}" does not exist', at=column.at, word=column.name)
        held = by_name.get(column.name)
        if held is None:
            by_name[column.name] = column
            result.append(column)
        elif held.is_from_type:
            _take_options(held, column)
            held.is_from_type = False
        else:
            repeated.setdefault(column.name, column.at)
    for column in result:  # the first column that another repeats is blamed
        if column.name in repeated:
            raise _duplicate(column.name, repeated[column.name])
    return result


def _take_options(held: Column, given: Column) -> None:
    held.is_not_null = given.is_not_null
    held.raw_default = given.raw_default
    held.default = given.default


def merge_attributes(
    session: Session,
    columns: Sequence[Column],
    parents: Sequence[tuple[Relation, At]],
    persistence: str,
    is_partition: bool,
) -> Merged:
    """The columns of a table with those that it inherits (MergeAttributes). Raises what does not fit together."""
    declared = check_column_list(columns, is_partition)
    saved: list[Column] = []
    if is_partition:
        saved, declared = declared, []
    inherited: list[Column] = []
    by_name: dict[str, Column] = {}
    constraints: list[CookedConstraint] = []
    notnulls: list[CookedConstraint] = []
    for parent, at in parents:
        _check_parent(session, parent, persistence, is_partition, at)
        _merge_parent(session, parent, is_partition, inherited, by_name, constraints, notnulls)
    if inherited:
        for column in declared:
            held = by_name.get(column.name)
            if held is None:
                inherited.append(column)
                by_name[column.name] = column
            else:
                merge_child_attribute(session, held, column)
        declared = inherited
        if len(declared) > MAX_HEAP_ATTRIBUTE_NUMBER:
            raise Refusal("54011", f"tables can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} columns")
    for given in saved:
        held = by_name.get(given.name)
        if held is None:
            raise Refusal("42703", f'column "{given.name}" does not exist', at=given.at, word=given.name)
        _merge_partition_options(session, held, given)
    for column in declared:
        if column.bogus_default and column.default is None and column.raw_default is None:
            raise _bogus(column)
    return Merged(declared, constraints, notnulls)


def _bogus(column: Column) -> Refusal:
    if column.generated:
        return Refusal(
            "42611",
            f'column "{column.name}" inherits conflicting generation expressions',
            at=column.at,
            hint="To resolve the conflict, specify a generation expression explicitly.",
        )
    return Refusal(
        "42611",
        f'column "{column.name}" inherits conflicting default values',
        at=column.at,
        hint="To resolve the conflict, specify a default explicitly.",
    )


def _check_parent(session: Session, parent: Relation, persistence: str, is_partition: bool, at: At) -> None:
    def refuse(message: str) -> Refusal:
        return Refusal("42809", message, at=at, word=parent.name)

    name = parent.name
    check_table_open(session, parent, at)
    if not is_partition:
        if parent.kind == "p":
            raise refuse(f'cannot inherit from partitioned table "{name}"')
        if parent.ispartition:
            raise refuse(f'cannot inherit from partition "{name}"')
    if parent.kind not in "rfp":
        raise refuse(f'inherited relation "{name}" is not a table or foreign table')
    if is_partition and parent.persistence != "t" and persistence == "t":
        raise refuse(f'cannot create a temporary relation as partition of permanent relation "{name}"')
    if persistence != "t" and parent.persistence == "t":
        raise refuse(
            f'cannot create a permanent relation as partition of temporary relation "{name}"'
            if is_partition
            else f'cannot inherit from temporary relation "{name}"'
        )
    if session.role != 10:
        from schemalint.simulator.acl import owner_check

        owner_check(session, parent, at)


def _merge_parent(
    session: Session,
    parent: Relation,
    is_partition: bool,
    inherited: list[Column],
    by_name: dict[str, Column],
    constraints: list[CookedConstraint],
    notnulls: list[CookedConstraint],
) -> None:
    catalog = session.catalog
    modern = session.version >= 18
    parent_notnulls = (
        {c.key[0]: c for c in catalog.constraints(parent.oid) if c.type == "n" and not c.noinherit} if modern else {}
    )
    attmap: dict[int, int] = {}
    new_defaults: list[tuple[Column, Attribute]] = []
    for attribute in parent.columns:
        if attribute.dropped:
            continue
        new = _inherited_column(attribute, is_partition, session.version >= 17)
        new.is_not_null = attribute.num in parent_notnulls if modern else attribute.notnull
        held = by_name.get(new.name)
        if held is not None:
            merge_inherited_attribute(session, held, new)
            new = held
        else:
            inherited.append(new)
            by_name[new.name] = new
        attmap[attribute.num] = next(i for i, c in enumerate(inherited, 1) if c is new)
        if attribute.default is not None:
            new_defaults.append((new, attribute))
    for num, con in parent_notnulls.items():
        if num in attmap:
            notnulls.append(CookedConstraint("n", con.name, attnum=attmap[num]))
    for column, attribute in new_defaults:
        _merge_default(session, parent, column, attribute, attmap)
    for con in catalog.constraints(parent.oid):
        if con.type == "c" and not con.noinherit and con.expr is not None:
            _merge_parent_check(session, parent, con.name, con.expr, con.enforced, attmap, constraints)


def _inherited_column(attribute: Attribute, is_partition: bool, inherit_identity: bool) -> Column:
    return Column(
        name=attribute.name,
        type=attribute.type,
        typmod=attribute.typmod,
        collation=attribute.collation,
        ndims=attribute.ndims,
        inhcount=1,
        is_local=False,
        storage=attribute.storage,
        compression=attribute.compression,
        generated=attribute.generated,
        identity=attribute.identity if is_partition and inherit_identity else "",
    )


def _merge_default(
    session: Session, parent: Relation, column: Column, attribute: Attribute, attmap: dict[int, int]
) -> None:
    assert attribute.default is not None
    tree = tree_of(session, attribute.default, parent) if attribute.generated else attribute.default.tree
    if attribute.generated:
        tree, whole = map_variable_attnos(tree, attmap)
        if whole:
            raise Refusal(
                "0A000",
                "cannot convert whole-row table reference",
                detail=f'Generation expression for column "{attribute.name}" contains a whole-row reference'
                f' to table "{parent.name}".',
            )
    this = Expression(attribute.default.text, tree)
    if column.bogus_default:
        return
    if column.default is None:
        column.default = this
    elif not same_expression(column.default, this):
        column.default = None
        column.bogus_default = True


def same_expression(a: Expression, b: Expression) -> bool:
    """equal() of two stored expressions."""
    from msgspec import UNSET

    if a.tree is UNSET or b.tree is UNSET:
        return a.text == b.text
    return equal(a.tree, b.tree)


def _merge_parent_check(
    session: Session,
    parent: Relation,
    name: str,
    stored: Expression,
    enforced: bool,
    attmap: dict[int, int],
    constraints: list[CookedConstraint],
) -> None:
    """MergeCheckConstraint of a parent's constraint."""
    tree, whole = map_variable_attnos(tree_of(session, stored, parent, "check_constraint"), attmap)
    if whole:
        raise Refusal(
            "0A000",
            "cannot convert whole-row table reference",
            detail=f'Constraint "{name}" contains a whole-row reference to table "{parent.name}".',
        )
    for held in constraints:
        if held.name != name:
            continue
        assert held.expr is not None
        if not equal(held.expr.tree, tree):
            message = f'check constraint name "{name}" appears multiple times but with different expressions'
            raise Refusal("42710", message, word=name)
        held.inhcount += 1
        if not held.enforced and enforced:
            held.enforced, held.skip_validation = True, False
        return
    constraints.append(
        CookedConstraint("c", name, expr=Expression(stored.text, tree), enforced=enforced, skip_validation=not enforced)
    )


def _same_type(a: Column, b: Column) -> bool:
    return (a.type, a.typmod) == (b.type, b.typmod) or UNKNOWN_TYPE in (a.type, b.type)


def _versus(session: Session, a: Column, b: Column) -> str:
    return f"{format_type(session, a.type, a.typmod)} versus {format_type(session, b.type, b.typmod)}"


def _collations(session: Session, a: Column, b: Column) -> str:
    from schemalint.catalog.model import Collation

    names = [
        found.name if (found := session.catalog.get(Collation, oid)) is not None else ""
        for oid in (a.collation, b.collation)
    ]
    return f'"{names[0]}" versus "{names[1]}"'


def merge_inherited_attribute(session: Session, prev: Column, new: Column) -> None:
    """A column that two parents have (MergeInheritedAttribute)."""
    name = new.name
    session.effect(Noted("NOTICE", f'merging multiple inherited definitions of column "{name}"'))
    if not _same_type(prev, new):
        message = f'inherited column "{name}" has a type conflict'
        raise Refusal("42804", message, word=name, detail=_versus(session, prev, new))
    if prev.collation != new.collation:
        message = f'inherited column "{name}" has a collation conflict'
        raise Refusal("42P21", message, word=name, detail=_collations(session, prev, new))
    if prev.storage != new.storage:
        raise Refusal("42804", f'inherited column "{name}" has a storage parameter conflict', word=name)
    _merge_compression(prev, new)
    if prev.generated != new.generated:
        raise Refusal("42804", f'inherited column "{name}" has a generation conflict', word=name)
    prev.inhcount += 1
    prev.is_not_null = prev.is_not_null or new.is_not_null


def _merge_compression(prev: Column, new: Column) -> None:
    if not prev.compression:
        prev.compression = new.compression
    elif new.compression and prev.compression != new.compression:
        raise Refusal(
            "42804",
            f'column "{new.name}" has a compression method conflict',
            at=new.at,
            word=new.name,
            detail=f"{prev.compression} versus {new.compression}",
        )


def merge_child_attribute(session: Session, held: Column, new: Column) -> None:
    """A column that the table declares and a parent has (MergeChildAttribute)."""
    name, at = new.name, new.at
    session.effect(Noted("NOTICE", f'merging column "{name}" with inherited definition'))
    if not _same_type(held, new):
        raise Refusal(
            "42804", f'column "{name}" has a type conflict', at=at, word=name, detail=_versus(session, held, new)
        )
    if held.collation != new.collation:
        raise Refusal(
            "42P21",
            f'column "{name}" has a collation conflict',
            at=at,
            word=name,
            detail=_collations(session, held, new),
        )
    held.identity = new.identity
    held.identity_sequence = new.identity_sequence
    if new.storage and held.storage != new.storage:
        raise Refusal("42804", f'column "{name}" has a storage parameter conflict', at=at, word=name)
    _merge_compression(held, new)
    held.is_not_null = held.is_not_null or new.is_not_null
    _check_generated(session, held, new)
    held.is_local = True
    held.at = at
    held.storage_name = new.storage_name
    if new.raw_default is not None or new.default is not None:
        held.raw_default, held.default = new.raw_default, new.default
        held.bogus_default = False


def _check_generated(session: Session, held: Column, new: Column) -> None:
    name, at = new.name, new.at
    has_default = new.raw_default is not None or new.default is not None
    if held.generated:
        if has_default and not new.generated:
            raise Refusal(
                "42611", f'column "{name}" inherits from generated column but specifies default', at=at, word=name
            )
        if new.identity:
            raise Refusal(
                "42611", f'column "{name}" inherits from generated column but specifies identity', at=at, word=name
            )
        if new.generated and session.version < 16:
            raise Refusal(
                "42611",
                f'child column "{name}" specifies generation expression',
                at=at,
                word=name,
                hint="Omit the generation expression in the definition of the child table column"
                " to inherit the generation expression from the parent table.",
            )
        if new.generated and new.generated != held.generated:
            raise Refusal(
                "42611",
                f'column "{name}" inherits from generated column of different kind',
                at=at,
                word=name,
                detail=f"Parent column is {_GENERATED[held.generated]}, child column is {_GENERATED[new.generated]}.",
            )
    elif new.generated:
        if session.version < 16:
            held.generated = new.generated
            return
        raise Refusal(
            "42611",
            f'child column "{name}" specifies generation expression',
            at=at,
            word=name,
            hint="A child table column cannot be generated unless its parent column is.",
        )


def _merge_partition_options(session: Session, held: Column, given: Column) -> None:
    """What PARTITION OF t (column options) says of an inherited column."""
    held.is_not_null = held.is_not_null or given.is_not_null
    if session.version >= 16:
        _check_generated(session, held, given)
    held.at = given.at
    if given.raw_default is not None or given.default is not None:
        held.raw_default, held.default = given.raw_default, given.default
        held.bogus_default = False


def store_catalog_inheritance(session: Session, relation: Relation, is_partition: bool) -> None:
    """A child needs its parents (StoreCatalogInheritance); `relation.inherits` names them already."""
    for parent in relation.inherits:
        session.catalog.depend(relation.address, ObjectAddress("pg_class", parent), "a" if is_partition else "n")


def find_all_inheritors(session: Session, relid: int) -> list[Relation]:
    """A relation and all that inherit from it, directly or not (find_all_inheritors)."""
    found = [session.catalog[Relation, relid]]
    seen = {relid}
    for relation in found:
        for child in session.catalog.children(relation.oid):
            if child.oid not in seen:
                seen.add(child.oid)
                found.append(child)
    return found


def replace_column(relation: Relation, column: Attribute) -> Relation:
    """The relation with one column in another form."""
    columns = list(relation.columns)
    columns[column.num - 1] = column
    return structs.replace(relation, columns=tuple(columns))
