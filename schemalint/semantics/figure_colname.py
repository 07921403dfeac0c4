"""The name of an output column that was given none (FigureColname of parse_target.c)."""

from __future__ import annotations

from typing import Final

from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

_NAMES: Final[dict[type, str]] = {
    nodes.GroupingFunc: "grouping",
    nodes.A_ArrayExpr: "array",
    nodes.RowExpr: "row",
    nodes.CoalesceExpr: "coalesce",
    nodes.MergeSupportFunc: "merge_action",
    nodes.XmlSerialize: "xmlserialize",
    nodes.JsonParseExpr: "json",
    nodes.JsonScalarExpr: "json_scalar",
    nodes.JsonSerializeExpr: "json_serialize",
    nodes.JsonObjectConstructor: "json_object",
    nodes.JsonArrayConstructor: "json_array",
    nodes.JsonArrayQueryConstructor: "json_array",
    nodes.JsonObjectAgg: "json_objectagg",
    nodes.JsonArrayAgg: "json_arrayagg",
}

_JSON_FUNCS: Final = {
    "JSON_EXISTS_OP": "json_exists",
    "JSON_QUERY_OP": "json_query",
    "JSON_VALUE_OP": "json_value",
}


def figure_colname(node: Node) -> str:
    """FigureColname."""
    return _figure(node)[1] or "?column?"


def figure_index_colname(node: Node) -> str | None:
    """FigureIndexColname."""
    return _figure(node)[1]


def _last_name(fields: tuple[object, ...]) -> str | None:
    return next((field for field in reversed(fields) if isinstance(field, str)), None)


def _figure(node: Node | None) -> tuple[int, str | None]:
    """(strength, name): 0 none, 1 a guess, 2 a good name (FigureColnameInternal)."""
    if node is None:
        return 0, None
    name = _NAMES.get(type(node))
    if name is not None:
        return 2, name
    match node:
        case nodes.ColumnRef():
            name = _last_name(node.fields)
            return (2, name) if name is not None else (0, None)
        case nodes.A_Indirection():
            name = _last_name(node.indirection)
            return (2, name) if name is not None else _figure(node.arg)
        case nodes.FuncCall():
            return 2, node.funcname[-1]
        case nodes.A_Expr():
            return (2, "nullif") if node.kind == "AEXPR_NULLIF" else (0, None)
        case nodes.TypeCast():
            strength, name = _figure(node.arg)
            return (strength, name) if strength > 1 else (1, node.typeName.names[-1])
        case nodes.CollateClause():
            return _figure(node.arg)
        case nodes.SubLink():
            return _figure_sublink(node)
        case nodes.CaseExpr():
            strength, name = _figure(node.defresult)
            return (strength, name) if strength > 1 else (1, "case")
        case nodes.MinMaxExpr():
            return 2, "greatest" if node.op == "IS_GREATEST" else "least"
        case nodes.SQLValueFunction():
            return 2, node.op.removeprefix("SVFOP_").removesuffix("_N").lower()
        case nodes.XmlExpr():
            return (0, None) if node.op == "IS_DOCUMENT" else (2, node.op.removeprefix("IS_").lower())
        case nodes.JsonFuncExpr():
            return 2, _JSON_FUNCS[node.op]
    return 0, None


def _figure_sublink(node: nodes.SubLink) -> tuple[int, str | None]:
    if node.subLinkType == "EXISTS_SUBLINK":
        return 2, "exists"
    if node.subLinkType == "ARRAY_SUBLINK":
        return 2, "array"
    if node.subLinkType != "EXPR_SUBLINK":
        return 0, None
    select = node.subselect
    while isinstance(select, nodes.SelectStmt):
        if select.valuesLists:
            return 2, "column1"
        if select.larg is not None:
            select = select.larg
            continue
        if not select.targetList:
            return 0, None
        target = select.targetList[0]
        if target.name is not None:
            return 2, target.name
        assert target.val is not None
        if isinstance(target.val, nodes.ColumnRef) and isinstance(target.val.fields[-1], nodes.A_Star):
            return 0, None
        return 2, figure_colname(target.val)
    return 0, None
