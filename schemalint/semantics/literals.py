"""Constants as written (make_const of parse_node.c)."""

from __future__ import annotations

from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.input import check_input
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Const, Expr
from schemalint.syntax.nodes import A_Const

_INT4 = 1 << 31
_INT8 = 1 << 63


def _integer(text: str) -> int | None:
    """The value of a number without point and exponent."""
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("-").replace("_", "")
    try:
        return sign * (int(digits) if digits.isdecimal() else int(digits, 0))
    except ValueError:
        return None


def make_const(pstate: ParseState, aconst: A_Const) -> Expr:
    """The constant, of type unknown where it is a string."""
    value, kind, start, end = aconst.val, aconst.kind, aconst.start, aconst.end
    if kind == "String":
        return Const(type=typeoids.UNKNOWN, value=value, start=start, end=end)
    if kind == "Integer":
        return Const(type=typeoids.INT4, value=value, start=start, end=end)
    if kind == "Null":
        return Const(type=typeoids.UNKNOWN, value=None, isnull=True, start=start, end=end)
    if kind == "Boolean":
        return Const(type=typeoids.BOOL, value=value, start=start, end=end)
    text = str(value)
    if kind == "BitString":
        error = check_input("bit", text, server_version=pstate.version)
        if error is not None:
            raise Refusal(error.sqlstate, error.message, at=span(aconst))
        return Const(type=typeoids.BIT, value=text, start=start, end=end)
    number = _integer(text)
    if number is not None and -_INT8 <= number < _INT8:
        oid = typeoids.INT4 if -_INT4 <= number < _INT4 else typeoids.INT8
        return Const(type=oid, value=number, start=start, end=end)
    error = check_input("numeric", text, server_version=pstate.version)
    if error is not None:
        raise Refusal(error.sqlstate, error.message, at=span(aconst))
    return Const(type=typeoids.NUMERIC, value=text, start=start, end=end)
