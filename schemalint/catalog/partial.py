"""Read of a live database what a migration's identifiers can mean, and the rest when it is asked for, in the same transaction.

Four round trips: small catalogs whole, and which relations the names reach; which objects belong to those; these objects; the types,
functions and collations that they refer to besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from schemalint.catalog import rows
from schemalint.catalog.keys import PART_OF
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID, ObjectAddress, Oid
from schemalint.catalog.reader import Reader, columns_of, object_query, put, texts
from schemalint.catalog.references import referred_class
from schemalint.catalog.store import Catalog

LAZY = (
    "pg_class",
    "pg_type",
    "pg_proc",
    "pg_collation",
    "pg_constraint",
    "pg_trigger",
    "pg_policy",
    "pg_rewrite",
    "pg_statistic_ext",
)
"""Catalogs of many objects; of the others all are read."""

NAME_COLUMNS = {
    "pg_class": ("relname", "relnamespace"),
    "pg_type": ("typname", "typnamespace"),
    "pg_proc": ("proname", "pronamespace"),
    "pg_collation": ("collname", "collnamespace"),
    "pg_constraint": ("conname", "connamespace"),
    "pg_statistic_ext": ("stxname", "stxnamespace"),
}
"""Catalogs whose objects are looked up by name."""

OF_OBJECTS = """d.ctid = ANY(ARRAY(
    SELECT p.ctid FROM unnest(%(classes)s::regclass[], %(oids)s::oid[]) AS own (classid, objid)
    JOIN pg_depend p ON p.classid = own.classid AND p.objid = own.objid
    UNION SELECT p.ctid FROM unnest(%(refclasses)s::regclass[], %(refoids)s::oid[]) AS own (classid, objid)
    JOIN pg_depend p ON p.refclassid = own.classid AND p.refobjid = own.objid))"""
"""Conditions on pg_depend that its indexes answer: what some objects need, and what needs some objects."""

OF_SHARED = """d.ctid = ANY(ARRAY(
    SELECT p.ctid FROM unnest(%(classes)s::regclass[], %(oids)s::oid[]) AS own (classid, objid)
    JOIN pg_shdepend p ON p.classid = own.classid AND p.objid = own.objid
                          AND p.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())))"""

CHILDREN = """
    SELECT 'inherits', inhparent::int8, 'pg_class', inhrelid::int8 FROM pg_inherits WHERE inhparent = ANY(%s::oid[])
    UNION ALL SELECT 'pg_constraint.parentid', conparentid::int8, 'pg_constraint', oid::int8
    FROM pg_constraint WHERE conparentid = ANY(%s::oid[])
    ORDER BY 2, 4"""
"""What inherits from some relations, and is made from some constraints: of Catalog's keys, the parent's, the child's catalog and
identifier."""

TEXT_SEARCH = ("pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template")

MOST_LIKE = 200
"""So many relations of a similar name are looked at: among more, a suggestion is a guess."""

ABOVE_ALL_OIDS = 2**32
"""New objects of a simulation get numbers that no object of the server can have."""

Found = dict[str, set[int]]
"""Catalog -> identifiers."""


def read_partial(reader: Reader, catalog: Catalog, names: Iterable[str]) -> None:
    """Put into the catalog what the names can mean, and a Loader for the rest."""
    LiveLoader(reader, catalog).start(sorted(set(names)))


class LiveLoader:
    """The Loader of a catalog that stands in a server. Whether something was asked for before decides whether to ask: what a
    statement has dropped since must not come back."""

    def __init__(self, reader: Reader, catalog: Catalog) -> None:
        self.reader = reader
        self.catalog = catalog
        self.names: frozenset[str] = frozenset()
        self.numbers: Any = None
        self.fetched: set[ObjectAddress] = set()
        self.asked: set[Any] = set()

    # --- the beginning

    def start(self, names: list[str]) -> None:
        reader, catalog = self.reader, self.catalog
        small = [classid for classid in CLASSES if classid not in LAZY]
        queries: list[tuple[str, Any]] = [(rows.query("numbered_by_initdb", reader.major), None)]
        for classid in small:
            condition = "true" if classid in rows.SHARED else f"o.oid >= {FIRST_NORMAL_OID}"
            queries.append((object_query(reader.major, classid, condition), None))
        queries.append(
            (object_query(reader.major, "pg_collation", "o.oid BETWEEN 12000 AND 16383 AND o.provider = 'c'"), None)
        )
        queries.append((rows.query("changed_privileges", reader.major), None))
        queries.append((rows.query("reach", reader.major), {"names": names, "oids": []}))
        queries += [self._oids_named(classid, names) for classid in NAME_COLUMNS if classid != "pg_class"]
        listed, *answers = reader.fetch(queries)
        self.numbers = rows.Numbers(catalog.builtins, listed)
        for classid, cursor in zip([*small, "pg_collation"], answers, strict=False):
            put(catalog, classid, rows.decode(classid, texts(cursor), self.numbers))
        privileges, reached, *named = answers[len(small) + 1 :]
        catalog.fill(rows.change_privileges(catalog, privileges, self.numbers))
        small_ones = [obj.address for obj in catalog.changed_objects() if obj.oid >= FIRST_NORMAL_OID]
        self.fetched.update(small_ones)
        self.names = frozenset(names)
        relations = [oid for (oid,) in reached]
        classes = [classid for classid in NAME_COLUMNS if classid != "pg_class"]
        more = {classid: {oid for (oid,) in cursor} for classid, cursor in zip(classes, named, strict=True)}
        self._fetch(relations, more, besides=small_ones)
        catalog.reserve_oids(ABOVE_ALL_OIDS)
        catalog.forget()
        catalog.loader = self

    @staticmethod
    def _oids_named(classid: str, names: list[str]) -> tuple[str, Any]:
        column, _ = NAME_COLUMNS[classid]
        return f"SELECT oid::int8 FROM {classid} WHERE {column} = ANY(%s) AND oid >= {FIRST_NORMAL_OID}", (names,)

    # --- fetching

    def _fetch(
        self, relations: list[int], more: Found, follow: bool = True, besides: Iterable[ObjectAddress] = ()
    ) -> None:
        """Fetch relations with what belongs to them, and other objects; of those of `besides`, what they need."""
        (own,) = self.reader.fetch(
            [
                (
                    rows.query("own_objects", self.reader.major),
                    {"relations": relations, "types": sorted(more.get("pg_type", ()))},
                )
            ]
        )
        found: Found = {classid: set(oids) for classid, oids in more.items()}
        for classid, oid in own:
            found.setdefault(classid, set()).add(oid)
        self._fetch_objects(found, set(relations), besides)
        if follow:
            missing = self._missing(found)
            if missing:
                self._fetch_objects(missing)

    def _fetch_objects(self, found: Found, complete: Iterable[int] = (), besides: Iterable[ObjectAddress] = ()) -> None:
        """Fetch objects, their comments and what they need; and what needs the relations of `complete`."""
        reader, catalog = self.reader, self.catalog
        wanted = {c: sorted(o for o in oids if ObjectAddress(c, o) not in self.fetched) for c, oids in found.items()}
        classes = [classid for classid in LAZY if wanted.get(classid)]
        queries: list[tuple[str, Any]] = [
            (object_query(reader.major, classid, "o.oid = ANY(%s::oid[])"), (wanted[classid],)) for classid in classes
        ]
        of_domains = "o.oid = ANY(ARRAY(SELECT k.oid FROM pg_constraint k WHERE k.contypid = ANY(%s::oid[])))"
        queries.append((object_query(reader.major, "pg_constraint", of_domains), (wanted.get("pg_type", []),)))
        columns = rows.query("pg_attribute", reader.major).replace("{condition}", "attrelid = ANY(%s::oid[])")
        queries.append((columns, (wanted.get("pg_class", []),)))
        pairs = [(classid, oid) for classid, oids in wanted.items() for oid in oids]
        pairs += [("pg_attrdef", oid) for oid in found.get("pg_attrdef", ())]
        pairs += [real for address in besides for real in _addresses(address.classid, address.objid)]
        needed = [("pg_class", oid) for oid in complete]
        needed += [("pg_publication", address.objid) for address in besides if address.classid == "pg_publication"]
        queries.append(self._depends(pairs, needed))
        queries.append(self._comments(pairs))
        parents = (wanted.get("pg_class", []), wanted.get("pg_constraint", []))
        queries.append((CHILDREN, parents))
        *objects, of_types, attributes, depends, comments, children = reader.fetch(queries)
        own_columns = columns_of(attributes)
        for classid, cursor in zip(classes, objects, strict=True):
            found_texts = texts(cursor)
            if classid == "pg_class":
                found_texts = rows.with_columns(found_texts, own_columns)
            put(catalog, classid, rows.decode(classid, found_texts, self.numbers))
        put(catalog, "pg_constraint", rows.decode("pg_constraint", texts(of_types), self.numbers))
        for classid, oids in wanted.items():
            self.fetched.update(ObjectAddress(classid, oid) for oid in oids)
        self._note_children(children)
        for classid, oid in needed:
            self.asked.add(("dependents", classid, oid))
        self._note_depends(depends, wanted)
        catalog.fill_comments((rows.address(c, o, sub), text) for c, o, sub, text in comments)

    def _depends(self, pairs: list[tuple[str, int]], needed: list[tuple[str, int]]) -> tuple[str, Any]:
        return rows.query("depends", self.reader.major).replace("{dependents}", OF_OBJECTS).replace(
            "{shared}", OF_SHARED
        ), {
            "classes": [classid for classid, _ in pairs],
            "oids": [oid for _, oid in pairs],
            "refclasses": [classid for classid, _ in needed],
            "refoids": [oid for _, oid in needed],
        }

    def _comments(self, pairs: list[tuple[str, int]]) -> tuple[str, Any]:
        sql = """
            SELECT classoid::regclass::text, objoid::int8, objsubid, description
            FROM pg_description
            JOIN unnest(%s::regclass[], %s::oid[]) AS own (classid, objid) ON classoid = own.classid AND objoid = own.objid"""
        return sql, ([classid for classid, _ in pairs], [oid for _, oid in pairs])

    def _note_depends(self, cursor: Iterable[rows.DependRow], fresh: Mapping[str, Sequence[int]]) -> None:
        """Of what is just here (`fresh`) or is read whole, what it needs; of what is not here, only that it needs what is. What was
        here before is known with its needs, and statements may have changed them since."""
        new = {ObjectAddress(classid, oid) for classid, oids in fresh.items() for oid in oids}
        known: list[tuple[ObjectAddress, ObjectAddress, str]] = []
        for classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype in cursor:
            dependent = rows.address(classid, objid, objsubid)
            on = rows.address(refclassid, refobjid, refobjsubid)
            owner = ObjectAddress(PART_OF.get(dependent.classid, dependent.classid), dependent.objid)
            if owner in self.fetched or dependent.classid not in (*LAZY, "pg_attrdef"):
                if owner.classid in LAZY and owner not in new:
                    continue
                if dependent.classid in rows.PARTS or self.catalog.holds(dependent):
                    known.append((dependent, on, deptype))
            elif dependent.classid in CLASSES or dependent.classid in PART_OF:
                back = self.catalog._dependents.setdefault((on.classid, on.objid), {})
                back[dependent, on.objsubid, deptype] = None
        self.catalog.fill_dependencies(known)

    def _note_children(self, cursor: Iterable[tuple[str, int, str, int]]) -> None:
        """Which children the relations and constraints just fetched have; those that are not here are fetched when they are looked at."""
        for key, parent, classid, child in cursor:
            if ObjectAddress(classid, child) not in self.fetched:
                self.catalog._owned.setdefault((key, parent), {})[child] = None

    def _missing(self, found: Found) -> Found:
        """What the objects just fetched refer to and is not here."""
        missing: Found = {}
        for classid, oids in found.items():
            if classid not in CLASSES:
                continue
            for oid in oids:
                obj = self.catalog._objects[classid].get(oid)
                if obj is None:
                    continue
                for to, number in references_of(obj):
                    lazy = to in LAZY and to != "pg_class" and number >= FIRST_NORMAL_OID
                    if lazy and ObjectAddress(to, number) not in self.fetched:
                        missing.setdefault(to, set()).add(number)
        return missing

    # --- the Loader protocol

    def by_oid(self, classid: str, oid: Oid) -> bool:
        address = ObjectAddress(classid, oid)
        if classid not in LAZY or not FIRST_NORMAL_OID <= oid < ABOVE_ALL_OIDS or address in self.fetched:
            return False
        if classid == "pg_class":
            self._fetch_relations([], [oid])
        else:
            self._fetch([], {classid: {oid}})
        self.fetched.add(address)
        return self.catalog.holds(address)

    def by_name(self, classid: str, namespace: Oid, name: str) -> bool:
        key = (classid, namespace, name)
        if classid not in NAME_COLUMNS or name in self.names or key in self.asked or namespace >= ABOVE_ALL_OIDS:
            return False
        self.asked.add(key)
        column, schema = NAME_COLUMNS[classid]
        sql = f"SELECT oid::int8 FROM {classid} WHERE {column} = %s AND {schema} = %s AND oid >= {FIRST_NORMAL_OID}"
        (cursor,) = self.reader.fetch([(sql, (name, namespace))])
        found = [self.by_oid(classid, oid) for (oid,) in cursor]
        return any(found)

    def _fetch_relations(self, names: list[str], oids: list[int]) -> None:
        (reached,) = self.reader.fetch([(rows.query("reach", self.reader.major), {"names": names, "oids": oids})])
        wanted = [oid for (oid,) in reached if ObjectAddress("pg_class", oid) not in self.fetched]
        self._fetch(wanted, {})

    def dependents(self, classid: str, oid: Oid) -> None:
        key = ("dependents", classid, oid)
        if key in self.asked or oid >= ABOVE_ALL_OIDS or (oid < FIRST_NORMAL_OID and classid != "pg_namespace"):
            return
        self.asked.add(key)
        if classid == "pg_namespace":
            self.members(classid, oid)
        (cursor,) = self.reader.fetch([self._depends([], _addresses(classid, oid))])
        self._note_depends(cursor, {})

    def members(self, classid: str, namespace: Oid) -> None:
        if ("members", namespace) in self.asked or namespace >= ABOVE_ALL_OIDS:
            return
        self.asked.add(("members", namespace))
        queries = [
            (f"SELECT oid::int8 FROM {found} WHERE {schema} = %s AND oid >= {FIRST_NORMAL_OID}", (namespace,))
            for found, (_, schema) in NAME_COLUMNS.items()
        ]
        found = {
            c: {oid for (oid,) in cursor} for c, cursor in zip(NAME_COLUMNS, self.reader.fetch(queries), strict=True)
        }
        self._fetch(sorted(found.pop("pg_class")), found)

    def close(self) -> None:
        self.reader.connection.close()

    def relations_like(self, names: Sequence[str], keys: Sequence[str]) -> None:
        key = ("like", tuple(names), tuple(keys))
        if key in self.asked or "everything" in self.asked or ("everything", "pg_class") in self.asked:
            return
        self.asked.add(key)
        (like,) = self.reader.fetch(
            [
                (
                    rows.query("relations_like", self.reader.major),
                    {"names": list(names), "keys": list(keys), "most": MOST_LIKE},
                )
            ]
        )
        unseen = [oid for (oid,) in like if ObjectAddress("pg_class", oid) not in self.fetched]
        if unseen:
            self._fetch(unseen, {}, follow=False)

    def everything(self, classid: str | None = None) -> None:
        classes = LAZY if classid is None else (classid,) if classid in LAZY else ()
        if "everything" in self.asked or not classes or ("everything", classid) in self.asked:
            return
        self.asked.add("everything" if classid is None else ("everything", classid))
        queries: list[tuple[str, Any]] = [
            (f"SELECT oid::int8 FROM {one} WHERE oid >= {FIRST_NORMAL_OID}", None) for one in classes
        ]
        found = {
            one: {oid for (oid,) in cursor} for one, cursor in zip(classes, self.reader.fetch(queries), strict=True)
        }
        relations = sorted(found.pop("pg_class", ()))
        if relations:
            self._fetch(relations, found, follow=False)
        else:
            self._fetch_objects(found)


def _addresses(classid: str, oid: int) -> list[tuple[str, int]]:
    """What the server calls a catalog of ours."""
    return [(real, oid) for real in TEXT_SEARCH] if classid == "pg_ts" else [(classid, oid)]


def references_of(part: Struct) -> Iterator[tuple[str, Oid]]:
    """What a struct and its parts identify: catalog and identifier."""
    for field in part.__struct_fields__:
        value = getattr(part, field)
        if not value:
            continue
        classid = referred_class(type(part), field)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Struct):
                yield from references_of(item)
            elif classid is not None and isinstance(item, int):
                yield classid, item
