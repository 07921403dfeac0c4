"""The journal of a catalog: every write to a dict goes through it, so that a mark and a rollback cost what changed since."""

from __future__ import annotations

from typing import Any

MISSING = object()
"""In the journal: there was no such key."""

Write = tuple[dict[Any, Any], Any, Any]
"""(a dict, a key, the value that it had, or is to have)."""


class Journal:
    """Dict writes that can be undone."""

    def __init__(self) -> None:
        self._log: list[Write] = []
        self._next_oid: dict[str, int] = {}
        self.held = False  # marks are still needed: nothing is forgotten
        self.lasting: dict[Any, Any] = {}  # journaled session state that no ROLLBACK takes back (prepared statements)

    def mark(self) -> int:
        """A point to come back to."""
        return len(self._log)

    def rollback(self, mark: int) -> None:
        """Undo every change since `mark`."""
        log = self._log
        while len(log) > mark:
            where, key, old = log.pop()
            if old is MISSING:
                where.pop(key, None)
            else:
                where[key] = old

    def revert(self, mark: int) -> None:
        """As rollback, but as a change of its own that can in turn be undone (ROLLBACK, ROLLBACK TO SAVEPOINT)."""
        for where, key, old in reversed(self._log[mark:]):
            if where is self.lasting:
                continue
            if old is MISSING:
                self._delete(where, key)
            else:
                self._set(where, key, old)

    def note(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        """Write session state through the journal, so that it is undone together with the objects; None removes the key."""
        if value is None:
            self._delete(where, key)
        else:
            self._set(where, key, value)

    def forget(self) -> None:
        """Drop the journal, unless it is held: nothing before this point will be undone. Marks start again at 0."""
        if not self.held:
            self._log.clear()

    def changes_since_mark(self, mark: int, without: dict[Any, Any]) -> list[Write]:
        """All that was written since `mark`, but for one dict of session state, as `apply` takes it. Identifiers stay taken."""
        apart = (without, self.lasting)
        kept, rest = [], {}
        for where, key, old in self._log[mark:]:
            if where is self._next_oid:
                continue
            kept.append((where, key, old))
            if not any(where is other for other in apart):
                rest[id(where), key] = (where, key, where.get(key, MISSING))
        self._log[mark:] = kept
        return list(rest.values())

    def apply(self, changes: list[Write]) -> None:
        """Write again what changes_since_mark gave."""
        for where, key, value in changes:
            if value is MISSING:
                self._delete(where, key)
            else:
                self._set(where, key, value)

    def _set(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        self._log.append((where, key, where.get(key, MISSING)))
        where[key] = value

    def _delete(self, where: dict[Any, Any], key: Any) -> None:
        old = where.get(key, MISSING)
        if old is not MISSING:
            self._log.append((where, key, old))
            del where[key]
