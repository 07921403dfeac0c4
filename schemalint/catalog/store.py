"""The catalog of one database: objects by identifier and by name, dependencies, and a journal that undoes changes.

Built-in objects come from data shared by all catalogs of a major (catalog/builtins) and are never copied: a catalog holds what
differs. Every change goes through one journaled dict write, so a mark and a rollback cost what changed since, whatever exists.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from schemalint.catalog import model
from schemalint.catalog.journal import MISSING, Journal
from schemalint.catalog.keys import (
    OVERLOADED,
    OWNER_CLASSES,
    PART_OF,
    QUALIFIED,
    STAMPED,
    name_entry,
    owner_keys,
    subaddresses,
)
from schemalint.catalog.loading import Loader
from schemalint.catalog.model import CatalogObject, Dependency, ObjectAddress, Oid

if TYPE_CHECKING:
    from schemalint.catalog.builtins import Builtins

C = TypeVar("C", bound=CatalogObject)

_GONE = object()
"""In a journaled dict: a built-in object that was dropped."""


class Catalog(Journal):
    """One database.

    version   server major, 14 to 18 (others are read as the nearest)
    closed    whether everything that exists is here, so that what is missing does not exist
    source    where it came from, for people
    database  its name, where it is known; server_version the server's, in full ("15.4")
    login_role  who it is read as, where that is known
    made_at   when a snapshot was made (ISO 8601, UTC); empty for what is as it is now
    """

    def __init__(self, builtins: Builtins, *, closed: bool = True, source: str = "empty database") -> None:
        super().__init__()
        self.builtins = builtins
        self.version: int = builtins.version
        self.closed = closed
        self.source = source
        self.database = ""
        self.login_role = ""
        self.server_version = ""
        self.made_at = ""
        self.loader: Loader | None = None
        self._objects: dict[str, dict[Oid, Any]] = defaultdict(dict)  # class -> oid -> object
        self._names: dict[tuple[str, Oid, str], Any] = {}  # -> oid, or tuple of oids where OVERLOADED
        self._owned: dict[
            tuple[str, Oid], dict[Oid, None]
        ] = {}  # ("pg_trigger.relid", oid) -> oids; ("inherits", parent)
        self._depends: dict[ObjectAddress, tuple[Dependency, ...]] = {}
        self._dependents: dict[tuple[str, Oid], dict[tuple[ObjectAddress, int, str], None]] = {}
        self._comments: dict[ObjectAddress, Any] = {}
        self._members: dict[
            tuple[str, Oid], dict[Oid, None]
        ] = {}  # (class, namespace) -> oids, for DROP SCHEMA and listings
        self._next_oid[""] = model.FIRST_NORMAL_OID
        self._unknown: dict[str, str] = {}  # name -> why its existence is not known; "" for every name
        # enum type -> labels that ALTER TYPE added in the open transaction; they must not be used yet
        self.uncommitted_labels: dict[Oid, tuple[str, ...]] = {}
        self.prepared: dict[str, Any] = {}  # prepared transactions -> their changes, which wait for COMMIT PREPARED
        # class -> a number that no other state of its objects has; absent while all of them are built in
        self.stamps: dict[str, int] = {}
        self._next_stamp = itertools.count(1)
        self.kept: dict[Any, Any] = {}  # what look-ups found, under keys that hold the stamps it depends on

    def close(self) -> None:
        """Let go of the connection that the rest would be read by; nothing is looked up any more."""
        if self.loader is not None:
            self.loader.close()

    # --- objects

    def changes_since(self, mark: int) -> list[tuple[ObjectAddress, CatalogObject | None]]:
        """Each object changed since `mark`, with what it was then (None: it did not exist)."""
        seen: dict[ObjectAddress, CatalogObject | None] = {}
        classes = {id(objects): classid for classid, objects in self._objects.items()}
        for where, key, old in self._log[mark:]:
            classid = classes.get(id(where))
            if classid is not None and (address := ObjectAddress(classid, key)) not in seen:
                seen[address] = self._builtin(address) if old is MISSING else None if old is _GONE else old
        return list(seen.items())

    def new_oid(self) -> Oid:
        """The next object identifier."""
        oid = self._next_oid[""]
        self._set(self._next_oid, "", oid + 1)
        return oid

    def reserve_oids(self, above: Oid) -> None:
        """Never hand out an identifier up to `above` (objects that bring their own were added)."""
        if self._next_oid[""] <= above:
            self._set(self._next_oid, "", above + 1)

    def _builtin(self, address: ObjectAddress) -> CatalogObject | None:
        if address.objid >= model.FIRST_NORMAL_OID:
            return None
        return self.builtins.get(address.classid, address.objid)

    def get(self, cls: type[C], oid: Oid) -> C | None:
        """The object of a class with this identifier."""
        # as at(), which this is called too often to go through
        found = self._objects[cls.CLASS].get(oid)
        if found is not None:
            return None if found is _GONE else cast("C", found)
        if oid < model.FIRST_NORMAL_OID:
            builtin = self.builtins.get(cls.CLASS, oid)
            if builtin is not None:
                return cast("C", builtin)
        if self.loader is not None:
            return cast("C | None", self.at(ObjectAddress(cls.CLASS, oid)))
        return None

    def at(self, address: ObjectAddress) -> CatalogObject | None:
        """The object at an address; its objsubid is not looked at."""
        objects = self._objects[address.classid]
        found = objects.get(address.objid)
        if found is not None:
            return None if found is _GONE else cast(CatalogObject, found)
        builtin = self._builtin(address)
        if builtin is None and self.loader is not None and self.loader.by_oid(address.classid, address.objid):
            return cast("CatalogObject | None", objects.get(address.objid))
        return builtin

    def __getitem__(self, key: tuple[type[C], Oid]) -> C:
        """The object that must exist: catalog[Relation, oid]. Raises KeyError."""
        found = self.get(*key)
        if found is None:
            raise KeyError(f"{key[0].CLASS} {key[1]}")
        return found

    def _stamp(self, classid: str) -> None:
        if classid in STAMPED:
            self._set(self.stamps, classid, next(self._next_stamp))

    def put(self, obj: CatalogObject) -> None:
        """Add an object, or replace the one with its identifier (renamed and moved ones included)."""
        address = obj.address
        objects = self._objects[address.classid]
        old = self.at(address) if address.objid in objects or address.objid < model.FIRST_NORMAL_OID else None
        if old is not None:
            self._unlink(old, obj)
        self._set(objects, address.objid, obj)
        self._stamp(address.classid)
        self._link(obj, old)

    def fill(self, objects: Iterable[CatalogObject]) -> None:
        """Add objects that exist already where this catalog is read from: no statement made them, so nothing undoes them. What a
        statement has changed since, stays as it is."""
        for obj in objects:
            address = obj.address
            held_objects = self._objects[address.classid]
            if obj.oid in held_objects:
                continue
            held_objects[obj.oid] = obj
            if obj.oid >= self._next_oid[""]:
                self._next_oid[""] = obj.oid + 1
            key = name_entry(obj)
            if key is not None:
                if key[0] in OVERLOADED:
                    held = self._names.get(key)
                    held = self.builtins.find_all(*key) if held is None else held
                    self._names[key] = held if obj.oid in held else (*held, obj.oid)
                else:
                    self._names.setdefault(key, obj.oid)
                if key[0] in QUALIFIED:
                    self._members.setdefault((key[0], key[1]), {})[obj.oid] = None
            for owner in owner_keys(obj):
                self._owned.setdefault(owner, {})[obj.oid] = None
            if address.classid in STAMPED:
                self.stamps[address.classid] = next(self._next_stamp)

    def holds(self, address: ObjectAddress) -> bool:
        """Whether this catalog has the object itself, not among the built-in ones; its objsubid is not looked at."""
        return address.objid in self._objects[address.classid]

    def fill_dependencies(self, rows: Iterable[tuple[ObjectAddress, ObjectAddress, str]]) -> None:
        """As fill, of (dependent, what it needs, deptype)."""
        for dependent, on, deptype in rows:
            new = Dependency(on, deptype)
            held = self._depends.get(dependent, ())
            if new not in held:
                self._depends[dependent] = (*held, new)
                self._dependents.setdefault((on.classid, on.objid), {})[dependent, on.objsubid, deptype] = None

    def fill_comments(self, rows: Iterable[tuple[ObjectAddress, str]]) -> None:
        """As fill, of comments."""
        for address, text in rows:
            self._comments.setdefault(address, text)

    def remove(self, address: ObjectAddress) -> None:
        """Take an object away, with its comment and its dependencies. Objects that depend on it are the caller's care."""
        old = self.at(address)
        if old is None:
            return
        self._unlink(old, None)
        self._stamp(address.classid)
        if self._builtin(address) is not None:
            self._set(self._objects[address.classid], address.objid, _GONE)
        else:
            self._delete(self._objects[address.classid], address.objid)
        for depends in [a for a in subaddresses(old) if a in self._depends]:
            self.clear_dependencies(depends)
        for commented in [a for a in subaddresses(old) if a in self._comments]:
            self._delete(self._comments, commented)

    def _unlink(self, old: CatalogObject, new: CatalogObject | None) -> None:
        key = name_entry(old)
        if key is not None and (new is None or name_entry(new) != key):
            held = self._names.get(key)
            if key[0] in OVERLOADED:
                rest = tuple(o for o in self._overloads(key) if o != old.oid)
                self._set(self._names, key, rest)
            elif held == old.oid or held is None:
                if self.builtins.find(*key) is not None:
                    self._set(self._names, key, _GONE)
                else:
                    self._delete(self._names, key)
            if key[0] in QUALIFIED:
                self._delete(self._members.setdefault((key[0], key[1]), {}), old.oid)
        kept = set(owner_keys(new)) if new is not None else set()
        for owner in owner_keys(old):
            if owner not in kept:
                self._delete(self._owned.setdefault(owner, {}), old.oid)

    def _link(self, obj: CatalogObject, old: CatalogObject | None) -> None:
        key = name_entry(obj)
        if key is not None and (old is None or name_entry(old) != key):
            if key[0] in OVERLOADED:
                self._set(self._names, key, (*self._overloads(key), obj.oid))
            else:
                self._set(self._names, key, obj.oid)
            if key[0] in QUALIFIED:
                self._set(self._members.setdefault((key[0], key[1]), {}), obj.oid, None)
        had = set(owner_keys(old)) if old is not None else set()
        for owner in owner_keys(obj):
            if owner not in had:
                self._set(self._owned.setdefault(owner, {}), obj.oid, None)

    # --- names

    def _overloads(self, key: tuple[str, Oid, str]) -> tuple[Oid, ...]:
        held = self._names.get(key)
        if held is None:
            held = self.builtins.find_all(*key)
            if self.loader is not None and self.loader.by_name(*key):
                held = self._names.get(key, held)
        return cast("tuple[Oid, ...]", held)

    def find_oid(self, classid: str, namespace: Oid, name: str) -> Oid | None:
        """The identifier of the object with this name (see builtins.name_key) in this schema (0 where the class has no schemas)."""
        key = (classid, namespace, name)
        held = self._names.get(key)
        if held is None:
            held = self.builtins.find(*key)
            if held is None and self.loader is not None and self.loader.by_name(*key):
                held = self._names.get(key)
        return None if held is _GONE else cast("Oid | None", held)

    def find(self, cls: type[C], namespace: Oid, name: str) -> C | None:
        """The object of a class with this name in this schema (0 where the class has no schemas)."""
        oid = self.find_oid(cls.CLASS, namespace, name)
        return None if oid is None else self.get(cls, oid)

    def cast(self, source: Oid, target: Oid) -> model.Cast | None:
        """The cast between two types (pg_cast)."""
        return self.find(model.Cast, 0, f"{source} {target}")

    def overloads(self, cls: type[C], namespace: Oid, name: str) -> tuple[C, ...]:
        """All functions or operators of this name in this schema."""
        found = (self.get(cls, oid) for oid in self._overloads((cls.CLASS, namespace, name)))
        return tuple(obj for obj in found if obj is not None)

    def in_namespace(self, cls: type[C], namespace: Oid) -> list[C]:
        """All objects of a class in a schema that are not built in."""
        if self.loader is not None:
            self.loader.members(cls.CLASS, namespace)
        held = self._members.get((cls.CLASS, namespace), {})
        return [obj for oid in held if (obj := self.get(cls, oid)) is not None]

    def in_any_namespace(self, cls: type[C]) -> list[C]:
        """All objects of a class that lives in schemas and that are not built in."""
        if self.loader is not None:
            self.loader.everything(cls.CLASS)
        held = [oids for (classid, _), oids in self._members.items() if classid == cls.CLASS]
        return [obj for oids in held for oid in oids if (obj := self.get(cls, oid)) is not None]

    def relations_like(self, names: Sequence[str], keys: Sequence[str]) -> list[model.Relation]:
        """At least those relations whose name contains one of `names`, case and underscores ignored, or with a unique column that is
        called like one of `keys`; of very many, some."""
        if self.loader is not None:
            self.loader.relations_like(names, keys)
        held = [oids for (classid, _), oids in self._members.items() if classid == "pg_class"]
        return [obj for oids in held for oid in oids if (obj := self.get(model.Relation, oid)) is not None]

    def all(self, cls: type[C]) -> list[C]:
        """All objects of a class that this catalog holds itself (no untouched built-in ones)."""
        if self.loader is not None:
            self.loader.everything(cls.CLASS)
        return [obj for obj in self._objects[cls.CLASS].values() if obj is not _GONE]

    def changed_objects(self) -> Iterator[CatalogObject]:
        """All objects, of whatever class, that this catalog holds itself."""
        if self.loader is not None:
            self.loader.everything()
        return (obj for objects in list(self._objects.values()) for obj in list(objects.values()) if obj is not _GONE)

    def dropped_builtins(self) -> Iterator[CatalogObject]:
        """The built-in objects that this database no longer has."""
        for classid, objects in list(self._objects.items()):
            for oid in [oid for oid, obj in objects.items() if obj is _GONE]:
                builtin = self.builtins.get(classid, oid)
                if builtin is not None:
                    yield builtin

    # --- what is not known

    def make_unknown(self, name: str, why: str) -> None:
        """From now on, whether an object of this name exists is not known; the empty name stands for all."""
        self._set(self._unknown, name, why)

    def make_known(self, name: str) -> None:
        """A statement made or dropped this name, so it is known again; what has no name says nothing of others."""
        if name and name in self._unknown:
            self._delete(self._unknown, name)

    def is_doubted(self, name: str) -> bool:
        """Whether a statement may have made or dropped what has this name."""
        return bool(name) and name in self._unknown

    def why_unknown(self, name: str) -> str | None:
        """Why a missing name may exist after all; None when it certainly does not."""
        if not self._unknown and self.closed:
            return None
        why = self._unknown.get(name) or self._unknown.get("")
        return why if why is not None or self.closed else f"the catalog ({self.source}) is not complete"

    # --- what belongs to a relation

    def _owned_objects(self, cls: type[C], key: str, owner: Oid) -> list[C]:
        if self.loader is not None and not key.startswith("conname "):
            self.loader.by_oid(OWNER_CLASSES.get(key, "pg_class"), owner)  # what belongs to it comes with it
        held = self._owned.get((key, owner))
        return [] if not held else [obj for oid in held if (obj := self.get(cls, oid)) is not None]

    def constraints(self, relid: Oid) -> list[model.Constraint]:
        """Constraints of a relation, in the order of their making."""
        return self._owned_objects(model.Constraint, "pg_constraint.relid", relid)

    def constraint_name_exists(self, namespace: Oid, name: str) -> bool:
        """Whether any constraint of a schema, of whatever relation or domain, has the name (ConstraintNameExists)."""
        self._fetch_constraints(namespace, name)
        return bool(self._owned.get((f"conname {name}", namespace)))

    def constraints_named(self, namespace: Oid, name: str) -> list[model.Constraint]:
        """The constraints of this name in a schema, of whatever relation or domain."""
        self._fetch_constraints(namespace, name)
        return self._owned_objects(model.Constraint, f"conname {name}", namespace)

    def _fetch_constraints(self, namespace: Oid, name: str) -> None:
        if self.loader is not None:
            self.loader.by_name("pg_constraint", namespace, name)

    def domain_constraints(self, typid: Oid) -> list[model.Constraint]:
        """Constraints of a domain."""
        return self._owned_objects(model.Constraint, "pg_constraint.typid", typid)

    def referencing(self, relid: Oid) -> list[model.Constraint]:
        """Foreign keys of any table that refer to this one."""
        return self._owned_objects(model.Constraint, "pg_constraint.frelid", relid)

    def child_constraints(self, oid: Oid) -> list[model.Constraint]:
        """Constraints of partitions made from this one."""
        return self._owned_objects(model.Constraint, "pg_constraint.parentid", oid)

    def indexes(self, relid: Oid) -> list[model.Relation]:
        """Indexes of a relation."""
        return self._owned_objects(model.Relation, "index", relid)

    def children(self, relid: Oid) -> list[model.Relation]:
        """Relations that inherit from this one, or are its partitions."""
        return self._owned_objects(model.Relation, "inherits", relid)

    def triggers(self, relid: Oid) -> list[model.Trigger]:
        return self._owned_objects(model.Trigger, "pg_trigger.relid", relid)

    def policies(self, relid: Oid) -> list[model.Policy]:
        return self._owned_objects(model.Policy, "pg_policy.relid", relid)

    def rules(self, relid: Oid) -> list[model.RewriteRule]:
        return self._owned_objects(model.RewriteRule, "pg_rewrite.relid", relid)

    def statistics(self, relid: Oid) -> list[model.StatisticsObject]:
        return self._owned_objects(model.StatisticsObject, "pg_statistic_ext.relid", relid)

    # --- dependencies

    def depend(self, dependent: ObjectAddress, on: ObjectAddress, deptype: str = "n") -> None:
        """Record that `dependent` needs `on` (recordDependencyOn). Pinned built-in objects need no record."""
        if (
            on.objid < model.FIRST_NORMAL_OID
            and on.classid != "pg_authid"
            and not (on.classid == "pg_namespace" and on.objid == 2200)
        ):
            return
        held = self._depends.get(dependent, ())
        new = Dependency(on, deptype)
        if new in held:
            return
        self._set(self._depends, dependent, (*held, new))
        back = self._dependents.setdefault((on.classid, on.objid), {})
        self._set(back, (dependent, on.objsubid, deptype), None)

    def depends_on(self, dependent: ObjectAddress) -> tuple[Dependency, ...]:
        """What an object (or exactly this column) needs."""
        if self.loader is not None and dependent.objid >= model.FIRST_NORMAL_OID:
            self.at(ObjectAddress(PART_OF.get(dependent.classid, dependent.classid), dependent.objid))
        return self._depends.get(dependent, ())

    def dependents(self, on: ObjectAddress) -> list[tuple[ObjectAddress, int, str]]:
        """(dependent, column of `on` or 0, deptype) of what needs `on`; with an objsubid, of that column only, else of all of it."""
        if self.loader is not None:
            self.loader.dependents(on.classid, on.objid)
        held = self._dependents.get((on.classid, on.objid), {})
        return [d for d in held if not on.objsubid or d[1] == on.objsubid]

    def clear_dependencies(
        self, dependent: ObjectAddress, on_class: str | None = None, deptype: str | None = None
    ) -> None:
        """Forget what an object needs (of a class, of a kind)."""
        held = self._depends.get(dependent, ())
        kept = tuple(
            d
            for d in held
            if (on_class is not None and d.refobj.classid != on_class) or (deptype is not None and d.deptype != deptype)
        )
        for d in held:
            if d in kept:
                continue
            back = self._dependents.setdefault((d.refobj.classid, d.refobj.objid), {})
            self._delete(back, (dependent, d.refobj.objsubid, d.deptype))
        if kept:
            self._set(self._depends, dependent, kept)
        else:
            self._delete(self._depends, dependent)

    # --- comments

    def comment(self, address: ObjectAddress) -> str | None:
        """The comment on an object or column."""
        return self._comments.get(address)

    def set_comment(self, address: ObjectAddress, text: str | None) -> None:
        """Set or, with None, remove a comment."""
        if text is None:
            self._delete(self._comments, address)
        else:
            self._set(self._comments, address, text)
