"""Which columns a partition key uses (partition.c)."""

from __future__ import annotations

from collections.abc import Collection

from schemalint.catalog.model import Relation
from schemalint.simulator.session import Session
from schemalint.simulator.stored import tree_of, vars_of


def has_partition_attrs(session: Session, relation: Relation, nums: Collection[int]) -> bool:
    """Whether the partition key of a table has any of these columns (has_partition_attrs)."""
    key = relation.partition_key
    if key is None:
        return False
    if any(num in nums for num in key.attrs if num):
        return True
    return any(var.attno in nums for expr in key.exprs for var in vars_of(tree_of(session, expr, relation)))
