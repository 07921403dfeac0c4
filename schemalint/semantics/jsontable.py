"""JSON_TABLE (parse_jsontable.c)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Attribute, Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.collations import assign_expr_collations, expr_collation
from schemalint.semantics.input import check_input
from schemalint.semantics.jsonfuncs import transform_json_func_expr
from schemalint.semantics.lsyscache import get_base_type, get_typtype, type_is_array
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import UNKNOWN_TYPE, CaseTestExpr, Expr
from schemalint.semantics.relations import add_range_table_entry_for_table_func
from schemalint.semantics.types import typename_type_id_and_mod
from schemalint.semantics.vars import contain_vars_of_level
from schemalint.syntax import nodes


def transform_json_table(pstate: ParseState, jt: nodes.JsonTable) -> NamespaceItem:
    """transformJsonTable."""
    allowed = ("JSON_BEHAVIOR_ERROR", "JSON_BEHAVIOR_EMPTY", "JSON_BEHAVIOR_EMPTY_ARRAY")
    if jt.on_error is not None and jt.on_error.btype not in allowed:
        raise Refusal(
            "42601",
            "invalid ON ERROR behavior",
            at=span(jt.on_error),
            detail="Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.",
        )
    names = [jt.pathspec.name] if jt.pathspec.name is not None else []
    _check_duplicates(names, jt.columns)
    pstate.lateral_active = True
    saved, pstate.expr_kind = pstate.expr_kind, "from_function"
    document = transform_json_func_expr(
        pstate,
        nodes.JsonFuncExpr(
            op="JSON_TABLE_OP",
            context_item=jt.context_item,
            pathspec=jt.pathspec.string,
            passing=jt.passing,
            on_error=jt.on_error,
            start=jt.start,
            end=jt.end,
        ),
    )
    columns: list[Attribute] = []
    exprs: list[Expr] = [document]
    _columns(pstate, jt, jt.columns, document.type, columns, exprs)
    pstate.expr_kind = saved
    pstate.lateral_active = False
    lateral = jt.lateral or contain_vars_of_level(exprs, 0)
    return add_range_table_entry_for_table_func(pstate, "JSON_TABLE", columns, exprs, jt.alias, lateral, True, jt)


def _check_duplicates(names: list[str], columns: Sequence[nodes.JsonTableColumn]) -> None:
    """CheckDuplicateColumnOrPathNames."""
    for column in columns:
        nested = column.coltype == "JTC_NESTED"
        name = column.pathspec.name if nested and column.pathspec is not None else column.name
        if name is not None:
            if name in names:
                message = f"duplicate JSON_TABLE column or path name: {name}"
                raise Refusal("42712", message, at=span(column), word=name)
            names.append(name)
        if nested:
            _check_duplicates(names, column.columns)


def _is_composite(pstate: ParseState, oid: Oid) -> bool:
    """isCompositeType."""
    if oid in (typeoids.JSON, typeoids.JSONB, typeoids.RECORD) or type_is_array(pstate, oid):
        return True
    kind = get_typtype(pstate, oid)
    return kind == "c" or (kind == "d" and _is_composite(pstate, get_base_type(pstate, oid)))


def _columns(
    pstate: ParseState,
    jt: nodes.JsonTable,
    raw: Sequence[nodes.JsonTableColumn],
    document: Oid,
    columns: list[Attribute],
    exprs: list[Expr],
) -> None:
    """transformJsonTableColumns."""
    ordinality = False
    for column in raw:
        if column.coltype == "JTC_NESTED":
            continue
        name = column.name or ""
        if column.coltype == "JTC_FOR_ORDINALITY":
            if ordinality:
                raise Refusal("42601", "only one FOR ORDINALITY column is allowed", at=span(column))
            ordinality = True
            columns.append(Attribute(num=len(columns) + 1, name=name, type=typeoids.INT4))
            continue
        expr = _column(pstate, jt, column, document)
        assign_expr_collations(pstate, expr)
        collation = expr_collation(expr, pstate)
        columns.append(
            Attribute(num=len(columns) + 1, name=name, type=expr.type, typmod=expr.typmod, collation=collation)
        )
        exprs.append(expr)
    for column in raw:
        if column.coltype == "JTC_NESTED":
            _check_path(pstate, column)
            _columns(pstate, jt, column.columns, document, columns, exprs)


def _check_path(pstate: ParseState, column: nodes.JsonTableColumn) -> None:
    """The path of a NESTED clause must be one."""
    if column.pathspec is None or not isinstance(column.pathspec.string, nodes.A_Const):
        return
    error = check_input("jsonpath", str(column.pathspec.string.val), server_version=pstate.version)
    if error is not None:
        raise Refusal(error.sqlstate, error.message, at=span(column.pathspec))


def _column(pstate: ParseState, jt: nodes.JsonTable, column: nodes.JsonTableColumn, document: Oid) -> Expr:
    """A column as JSON_VALUE(), JSON_EXISTS() or JSON_QUERY() (transformJsonTableColumn)."""
    op = "JSON_QUERY_OP"
    assert column.typeName is not None
    if column.coltype == "JTC_EXISTS":
        op = "JSON_EXISTS_OP"
    elif column.coltype == "JTC_REGULAR":
        oid, _ = typename_type_id_and_mod(pstate, column.typeName)
        plain = column.quotes == "JS_QUOTES_UNSPEC" and column.wrapper == "JSW_UNSPEC"
        if plain and (oid == UNKNOWN_TYPE or not _is_composite(pstate, oid)):
            op = "JSON_VALUE_OP"
    where = {"start": column.start, "end": column.end}
    if column.pathspec is not None:
        path: nodes.Node = column.pathspec.string
    else:
        path = nodes.A_Const(val="$." + json.dumps(column.name, ensure_ascii=False), kind="String")
    func = nodes.JsonFuncExpr(
        op=op,
        context_item=structs.replace(jt.context_item, format=nodes.JsonFormat()),
        pathspec=path,
        passing=jt.passing,
        output=nodes.JsonOutput(
            typeName=column.typeName,
            returning=nodes.JsonReturning(format=column.format or nodes.JsonFormat()),
        ),
        on_empty=column.on_empty,
        on_error=column.on_error,
        wrapper=column.wrapper,
        quotes=column.quotes,
        column_name=column.name,
        **where,
    )
    return transform_json_func_expr(pstate, func, CaseTestExpr(type=document))
