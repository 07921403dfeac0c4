"""WITH RECURSIVE: in which order its queries are analyzed, and which references to themselves they may have (parse_cte.c)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from schemalint.errors import Refusal
from schemalint.semantics.parsestate import span
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

_WITH_WITH = (nodes.SelectStmt, nodes.InsertStmt, nodes.UpdateStmt, nodes.DeleteStmt, nodes.MergeStmt)


def raw_children(node: Node) -> Iterator[Node]:
    """The nodes directly below a raw node (raw_expression_tree_walker)."""
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _in_tuple(value)


def _in_tuple(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _in_tuple(value)


def recursion_order(ctes: Sequence[nodes.CommonTableExpr]) -> list[tuple[nodes.CommonTableExpr, bool]]:
    """Each query with whether it refers to itself, those that others need first. Raises where they need each other, or where a
    query may not refer to itself (makeDependencyGraph, checkWellFormedRecursion)."""
    names = [cte.ctename for cte in ctes]
    needs: dict[str, set[str]] = {}
    for cte in ctes:
        found: set[str] = set()
        _references(cte.ctequery, names, (), found)
        needs[cte.ctename] = found
    order = _topological_sort(list(ctes), needs)
    result = [(cte, cte.ctename in needs[cte.ctename]) for cte in order]
    for cte, recursive in result:
        if recursive:
            _check_well_formed(cte)
    return result


def _references(node: Node, names: Sequence[str], hidden: tuple[str, ...], found: set[str]) -> None:
    """Which of these queries a query names (makeDependencyGraphWalker); `hidden` are names of inner WITHs."""
    if isinstance(node, nodes.RangeVar):
        if node.schemaname is None and node.relname in names and node.relname not in hidden:
            found.add(node.relname)
        return
    if isinstance(node, _WITH_WITH) and node.withClause is not None:
        inner = node.withClause
        if inner.recursive:
            hidden = (*hidden, *[cte.ctename for cte in inner.ctes])
        for cte in inner.ctes:
            _references(cte.ctequery, names, hidden, found)
            hidden = (*hidden, cte.ctename)
    for child in raw_children(node):
        if not isinstance(child, nodes.WithClause):
            _references(child, names, hidden, found)


def _topological_sort(items: list[nodes.CommonTableExpr], needs: dict[str, set[str]]) -> list[nodes.CommonTableExpr]:
    """TopologicalSort."""
    waits = {name: others - {name} for name, others in needs.items()}
    for i in range(len(items)):
        ready = next((j for j in range(i, len(items)) if not waits[items[j].ctename]), None)
        if ready is None:
            message = "mutual recursion between WITH items is not implemented"
            raise Refusal("0A000", message, at=span(items[i]))
        items[i], items[ready] = items[ready], items[i]
        for item in items[i + 1 :]:
            waits[item.ctename].discard(items[i].ctename)
    return items


# --- Where a query may refer to itself

_OK, _FIRST, _SUBLINK, _OUTER, _INTERSECT, _EXCEPT = range(6)

_PLACES: Final = (
    "",
    "its non-recursive term",
    "a subquery",
    "an outer join",
    "INTERSECT",
    "EXCEPT",
)


def _check_well_formed(cte: nodes.CommonTableExpr) -> None:
    """checkWellFormedRecursion, of one query."""
    stmt, name, at = cte.ctequery, cte.ctename, span(cte)
    if not isinstance(stmt, nodes.SelectStmt):
        raise Refusal("42P19", f'recursive query "{name}" must not contain data-modifying statements', at=at)
    if stmt.op != "SETOP_UNION":
        message = f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term'
        raise Refusal("42P19", message, at=at)
    if stmt.withClause is not None:
        walker = _Walker(name)
        for inner in stmt.withClause.ctes:
            walker.walk(inner.ctequery, _SUBLINK, ())
    for what, part in (
        ("ORDER BY", stmt.sortClause),
        ("OFFSET", stmt.limitOffset),
        ("LIMIT", stmt.limitCount),
        ("FOR UPDATE/SHARE", stmt.lockingClause),
    ):
        if part:
            first = part[0] if isinstance(part, tuple) else part
            raise Refusal("0A000", f"{what} in a recursive query is not implemented", at=span(first))
    assert stmt.larg is not None and stmt.rarg is not None
    _Walker(name).walk(stmt.larg, _FIRST, ())
    _Walker(name).walk(stmt.rarg, _OK, ())


class _Walker:
    """checkWellFormedRecursionWalker, looking for references to one query."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def walk(self, node: Node | None, context: int, hidden: tuple[str, ...]) -> None:
        if node is None:
            return
        if isinstance(node, nodes.RangeVar):
            self.reference(node, context, hidden)
        elif isinstance(node, nodes.SelectStmt):
            if node.withClause is not None:
                inner = node.withClause
                if inner.recursive:
                    hidden = (*hidden, *[cte.ctename for cte in inner.ctes])
                for cte in inner.ctes:
                    self.walk(cte.ctequery, context, hidden)
                    hidden = (*hidden, cte.ctename)
            self.select(node, context, hidden)
        elif isinstance(node, nodes.JoinExpr):
            outer = _OUTER if context == _OK else context
            self.walk(node.larg, outer if node.jointype in ("JOIN_FULL", "JOIN_RIGHT") else context, hidden)
            self.walk(node.rarg, outer if node.jointype in ("JOIN_FULL", "JOIN_LEFT") else context, hidden)
            self.walk(node.quals, context, hidden)
        elif isinstance(node, nodes.SubLink):
            self.walk(node.subselect, _SUBLINK, hidden)
            self.walk(node.testexpr, context, hidden)
        elif not isinstance(node, nodes.WithClause):
            for child in raw_children(node):
                self.walk(child, context, hidden)

    def reference(self, node: nodes.RangeVar, context: int, hidden: tuple[str, ...]) -> None:
        if node.schemaname is not None or node.relname != self.name or self.name in hidden:
            return
        words = f'recursive reference to query "{self.name}" must not appear'
        if context != _OK:
            raise Refusal("42P19", f"{words} within {_PLACES[context]}", at=span(node), word=self.name)
        self.count += 1
        if self.count > 1:
            raise Refusal("42P19", f"{words} more than once", at=span(node), word=self.name)

    def select(self, stmt: nodes.SelectStmt, context: int, hidden: tuple[str, ...]) -> None:
        """checkWellFormedSelectStmt."""
        left = right = context
        if context == _OK and stmt.op == "SETOP_INTERSECT" and stmt.all:
            left = right = _INTERSECT
        elif context == _OK and stmt.op == "SETOP_EXCEPT":
            left, right = (_EXCEPT if stmt.all else context), _EXCEPT
        for child in raw_children(stmt):
            if isinstance(child, nodes.WithClause):
                continue
            self.walk(child, left if child is stmt.larg else right if child is stmt.rarg else context, hidden)
