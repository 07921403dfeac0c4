"""Expressions of the catalog whose text a RENAME makes stale: their trees keep what they mean."""

from __future__ import annotations

from schemalint.catalog.model import Attribute, Relation
from schemalint.simulator.session import Session


def keep_meaning(session: Session, relation: Relation, column: Attribute) -> None:
    """Called before a column is renamed."""
