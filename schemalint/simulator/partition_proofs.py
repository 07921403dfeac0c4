"""Whether CHECK and NOT NULL constraints prove that a table's rows belong into a partition (PartConstraintImpliedByRelConstraint of
tablecmds.c, for bounds of one column)."""

from __future__ import annotations

from schemalint.catalog.model import PartitionBound, Relation
from schemalint.simulator.session import Session


def part_constraint_implied(session: Session, parent: Relation, child: Relation, bound: PartitionBound) -> bool:
    """Whether the rows need not be read."""
    return False
