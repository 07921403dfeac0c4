"""Snapshots: a catalog as one JSON file, one object a line, in which objects refer to each other by name.

Names instead of identifiers make the file the same for databases of the same schema, so that it can be reviewed and merged.
Rows, host names, passwords and the options of foreign servers and user mappings are not written.

    write_snapshot(catalog, Path("catalog.json"))
    catalog = read_snapshot(Path("catalog.json"))        # objects are decoded when they are looked up
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID, name_key
from schemalint.catalog.implied import is_implied
from schemalint.catalog.keys import QUALIFIED
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID, CatalogObject, Dependency, Expression, ObjectAddress
from schemalint.catalog.references import SECRET, Identities, defaults_of, option_names, referred_class
from schemalint.catalog.store import Catalog
from schemalint.errors import UserError

FORMAT = 1

Sizes = Literal["bucketed", "exact", "none"]

LEFT_OUT = ("rows of tables", "passwords", "host", "options of foreign servers and user mappings", "other databases")


class Header(Struct, omit_defaults=True):
    """The first line. `made_at` is ISO 8601 in UTC; `dropped` are built-in objects that the database lacks."""

    format: int
    server_version: str
    major: int
    database: str = ""
    made_at: str = ""
    closed: bool = True
    sizes: str = "bucketed"
    left_out: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()


def snapshot_text(catalog: Catalog, sizes: Sizes = "bucketed", now: datetime | None = None) -> str:
    """The snapshot of a catalog."""
    return "".join(f"{line}\n" for line in snapshot_lines(catalog, sizes, now))


def snapshot_lines(catalog: Catalog, sizes: Sizes = "bucketed", now: datetime | None = None) -> Iterator[str]:
    """The lines of the snapshot of a catalog. `bucketed` sizes are rounded to a power of two, so that they seldom change."""
    names = Identities(catalog)
    header = Header(
        format=FORMAT,
        server_version=catalog.server_version or str(catalog.version),
        major=catalog.version,
        database=catalog.database,
        made_at=(now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        closed=catalog.closed,
        sizes=sizes,
        left_out=(*LEFT_OUT, *(("sizes",) if sizes == "none" else ())),
        dropped=tuple(sorted((obj.CLASS, names.of_object(obj)) for obj in catalog.dropped_builtins())),
    )
    lines = sorted(_lines(catalog, names, sizes))
    yield f'{{"schemalint": {_json(header)},'
    yield '"objects": ['
    last = len(lines) - 1
    for place, (*_, line) in enumerate(lines):
        yield line if place == last else f"{line},"
    if not lines:
        yield ""
    yield "]}"


def write_snapshot(catalog: Catalog, path: Path, sizes: Sizes = "bucketed") -> None:
    """Write a snapshot. Raises UserError."""
    try:
        with path.open("w", encoding="utf-8", newline="\n", errors="backslashreplace") as out:
            out.writelines(f"{line}\n" for line in snapshot_lines(catalog, sizes))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None


def read_snapshot(path: Path) -> Catalog:
    """The catalog of a snapshot. Raises UserError, which names file and line."""
    from schemalint.catalog.snapshot_loader import load_snapshot

    try:
        return load_snapshot(path.read_bytes(), str(path))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# --- lines

_RANKS = {classid: rank for rank, classid in enumerate(CLASSES)}


def _lines(catalog: Catalog, names: Identities, sizes: Sizes) -> Iterator[tuple[bool, str, int, str, str]]:
    """(In a schema, what it belongs to, rank of the class, identity, line): a relation and its parts stand together."""
    for obj in catalog.changed_objects():
        if isinstance(obj, model.Type) and is_implied(catalog, obj):
            continue
        builtin = catalog.builtins.get(obj.CLASS, obj.oid)
        if builtin == obj and catalog.comment(obj.address) is None:
            continue
        identity = names.of_object(obj)
        owner = _owner(obj)
        group = names.of("pg_class", owner) if owner else identity
        qualified = obj.CLASS in QUALIFIED or owner != 0
        yield qualified, group, _RANKS[obj.CLASS], identity, _json(_record(catalog, names, obj, identity, sizes))


def _owner(obj: Any) -> int:
    """The relation that an object is a part of."""
    if isinstance(obj, model.Relation):
        return obj.index.relid if obj.index is not None else 0
    return int(getattr(obj, "relid", 0)) if not isinstance(obj, model.Type) else 0


def _record(catalog: Catalog, names: Identities, obj: CatalogObject, identity: str, sizes: Sizes) -> dict[str, Any]:
    record: dict[str, Any] = {"class": obj.CLASS, "id": identity}
    if obj.oid < FIRST_NORMAL_OID and catalog.builtins.get(obj.CLASS, obj.oid) is not None:
        record["builtin"] = obj.oid if obj.oid < FIRST_UNPINNED_OID else name_key(obj)
    owner = _owner(obj)
    if owner:
        record["of"] = names.of("pg_class", owner)
    record |= _fields(names, obj)
    if obj.CLASS in SECRET and "options" in record:
        record["options"] = option_names(record["options"])
    if isinstance(obj, model.Relation):
        _note_sizes(record, obj, sizes)
    if isinstance(obj, (model.Relation, model.Type)):
        _note_types(catalog, record, obj)
    _note_facts(catalog, names, obj, record)
    return record


def _note_sizes(record: dict[str, Any], relation: model.Relation, sizes: Sizes) -> None:
    for field in ("rows", "bytes"):
        value = getattr(relation, field)
        if sizes == "none" or value is None:
            record.pop(field, None)
        elif sizes == "bucketed":
            record[field] = bucketed(value)
        elif field == "rows":
            record[field] = int(value)


def bucketed(value: float) -> int:
    """The nearest power of two; -1 (never analyzed) and 0 are themselves."""
    return int(value) if value <= 1 else 2 ** round(math.log2(value))


def _note_types(catalog: Catalog, record: dict[str, Any], obj: Any) -> None:
    """Types that come with the object are not written, but that it has them."""
    if isinstance(obj, model.Relation) and obj.type:
        made = catalog.get(model.Type, obj.type)
        if made is not None and is_implied(catalog, made):
            record.pop("type", None)
            array = catalog.get(model.Type, made.array) if made.array else None
            record["rowtype"] = (
                "array" if array is not None and is_implied(catalog, array) else _named(catalog, made.array)
            )
    elif isinstance(obj, model.Type) and obj.array:
        array = catalog.get(model.Type, obj.array)
        if array is not None and is_implied(catalog, array):
            record["array"] = True


def _named(catalog: Catalog, oid: int) -> str:
    return Identities(catalog).of("pg_type", oid)


def _fields(names: Identities, part: Struct) -> dict[str, Any]:
    """The fields that have not their default, with names for identifiers."""
    found: dict[str, Any] = {}
    for field, default, classid in _written(type(part)):
        value = getattr(part, field)
        if value != default:
            found[field] = value if classid is None and type(value) in _PLAIN else _value(names, value, classid)
    return found


_PLAIN = (int, str, bool, float)


@cache
def _written(struct: type[Struct]) -> tuple[tuple[str, Any, str | None], ...]:
    """Field, the value with which it is left out, and what it identifies; a schema is always written."""
    unwritten = ("oid", "datums", "lower", "upper") if struct is model.PartitionBound else ("oid",)
    return tuple(
        (field, 0 if field == "namespace" else default, referred_class(struct, field))
        for field, default in zip(struct.__struct_fields__, defaults_of(struct), strict=True)
        if field not in unwritten
    )


def _value(names: Identities, value: Any, classid: str | None) -> Any:
    if isinstance(value, tuple):
        return [_value(names, item, classid) for item in value]
    if isinstance(value, dict):
        return {key: _value(names, item, classid) for key, item in sorted(value.items())}
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Struct):
        return _fields(names, value)
    return names.of(classid, value) if classid is not None else value


# --- comments and dependencies


def _note_facts(catalog: Catalog, names: Identities, obj: CatalogObject, record: dict[str, Any]) -> None:
    parts = dict(_parts(names, obj))
    comments = {part: text for part, at in parts.items() if (text := catalog.comment(at)) is not None}
    if comments:
        record["comments"] = comments
    needs: list[list[Any]] = []
    for part, at in parts.items():
        expected = expected_namespace(obj) if not part else None
        held = catalog.depends_on(at)
        if expected is not None:
            if expected in held:
                held = tuple(dependency for dependency in held if dependency != expected)
            else:
                record["outside_schema"] = True
        needs += sorted([part, on.classid, *_named_address(names, on), deptype] for on, deptype in held)
    if needs:
        record["needs"] = needs


def expected_namespace(obj: CatalogObject) -> Dependency | None:
    """What nearly all objects of a schema need: it. Not written where it is so."""
    if obj.CLASS not in QUALIFIED or (isinstance(obj, model.Relation) and obj.kind in "iIc"):
        return None
    if isinstance(obj, model.Type) and (obj.relid or obj.category == "A"):
        return None
    return Dependency(ObjectAddress("pg_namespace", getattr(obj, "namespace", 0)), "n")


def _parts(names: Identities, obj: CatalogObject) -> Iterator[tuple[str, ObjectAddress]]:
    """What dependencies may start from: the object, `column 3`, `default 3`, `table public.x`, `schema x`."""
    yield "", obj.address
    if isinstance(obj, model.Relation):
        for column in obj.columns:
            yield f"column {column.num}", ObjectAddress("pg_class", obj.oid, column.num)
            if column.default is not None:
                yield f"default {column.num}", ObjectAddress("pg_attrdef", obj.oid, column.num)
    elif isinstance(obj, model.Publication):
        for relation in obj.relations:
            yield (
                f"table {names.of('pg_class', relation.relid)}",
                ObjectAddress("pg_publication_rel", obj.oid, relation.relid),
            )
        for schema in obj.schemas:
            yield (
                f"schema {names.of('pg_namespace', schema)}",
                ObjectAddress("pg_publication_namespace", obj.oid, schema),
            )


def _named_address(names: Identities, address: ObjectAddress) -> tuple[str, int]:
    return names.of(address.classid, address.objid), address.objsubid
