"""What all objects of the catalog have."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from msgspec import UNSET, Struct

Oid = int

FIRST_NORMAL_OID = 16384
"""Objects below are the server's own (FirstNormalObjectId)."""


class ObjectAddress(NamedTuple):
    """Which object, or which column of a relation (`objsubid` is then the attnum)."""

    classid: str
    objid: Oid
    objsubid: int = 0


class CatalogObject(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What all objects have. `acl` is None for the built-in default privileges, else aclitem texts (`grantee=arwd/grantor`)."""

    CLASS: ClassVar[str]

    oid: Oid
    name: str = ""

    @property
    def address(self) -> ObjectAddress:
        return ObjectAddress(self.CLASS, self.oid)


class Expression(Struct, frozen=True, gc=False):
    """An expression or query that the catalog stores.

    `text` is SQL as it was written, or as pg_get_expr prints it. `tree` is its analyzed form (semantics/query.py), set when this
    process analyzed it; it is not written to snapshots and is made again from the text when needed.
    """

    text: str
    tree: Any = UNSET

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


class Comment(Struct, frozen=True, gc=False):
    """pg_description and pg_shdescription."""

    address: ObjectAddress
    text: str


class Dependency(NamedTuple):
    """pg_depend, seen from the dependent object. `deptype` is n normal, a auto, i internal, e extension member, x auto extension,
    P and S partition dependencies, o owner or other shared dependency."""

    refobj: ObjectAddress
    deptype: str
