"""How objects are looked up: by which names, and by what they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.catalog.builtins import name_key
from schemalint.catalog.model import CatalogObject, ObjectAddress, Oid

QUALIFIED = frozenset(
    (
        "pg_class",
        "pg_type",
        "pg_proc",
        "pg_operator",
        "pg_opfamily",
        "pg_opclass",
        "pg_collation",
        "pg_conversion",
        "pg_ts",
        "pg_statistic_ext",
    )
)
"""Catalogs whose objects live in a schema."""

EXISTENCE = frozenset(
    (
        "3F000",
        "42P01",
        "42703",
        "42704",
        "42883",
        "42P07",
        "42701",
        "42710",
        "42723",
        "42P06",
        "42P16",
        "42830",
        "42804",
        "42809",
        "22P02",
        "2BP01",
    )
)
"""SQLSTATEs that say that something does not exist, exists already, is of another kind or type, or is still needed."""

OVERLOADED = frozenset(("pg_proc", "pg_operator"))
"""Catalogs where several objects of a schema may share a name."""

OWNED_BY = {
    "pg_constraint": ("relid", "typid"),
    "pg_trigger": ("relid",),
    "pg_policy": ("relid",),
    "pg_rewrite": ("relid",),
    "pg_statistic_ext": ("relid",),
    "pg_user_mapping": ("server",),
}
"""Catalogs looked up by the relation (or type, or server) that their rows belong to, and the columns that name it."""

OWNER_CLASSES = {"pg_constraint.typid": "pg_type", "pg_constraint.parentid": "pg_constraint"}
"""Of the keys of owner_keys, those whose owner is no relation, and the owner's catalog."""

PART_OF = {
    "pg_attrdef": "pg_class",
    "pg_publication_rel": "pg_publication",
    "pg_publication_namespace": "pg_publication",
}
"""Catalogs whose rows are parts of another's structs."""

STAMPED = frozenset(("pg_cast", "pg_operator", "pg_opclass", "pg_namespace", "pg_authid"))
"""Catalogs whose look-ups are worth keeping, so that Catalog.stamps tells whether they still hold."""


def subaddresses(obj: CatalogObject) -> Iterator[ObjectAddress]:
    """The object's address and those of its columns."""
    yield obj.address
    if isinstance(obj, model.Relation):
        for column in obj.columns:
            yield ObjectAddress(obj.CLASS, obj.oid, column.num)


def name_entry(obj: CatalogObject) -> tuple[str, Oid, str] | None:
    """(catalog, schema or 0, name) that an object is looked up by; None where it is only looked up by its owner."""
    cls = obj.CLASS
    if cls in OWNED_BY and cls not in QUALIFIED:
        return None
    return (cls, getattr(obj, "namespace", 0) if cls in QUALIFIED else 0, name_key(obj))


def owner_keys(obj: CatalogObject) -> Iterator[tuple[str, Oid]]:
    """What an object is looked up by beside its name: its relation, its parents, what it refers to."""
    for field in OWNED_BY.get(obj.CLASS, ()):
        owner = getattr(obj, field)
        if owner:
            yield (f"{obj.CLASS}.{field}", owner)
    if isinstance(obj, model.Constraint):
        yield (f"conname {obj.name}", obj.namespace)
        if obj.frelid:
            yield ("pg_constraint.frelid", obj.frelid)
        if obj.parentid:
            yield ("pg_constraint.parentid", obj.parentid)
    elif isinstance(obj, model.Relation):
        if obj.index is not None:
            yield ("index", obj.index.relid)
        for parent in obj.inherits:
            yield ("inherits", parent)
    elif isinstance(obj, model.Trigger) and obj.parentid:
        yield ("pg_trigger.parentid", obj.parentid)
