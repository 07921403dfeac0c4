"""What CREATE EXTENSION adds: the objects of known extensions, as scripts/generate_extensions.py read them from real servers.

    found = load("citext", 18)                   # None: an extension that there is no data of
    made = create(found, builtins.load(18), first_oid=16400, namespace=2200)
    made.objects[0]                              # the pg_extension row; then the members, in the order of their making

In the data an extension's own objects are numbered from OWN, its schema is SCHEMA, and other objects whose numbers depend on
the server are EXTERNAL plus their place in `externals`; `create` puts in what these are in a database. In access privileges
the role `postgres` stands for the owner, and in a function's settings `@extschema@` for the name of the extension's schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from schemalint.catalog import model
from schemalint.catalog.builtins import STRUCTS, Builtins
from schemalint.catalog.builtins.numbering import renumbered
from schemalint.catalog.model import CatalogObject, Dependency, ObjectAddress, Oid

SCHEMA = 900_000
OWN = 1_000_000
EXTERNAL = 2_000_000
BOOTSTRAP_SUPERUSER = 10
PG_CATALOG = 11

MEMBER_STRUCTS: Mapping[str, type[CatalogObject]] = {
    **STRUCTS,
    "pg_foreign_data_wrapper": model.ForeignDataWrapper,
    "pg_transform": model.Transform,
    "pg_event_trigger": model.EventTrigger,
    "pg_trigger": model.Trigger,
    "pg_policy": model.Policy,
}
"""Catalog that an extension may have objects in -> the struct of its rows."""


class External(Struct, frozen=True, gc=False, array_like=True):
    """An object of a required extension, or (with no extension) one of pg_catalog. `name` is as name_key has it; `arguments`
    are the names of a function's input types, or of an operator's operands."""

    extension: str
    classid: str
    name: str
    arguments: tuple[str, ...] = ()


class Variant(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An extension as some majors have it.

    version    what CREATE EXTENSION installs; `versions` are all that it can
    schema     the only schema that it can be in (made when missing), from its control file; None for any
    objects    catalog -> rows, the extension's own row included
    depends    (catalog, object, column, catalog, referred object, its column, deptype) between own objects; an object without
               such a row is a member of the extension (deptype e)
    """

    majors: tuple[int, ...]
    version: str
    versions: tuple[str, ...] = ()
    superuser: bool = True
    trusted: bool = False
    relocatable: bool = False
    schema: str | None = None
    requires: tuple[str, ...] = ()
    externals: tuple[External, ...] = ()
    objects: dict[str, Raw] = {}
    depends: tuple[tuple[str, int, int, str, int, int, str], ...] = ()

    def rows(self) -> tuple[CatalogObject, ...]:
        """The objects as the data numbers them, in the order of their making; the extension comes first."""
        found: list[CatalogObject] = []
        for classid, text in self.objects.items():
            struct = MEMBER_STRUCTS[classid]
            found.extend(msgspec.json.decode(text, type=tuple[struct, ...]))  # type: ignore[valid-type]
        return tuple(sorted(found, key=lambda row: row.oid))


class Created(Struct, frozen=True, gc=False):
    """What an extension adds to one database: its objects, then what they depend on in it (normal dependencies are left out,
    but for those of the extension itself on its schema)."""

    objects: tuple[CatalogObject, ...]
    depends: tuple[tuple[ObjectAddress, Dependency], ...]


@cache
def names() -> frozenset[str]:
    """The extensions that there is data of."""
    return frozenset(file.stem for file in Path(__file__).parent.glob("*.json"))


@cache
def load(name: str, major: int) -> Variant | None:
    """The extension as this major has it, or the nearest major that there is data of."""
    if name not in names():
        return None
    variants = msgspec.json.decode(file_of(name).read_bytes(), type=tuple[Variant, ...])
    return min(variants, key=lambda variant: min(abs(major - other) for other in variant.majors))


def create(
    variant: Variant,
    builtins: Builtins,
    *,
    first_oid: Oid,
    namespace: Oid,
    owner: Oid = BOOTSTRAP_SUPERUSER,
    requires: Mapping[External, Oid] | None = None,
) -> Created:
    """The objects with identifiers from `first_oid` on, without gaps, owned by `owner`.

    `requires` says which object each of the externals of required extensions is; KeyError when one is missing.
    """
    rows = variant.rows()
    numbers = {SCHEMA: namespace, BOOTSTRAP_SUPERUSER: owner}
    numbers |= {OWN + place: first_oid + place for place in range(len(rows))}
    for place, external in enumerate(variant.externals):
        found = _builtin(builtins, external) if not external.extension else None
        numbers[EXTERNAL + place] = (requires or {})[external] if found is None else found
    objects = tuple(renumbered(row, numbers) for row in rows)
    return Created(objects, tuple(_depends(variant, objects, numbers)))


def _builtin(builtins: Builtins, external: External) -> Oid | None:
    schema = PG_CATALOG if "namespace" in MEMBER_STRUCTS[external.classid].__struct_fields__ else 0
    return builtins.find(external.classid, schema, external.name)


def _depends(
    variant: Variant, objects: tuple[CatalogObject, ...], numbers: Mapping[int, int]
) -> list[tuple[ObjectAddress, Dependency]]:
    extension = objects[0]
    assert isinstance(extension, model.Extension)
    found = [(extension.address, Dependency(ObjectAddress("pg_namespace", extension.namespace), "n"))]
    for classid, oid, column, refclassid, refoid, refcolumn, deptype in variant.depends:
        referred = ObjectAddress(refclassid, numbers[refoid], refcolumn)
        found.append((ObjectAddress(classid, numbers[oid], column), Dependency(referred, deptype)))
    parts = {(address.classid, address.objid) for address, _ in found}
    for member in objects:
        if (member.CLASS, member.oid) not in parts:
            found.append((member.address, Dependency(extension.address, "e")))
    return found


def file_of(name: str) -> Path:
    """Where the data of an extension lies."""
    return Path(__file__).parent / f"{name}.json"
