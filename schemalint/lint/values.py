"""What a condition gives for known values: enough of SQL to hold a default, or a list of values, against a CHECK."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from schemalint.lint.trees import REGEX_OPERATORS, string_of
from schemalint.syntax import nodes
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import Node
from schemalint.syntax.parser import parse_statement

Value = Any
"""text, int, Decimal or bool; None is NULL."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""What cannot be told from the text alone."""


@lru_cache(maxsize=256)  # rules ask about a table's constraints at each of its statements; trees are frozen
def parse_expression(text: str, version: int) -> Node | None:
    """An expression of the catalog as a raw tree; None when it cannot be read."""
    sql = f"SELECT {text}"
    try:
        node = parse_statement(sql, 0, len(sql), version)
    except (ParseError, NotUnderstood):
        return None
    return node.targetList[0].val if isinstance(node, nodes.SelectStmt) and len(node.targetList) == 1 else None


def evaluate(tree: object, columns: Mapping[str, Value]) -> Value:
    """The value of a raw expression where columns have these values; UNKNOWN when it depends on anything else."""
    match tree:
        case nodes.A_Const():
            return _constant(tree)
        case nodes.ColumnRef():
            name = tree.fields[-1]
            return columns.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
        case nodes.TypeCast():
            return _cast(tree, columns)
        case nodes.BoolExpr():
            return _boolean(tree, columns)
        case nodes.NullTest():
            value = evaluate(tree.arg, columns)
            return UNKNOWN if value is UNKNOWN else (value is None) == (tree.nulltesttype == "IS_NULL")
        case nodes.A_Expr():
            return _operator(tree, columns)
    return UNKNOWN


def _constant(node: nodes.A_Const) -> Value:
    if node.kind == "Float":
        return Decimal(str(node.val))
    return UNKNOWN if node.kind == "BitString" else node.val


def _cast(node: nodes.TypeCast, columns: Mapping[str, Value]) -> Value:
    value = evaluate(node.arg, columns)
    name = node.typeName.names[-1]
    if node.typeName.arrayBounds or node.typeName.typmods:
        return UNKNOWN
    if value is None or name in ("text", "varchar") or value is UNKNOWN:
        return value if not isinstance(value, (bool, Decimal)) else UNKNOWN
    if name in ("int2", "int4", "int8", "numeric"):
        return _number(value)
    return UNKNOWN


def _number(value: Value) -> Value:
    if isinstance(value, bool):
        return UNKNOWN
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return UNKNOWN


def _boolean(node: nodes.BoolExpr, columns: Mapping[str, Value]) -> Value:
    values = [evaluate(arg, columns) for arg in node.args]
    if node.boolop == "NOT_EXPR":
        return values[0] if values[0] is None or values[0] is UNKNOWN else not values[0]
    decides = node.boolop == "OR_EXPR"
    if decides in values:
        return decides
    return UNKNOWN if UNKNOWN in values else None if None in values else not decides


def _operator(node: nodes.A_Expr, columns: Mapping[str, Value]) -> Value:
    left = evaluate(node.lexpr, columns)
    name = node.name[-1]
    if node.kind == "AEXPR_IN" or (node.kind == "AEXPR_OP_ANY" and name == "="):
        items = list_items(node.rexpr)
        if items is None:
            return UNKNOWN
        return _in(left, [evaluate(item, columns) for item in items], name == "<>")
    right = evaluate(node.rexpr, columns) if isinstance(node.rexpr, Node) else UNKNOWN
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if node.kind != "AEXPR_OP":
        return UNKNOWN
    if left is None or right is None:
        return None
    if name in REGEX_OPERATORS:
        return UNKNOWN
    return _compare(name, left, right)


def list_items(node: object) -> tuple[Node, ...] | None:
    """The elements of `(a, b)`, `ARRAY[a, b]` or a cast of it."""
    while isinstance(node, nodes.TypeCast):
        node = node.arg
    if isinstance(node, nodes.A_ArrayExpr):
        return node.elements
    return node if isinstance(node, tuple) else None


def _in(value: Value, items: list[Value], negated: bool) -> Value:
    if value is None:
        return None
    if value is UNKNOWN:
        return UNKNOWN
    found = [_compare("=", value, item) if item is not None and item is not UNKNOWN else item for item in items]
    if True in found:
        return not negated
    return UNKNOWN if UNKNOWN in found else None if None in found else negated


def _compare(name: str, left: Value, right: Value) -> Value:
    if isinstance(left, bool) != isinstance(right, bool):
        return UNKNOWN
    if isinstance(left, str) != isinstance(right, str):
        left, right = _number(left), _number(right)
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
    match name:
        case "=":
            return left == right
        case "<>":
            return left != right
    if isinstance(left, str):
        return UNKNOWN  # the order of texts is the collation's
    match name:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
    return UNKNOWN


def allowed_values(tree: object) -> tuple[str, frozenset[str]] | None:
    """(column, its allowed texts) of `column IN ('a', 'b')` and what says the same; None for any other condition."""
    found = _allowed(tree)
    return None if found is None or not found[1] else found


def _allowed(tree: object) -> tuple[str, frozenset[str]] | None:
    from schemalint.lint.trees import column_name

    if isinstance(tree, nodes.BoolExpr) and tree.boolop == "OR_EXPR":
        parts = [_allowed(arg) for arg in tree.args if not _is_null_test(arg)]
        names = {part[0] for part in parts if part is not None}
        if None in parts or len(names) != 1:
            return None
        return names.pop(), frozenset().union(*(part[1] for part in parts if part is not None))
    if not isinstance(tree, nodes.A_Expr) or tree.name[-1] != "=":
        return None
    column = column_name(tree.lexpr)
    items = (tree.rexpr,) if tree.kind == "AEXPR_OP" else list_items(tree.rexpr)
    if column is None or items is None or tree.kind not in ("AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"):
        return None
    texts = [string_of(item) for item in items]
    return None if None in texts else (column, frozenset(t for t in texts if t is not None))


def _is_null_test(tree: object) -> bool:
    return isinstance(tree, nodes.NullTest) and tree.nulltesttype == "IS_NULL"
