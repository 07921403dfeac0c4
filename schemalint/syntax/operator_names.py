"""Operators by name (any_operator, qual_Op, qual_all_Op)."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.precedence import A_EXPR, OPERATOR, OPERATOR_CHARACTERS


def any_operator(c: Cursor) -> tuple[str, ...]:
    """any_operator: `[schema.]operator`."""
    names: list[str] = []
    while c.is_col_id():
        names.append(c.next_value())
        c.expect(".")
    return (*names, _operator_symbol(c))


def _operator_symbol(c: Cursor) -> str:
    symbol = c.match[c.at]
    if symbol is None or symbol[0] not in OPERATOR_CHARACTERS or symbol == "=>":
        raise c.error()
    c.at += 1
    return symbol


def qual_operator(c: Cursor) -> tuple[str, ...]:
    """qual_Op: OPERATOR(name), or an operator that is not one of arithmetic or comparison."""
    if c.match[c.at] == "operator":
        c.at += 1
        c.expect("(")
        name = any_operator(c)
        c.expect(")")
        return name
    if A_EXPR[c.match[c.at]] != OPERATOR:
        raise c.error()
    return (_operator_symbol(c),)


def qual_all_op(c: Cursor) -> tuple[str, ...]:
    """qual_all_Op: OPERATOR(name) or any operator."""
    return qual_operator(c) if c.match[c.at] == "operator" else (_operator_symbol(c),)
