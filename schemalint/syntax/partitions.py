"""Partition keys and bounds (PartitionSpec, PartitionBoundSpec)."""

from __future__ import annotations

from schemalint.syntax.constraints import parenthesized
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import expression_list
from schemalint.syntax.indexes import is_column_name, opt_collate, opt_opclass
from schemalint.syntax.nodes import Node, PartitionBoundSpec, PartitionElem, PartitionSpec

_STRATEGIES = {
    "list": "PARTITION_STRATEGY_LIST",
    "range": "PARTITION_STRATEGY_RANGE",
    "hash": "PARTITION_STRATEGY_HASH",
}


def opt_partition_spec(c: Cursor) -> PartitionSpec | None:
    """OptPartitionSpec."""
    start = c.start
    if not c.take("partition"):
        return None
    c.expect("by")
    at = c.start
    word = c.col_id()
    word_end = c.end
    params = c.paren_list(_partition_element)
    strategy = _STRATEGIES.get(word.lower())  # before 16 the server said the same, but only after looking up names
    if strategy is None:
        raise ParseError(f'unrecognized partitioning strategy "{word}"', at, word_end, "22023")
    return PartitionSpec(strategy=strategy, partParams=params, start=start, end=c.end)


def _partition_element(c: Cursor) -> PartitionElem:
    """part_elem."""
    from schemalint.syntax.function_calls import func_expr_windowless

    start = c.start
    name: str | None = None
    expr: Node | None = None
    if c.match[c.at] == "(":
        expr = parenthesized(c)
    elif is_column_name(c):
        name = c.col_id()
    else:
        expr = func_expr_windowless(c)
    collation = opt_collate(c)
    opclass = opt_opclass(c)
    return PartitionElem(name=name, expr=expr, collation=collation, opclass=opclass, start=start, end=c.end)


def partition_bound(c: Cursor) -> PartitionBoundSpec:
    """PartitionBoundSpec."""
    start = c.start
    if c.take("default"):
        return PartitionBoundSpec(is_default=True, start=start, end=c.end)
    c.expect("for", "values")
    at = c.start
    if c.take("in"):
        values = _values(c)
        return PartitionBoundSpec(strategy="l", listdatums=values, start=start, end=c.end)
    if c.take("from"):
        lower = _values(c)
        c.expect("to")
        upper = _values(c)
        return PartitionBoundSpec(strategy="r", lowerdatums=lower, upperdatums=upper, start=start, end=c.end)
    c.expect("with", "(")
    modulus, remainder = _hash_bound(c, at)
    return PartitionBoundSpec(strategy="h", modulus=modulus, remainder=remainder, start=start, end=c.end)


def _values(c: Cursor) -> tuple[Node, ...]:
    """`( expr_list )`."""
    c.expect("(")
    values = expression_list(c)
    c.expect(")")
    return values


def _hash_bound(c: Cursor, at: int) -> tuple[int, int]:
    """hash_partbound and the closing parenthesis: the modulus and the remainder."""
    options: list[tuple[str, int, int, int]] = []
    while True:
        start = c.start
        name = c.non_reserved_word()
        options.append((name, c.integer(), start, c.end))
        if not c.take(","):
            break
    c.expect(")")
    found: dict[str, int] = {}
    for name, value, start, end in options:
        if name not in ("modulus", "remainder"):
            message = f'unrecognized hash partition bound specification "{name}"'
            raise ParseError(message, start, end)
        if name in found:
            raise ParseError(f"{name} for hash partition provided more than once", start, end, "42710")
        found[name] = value
    for name in ("modulus", "remainder"):
        if name not in found:
            raise ParseError(f"{name} for hash partition must be specified", at, c.end)
    return found["modulus"], found["remainder"]
