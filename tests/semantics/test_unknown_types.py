"""What is not known is passed on, and never refused."""

from __future__ import annotations

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import (
    ASSIGNMENT,
    coerce_to_boolean,
    coerce_to_common_type,
    coerce_to_target_type,
    select_common_type,
)
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.operators import get_sort_group_operators, make_op, make_scalar_array_op, oper
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import UNKNOWN_TYPE, Const, Expr, UnknownExpr
from schemalint.semantics.types import known_type, parse_type_string, type_string_to_type_name
from schemalint.syntax.nodes import FuncCall

SOMETHING = UnknownExpr(type=UNKNOWN_TYPE)


def state(*, closed: bool = True) -> ParseState:
    made = ParseState(Names(Catalog(load(18), closed=closed)))
    made.expr_kind = "select_target"
    return made


def of(oid: int) -> Expr:
    return Const(type=oid, value=None, isnull=True)


def call(name: str, *args: Expr, closed: bool = True) -> Expr | None:
    return parse_func_or_column(state(closed=closed), (name,), args, None, FuncCall(funcname=(name,)))


@pytest.mark.parametrize(
    ("name", "args", "result"),
    [
        ("lower", (SOMETHING,), UNKNOWN_TYPE),  # text or a bound of a range
        ("octet_length", (SOMETHING,), typeoids.INT4),
        ("md5", (SOMETHING,), typeoids.TEXT),
        ("array_append", (SOMETHING, of(typeoids.INT4)), UNKNOWN_TYPE),
        ("array_length", (SOMETHING, of(typeoids.INT4)), typeoids.INT4),
        ("concat", (SOMETHING, SOMETHING), typeoids.TEXT),
    ],
)
def test_calls(name: str, args: tuple[Expr, ...], result: int) -> None:
    made = call(name, *args)
    assert made is not None
    assert made.type == result


def test_a_call_that_no_type_would_make_right_is_refused() -> None:
    with pytest.raises(Refusal, match="function md5"):
        call("md5", SOMETHING, SOMETHING, SOMETHING)


def test_a_missing_function_of_an_open_catalog_may_exist() -> None:
    with pytest.raises(Undecidable):
        call("elsewhere_defined", of(typeoids.INT4), closed=False)


@pytest.mark.parametrize(
    ("name", "result"),
    [("=", typeoids.BOOL), ("<", typeoids.BOOL), ("+", UNKNOWN_TYPE), ("~~", typeoids.BOOL), ("->>", typeoids.TEXT)],
)
def test_operators(name: str, result: int) -> None:
    assert make_op(state(), (name,), SOMETHING, of(typeoids.TEXT)).type == result
    assert make_scalar_array_op(state(), (name,), True, of(typeoids.TEXT), SOMETHING).type == typeoids.BOOL


def test_operators_of_unknown_types_are_not_looked_up() -> None:
    with pytest.raises(Undecidable):
        oper(state(), ("=",), UNKNOWN_TYPE, typeoids.INT4)


def test_a_missing_operator_of_an_open_catalog_may_exist() -> None:
    with pytest.raises(Undecidable):
        make_op(state(closed=False), ("%",), of(typeoids.TEXT), of(typeoids.TEXT))


def test_casts() -> None:
    for source, target in ((UNKNOWN_TYPE, typeoids.UUID), (typeoids.UUID, UNKNOWN_TYPE)):
        made = coerce_to_target_type(state(), of(source), source, target, -1, ASSIGNMENT, "implicit_cast")
        assert made is not None
        assert made.type == target
    assert coerce_to_boolean(state(), SOMETHING, "WHERE").type == typeoids.BOOL


def test_common_types() -> None:
    values = [of(typeoids.INT4), SOMETHING, of(typeoids.UUID)]
    assert select_common_type(state(), values, "CASE") == UNKNOWN_TYPE
    assert coerce_to_common_type(state(), values[0], UNKNOWN_TYPE, "CASE").type == UNKNOWN_TYPE


def test_sorting() -> None:
    assert get_sort_group_operators(state(), UNKNOWN_TYPE, True, True, True).hashable


def test_type_names() -> None:
    closed, opened = state(), state(closed=False)
    with pytest.raises(Refusal, match='type "mood" does not exist'):
        parse_type_string(closed, "mood")
    with pytest.raises(Undecidable):
        parse_type_string(opened, "mood")
    assert known_type(opened, type_string_to_type_name(opened, "mood[]")) == (UNKNOWN_TYPE, -1)
    assert known_type(opened, type_string_to_type_name(opened, "int")) == (typeoids.INT4, -1)
