"""Whether an expression gives the same result each time (contain_mutable_functions and its like, of clauses.c)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog.model import Oid, Operator, Proc, Type
from schemalint.semantics import query as q
from schemalint.semantics.lsyscache import State

_RANK = {"i": 0, "s": 1, "v": 2}
IMMUTABLE, STABLE, VOLATILE = 0, 1, 2


CONCATENATIONS = frozenset((2003, 2004))
"""textanycat and anytextcat: the planner puts their body in their place, a cast to text and an immutable operator."""


def func_volatile(state: State, oid: Oid) -> int:
    """How much a function's result may change: IMMUTABLE, STABLE or VOLATILE; unknown functions count as IMMUTABLE."""
    found = state.catalog.get(Proc, oid)
    return IMMUTABLE if found is None else _RANK[found.volatile]


def _op_volatile(state: State, oid: Oid) -> int:
    found = state.catalog.get(Operator, oid)
    return IMMUTABLE if found is None or not found.code else func_volatile(state, found.code)


def _io_volatile(state: State, source: Oid, target: Oid) -> int:
    """A conversion through text uses one type's output and the other's input function."""
    worst = IMMUTABLE
    result, argument = state.catalog.get(Type, target), state.catalog.get(Type, source)
    if result is not None and result.input:
        worst = func_volatile(state, result.input)
    if argument is not None and argument.output:
        worst = max(worst, func_volatile(state, argument.output))
    return worst


def volatility(state: State, node: Any) -> int:
    """The most changeable part of an analyzed expression or query."""
    if isinstance(node, (q.Var, q.Const, q.Param)):
        return IMMUTABLE
    worst = IMMUTABLE
    match node:
        case q.FuncExpr():
            worst = func_volatile(state, node.func)
            if worst > IMMUTABLE:
                from schemalint.semantics.inlining import inline_function

                inlined = inline_function(state, node)
                if inlined is not None:
                    return volatility(state, inlined)
        case q.Aggref() | q.WindowFunc():
            worst = func_volatile(state, node.func)
        case q.OpExpr():
            if node.func in CONCATENATIONS:
                worst = max(_io_volatile(state, arg.type, 0) for arg in node.args)
            else:
                worst = func_volatile(state, node.func) if node.func else _op_volatile(state, node.op)
        case q.ScalarArrayOpExpr():
            worst = _op_volatile(state, node.op)
        case q.RowCompareExpr():
            worst = max((_op_volatile(state, op) for op in node.ops), default=IMMUTABLE)
        case q.CoerceViaIO():
            worst = _io_volatile(state, node.arg.type, node.type)
        case q.SQLValueFunction():
            worst = STABLE
        case q.NextValueExpr():
            worst = VOLATILE
    if worst < VOLATILE:
        if isinstance(node, Struct):
            for child in q.children(node):
                worst = max(worst, volatility(state, child))
                if worst == VOLATILE:
                    break
        elif isinstance(node, tuple):
            worst = max((volatility(state, item) for item in node), default=worst)
    return worst


def contain_mutable_functions(state: State, node: Any) -> bool:
    """contain_mutable_functions_after_planning."""
    return volatility(state, node) > IMMUTABLE


def contain_volatile_functions(state: State, node: Any) -> bool:
    """contain_volatile_functions_after_planning."""
    return volatility(state, node) == VOLATILE
