"""What an index may not be on: nullable columns of a primary key, part of a partition key, system columns (DefineIndex)."""

from __future__ import annotations

from schemalint.catalog.model import OpClass, Relation
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import get_base_type
from schemalint.semantics.typcache import get_opfamily_member
from schemalint.simulator.create_context import IndexDefinition
from schemalint.simulator.index_attrs import EQUAL_STRATEGY, IndexAttrs
from schemalint.simulator.session import Session
from schemalint.simulator.stored import vars_of

At = tuple[int, int] | None


def relation_has_primary_key(session: Session, relation: Relation) -> bool:
    """relationHasPrimaryKey."""
    return any(i.index is not None and i.index.primary for i in session.catalog.indexes(relation.oid))


def check_primary_key(session: Session, relation: Relation, index: IndexDefinition, attrs: IndexAttrs) -> None:
    """index_check_primary_key. Before 18 it marks the columns NOT NULL."""
    at = index.at
    if relation_has_primary_key(session, relation):
        message = f'multiple primary keys for table "{relation.name}" are not allowed'
        raise Refusal("42P16", message, at=at)
    nullable: list[int] = []
    for num in attrs.key[: len(index.params)]:
        if num == 0:
            raise Refusal("0A000", "primary keys cannot be expressions", at=at)
        if num < 0 and session.version < 18:
            name = index.params[attrs.key.index(num)].name
            raise Refusal("0A000", f'cannot alter system column "{name}"', at=at)
        if num > 0 and not relation.columns[num - 1].notnull:
            nullable.append(num)
    if not nullable:
        return
    if session.version >= 18:
        name = relation.columns[nullable[0] - 1].name
        raise Refusal("42P16", f'primary key column "{name}" is not marked NOT NULL', at=at, word=name)
    from schemalint.simulator.not_null import set_attnotnull

    set_attnotnull(session, relation, nullable)


def check_partition_key_covered(
    session: Session, relation: Relation, index: IndexDefinition, attrs: IndexAttrs
) -> None:
    """Uniqueness over a partitioned table needs all columns of its partition key, with their equality operator."""
    key = relation.partition_key
    if key is None:
        return
    at = index.at
    what = "PRIMARY KEY" if index.primary else "UNIQUE" if index.unique else "EXCLUDE"
    for place, num in enumerate(key.attrs):
        if num == 0:
            raise Refusal(
                "0A000",
                f"unsupported {what} constraint with partition key definition",
                at=at,
                detail=f"{what} constraints cannot be used when partition keys include expressions.",
            )
        if not _covered(session, relation, index, attrs, place, num):
            name = relation.columns[num - 1].name
            raise Refusal(
                "0A000",
                "unique constraint on partitioned table must include all partitioning columns",
                at=at,
                detail=f'{what} constraint on table "{relation.name}" lacks column "{name}"'
                " which is part of the partition key.",
            )


def _covered(
    session: Session, relation: Relation, index: IndexDefinition, attrs: IndexAttrs, place: int, num: int
) -> bool:
    key = relation.partition_key
    assert key is not None
    catalog = session.catalog
    ptkey = catalog.get(OpClass, key.opclasses[place]) if key.opclasses else None
    ptkey_eq = 0
    if ptkey is not None:
        strategy = 1 if key.strategy == "h" else 3
        ptkey_eq = get_opfamily_member(session, ptkey.family, ptkey.intype, ptkey.intype, strategy)
    for position in range(len(index.params)):
        if attrs.key[position] != num:
            continue
        if key.collations and attrs.collations[position] != key.collations[place]:
            continue
        idx = catalog.get(OpClass, attrs.opclasses[position])
        if idx is None or ptkey is None:
            return True
        if attrs.exclude_ops and not index.iswithoutoverlaps:
            if attrs.exclude_ops[position] == ptkey_eq:
                return True
            return _refuse_operator(session, index, attrs, position, relation, num)
        if attrs.exclude_ops:
            if attrs.exclude_ops[position] == ptkey_eq or idx.am == 783:
                return position != len(index.params) - 1 or _refuse_operator(
                    session, index, attrs, position, relation, num
                )
            continue
        strategy = EQUAL_STRATEGY.get(idx.am, 0)
        base = idx.intype if strategy else get_base_type(session, attrs.types[position])
        if strategy and get_opfamily_member(session, idx.family, base, base, strategy) == ptkey_eq:
            return True
    return False


def _refuse_operator(
    session: Session, index: IndexDefinition, attrs: IndexAttrs, position: int, relation: Relation, num: int
) -> bool:
    from schemalint.catalog.model import Operator

    operator = session.catalog.get(Operator, attrs.exclude_ops[position])
    name = relation.columns[num - 1].name
    shown = operator.name if operator is not None else ""
    message = f'cannot match partition key to index on column "{name}" using non-equal operator "{shown}"'
    raise Refusal("0A000", message, at=index.at)


def check_system_and_virtual_columns(
    session: Session, relation: Relation, index: IndexDefinition, attrs: IndexAttrs
) -> None:
    """No index is on system columns, nor on virtual generated ones."""
    at = index.at
    for num in attrs.key:
        if num < 0:
            raise Refusal("0A000", "index creation on system columns is not supported", at=at)
        if num > 0 and relation.columns[num - 1].generated == "v":
            what = "indexes"
            if index.primary:
                what = "primary keys"
            elif index.isconstraint:
                what = "unique constraints"
            raise Refusal("0A000", f"{what} on virtual generated columns are not supported", at=at)
    trees = [expression.tree for expression in attrs.exprs]
    if index.predicate is not None:
        trees.append(index.predicate.tree)
    for tree in trees:
        for var in vars_of(tree):
            if var.attno < 0:
                raise Refusal("0A000", "index creation on system columns is not supported", at=at)
            if var.attno > 0 and relation.columns[var.attno - 1].generated == "v":
                raise Refusal("0A000", "indexes on virtual generated columns are not supported", at=at)
