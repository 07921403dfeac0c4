"""What a statement leaves behind when its verdict is not known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schemalint.errors import Undecidable
from schemalint.simulator.session import Session


@contextmanager
def may_make(session: Session, name: str) -> Iterator[None]:
    """While the object of this name is made: if that cannot be decided, whether it exists is not known from now on."""
    try:
        yield
    except Undecidable as reason:
        session.catalog.make_unknown(name, reason.reason)
        raise
