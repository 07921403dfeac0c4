"""How a session finds objects by name: search_path, pg_temp and pg_catalog (namespace.c).

A lookup returns the object or None; the `missing_*` functions say what the server answers when there is none, or raise Undecidable
when the catalog is not complete enough to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from schemalint.catalog import model
from schemalint.catalog.builtins import name_key
from schemalint.catalog.keys import EXISTENCE
from schemalint.catalog.model import Oid
from schemalint.catalog.store import Catalog
from schemalint.errors import Refusal, Undecidable

C = TypeVar("C", bound=model.CatalogObject)

PG_CATALOG: Oid = 11
PG_TOAST: Oid = 99
PUBLIC: Oid = 2200

At = tuple[int, int] | None

_TEMPORARY = ("pg_temp_", "pg_toast_temp_")
"""Temporary schemas are numbered by the session's place among those that run."""


def qualified(names: Iterable[str]) -> str:
    """Names with points between them, as messages print them (NameListToString)."""
    return ".".join(names)


class Names:
    """Lookups of one session.

    path       schemas searched, in order, pg_catalog and a temporary schema included (activeSearchPath)
    creation   where unqualified objects are made (activeCreationNamespace); None when search_path names no existing schema
    temp       this session's temporary schema, once it has one
    usage      whether the current role may look into a schema; None when it may into all
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.path: tuple[Oid, ...] = (PG_CATALOG, PUBLIC)
        self.creation: Oid | None = PUBLIC
        self.temp: Oid | None = None
        self.database = "postgres"
        self.usage: Callable[[Oid], bool] | None = None
        self._asked: str | None = None  # the schema that the last look-up named

    def set_path(self, schemas: Iterable[str], user: str, temp: Oid | None) -> None:
        """Take a search_path setting: names as the setting lists them, missing schemas left out (recomputeNamespacePath)."""
        self.temp = temp
        path: list[Oid] = []
        creation: Oid | None = None
        first = True
        for name in schemas:
            if name == "$user":
                oid = self.catalog.find_oid("pg_namespace", 0, user)
            elif name == "pg_temp":
                if first and temp is None:
                    creation, first = -1, False  # made on first use
                oid = temp
            else:
                oid = self.catalog.find_oid("pg_namespace", 0, name)
            if oid is None or oid in path or (self.usage is not None and not self.usage(oid)):
                continue
            path.append(oid)
            if first:
                creation, first = oid, False
        if PG_CATALOG not in path:
            path.insert(0, PG_CATALOG)
        if temp is not None and temp not in path:
            path.insert(0, temp)
        self.path, self.creation = tuple(path), creation

    # --- schemas

    def find_namespace(self, name: str) -> Oid | None:
        """A schema by name; pg_temp is the session's temporary one."""
        if name == "pg_temp":
            return self.temp
        return self.catalog.find_oid("pg_namespace", 0, name)

    def namespace(self, name: str, at: At = None) -> Oid:
        """As find_namespace; raises 3F000 (get_namespace_oid, LookupExplicitNamespace)."""
        oid = self.find_namespace(name)
        if oid is None:
            self.unknown_or(name, at)
            raise Refusal("3F000", f'schema "{name}" does not exist', at=at, word=name)
        return oid

    def _check_usage(self, name: str, oid: Oid) -> None:
        """What is looked up in a schema by name needs USAGE on it (LookupExplicitNamespace)."""
        if self.usage is not None and oid != self.temp and not self.usage(oid):
            raise Refusal("42501", f"permission denied for schema {name}", word=name)

    def namespace_name(self, oid: Oid) -> str:
        found = self.catalog.get(model.Namespace, oid)
        return found.name if found is not None else str(oid)

    def split(self, names: tuple[str, ...], at: At = None) -> tuple[str | None, str]:
        """(schema or None, name) of a possibly qualified name (DeconstructQualifiedName)."""
        if len(names) == 1:
            self._asked = None
            return None, names[0]
        self._asked = names[-2]
        if len(names) == 2:
            return names[0], names[1]
        if len(names) == 3:
            if names[0] != self.database:
                raise Refusal("0A000", f"cross-database references are not implemented: {qualified(names)}", at=at)
            return names[1], names[2]
        raise Refusal("42601", f"improper qualified name (too many dotted names): {qualified(names)}", at=at)

    # --- objects

    def search(self, schema: str | None) -> tuple[Oid, ...]:
        """The schemas to look into: the search path, or the one that is named (none when it does not exist)."""
        self._asked = schema
        if schema is None:
            return self.path
        oid = self.find_namespace(schema)
        if oid is None:
            return ()
        self._check_usage(schema, oid)
        return (oid,)

    def find(self, cls: type[C], schema: str | None, name: str) -> C | None:
        """The object of a class that this name means."""
        temp = self.temp
        hidden = schema is None and cls is not model.Relation and cls is not model.Type
        for namespace in self.search(schema):
            if hidden and namespace == temp:  # the temporary schema is searched for relations and types only
                continue
            found = self.catalog.find(cls, namespace, name)
            if found is not None:
                return found
        return None

    def lookup(self, cls: type[C], names: tuple[str, ...], at: At = None) -> C | None:
        """As find, of a possibly qualified name."""
        schema, name = self.split(names, at)
        return self.find(cls, schema, name)

    def overloads(self, cls: type[C], schema: str | None, name: str) -> Iterator[tuple[int, C]]:
        """(position in the path, function or operator) of every one of this name that the path, or the named schema, has."""
        for position, namespace in enumerate(self.search(schema)):
            if schema is None and namespace == self.temp:
                continue
            for found in self.catalog.overloads(cls, namespace, name):
                yield position, found

    def is_visible(self, obj: model.CatalogObject) -> bool:
        """Whether the unqualified name means this object (RelationIsVisible, TypeIsVisible...; not for functions and operators)."""
        namespace: Oid = getattr(obj, "namespace", 0)
        found = self.find(type(obj), None, name_key(obj))
        return namespace in self.path and found is not None and found.oid == obj.oid

    def shown(self, obj: model.CatalogObject) -> str:
        """The name of an object as people read it: with its schema when that is needed to find it."""
        namespace = getattr(obj, "namespace", None)
        if namespace is None or namespace == self.temp or self.is_visible(obj):
            return obj.name
        return f"{self.namespace_name(namespace)}.{obj.name}"

    # --- what is not there

    def unknown_or(self, name: str, at: At = None) -> None:
        """Raise Undecidable when a missing name may exist after all, in a schema whose contents are not known for example."""
        if name.startswith(_TEMPORARY):
            raise Undecidable(f'which session has schema "{name}" is not known', at)
        why = self.catalog.why_unknown(name)
        if why is None and self._asked is not None:
            why = self.catalog.why_unknown(self._asked)
        if why is not None:
            raise Undecidable(f'whether "{name}" exists is not known: {why}', at)

    def missing(
        self, sqlstate: str, message: str, schema: str | None, name: str, at: At = None, hint: str | None = None
    ) -> Refusal:
        """The refusal for a missing object; a missing schema may be why (raises Undecidable when it may exist)."""
        if schema is not None:
            if self.find_namespace(schema) is None:
                self.unknown_or(schema, at)
            if schema in ("pg_catalog", "information_schema") and not self.catalog._unknown:
                return Refusal(sqlstate, message, at=at, word=name, hint=hint)
        self.unknown_or(name, at)
        return Refusal(sqlstate, message, at=at, word=name, hint=hint)

    def doubt(self, refusal: Refusal) -> str | None:
        """Why a refusal for something missing or present may be wrong: a name that it gives became unknown on the way."""
        unknown = self.catalog._unknown
        if not unknown or refusal.sqlstate not in EXISTENCE:
            return None
        if "" in unknown:
            return unknown[""]
        names = [refusal.word or "", *refusal.message.split('"')[1::2]]
        return next((unknown[name] for name in names if name in unknown), None)
