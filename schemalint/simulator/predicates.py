"""Whether one condition follows from another (predicate_implied_by of predtest.c), as far as the server tries to prove it."""

from __future__ import annotations

from typing import Any

from schemalint.catalog.model import Oid, Operator, Proc
from schemalint.semantics.query import (
    ArrayExpr,
    BoolExpr,
    Const,
    Expr,
    FuncExpr,
    NullTest,
    OpExpr,
    RelabelType,
    ScalarArrayOpExpr,
    UnknownExpr,
    equal,
)
from schemalint.semantics.rows import get_op_btree_interpretation
from schemalint.simulator.session import Session

LT, LE, EQ, GE, GT, NE = 1, 2, 3, 4, 5, 6


def predicate_implied_by(session: Session, predicate: Expr, given: Expr | None) -> bool:
    """Whether the predicate is true wherever what is given is. What cannot be compared here is taken to be implied."""
    if isinstance(predicate, BoolExpr) and predicate.op == "and":
        return all(predicate_implied_by(session, part, given) for part in predicate.args)
    if given is None:
        return isinstance(predicate, Const) and predicate.value is True
    return _implies(session, given, predicate)


def _implies(session: Session, given: Expr, predicate: Expr) -> bool:
    """predicate_implied_by_recurse."""
    if isinstance(given, BoolExpr) and given.op == "or":
        return all(_implies(session, arm, predicate) for arm in given.args)
    arms = _arms(given)
    if arms is not None:
        return all(_implies(session, arm, predicate) for arm in arms)
    if isinstance(predicate, BoolExpr) and predicate.op == "and":
        return all(_implies(session, given, part) for part in predicate.args)
    if isinstance(given, BoolExpr) and given.op == "and":
        return any(_implies(session, part, predicate) for part in given.args) or _implies_or(session, given, predicate)
    return _implies_or(session, given, predicate)


def _implies_or(session: Session, given: Expr, predicate: Expr) -> bool:
    if isinstance(predicate, BoolExpr) and predicate.op == "or":
        return any(_implies(session, given, arm) for arm in predicate.args)
    arms = _arms(predicate)
    if arms is not None:
        return any(_implies(session, given, arm) for arm in arms)
    return _implies_simple(session, given, predicate)


def _arms(expr: Expr) -> list[Expr] | None:
    """`x IN (1, 2)` as its comparisons."""
    if not isinstance(expr, ScalarArrayOpExpr) or not expr.use_or or not isinstance(expr.args[1], ArrayExpr):
        return None
    scalar, array = expr.args
    assert isinstance(array, ArrayExpr)
    return [OpExpr(type=16, op=expr.op, func=0, args=(scalar, element)) for element in array.elements]


def _implies_simple(session: Session, given: Expr, predicate: Expr) -> bool:
    """predicate_implied_by_simple_clause."""
    if equal(given, predicate) or isinstance(given, UnknownExpr) or isinstance(predicate, UnknownExpr):
        return True
    if isinstance(given, OpExpr) and isinstance(predicate, OpExpr) and equal_operator(given, predicate):
        return True
    if isinstance(predicate, NullTest) and not predicate.isnull:
        return _strict_for(session, given, predicate.arg)
    if isinstance(given, OpExpr) and isinstance(predicate, OpExpr):
        return _operator_implies(session, given, predicate)
    return False


def equal_operator(a: OpExpr, b: OpExpr) -> bool:
    """The same operator over the same operands."""
    return a.op == b.op and equal(a.args, b.args)


def _strict_for(session: Session, given: Expr, subject: Expr) -> bool:
    """Whether `given` cannot be true when the subject is null (clause_is_strict_for)."""
    if equal(given, subject):
        return True
    if isinstance(given, NullTest):
        return not given.isnull and _strict_for(session, given.arg, subject)
    if isinstance(given, RelabelType):
        return _strict_for(session, given.arg, subject)
    if isinstance(given, OpExpr | FuncExpr):
        func = given.func
    else:
        return False
    proc = session.catalog.get(Proc, func)
    operator = session.catalog.get(Operator, given.op) if isinstance(given, OpExpr) and not func else None
    if proc is None and operator is not None:
        proc = session.catalog.get(Proc, operator.code)
    return proc is not None and proc.strict and any(_strict_for(session, arg, subject) for arg in given.args)


# --- Comparisons with constants


def _comparison(session: Session, expr: OpExpr) -> tuple[Expr, set[int], Any] | None:
    """(subject, btree strategies, constant) of `subject op constant`, whichever way round it is written."""
    if len(expr.args) != 2:
        return None
    left, right = expr.args
    op: Oid = expr.op
    if isinstance(left, Const) and not isinstance(right, Const):
        left, right = right, left
        operator = session.catalog.get(Operator, op)
        op = operator.com if operator is not None else 0
    if not isinstance(right, Const) or right.isnull or not op:
        return None
    return left, set(_strategies(session, op)), right.value


def _strategies(session: Session, op: Oid) -> dict[int, Oid]:
    from schemalint.simulator.stored import session_parsestate

    return get_op_btree_interpretation(session_parsestate(session), op)


_IMPLIED = {
    (LT, LT): lambda given, wanted: given <= wanted,
    (LT, LE): lambda given, wanted: given <= wanted,
    (LT, NE): lambda given, wanted: given <= wanted,
    (LE, LT): lambda given, wanted: given < wanted,
    (LE, LE): lambda given, wanted: given <= wanted,
    (LE, NE): lambda given, wanted: given < wanted,
    (EQ, LT): lambda given, wanted: given < wanted,
    (EQ, LE): lambda given, wanted: given <= wanted,
    (EQ, EQ): lambda given, wanted: given == wanted,
    (EQ, GE): lambda given, wanted: given >= wanted,
    (EQ, GT): lambda given, wanted: given > wanted,
    (EQ, NE): lambda given, wanted: given != wanted,
    (GE, GE): lambda given, wanted: given >= wanted,
    (GE, GT): lambda given, wanted: given > wanted,
    (GE, NE): lambda given, wanted: given > wanted,
    (GT, GE): lambda given, wanted: given >= wanted,
    (GT, GT): lambda given, wanted: given >= wanted,
    (GT, NE): lambda given, wanted: given >= wanted,
    (NE, NE): lambda given, wanted: given == wanted,
}
"""(Strategy given, strategy wanted) -> what must hold between the constants (BT_implic_table)."""


def _operator_implies(session: Session, given: OpExpr, predicate: OpExpr) -> bool:
    """operator_predicate_proof."""
    first, second = _comparison(session, given), _comparison(session, predicate)
    if first is None or second is None or not equal(first[0], second[0]):
        return False
    for a in first[1]:
        for b in second[1]:
            test = _IMPLIED.get((a, b))
            if test is None:
                continue
            try:
                if test(first[2], second[2]):
                    return True
            except TypeError:
                return True
    return False
