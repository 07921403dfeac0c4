"""What a new database holds: the rows of pg_catalog, per major, as scripts/generate_builtins.py read them from real servers.

    here = load(18)
    here.get("pg_type", 23)                                  # the struct of int4
    here.find("pg_type", 11, "int4")                         # 23
    here.find_all("pg_proc", 11, "now")                      # its overloads
    here.table(Cast).grouped("source", "target")[23, 20]     # any other access path, made on first use

A catalog is decoded when it is first asked for, and kept. Identifiers below FIRST_UNPINNED_OID are the same on every server of
the major; for the others (information_schema, system views, text search configurations, most collations) only names are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import AmOp, CatalogObject, Oid, OpFamily, Relation

MAJORS = (14, 15, 16, 17, 18)

FIRST_GENBKI_OID = 10000
"""Objects below are the same in all majors that have them; from here to FIRST_UNPINNED_OID, in all servers of one major."""

FIRST_UNPINNED_OID = 12000
"""Objects below are the same on every server of a major, and cannot be dropped (FirstUnpinnedObjectId)."""

STRUCTS: Mapping[str, type[CatalogObject]] = {
    "pg_namespace": model.Namespace,
    "pg_authid": model.Role,
    "pg_language": model.Language,
    "pg_am": model.AccessMethod,
    "pg_type": model.Type,
    "pg_cast": model.Cast,
    "pg_proc": model.Proc,
    "pg_operator": model.Operator,
    "pg_opfamily": model.OpFamily,
    "pg_opclass": model.OpClass,
    "pg_collation": model.Collation,
    "pg_conversion": model.Conversion,
    "pg_ts": model.TextSearch,
    "pg_class": model.Relation,
    "pg_constraint": model.Constraint,
    "pg_tablespace": model.Tablespace,
    "pg_extension": model.Extension,
}
"""Catalog that there is data of -> the struct of its rows."""

T = TypeVar("T", bound=CatalogObject)
S = TypeVar("S", bound=Struct)


class Keyword(Struct, frozen=True, gc=False, array_like=True):
    """pg_get_keywords(). `category` is U unreserved, C column name, T type or function name, R reserved; `barelabel` says that
    it may be a column's label without AS."""

    word: str
    category: str
    barelabel: bool


class Setting(Struct, frozen=True, gc=False, omit_defaults=True):
    """pg_settings. `vartype` is bool, integer, real, string or enum; `context` is internal, postmaster, sighup,
    superuser-backend, backend, superuser or user; `flags` are those of pg_settings_get_flags (15 and later)."""

    name: str
    vartype: str
    context: str
    min_val: str | None = None
    max_val: str | None = None
    enumvals: tuple[str, ...] = ()
    unit: str | None = None
    boot_val: str | None = None
    flags: tuple[str, ...] = ()


class Table(Generic[T]):
    """One catalog of one major."""

    def __init__(self, version: int, struct: type[T]) -> None:
        self._file = file_of(version, struct.CLASS)
        self._struct = struct
        self._grouped: dict[tuple[str, ...], Mapping[tuple[Any, ...], tuple[T, ...]]] = {}

    @cached_property
    def rows(self) -> tuple[T, ...]:
        """All rows, by identifier."""
        return _decoded(self._file, self._struct)

    @cached_property
    def by_oid(self) -> Mapping[Oid, T]:
        if self._struct is Relation:  # there are hundreds, and a migration names few
            return cast("Mapping[Oid, T]", _LazyRows(self._file.read_bytes(), Relation))
        return {row.oid: row for row in self.rows}

    @cached_property
    def names(self) -> Mapping[tuple[Oid, str], tuple[Oid, ...]]:
        """(Schema or 0, name_key) -> identifiers of that name."""
        by_oid = self.by_oid
        rows: Any = by_oid.headings if isinstance(by_oid, _LazyRows) else self.rows
        key = _NAME_KEYS.get(self._struct.CLASS, _plain_name)
        in_schemas = self._struct is not model.Extension  # its schema is only that of its members
        found: dict[tuple[Oid, str], tuple[Oid, ...]] = {}
        for row in rows:
            name = (getattr(row, "namespace", 0) if in_schemas else 0, key(row))
            others = found.get(name)
            found[name] = (row.oid,) if others is None else (*others, row.oid)
        return found

    def grouped(self, *fields: str) -> Mapping[tuple[Any, ...], tuple[T, ...]]:
        """The values of these fields (two or more) -> the rows that have them."""
        if fields not in self._grouped:
            found: dict[tuple[Any, ...], tuple[T, ...]] = {}
            for key, row in zip(map(attrgetter(*fields), self.rows), self.rows, strict=True):
                others = found.get(key)
                found[key] = (row,) if others is None else (*others, row)
            self._grouped[fields] = found
        return self._grouped[fields]


def name_key(row: CatalogObject) -> str:
    """The name that is unique in its catalog and schema (but for overloads): a text search object's with its kind before it
    (`dict simple`), that of an operator class or family with its access method's identifier (`403 int4_ops`); a cast is
    named by its types (`23 20`), a transform by type and language, default privileges by role, schema and kind of object."""
    return _NAME_KEYS.get(row.CLASS, _plain_name)(row)


def _plain_name(row: Any) -> str:
    return cast(str, row.name)


_NAME_KEYS: Mapping[str, Callable[[Any], str]] = {
    "pg_ts": lambda row: f"{row.kind} {row.name}",
    "pg_opclass": lambda row: f"{row.am} {row.name}",
    "pg_opfamily": lambda row: f"{row.am} {row.name}",
    "pg_cast": lambda row: f"{row.source} {row.target}",
    "pg_transform": lambda row: f"{row.type} {row.lang}",
    "pg_default_acl": lambda row: f"{row.role} {row.namespace} {row.objtype}",
}


class _Heading(Struct, frozen=True, gc=False):
    oid: Oid
    name: str
    namespace: Oid = 2200


class _LazyRows(Mapping[Oid, CatalogObject]):
    """Rows that are decoded one by one, when they are looked up."""

    def __init__(self, text: bytes, struct: type[CatalogObject]) -> None:
        self.headings = msgspec.json.decode(text, type=tuple[_Heading, ...])
        self._lines = dict(zip((heading.oid for heading in self.headings), text.splitlines()[1:-1], strict=True))
        self._decoder = msgspec.json.Decoder(struct)
        self._decoded: dict[Oid, CatalogObject] = {}

    def __getitem__(self, oid: Oid) -> CatalogObject:
        if oid not in self._decoded:
            self._decoded[oid] = self._decoder.decode(self._lines[oid].removesuffix(b","))
        return self._decoded[oid]

    def __iter__(self) -> Iterator[Oid]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class Builtins:
    """All catalogs of a new database of one major."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._tables = {classid: Table(version, struct) for classid, struct in STRUCTS.items()}

    def table(self, struct: type[T]) -> Table[T]:
        """The catalog that this struct is a row of."""
        return cast("Table[T]", self._tables[struct.CLASS])

    def get(self, classid: str, oid: Oid) -> CatalogObject | None:
        """The built-in object of a catalog with this identifier."""
        table = self._tables.get(classid)
        return None if table is None else table.by_oid.get(oid)

    def find(self, classid: str, namespace: Oid, name: str) -> Oid | None:
        """The built-in object with this name (see name_key) in this schema (0 where the catalog has no schemas)."""
        found = self.find_all(classid, namespace, name)
        return found[0] if found else None

    def find_all(self, classid: str, namespace: Oid, name: str) -> tuple[Oid, ...]:
        """All functions or operators with this name in this schema."""
        table = self._tables.get(classid)
        return () if table is None else table.names.get((namespace, name), ())

    @cached_property
    def families_of_operator(self) -> Mapping[Oid, tuple[tuple[OpFamily, AmOp], ...]]:
        """Operator -> the families that it is a member of, each with the entry (pg_amop by amopopr)."""
        found: dict[Oid, list[tuple[OpFamily, AmOp]]] = {}
        for family in self.table(OpFamily).rows:
            for member in family.operators:
                found.setdefault(member.operator, []).append((family, member))
        return {operator: tuple(members) for operator, members in found.items()}

    @cached_property
    def keywords(self) -> Mapping[str, Keyword]:
        return {keyword.word: keyword for keyword in _decoded(file_of(self.version, "keywords"), Keyword)}

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """Name in lower case -> setting: PostgreSQL compares these names without regard to case."""
        return {setting.name.lower(): setting for setting in _decoded(file_of(self.version, "settings"), Setting)}


@cache
def load(major: int) -> Builtins:
    """What a new database of this major holds; other majors are read as the nearest. Nothing is read before it is asked for."""
    return Builtins(min(max(major, MAJORS[0]), MAJORS[-1]))


def file_of(major: int, name: str) -> Path:
    """Where the data of one catalog lies."""
    return Path(__file__).parent / f"v{major}" / f"{name}.json"


def _decoded(file: Path, struct: type[S]) -> tuple[S, ...]:
    return msgspec.json.decode(file.read_bytes(), type=tuple[struct, ...])  # type: ignore[valid-type]
