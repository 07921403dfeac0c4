"""What fetches the rest of a catalog that is read lazily."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from schemalint.catalog.model import Oid


class Loader(Protocol):
    """Fetches what a lazily read catalog lacks; by_name and by_oid return whether anything new was put into it. With a relation comes
    the knowledge of what belongs to it, with `dependents` the knowledge of what needs an object, each fetched when it is looked at.
    What was once asked for is not fetched again: statements may have dropped it since."""

    def by_name(self, classid: str, namespace: Oid, name: str) -> bool: ...

    def by_oid(self, classid: str, oid: Oid) -> bool: ...

    def dependents(self, classid: str, oid: Oid) -> None: ...

    def members(self, classid: str, namespace: Oid) -> None: ...

    def relations_like(self, names: Sequence[str], keys: Sequence[str]) -> None:
        """Fetch at least the relations whose name contains one of `names`, case ignored, or that have a unique column of a name of
        `keys`, underscores and case ignored."""

    def everything(self, classid: str | None = None) -> None: ...

    def close(self) -> None:
        """Let go of what it fetches from; nothing is looked up any more."""
