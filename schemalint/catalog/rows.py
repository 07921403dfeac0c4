"""What the queries of catalog/queries answer becomes structs, and those a Catalog; the identifiers that initdb gave become ours.

Nothing here talks to a server: live.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.builtins import FIRST_UNPINNED_OID, Builtins, name_key
from schemalint.catalog.builtins.numbering import renumbered
from schemalint.catalog.model import CLASSES, FIRST_NORMAL_OID, CatalogObject, Expression, ObjectAddress, Oid
from schemalint.catalog.store import Catalog

QUERIES = Path(__file__).parent / "queries"

SHARED = ("pg_namespace", "pg_authid", "pg_database", "pg_tablespace", "pg_language", "pg_am", "pg_extension")
"""Catalogs of few objects, of which also the server's own are read: they can be changed, some even dropped."""

DROPPABLE = ("pg_namespace", "pg_language", "pg_extension")
"""Those of them whose built-in objects a database may lack."""

MANY = 3_000_000
"""From so many bytes of pg_class on, about 10,000 relations, their sizes are those of the last VACUUM: the server keeps each that it looks
at in memory."""

SIZES = {
    True: f"""CASE WHEN pg_relation_size('pg_class') < {MANY} THEN pg_total_relation_size(c.oid)
        WHEN reltuples >= 0 THEN relpages * current_setting('block_size')::int8 END""",
    False: "NULL::int8",
}

_FOR_MAJORS = re.compile(r" -- (>=|<) (\d+)$", re.MULTILINE)
_BY_INITDB = re.compile(rb"(?<!\d)1[2-6]\d{3}(?!\d)")
_OID = re.compile(rb'\{"oid":"?(\d+)')
_TS = {"pg_ts_config": "pg_ts", "pg_ts_dict": "pg_ts", "pg_ts_parser": "pg_ts", "pg_ts_template": "pg_ts"}
_MODULUS = re.compile(r"FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)")

DependRow = tuple[str, int, int, str, int, int, str]
"""Dependent catalog, object and column; needed catalog, object and column; deptype."""
CommentRow = tuple[str, int, int, str]


@cache
def query(name: str, major: int) -> str:
    """The SQL of one file for a server major: lines that end in `-- >= 15` or `-- < 15` are for these majors only."""
    kept: list[str] = []
    for line in (QUERIES / f"{name}.sql").read_text(encoding="utf-8").splitlines():
        found = _FOR_MAJORS.search(line)
        if found is not None:
            if (major >= int(found[2])) != (found[1] == ">="):
                continue
            line = line[: found.start()]
        if not line.startswith("--"):
            kept.append(line.partition("  -- ")[0])
    return "\n".join(kept)


def as_json(sql: str, condition: str) -> str:
    """A query that answers one JSON text for each row of another that meets a condition on `o`; NULLs are left out."""
    return f"SELECT json_strip_nulls(row_to_json(o))::text FROM (\n{sql}\n) o\nWHERE {condition}\nORDER BY o.oid"


# --- decoding


@cache
def _decoder(classid: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(CLASSES[classid], strict=False)


class Numbers:
    """What this process calls the objects that initdb numbered in an order of its own: the server's identifier -> ours.

    `listed` are the rows of queries/numbered_by_initdb.sql. What a new database of ours lacks (the C library's collations) is numbered
    downwards from 16383, which no built-in object has.
    """

    def __init__(self, builtins: Builtins, listed: Iterable[tuple[str, int, str | None, str]]) -> None:
        self._map: dict[int, int] = {}
        self._builtins = builtins
        self._listed = {oid: (classid, schema or "", name) for classid, oid, schema, name in listed}
        unnamed = [key for key in self._listed.items() if key[1][0] == "pg_collation" and self._find(*key[1]) is None]
        for place, (oid, _) in enumerate(sorted(unnamed, key=lambda item: (item[1], item[0]))):
            self._map[oid] = FIRST_NORMAL_OID - 1 - place

    def _find(self, classid: str, schema: str, name: str) -> Oid | None:
        namespace = (self._builtins.find("pg_namespace", 0, schema) or 0) if schema else 0
        return self._builtins.find(classid, namespace, name)

    def get(self, oid: int, default: Any = None) -> Any:
        """Our identifier for a server's; `default` for those that are the same everywhere."""
        if type(oid) is not int or not FIRST_UNPINNED_OID <= oid < FIRST_NORMAL_OID:
            return default
        if oid not in self._map:
            listed = self._listed.get(oid)
            found = None if listed is None else self._find(*listed)
            self._map[oid] = oid if found is None else found
        return self._map[oid]


def with_columns(relations: Iterable[bytes], columns: Mapping[int, bytes]) -> Iterator[bytes]:
    """The texts of relations with those of their columns put in."""
    for text in relations:
        found = _OID.match(text)
        own = columns.get(int(found[1])) if found is not None else None
        yield text if own is None else b'%s,"columns":[%s]}' % (text[:-1], own)


def decode(classid: str, texts: Iterable[bytes], numbers: Any) -> Iterator[CatalogObject]:
    """The structs of one catalog, with our identifiers."""
    decoder = _decoder(classid)
    finish = _FINISH.get(classid)
    for text in texts:
        try:
            obj = decoder.decode(text)
        except msgspec.DecodeError:  # a database in SQL_ASCII may hold anything
            obj = decoder.decode(text.decode("utf-8", "replace").encode())
        if _BY_INITDB.search(text):
            obj = renumbered(obj, numbers)
        yield obj if finish is None else finish(obj)


def _finished_relation(relation: model.Relation) -> model.Relation:
    if relation.view is not None:
        return replace(relation, view=Expression(relation.view.text.strip().removesuffix(";")))
    if relation.partition_key is not None and relation.partition_key.exprs:
        key = relation.partition_key
        parts = tuple(Expression(part) for part in split_list(key.exprs[0].text))
        relation = replace(relation, partition_key=replace(key, exprs=parts))
    if relation.partition_bound is not None:
        relation = replace(relation, partition_bound=_finished_bound(relation.partition_bound))
    return relation


def _finished_bound(bound: model.PartitionBound) -> model.PartitionBound:
    """The bound with the parts of its text, but for values: what they are depends on their types."""
    if bound.text == "DEFAULT":
        return replace(bound, is_default=True)
    hashed = _MODULUS.match(bound.text)
    return bound if hashed is None else replace(bound, modulus=int(hashed[1]), remainder=int(hashed[2]))


_LIST_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(\[]|[)\]]|,""")


def split_list(text: str) -> list[str]:
    """What stands between the commas of a list of expressions, as the server prints it."""
    found: list[str] = []
    depth = start = 0
    for token in _LIST_TOKEN.finditer(text):
        if token[0] in "([":
            depth += 1
        elif token[0] in ")]":
            depth -= 1
        elif token[0] == "," and not depth:
            found.append(text[start : token.start()].strip())
            start = token.end()
    found.append(text[start:].strip())
    return [part for part in found if part]


def _finished_rule(rule: model.RewriteRule) -> model.RewriteRule:
    return replace(rule, text=rule.text.strip().removesuffix(";"))


_OPTION = re.compile(r"(\S+) = '((?:[^']|'')*)'(?:, |$)")


def _finished_text_search(found: model.TextSearch) -> model.TextSearch:
    """A dictionary's options as `name=value` (deserialize_deflist)."""
    if not found.options:
        return found
    options = _OPTION.findall(", ".join(found.options))
    return replace(found, options=tuple(f"{name}={value}".replace("''", "'") for name, value in options))


_FINISH: Mapping[str, Any] = {
    "pg_class": _finished_relation,
    "pg_rewrite": _finished_rule,
    "pg_ts": _finished_text_search,
}


# --- into a catalog


def differs_from_builtin(catalog: Catalog, obj: CatalogObject) -> bool:
    """Whether a server's own object is not as initdb made it."""
    return catalog.builtins.get(obj.CLASS, obj.oid) != obj


def remove_dropped(catalog: Catalog, classid: str, present: Iterable[CatalogObject]) -> None:
    """Take away what a new database holds and this one does not."""
    here = {name_key(obj) for obj in present}
    for row in catalog.builtins.table(CLASSES[classid]).rows:
        if name_key(row) not in here:
            catalog.remove(row.address)


def change_privileges(
    catalog: Catalog, rows: Iterable[tuple[str, int, list[str] | None]], numbers: Any
) -> Iterator[CatalogObject]:
    """The server's own objects with the privileges that they have in this database."""
    for classid, oid, acl in rows:
        found: Any = catalog.builtins.get(classid, numbers.get(oid, oid))
        new = None if acl is None else tuple(acl)
        if found is not None and found.acl != new:
            yield replace(found, acl=new)


def address(classid: str, objid: int, objsubid: int) -> ObjectAddress:
    return ObjectAddress(_TS.get(classid, classid), objid, objsubid)


PARTS = frozenset(("pg_attrdef", "pg_publication_rel", "pg_publication_namespace"))
"""What an address may name that is a part of another object's struct."""
