"""What a statement does besides being accepted: the facts that rules match."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid

LOCK_MODES = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""Names of the server's lock numbers (lockdefs.h)."""

(
    ACCESS_SHARE,
    ROW_SHARE,
    ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    EXCLUSIVE,
    ACCESS_EXCLUSIVE,
) = range(1, 9)


class Effect(Struct, frozen=True, gc=False):
    """One fact about a statement that the server would accept."""


class Locked(Effect, frozen=True, gc=False):
    """The relation is locked in this mode (a lock number) until the transaction ends."""

    relation: Oid
    mode: int


class Scanned(Effect, frozen=True, gc=False):
    """Every row of the table is read under the statement's lock; `why` names what asks for it (a constraint's name, say)."""

    relation: Oid
    why: str


class Rewritten(Effect, frozen=True, gc=False):
    """Every row of the table is written anew, and its indexes with it."""

    relation: Oid
    why: str


class IndexBuilt(Effect, frozen=True, gc=False):
    """An index is built over the rows of a table."""

    index: Oid
    relation: Oid
    concurrently: bool = False


class Created(Effect, frozen=True, gc=False):
    """An object came to be."""

    object: CatalogObject


class Changed(Effect, frozen=True, gc=False):
    """An object is not what it was."""

    before: CatalogObject
    after: CatalogObject


class Dropped(Effect, frozen=True, gc=False):
    """An object, or with `column` one column of a relation, is gone; `cascade` when CASCADE took it along."""

    object: CatalogObject
    column: str | None = None
    cascade: bool = False


class Skipped(Effect, frozen=True, gc=False):
    """Nothing was done, since the object exists already (IF NOT EXISTS) or does not exist (IF EXISTS); `name` as written."""

    name: str
    exists: bool
    object: ObjectAddress | None = None


class Truncated(Effect, frozen=True, gc=False):
    """All rows are gone; `cascade` when CASCADE took the table along."""

    relation: Oid
    cascade: bool = False


class Granted(Effect, frozen=True, gc=False):
    """A privilege was given (or, with `revoked`, taken); `grantee` 0 is PUBLIC."""

    object: ObjectAddress
    grantee: Oid
    privileges: str
    revoked: bool = False


class Noted(Effect, frozen=True, gc=False):
    """The server would raise a notice or a warning with these words."""

    level: str
    message: str


class QueryRun(Effect, frozen=True, gc=False):
    """A query or a data change runs: its analyzed form (semantics/query.py). `explained` when EXPLAIN only plans it."""

    query: Any
    explained: bool = False
