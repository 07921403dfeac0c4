"""Snapshots are read line by line, when an object is looked up: a check of one migration decodes what that migration touches."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import msgspec
from msgspec import Struct, field

from schemalint.catalog import model
from schemalint.catalog.builtins import STRUCTS, load
from schemalint.catalog.implied import array_name, array_over, edges_of_array, edges_of_row_type, row_type
from schemalint.catalog.keys import OWNED_BY
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID, CatalogObject, Expression, ObjectAddress, Oid
from schemalint.catalog.references import Identities, quoted, referred_class
from schemalint.catalog.snapshot import FORMAT, Header, expected_namespace
from schemalint.catalog.store import Catalog
from schemalint.errors import UserError

LAZY = frozenset(
    ("pg_class", "pg_type", "pg_proc", "pg_collation", "pg_constraint", "pg_trigger", "pg_policy", "pg_rewrite")
)
"""Catalogs of many objects; those of the others are decoded at once."""

LINES_BEFORE = 2
"""Lines before the first object."""


class _Heading(Struct, gc=False):
    """What is needed of each line to find it."""

    classid: str = field(name="class")
    id: str
    name: str = ""
    namespace: str = ""
    of: str = ""
    rowtype: str | None = None
    builtin: int | str | None = None
    typid: str = ""
    frelid: str = ""
    parentid: str = ""
    inherits: tuple[str, ...] = ()


class _Needs(Struct, gc=False):
    needs: tuple[tuple[str, str, str, int, str], ...] = ()


def load_snapshot(data: bytes, file: str) -> Catalog:
    """The catalog that these bytes are the snapshot of. Raises UserError."""
    data = (
        data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        if data[:3] == b"\xef\xbb\xbf" or b"\r\n" in data[:4000]
        else data
    )
    header = _header(data, file)
    if not data.rstrip().endswith(b"\n]}"):
        raise UserError(f"{file}:{data.count(10) + 1}: the snapshot is cut off; make it again")
    start = data.index(b"\n", data.index(b"\n") + 1) + 1
    body = data[start : data.rindex(b"\n]}")]
    lines = body.split(b",\n") if body else []
    try:
        headings = msgspec.json.decode(b"[" + body + b"]", type=list[_Heading])
        if len(headings) != len(lines):
            raise msgspec.DecodeError("more than one object on a line")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken_line(lines, error, file) from None
    catalog = Catalog(load(header.major), closed=header.closed, source=file)
    catalog.database, catalog.server_version = header.database, header.server_version
    catalog.made_at = header.made_at
    catalog.loader = SnapshotLoader(catalog, header, headings, lines, body, file)
    catalog.forget()
    return catalog


def _header(data: bytes, file: str) -> Header:
    first, _, rest = data.partition(b"\n")
    if not first.startswith(b'{"schemalint": '):
        raise UserError(f"{file}:1: not a snapshot of schemalint")
    text = first.removeprefix(b'{"schemalint": ').rstrip().removesuffix(b",")
    try:
        version = msgspec.json.decode(text)["format"]
        if isinstance(version, int) and version > FORMAT:
            raise UserError(f"{file}: written by a newer schemalint (format {version}; this one reads up to {FORMAT})")
        header = msgspec.json.decode(text, type=Header)
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise UserError(f"{file}:1: the snapshot's first line cannot be read: {error}") from None
    if not rest.startswith(b'"objects": ['):
        raise UserError(f"{file}:2: the snapshot is cut off; make it again")
    return header


def _broken_line(lines: list[bytes], error: Exception, file: str) -> UserError:
    for place, line in enumerate(lines):
        try:
            msgspec.json.decode(line, type=_Heading)
        except (msgspec.DecodeError, UnicodeDecodeError) as found:
            return UserError(f"{file}:{place + LINES_BEFORE + 1}: cannot be read: {found}")
    return UserError(f"{file}: cannot be read: {error}")


class SnapshotLoader:
    """The Loader of a catalog that stands in a snapshot. Object i of the file has the identifier 16384 + i; types that come with
    other objects have numbers after these."""

    def __init__(
        self, catalog: Catalog, header: Header, headings: list[_Heading], lines: list[bytes], body: bytes, file: str
    ) -> None:
        self.catalog, self.headings, self.lines, self.body, self.file = catalog, headings, lines, body, file
        self.ids = {(heading.classid, heading.id): i for i, heading in enumerate(headings)}
        self.oids: dict[int, Oid] = {}
        self.lines_of_builtins: dict[tuple[str, Oid], int] = {}
        self.loaded = bytearray(len(headings))
        self.asked: set[Any] = set()
        self.schemas: dict[Oid, str] = {row.oid: row.name for row in catalog.builtins.table(model.Namespace).rows}
        self._of_builtins: dict[str, Mapping[str, Oid]] = {}
        self._prepare(header)

    def _prepare(self, header: Header) -> None:
        for i, heading in enumerate(self.headings):
            if heading.builtin is not None:
                self.lines_of_builtins[heading.classid, self.oid(i)] = i
            if heading.classid == "pg_namespace":
                self.schemas[self.oid(i)] = heading.name
        dropped = []
        for classid, identity in header.dropped:
            oid = self._builtin_ids(classid).get(identity)
            if oid is not None:
                dropped.append(ObjectAddress(classid, oid))
        for address in dropped:
            self.catalog.remove(address)
            if address.classid == "pg_namespace":
                self.schemas.pop(address.objid, None)
        self.catalog.reserve_oids(FIRST_NORMAL_OID + 3 * len(self.lines))
        for i, heading in enumerate(self.headings):
            if heading.classid not in LAZY:
                self.load(i)

    # --- numbers and names

    def oid(self, i: int) -> Oid:
        """The identifier of line i."""
        builtin = self.headings[i].builtin
        if builtin is None:
            return FIRST_NORMAL_OID + i
        if i not in self.oids:
            heading = self.headings[i]
            schema = next((oid for oid, name in self.schemas.items() if name == heading.namespace), 0)
            named = (
                builtin if isinstance(builtin, int) else self.catalog.builtins.find(heading.classid, schema, builtin)
            )
            self.oids[i] = FIRST_NORMAL_OID + i if named is None else named
        return self.oids[i]

    def _row_type_oid(self, i: int) -> Oid:
        return FIRST_NORMAL_OID + len(self.lines) + 2 * i

    def _line_of(self, classid: str, oid: Oid) -> int | None:
        """The line that an object stands in, or is implied by."""
        i = oid - FIRST_NORMAL_OID
        if i < 0:
            return self.lines_of_builtins.get((classid, oid))
        count = len(self.lines)
        if i < count:
            return i if self.headings[i].classid == classid and self.headings[i].builtin is None else None
        return (i - count) // 2 if classid == "pg_type" and i < 3 * count else None

    def resolve(self, classid: str, identity: str) -> Oid:
        """The identifier of what a line names. Raises KeyError."""
        i = self.ids.get((classid, identity))
        if i is not None:
            return self.oid(i)
        if identity == "-":
            return 0
        if classid == "pg_type":
            implied = self._implied_type(identity)
            if implied is not None:
                return implied
        found = self._builtin_ids(classid).get(identity)
        if found is not None:
            return found
        if identity.startswith(f"{classid} "):  # it did not exist when the snapshot was made
            return int(identity.rpartition(" ")[2])
        raise KeyError(identity)

    def _implied_type(self, identity: str) -> Oid | None:
        i = self.ids.get(("pg_class", identity))
        if i is not None and self.headings[i].rowtype is not None:
            return self._row_type_oid(i)
        return self._implied_arrays.get(identity)

    @cached_property
    def _implied_arrays(self) -> Mapping[str, Oid]:
        """Names of arrays over types that have no line of their own."""
        found: dict[str, Oid] = {}
        for i, heading in enumerate(self.headings):
            if heading.rowtype == "array" or (heading.classid == "pg_type" and b'"array":true' in self.lines[i]):
                found[_in_schema(heading.namespace, array_name(heading.name))] = self._row_type_oid(i) + 1
        return found

    def _builtin_ids(self, classid: str) -> Mapping[str, Oid]:
        """The built-in objects of a catalog by name."""
        if classid not in self._of_builtins:
            names = Identities(Catalog(self.catalog.builtins))
            rows = self.catalog.builtins.table(CLASSES[classid]).rows if classid in STRUCTS else ()
            self._of_builtins[classid] = {names.of_object(row): row.oid for row in rows}
        return self._of_builtins[classid]

    # --- the Loader protocol

    def by_oid(self, classid: str, oid: Oid) -> bool:
        """Fetch an object by its identifier."""
        i = self._line_of(classid, oid)
        return i is not None and self.load(i)

    def by_name(self, classid: str, namespace: Oid, name: str) -> bool:
        """Fetch the objects of a name; asked once."""
        if classid not in LAZY or (classid, namespace, name) in self.asked:
            return False
        self.asked.add((classid, namespace, name))
        schema = self.schemas.get(namespace)
        found = [self.load(i) for i in self._named.get((classid, schema, name), ())]
        if classid == "pg_type":
            oid = self._implied_type(_in_schema(schema or "", name))
            found.append(oid is not None and self.by_oid("pg_type", oid))
        return any(found)

    @cached_property
    def _named(self) -> Mapping[tuple[str, str | None, str], list[int]]:
        found: dict[tuple[str, str | None, str], list[int]] = {}
        for i, heading in enumerate(self.headings):
            if heading.classid in LAZY:
                found.setdefault((heading.classid, heading.namespace, heading.name), []).append(i)
        return found

    def everything(self, classid: str | None = None) -> None:
        """Fetch all that is left (of one catalog)."""
        if "everything" in self.asked or ("everything", classid) in self.asked:
            return
        self.asked.add("everything" if classid is None else ("everything", classid))
        implied = classid == "pg_type"  # row types stand in the lines of their relations
        for i, heading in enumerate(self.headings):
            if classid in (None, heading.classid) or (implied and heading.rowtype is not None):
                self.load(i)

    def relations_like(self, names: Sequence[str], keys: Sequence[str]) -> None:
        """Fetch all relations: which keys they have stands in their lines only."""
        self.everything("pg_class")

    def close(self) -> None:
        """Nothing is held."""

    def members(self, classid: str, namespace: Oid) -> None:
        """Fetch all objects of a schema."""
        if ("members", namespace) not in self.asked:
            self.asked.add(("members", namespace))
            schema = self.schemas.get(namespace)
            for i, heading in enumerate(self.headings):
                if heading.namespace == schema:
                    self.load(i)

    def dependents(self, classid: str, oid: Oid) -> None:
        """Make known what needs an object."""
        if ("dependents", classid, oid) in self.asked:
            return
        self.asked.add(("dependents", classid, oid))
        if classid == "pg_namespace":
            self.members(classid, oid)
        i = self._line_of(classid, oid)
        if i is not None and self.headings[i].classid == classid:
            identity = self.headings[i].id
        else:  # a built-in object, or a type that a line implies
            identity = Identities(self.catalog).of(classid, oid)
        for line, part, column, deptype in self._needed_by.get((classid, identity), ()):
            if not self.loaded[line]:
                dependent = self._part(line, part)
                on = ObjectAddress(classid, oid)
                self.catalog._dependents.setdefault((on.classid, on.objid), {})[dependent, column, deptype] = None

    @cached_property
    def _needed_by(self) -> Mapping[tuple[str, str], list[tuple[int, str, int, str]]]:
        """What is needed -> (line, part of it, column of what is needed, deptype)."""
        found: dict[tuple[str, str], list[tuple[int, str, int, str]]] = {}
        for i, entry in enumerate(msgspec.json.decode(b"[" + self.body + b"]", type=list[_Needs])):
            for part, classid, identity, column, deptype in entry.needs:
                found.setdefault((classid, identity), []).append((i, part, column, deptype))
        return found

    # --- one line

    def load(self, i: int) -> bool:
        """Put the object of a line, with the types that come with it, into the catalog."""
        if self.loaded[i]:
            return False
        self.loaded[i] = 1
        heading = self.headings[i]
        try:
            record = msgspec.json.decode(self.lines[i])
            obj = self._restored(CLASSES[heading.classid], record, oid=self.oid(i))
            objects = [obj, *self._implied(i, obj, record)] if heading.classid in ("pg_class", "pg_type") else [obj]
            self.catalog.fill([_with_types(obj, objects), *objects[1:]])
            self.catalog.fill_dependencies(self._edges(i, objects, record))
            comments = record.get("comments", {})
            self.catalog.fill_comments((self._part(i, part), text) for part, text in comments.items())
            if heading.classid == "pg_class":
                self._note_owned("pg_class", self.oid(i), heading.id)
            elif heading.classid in ("pg_type", "pg_constraint"):
                self._note_owned(heading.classid, self.oid(i), heading.id)
        except KeyError as error:
            reason = f"names {error.args[0]}, which is not in the file"
            raise UserError(f"{self.file}:{i + LINES_BEFORE + 1}: {reason}") from None
        except (TypeError, ValueError, AttributeError, msgspec.DecodeError) as error:
            raise UserError(f"{self.file}:{i + LINES_BEFORE + 1}: cannot be read: {error}") from None
        return True

    def _note_owned(self, classid: str, oid: Oid, identity: str) -> None:
        """Make known what belongs to a relation, domain or constraint; it is fetched when it is looked at."""
        for key, line in self._owned.get((classid, identity), ()):
            self.catalog._owned.setdefault((key, oid), {})[self.oid(line)] = None

    @cached_property
    def _owned(self) -> Mapping[tuple[str, str], list[tuple[str, int]]]:
        found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for i, heading in enumerate(self.headings):
            classid = heading.classid
            if heading.of:
                key = "index" if classid == "pg_class" else f"{classid}.relid"
                found.setdefault(("pg_class", heading.of), []).append((key, i))
            for parent in heading.inherits:
                found.setdefault(("pg_class", parent), []).append(("inherits", i))
            if classid == "pg_constraint":
                if heading.frelid:
                    found.setdefault(("pg_class", heading.frelid), []).append(("pg_constraint.frelid", i))
                if heading.typid:
                    found.setdefault(("pg_type", heading.typid), []).append(("pg_constraint.typid", i))
            if heading.parentid and classid in OWNED_BY:
                found.setdefault((classid, heading.parentid), []).append((f"{classid}.parentid", i))
        return found

    def _implied(self, i: int, obj: Any, record: Mapping[str, Any]) -> Iterator[model.Type]:
        """The row type and the array that a line stands for."""
        element = obj
        subscript = self._subscript
        if isinstance(obj, model.Relation):
            if "rowtype" not in record:
                return
            named = record["rowtype"]
            array = self._row_type_oid(i) + 1 if named == "array" else self.resolve("pg_type", named)
            element = row_type(obj, self._row_type_oid(i), array)
            yield element
            if named != "array":
                return
        elif record.get("array") is not True:
            return
        yield array_over(element, self._row_type_oid(i) + 1, subscript)

    @cached_property
    def _subscript(self) -> Oid:
        found: Any = self.catalog.builtins.get("pg_type", 1007)
        return int(found.subscript)

    def _edges(
        self, i: int, objects: list[CatalogObject], record: Mapping[str, Any]
    ) -> Iterator[tuple[ObjectAddress, ObjectAddress, str]]:
        for made in objects[1:]:
            assert isinstance(made, model.Type)
            yield from edges_of_array(made) if made.elem else edges_of_row_type(made)
        expected = None if "outside_schema" in record else expected_namespace(objects[0])
        if expected is not None and (expected.refobj.objid >= FIRST_NORMAL_OID or expected.refobj.objid == 2200):
            yield objects[0].address, expected.refobj, expected.deptype
        for part, classid, identity, column, deptype in record.get("needs", ()):
            yield self._part(i, part), ObjectAddress(classid, self.resolve(classid, identity), column), deptype

    def _part(self, i: int, part: str) -> ObjectAddress:
        classid, oid = self.headings[i].classid, self.oid(i)
        kind, _, which = part.partition(" ")
        if kind == "column":
            return ObjectAddress(classid, oid, int(which))
        if kind == "default":
            return ObjectAddress("pg_attrdef", oid, int(which))
        if kind == "table":
            return ObjectAddress("pg_publication_rel", oid, self.resolve("pg_class", which))
        if kind == "schema":
            return ObjectAddress("pg_publication_namespace", oid, self.resolve("pg_namespace", which))
        return ObjectAddress(classid, oid)

    # --- structs

    def _restored(self, struct: type[Struct], record: Mapping[str, Any], **more: Any) -> Any:
        fields: dict[str, Any] = dict(more)
        nested = _nested(struct)
        for name, value in record.items():
            if name in nested and name not in more and not (name == "array" and value is True):
                fields[name] = self._value(nested[name], value, referred_class(struct, name))
        return struct(**fields)

    def _value(self, struct: type[Struct] | None, value: Any, classid: str | None) -> Any:
        if isinstance(value, list):
            return tuple(self._value(struct, item, classid) for item in value)
        if struct is Expression:
            return None if value is None else Expression(value)
        if struct is not None:
            return self._restored(struct, value)
        if isinstance(value, dict):
            return {key: self._value(None, item, classid) for key, item in value.items()}
        if classid is not None:
            return self.resolve(classid, value)
        return value


def _with_types(obj: CatalogObject, objects: list[Any]) -> CatalogObject:
    """The object with the identifiers of the types that come with it."""
    if len(objects) > 1 and isinstance(obj, model.Relation):
        return msgspec.structs.replace(obj, type=objects[1].oid)
    if len(objects) > 1 and isinstance(obj, model.Type):
        return msgspec.structs.replace(obj, array=objects[1].oid)
    return obj


def _in_schema(schema: str, name: str) -> str:
    return quoted(name) if schema == "pg_catalog" else f"{quoted(schema)}.{quoted(name)}"


@cache
def _nested(struct: type[Struct]) -> Mapping[str, type[Struct] | None]:
    """Field -> the struct that it (or each of its items) is; None for plain values."""
    hints = typing.get_type_hints(struct)
    return {name: _struct_in(hints[name]) for name in struct.__struct_fields__}


def _struct_in(hint: Any) -> type[Struct] | None:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint
    return next((found for item in typing.get_args(hint) if (found := _struct_in(item)) is not None), None)
