"""Texts of stored expressions follow what they name when that is renamed, as the server prints them with the new name.

Only what can be told from the places of names in the text is written anew: a text with `*`, USING, NATURAL or column aliases over the
renamed column stays as it was, and what it means is in its tree alone (see stored_trees.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Expression, ObjectAddress, Oid, Relation
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics.analyze import parse_analyze
from schemalint.simulator.describe import quote_identifier
from schemalint.simulator.session import Session
from schemalint.simulator.stored import node_of, tree_of
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import A_Star, Alias, ColumnRef, CommonTableExpr, JoinExpr, Node, RangeVar, ResTarget
from schemalint.syntax.parser import parse_statement

Edit = tuple[int, int, str]

_NAME = re.compile(r'"(?:[^"]|"")*"|[^\W\d][\w$]*')

_PREFIX = len("SELECT ")
"""What node_of puts before an expression."""


class Renaming(NamedTuple):
    """A relation of `schema`, or with `attno` its column, is to be called `new` instead of `old`."""

    schema: str
    relid: Oid
    attno: int
    old: str
    new: str


def rename_in_texts(session: Session, renaming: Renaming) -> None:
    """Called before the catalog has the new name."""
    catalog = session.catalog
    address = ObjectAddress("pg_class", renaming.relid, renaming.attno)
    for dependent in dict.fromkeys(found for found, _, _ in catalog.dependents(address)):
        obj = catalog.at(dependent) if dependent.classid != "pg_attrdef" else catalog.get(Relation, dependent.objid)
        if obj is None:
            continue
        renamed = _with_texts(session, obj, dependent, renaming)
        if renamed != obj:
            catalog.put(renamed)


def _with_texts(session: Session, obj: CatalogObject, address: ObjectAddress, renaming: Renaming) -> CatalogObject:
    relation = session.catalog.get(Relation, relation_of(obj))
    if relation is None:
        return obj

    def one(expression: Expression | None) -> Expression | None:
        return None if expression is None else _scalar(session, expression, relation, renaming)

    def each(expressions: tuple[Expression, ...]) -> tuple[Expression, ...]:
        return tuple(_scalar(session, expression, relation, renaming) for expression in expressions)

    match obj:
        case Relation() if address.classid == "pg_attrdef":
            columns = list(obj.columns)
            columns[address.objsubid - 1] = replace(
                columns[address.objsubid - 1], default=one(columns[address.objsubid - 1].default)
            )
            return replace(obj, columns=tuple(columns))
        case Relation() if obj.index is not None:
            index = replace(obj.index, exprs=each(obj.index.exprs), predicate=one(obj.index.predicate))
            return replace(obj, index=index)
        case Relation() if obj.view is not None:
            return replace(obj, view=_query(session, obj.view, renaming))
        case model.Constraint():
            return replace(obj, expr=one(obj.expr))
        case model.Policy():
            return replace(obj, qual=one(obj.qual), withcheck=one(obj.withcheck))
        case model.StatisticsObject():
            return replace(obj, exprs=each(obj.exprs))
    return obj


def relation_of(obj: CatalogObject) -> Oid:
    """The relation whose columns an object's expressions use."""
    if isinstance(obj, Relation):
        return obj.index.relid if obj.index is not None else obj.oid
    return int(getattr(obj, "relid", 0) or 0)


_UNREADABLE = (Refusal, Undecidable, NotModelled, ParseError, NotUnderstood)


def _scalar(session: Session, stored: Expression, relation: Relation, renaming: Renaming) -> Expression:
    with suppress(*_UNREADABLE):
        raw = node_of(session, stored)
        tree = tree_of(session, Expression(stored.text), relation)
        edits = _edits(stored.text, _PREFIX, raw, tree, relation.oid, renaming)
        return Expression(_edited(stored.text, edits), stored.tree)
    return stored


def _query(session: Session, stored: Expression, renaming: Renaming) -> Expression:
    with suppress(*_UNREADABLE):
        raw = parse_statement(stored.text.rstrip().rstrip(";"), version=session.version)
        if raw is not None:
            tree = parse_analyze(session.names, raw, settings=session.setting)
            return Expression(_edited(stored.text, _edits(stored.text, 0, raw, tree, 0, renaming)), stored.tree)
    return stored


def _edits(text: str, prefix: int, raw: Node, tree: Any, own: Oid, renaming: Renaming) -> set[Edit]:
    """`raw` and `tree` are what `text`, after `prefix` characters, was parsed and analyzed to; `own` is the relation of varno 1 outside
    of queries."""
    nodes = list(_nodes(raw))
    if renaming.attno and any(_hides_names(node, renaming.old) for node in nodes):
        return set()
    hidden = any(isinstance(node, CommonTableExpr) and node.ctename == renaming.new for node in nodes)
    edits: set[Edit] = set()
    relations: dict[int, Oid] = {}
    used: list[tuple[int, int]] = []
    for var, relid, outside in _used(tree, [{1: own}], relations):
        if relid != renaming.relid or var.start < prefix:
            continue
        start, end = var.start - prefix, var.end - prefix
        names = list(_NAME.finditer(text, start, end))
        place = -1 if renaming.attno else -2 + (var.attno == 0)
        if renaming.attno not in (0, var.attno) or len(names) < -place or not (renaming.attno or outside):
            continue
        if _folded(names[place][0]) == renaming.old:
            edits.add((names[place].start(), names[place].end(), quote_identifier(renaming.new)))
            used.append((var.start, var.end))
    for node in nodes:
        if renaming.attno and isinstance(node, ResTarget) and not node.name and isinstance(node.val, ColumnRef):
            if (node.val.start, node.val.end) in used:  # the output column keeps its name
                end = node.val.end - prefix
                edits.add((end, end, f" AS {quote_identifier(renaming.old)}"))
        elif not renaming.attno and isinstance(node, RangeVar) and relations.get(node.start) == renaming.relid:
            names = list(_NAME.finditer(text, node.start - prefix, node.end - prefix))
            found = next((n for n in reversed(names) if _folded(n[0]) == renaming.old), None)
            if found is not None:
                known = f" AS {quote_identifier(renaming.old)}" if node.alias is None else ""
                schema = f"{quote_identifier(renaming.schema)}." if node.schemaname is None and hidden else ""
                edits.add((found.start(), found.end(), f"{schema}{quote_identifier(renaming.new)}{known}"))
    return edits


def _hides_names(node: Node, name: str) -> bool:
    """Whether columns are used, or named anew, where their names are not written, or where several columns are meant."""
    if isinstance(node, JoinExpr):
        return bool(node.isNatural or name in node.usingClause or node.alias)
    return isinstance(node, A_Star) or (isinstance(node, Alias) and bool(node.colnames))


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, Struct):
        yield node
        for field in node.__struct_fields__:
            yield from _nodes(getattr(node, field))
    elif isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)


def _used(node: Any, levels: list[dict[int, Oid]], places: dict[int, Oid]) -> Iterator[tuple[q.Var, Oid, bool]]:
    """(column, its relation, whether that stands outside of the queries in the expression) of each use; `places` gets where relations
    are named."""
    if isinstance(node, q.Var):
        if node.levelsup < len(levels):
            level = len(levels) - 1 - node.levelsup
            yield node, levels[level].get(node.varno, 0), level == 0
    elif isinstance(node, Struct):
        if isinstance(node, q.Query):
            entries = {i: rte.relid for i, rte in enumerate(node.rtable, 1) if rte.kind == "relation"}
            places.update((rte.start, rte.relid) for rte in node.rtable if rte.kind == "relation")
            levels = [*levels, entries]
        for field in node.__struct_fields__:
            yield from _used(getattr(node, field), levels, places)
    elif isinstance(node, tuple):
        for item in node:
            yield from _used(item, levels, places)


def _folded(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _edited(text: str, edits: set[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
