"""Expressions by their kind of node (transformExpr and transformExprRecurse of parse_expr.c)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from schemalint.errors import NotModelled
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Expr
from schemalint.syntax.nodes import Node

Transform = Callable[[ParseState, Any], Expr]

_TRANSFORMS: Final = {
    "ColumnRef": "columns:transform_column_ref",
    "ParamRef": "expressions:transform_param_ref",
    "A_Const": "literals:make_const",
    "A_Indirection": "expressions:transform_indirection",
    "A_ArrayExpr": "expressions:transform_array_expr",
    "TypeCast": "expressions:transform_type_cast",
    "CollateClause": "expressions:transform_collate_clause",
    "A_Expr": "operations:transform_a_expr",
    "BoolExpr": "operations:transform_bool_expr",
    "FuncCall": "expressions:transform_func_call",
    "MultiAssignRef": "sublinks:transform_multi_assign_ref",
    "GroupingFunc": "aggregates:transform_grouping_func",
    "MergeSupportFunc": "expressions:transform_merge_support",
    "NamedArgExpr": "expressions:transform_named_arg",
    "SubLink": "sublinks:transform_sub_link",
    "CaseExpr": "expressions:transform_case_expr",
    "RowExpr": "expressions:transform_row_expr",
    "CoalesceExpr": "expressions:transform_coalesce_expr",
    "MinMaxExpr": "expressions:transform_min_max_expr",
    "SQLValueFunction": "expressions:transform_sql_value_function",
    "XmlExpr": "xml:transform_xml_expr",
    "XmlSerialize": "xml:transform_xml_serialize",
    "NullTest": "expressions:transform_null_test",
    "BooleanTest": "expressions:transform_boolean_test",
    "CurrentOfExpr": "expressions:transform_current_of",
    "SetToDefault": "expressions:transform_set_to_default",
    "JsonFuncExpr": "jsonfuncs:transform_json_func_expr",
    "JsonValueExpr": "sqljson:transform_json",
    "JsonParseExpr": "sqljson:transform_json",
    "JsonScalarExpr": "sqljson:transform_json",
    "JsonSerializeExpr": "sqljson:transform_json",
    "JsonObjectConstructor": "sqljson:transform_json",
    "JsonArrayConstructor": "sqljson:transform_json",
    "JsonArrayQueryConstructor": "sqljson:transform_json",
    "JsonObjectAgg": "sqljson:transform_json",
    "JsonArrayAgg": "sqljson:transform_json",
    "JsonIsPredicate": "sqljson:transform_json",
}
"""Node name -> module of this package and its function; modules are imported when their first node comes."""

_loaded: dict[type, Transform] = {}


def _load(node: Node | Expr) -> Transform:
    if isinstance(node, Expr):
        return _analyzed
    where = _TRANSFORMS.get(type(node).__name__)
    if where is None:
        raise NotModelled(type(node).__name__, span(node))
    module, _, function = where.partition(":")
    found: Transform = getattr(import_module(f"schemalint.semantics.{module}"), function)
    return found


def _analyzed(pstate: ParseState, expr: Expr) -> Expr:
    """What is analyzed already is taken as it is."""
    return expr


def transform_expr(pstate: ParseState, node: Node, kind: str) -> Expr:
    """An expression of this kind (transformExpr)."""
    saved = pstate.expr_kind
    pstate.expr_kind = kind
    try:
        return transform_expr_recurse(pstate, node)
    finally:
        pstate.expr_kind = saved


def transform_expr_recurse(pstate: ParseState, node: Node | Expr) -> Expr:
    """transformExprRecurse."""
    transform = _loaded.get(type(node))
    if transform is None:
        transform = _loaded[type(node)] = _load(node)
    return transform(pstate, node)
