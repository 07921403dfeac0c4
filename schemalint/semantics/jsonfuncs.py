"""JSON_EXISTS(), JSON_QUERY() and JSON_VALUE() (transformJsonFuncExpr of parse_expr.c)."""

from __future__ import annotations

from typing import Final

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import ASSIGNMENT, EXPLICIT, coerce_to_target_type, type_category
from schemalint.semantics.lsyscache import get_base_type
from schemalint.semantics.nodefuncs import expression_returns_set
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    ArrayCoerceExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    Const,
    ConvertRowtypeExpr,
    Expr,
    FuncExpr,
    JsonExpr,
    OpExpr,
    RelabelType,
)
from schemalint.semantics.sqljson import (
    Returning,
    json_expr,
    transform_json_output,
    transform_json_value_expr,
)
from schemalint.semantics.transform import transform_expr_recurse
from schemalint.semantics.types import format_type
from schemalint.semantics.vars import locate_var_of_level
from schemalint.syntax import nodes

_DEFAULT: Final = "JS_FORMAT_DEFAULT"
_JSONB: Final = "JS_FORMAT_JSONB"

_FUNCTIONS: Final = {
    "JSON_EXISTS_OP": ("JSON_EXISTS", _DEFAULT),
    "JSON_QUERY_OP": ("JSON_QUERY", _JSONB),
    "JSON_VALUE_OP": ("JSON_VALUE", _DEFAULT),
    "JSON_TABLE_OP": ("JSON_TABLE", _JSONB),
}

_BEHAVIORS: Final = {
    "JSON_QUERY_OP": (
        ("ERROR", "NULL", "EMPTY", "EMPTY_ARRAY", "EMPTY_OBJECT", "DEFAULT"),
        "ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression",
        "formatted columns",
    ),
    "JSON_EXISTS_OP": (
        ("ERROR", "TRUE", "FALSE", "UNKNOWN"),
        "ERROR, TRUE, FALSE, or UNKNOWN",
        "EXISTS columns",
    ),
    "JSON_VALUE_OP": (
        ("ERROR", "NULL", "DEFAULT"),
        "ERROR, NULL, or DEFAULT expression",
        "scalar columns",
    ),
}


def _check_behavior(func: nodes.JsonFuncExpr, clause: str, behavior: nodes.JsonBehavior | None) -> None:
    if behavior is None or func.op not in _BEHAVIORS:
        return
    allowed, words, columns = _BEHAVIORS[func.op]
    if behavior.btype.removeprefix("JSON_BEHAVIOR_") in allowed:
        return
    at = span(behavior)
    if func.column_name is not None:
        message = f'invalid {clause} behavior for column "{func.column_name}"'
        detail = f"Only {words} is allowed in {clause} for {columns}."
    else:
        message = f"invalid {clause} behavior"
        detail = f"Only {words} is allowed in {clause} for {_FUNCTIONS[func.op][0]}()."
    raise Refusal("42601", message, at=at, detail=detail)


def transform_json_func_expr(pstate: ParseState, func: nodes.JsonFuncExpr, context: Expr | None = None) -> JsonExpr:
    """transformJsonFuncExpr; `context` is the context item when it is analyzed already."""
    name, default_format = _FUNCTIONS[func.op]
    if func.output is not None and func.op != "JSON_QUERY_OP":
        format_ = func.output.returning.format
        if format_.format_type != _DEFAULT or format_.encoding != "JS_ENC_DEFAULT":
            message = f"cannot specify FORMAT JSON in RETURNING clause of {name}()"
            raise Refusal("42601", message, at=span(format_))
    wrapped = func.wrapper in ("JSW_CONDITIONAL", "JSW_UNCONDITIONAL")
    if func.op == "JSON_QUERY_OP" and func.quotes == "JS_QUOTES_OMIT" and wrapped:
        message = "SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used"
        raise Refusal("42601", message, at=span(func))
    if func.op != "JSON_EXISTS_OP":
        _check_behavior(func, "ON EMPTY", func.on_empty)
    _check_behavior(func, "ON ERROR", func.on_error)
    item = transform_json_value_expr(pstate, name, func.context_item, default_format, typeoids.JSONB, False, context)
    path = transform_expr_recurse(pstate, func.pathspec)
    coerced = coerce_to_target_type(
        pstate, path, path.type, typeoids.JSONPATH, -1, EXPLICIT, "implicit_cast", span(path)
    )
    if coerced is None:
        shown = format_type(pstate, path.type)
        message = f"JSON path expression must be of type jsonpath, not of type {shown}"
        raise Refusal("42804", message, at=span(path))
    args: list[Expr] = [item, coerced]
    for passed in func.passing:
        args.append(transform_json_value_expr(pstate, name, passed.val, _JSONB, 0, True))
    returning = transform_json_output(pstate, func.output, False)
    return _func_result(pstate, func, args, returning)


_RESULTS: Final = {
    "JSON_EXISTS_OP": (typeoids.BOOL, "FALSE"),
    "JSON_QUERY_OP": (typeoids.JSONB, "NULL"),
    "JSON_VALUE_OP": (typeoids.TEXT, "NULL"),
    "JSON_TABLE_OP": (typeoids.JSONB, "EMPTY_ARRAY"),
}


def _func_result(pstate: ParseState, func: nodes.JsonFuncExpr, args: list[Expr], returning: Returning) -> JsonExpr:
    oid, default = _RESULTS[func.op]
    typmod = returning.typmod if returning.type else -1
    oid = returning.type or oid
    if func.op in ("JSON_QUERY_OP", "JSON_VALUE_OP"):
        args += _behavior(pstate, func.on_empty, default, oid, typmod)
    args += _behavior(pstate, func.on_error, default, oid, typmod)
    return json_expr(func, oid, args, typmod)


def _valid_default(expr: Expr) -> bool:
    """ValidJsonBehaviorDefaultExpr."""
    if isinstance(expr, Const | FuncExpr | OpExpr):
        return True
    coercions = (
        CoerceViaIO,
        CoerceToDomain,
        ArrayCoerceExpr,
        ConvertRowtypeExpr,
        RelabelType,
        CollateExpr,
    )
    return isinstance(expr, coercions) and _valid_default(expr.arg)


def _behavior(
    pstate: ParseState, behavior: nodes.JsonBehavior | None, default: str, oid: Oid, typmod: int
) -> list[Expr]:
    """The value of ON ERROR or ON EMPTY, checked (transformJsonBehavior)."""
    kind = default if behavior is None else behavior.btype.removeprefix("JSON_BEHAVIOR_")
    if kind == "ERROR":
        return []
    if kind == "DEFAULT":
        assert behavior is not None and behavior.expr is not None
        expr = transform_expr_recurse(pstate, behavior.expr)
        at = span(expr)
        if expr.type == UNKNOWN_TYPE:
            return [expr]
        if not _valid_default(expr):
            message = "can only specify a constant, non-aggregate function, or operator expression for DEFAULT"
            raise Refusal("42804", message, at=at)
        if locate_var_of_level(expr, 0) is not None:
            message = "DEFAULT expression must not contain column references"
            raise Refusal("42804", message, at=at)
        if expression_returns_set(expr):
            raise Refusal("42804", "DEFAULT expression must not return a set", at=at)
    else:
        expr = _behavior_constant(kind)
    if expr.type == oid or UNKNOWN_TYPE in (expr.type, oid):
        return [expr]
    return [_coerce_behavior(pstate, expr, oid, typmod)]


def _behavior_constant(kind: str) -> Const:
    """GetJsonBehaviorConst."""
    if kind in ("EMPTY_ARRAY", "EMPTY_OBJECT"):
        return Const(type=typeoids.JSONB, value="[]" if kind == "EMPTY_ARRAY" else "{}")
    if kind in ("TRUE", "FALSE"):
        return Const(type=typeoids.BOOL, value=kind == "TRUE")
    return Const(type=typeoids.INT4, value=None, isnull=True)


def _coerce_behavior(pstate: ParseState, expr: Expr, oid: Oid, typmod: int) -> Expr:
    isnull = isinstance(expr, Const) and expr.isnull
    at_runtime = (
        isnull
        or expr.type == typeoids.JSONB
        or (expr.type == typeoids.BOOL and get_base_type(pstate, oid) != typeoids.INT4)
    )
    if at_runtime:
        return expr
    context = ASSIGNMENT if type_category(pstate, oid) in "SV" else EXPLICIT
    coerced = coerce_to_target_type(pstate, expr, expr.type, oid, typmod, context, "explicit_cast")
    if coerced is None:
        source, wanted = format_type(pstate, expr.type), format_type(pstate, oid)
        message = f"cannot cast behavior expression of type {source} to {wanted}"
        hint = f"You will need to explicitly cast the expression to type {wanted}."
        raise Refusal("42846", message, at=span(expr), hint=hint)
    return coerced
