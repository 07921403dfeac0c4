"""Whether CHECK and NOT NULL constraints prove that a table's rows belong into a partition, so that ATTACH PARTITION need not read them
(PartConstraintImpliedByRelConstraint of tablecmds.c, predtest.c; for lists, and ranges over one column)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemalint.catalog.model import Operator, PartitionBound, Relation
from schemalint.semantics import query as q
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.partition_values import Datum, compare, datum_of
from schemalint.simulator.session import Session
from schemalint.simulator.stored import tree_of

_MIRRORED = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}


class _Fact(NamedTuple):
    """`column op value` (or, with several values, `column IN (...)`) holds for all rows."""

    op: str
    values: tuple[Datum, ...]


def part_constraint_implied(session: Session, parent: Relation, child: Relation, bound: PartitionBound) -> bool:
    """Whether the rows need not be read."""
    key = parent.partition_key
    if key is None or len(key.attrs) != 1 or not key.attrs[0] or bound.is_default or parent.ispartition:
        return False
    column = column_named(child, parent.columns[key.attrs[0] - 1].name)
    if column is None:
        return False
    facts: list[_Fact] = []
    not_null = column.notnull
    for conjunct in _conjuncts(session, child):
        if _says_not_null(conjunct, column.num):
            not_null = True
        fact = _fact(session, conjunct, column.num)
        if fact is not None:
            facts.append(fact)

    def order(a: Datum, b: Datum) -> int | None:
        return compare(session, a, b, column.type, column.collation)

    if key.strategy == "l":
        has_null = any(datum.kind == "null" for datum in bound.datums)
        return (not_null or has_null) and any(_within(fact, bound.datums, order) for fact in facts)
    if key.strategy != "r" or not not_null:
        return False
    lower, upper = bound.lower[0], bound.upper[0]
    above = lower.kind == "min" or any(_at_least(fact, lower, order) for fact in facts)
    below = upper.kind == "max" or any(_less_than(fact, upper, order) for fact in facts)
    return above and below


def _conjuncts(session: Session, relation: Relation) -> Iterator[q.Expr]:
    """What the valid CHECK constraints say, AND taken apart."""
    queue: list[Any] = []
    for constraint in session.catalog.constraints(relation.oid):
        if constraint.type == "c" and constraint.validated and constraint.enforced and constraint.expr is not None:
            queue.append(tree_of(session, constraint.expr, relation, "check_constraint"))
    while queue:
        tree = queue.pop()
        if isinstance(tree, q.BoolExpr) and tree.op == "and":
            queue.extend(tree.args)
        else:
            yield tree


def _says_not_null(tree: q.Expr, num: int) -> bool:
    return isinstance(tree, q.NullTest) and not tree.isnull and isinstance(tree.arg, q.Var) and tree.arg.attno == num


def _fact(session: Session, tree: q.Expr, num: int) -> _Fact | None:
    if isinstance(tree, q.ScalarArrayOpExpr) and tree.use_or:
        column, array = tree.args
        if _name(session, tree.op) == "=" and _is_column(column, num) and isinstance(array, q.ArrayExpr):
            return _Fact("=", tuple(datum_of(session, element, column.type) for element in array.elements))
        return None
    if not isinstance(tree, q.OpExpr) or len(tree.args) != 2:
        return None
    left, right = tree.args
    name = _name(session, tree.op)
    if name not in _MIRRORED:
        return None
    if _is_column(left, num):
        return _Fact(name, (datum_of(session, right, left.type),))
    if _is_column(right, num):
        return _Fact(_MIRRORED[name], (datum_of(session, left, right.type),))
    return None


def _name(session: Session, op: int) -> str:
    found = session.catalog.get(Operator, op)
    return found.name if found is not None and found.namespace == 11 else ""


def _is_column(tree: q.Expr, num: int) -> bool:
    while isinstance(tree, q.RelabelType):
        tree = tree.arg
    return isinstance(tree, q.Var) and tree.attno == num


def _within(fact: _Fact, allowed: tuple[Datum, ...], order: Any) -> bool:
    return fact.op == "=" and all(any(order(value, datum) == 0 for datum in allowed) for value in fact.values)


def _at_least(fact: _Fact, lower: Datum, order: Any) -> bool:
    found = [order(value, lower) for value in fact.values]
    return fact.op in (">", ">=", "=") and all(place is not None and place >= 0 for place in found)


def _less_than(fact: _Fact, upper: Datum, order: Any) -> bool:
    found = [order(value, upper) for value in fact.values]
    if fact.op == "<":
        return all(place is not None and place <= 0 for place in found)
    return fact.op in ("<=", "=") and all(place is not None and place < 0 for place in found)
