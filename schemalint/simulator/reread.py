"""A stored expression as the server reads it again from its printed form, when columns have other types than before (the way of
ATPostAlterTypeCleanup through ruleutils.c and the parser).

Constants keep their types, since they are printed with them; casts at operands are printed even where nobody wrote them; operators and
functions are looked up again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Collation, OpClass, Operator, Proc, Relation
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.semantics.coerce import (
    EXPLICIT,
    coerce_to_boolean,
    coerce_to_common_type,
    coerce_to_target_type,
    select_common_type,
)
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.lsyscache import State, get_array_type, get_type, type_is_collatable
from schemalint.semantics.operators import make_op, make_scalar_array_op
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.subscripts import subscript_handler, transform_container_type
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import FuncCall


class NotReadAgain(Exception):
    """The expression has parts that are not printed here."""


def visible_name(state: State, obj: Operator | Proc | OpClass | Collation) -> tuple[str, ...]:
    """The name with its schema where the search path does not have that."""
    names = state.names
    return (obj.name,) if obj.namespace in names.path else (names.namespace_name(obj.namespace), obj.name)


def reread(pstate: ParseState, relation: Relation, tree: q.Expr) -> q.Expr:
    """The expression over the columns of `relation` as they are now. Raises what the server says when it no longer fits, and
    NotReadAgain."""
    return _read(_Reader(pstate, relation), tree, False)


class _Reader:
    def __init__(self, pstate: ParseState, relation: Relation) -> None:
        self.pstate = pstate
        self.relation = relation


def _read(reader: _Reader, node: q.Expr, show_implicit: bool) -> q.Expr:
    found = _READ.get(type(node))
    if found is None:
        raise NotReadAgain(type(node).__name__)
    return found(reader, node, show_implicit)


def _var(reader: _Reader, node: q.Var, show_implicit: bool) -> q.Expr:
    if node.attno <= 0:
        return node
    column = reader.relation.columns[node.attno - 1]
    return replace(node, type=column.type, typmod=column.typmod, collation=column.collation)


def _same(reader: _Reader, node: q.Expr, show_implicit: bool) -> q.Expr:
    return node


def _cast(reader: _Reader, node: Any, show_implicit: bool) -> q.Expr:
    if node.format == "implicit_cast" and not show_implicit:
        return _read(reader, node.arg, False)
    return _explicit(reader, node.arg, node)


def _explicit(reader: _Reader, arg: q.Expr, node: q.Expr) -> q.Expr:
    """`arg::type`."""
    pstate = reader.pstate
    read = _read(reader, arg, False)
    cast = coerce_to_target_type(pstate, read, read.type, node.type, node.typmod, EXPLICIT, "explicit_cast", None)
    if cast is None:
        shown, wanted = format_type(pstate, read.type), format_type(pstate, node.type)
        raise Refusal("42846", f"cannot cast type {shown} to {wanted}")
    return cast


def _function(reader: _Reader, node: q.FuncExpr, show_implicit: bool) -> q.Expr:
    if node.format == "implicit_cast" and not show_implicit:
        return _read(reader, node.args[0], False)
    if node.format in ("implicit_cast", "explicit_cast"):
        return _explicit(reader, node.args[0], node)
    found = reader.pstate.catalog.get(Proc, node.func)
    if found is None or node.variadic:
        raise NotReadAgain("function")
    args = tuple(_read(reader, arg, True) for arg in node.args)
    names = visible_name(reader.pstate, found)
    read = parse_func_or_column(reader.pstate, names, args, None, FuncCall(funcname=names))
    assert read is not None
    return read


def _operator(reader: _Reader, node: q.OpExpr, show_implicit: bool) -> q.Expr:
    found = reader.pstate.catalog.get(Operator, node.op)
    if found is None:
        raise NotReadAgain("operator")
    args = [_read(reader, arg, True) for arg in node.args]
    left, right = (None, args[0]) if len(args) == 1 else (args[0], args[1])
    read = make_op(reader.pstate, visible_name(reader.pstate, found), left, right)
    if not isinstance(read, q.OpExpr) or node.kind == "op":
        return read
    return replace(read, kind=node.kind, type=read.args[0].type if node.kind == "nullif" else read.type)


def _any_or_all(reader: _Reader, node: q.ScalarArrayOpExpr, show_implicit: bool) -> q.Expr:
    found = reader.pstate.catalog.get(Operator, node.op)
    if found is None:
        raise NotReadAgain("operator")
    left, right = (_read(reader, arg, True) for arg in node.args)
    return make_scalar_array_op(reader.pstate, visible_name(reader.pstate, found), node.use_or, left, right)


def _boolean(reader: _Reader, node: q.BoolExpr, show_implicit: bool) -> q.Expr:
    args = (coerce_to_boolean(reader.pstate, _read(reader, arg, False), node.op.upper()) for arg in node.args)
    return replace(node, args=tuple(args))


def _null_test(reader: _Reader, node: q.NullTest, show_implicit: bool) -> q.Expr:
    return replace(node, arg=_read(reader, node.arg, True))


def _boolean_test(reader: _Reader, node: q.BooleanTest, show_implicit: bool) -> q.Expr:
    words = node.test.removeprefix("IS_").replace("_", " ")
    return replace(node, arg=coerce_to_boolean(reader.pstate, _read(reader, node.arg, False), f"IS {words}"))


def _collate(reader: _Reader, node: q.CollateExpr, show_implicit: bool) -> q.Expr:
    arg = _read(reader, node.arg, show_implicit)
    if not type_is_collatable(reader.pstate, arg.type):
        shown = format_type(reader.pstate, arg.type)
        raise Refusal("42804", f"collations are not supported by type {shown}")
    return replace(node, arg=arg, type=arg.type, typmod=arg.typmod)


def _common(reader: _Reader, exprs: list[q.Expr], what: str) -> tuple[int, tuple[q.Expr, ...]]:
    common = select_common_type(reader.pstate, exprs, what)
    return common, tuple(coerce_to_common_type(reader.pstate, expr, common, what) for expr in exprs)


def _coalesce(reader: _Reader, node: q.CoalesceExpr, show_implicit: bool) -> q.Expr:
    common, args = _common(reader, [_read(reader, arg, True) for arg in node.args], "COALESCE")
    return replace(node, type=common, args=args)


def _greatest(reader: _Reader, node: q.MinMaxExpr, show_implicit: bool) -> q.Expr:
    what = node.op.removeprefix("IS_").upper()
    common, args = _common(reader, [_read(reader, arg, True) for arg in node.args], what)
    return replace(node, type=common, args=args)


def _array(reader: _Reader, node: q.ArrayExpr, show_implicit: bool) -> q.Expr:
    if node.multidims or not node.elements:
        raise NotReadAgain("array")
    common, elements = _common(reader, [_read(reader, element, True) for element in node.elements], "ARRAY")
    return replace(node, elem=common, elements=elements, type=get_array_type(reader.pstate, common))


def _case(reader: _Reader, node: q.CaseExpr, show_implicit: bool) -> q.Expr:
    if node.arg is not None:
        raise NotReadAgain("CASE")
    conditions = [coerce_to_boolean(reader.pstate, _read(reader, w.condition, False), "CASE/WHEN") for w in node.whens]
    results = [_read(reader, when.result, True) for when in node.whens]
    if node.default is not None:
        results.insert(0, _read(reader, node.default, True))
    common, results_read = _common(reader, results, "CASE")
    default = results_read[0] if node.default is not None else None
    rest = results_read[1:] if node.default is not None else results_read
    whens = tuple(q.CaseWhen(condition, result) for condition, result in zip(conditions, rest, strict=True))
    return replace(node, type=common, whens=whens, default=default)


def _subscript(reader: _Reader, node: q.SubscriptingRef, show_implicit: bool) -> q.Expr:
    pstate = reader.pstate
    arg = _read(reader, node.arg, True)
    container, typmod = transform_container_type(pstate, arg.type, arg.typmod)
    handler, found = subscript_handler(pstate, container), get_type(pstate, container)
    if handler is None or found is None:
        message = f"cannot subscript type {format_type(pstate, container)} because it does not support subscripting"
        raise Refusal("42804", message)
    if "array" not in handler or any(part is not None and not isinstance(part, q.Const) for part in node.upper):
        raise NotReadAgain("subscript")
    return replace(node, arg=arg, container=container, type=container if node.lower else found.elem, typmod=typmod)


_READ: dict[type, Callable[[_Reader, Any, bool], q.Expr]] = {
    q.Var: _var,
    q.Const: _same,
    q.SQLValueFunction: _same,
    q.FuncExpr: _function,
    q.OpExpr: _operator,
    q.ScalarArrayOpExpr: _any_or_all,
    q.BoolExpr: _boolean,
    q.NullTest: _null_test,
    q.BooleanTest: _boolean_test,
    q.RelabelType: _cast,
    q.CoerceViaIO: _cast,
    q.ArrayCoerceExpr: _cast,
    q.CoerceToDomain: _cast,
    q.CollateExpr: _collate,
    q.CoalesceExpr: _coalesce,
    q.MinMaxExpr: _greatest,
    q.ArrayExpr: _array,
    q.CaseExpr: _case,
    q.SubscriptingRef: _subscript,
}
