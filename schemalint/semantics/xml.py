"""XML expressions and XMLTABLE (parse_expr.c, parse_clause.c)."""

from __future__ import annotations

from typing import Final

from schemalint.catalog.model import Attribute
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import (
    IMPLICIT,
    coerce_to_boolean,
    coerce_to_specific_type,
    coerce_to_specific_type_typmod,
    coerce_to_target_type,
)
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.figure_colname import figure_colname
from schemalint.semantics.lsyscache import get_typcollation
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import Expr, XmlExpr
from schemalint.semantics.relations import add_range_table_entry_for_table_func
from schemalint.semantics.transform import transform_expr, transform_expr_recurse
from schemalint.semantics.types import format_type, typename_type_id_and_mod
from schemalint.semantics.vars import contain_vars_of_level
from schemalint.syntax import nodes

_ARGUMENTS: Final = {
    "IS_XMLCONCAT": ((typeoids.XML,), "XMLCONCAT"),
    "IS_XMLFOREST": ((typeoids.XML,), "XMLFOREST"),
    "IS_XMLPARSE": ((typeoids.TEXT, typeoids.BOOL), "XMLPARSE"),
    "IS_XMLPI": ((typeoids.TEXT,), "XMLPI"),
    "IS_XMLROOT": ((typeoids.XML, typeoids.TEXT, typeoids.INT4), "XMLROOT"),
    "IS_DOCUMENT": ((typeoids.XML,), "IS DOCUMENT"),
}
"""Types of the arguments, the last of them for all that follow, and what messages call it."""


def transform_xml_expr(pstate: ParseState, x: nodes.XmlExpr) -> Expr:
    """transformXmlExpr."""
    args: list[Expr] = []
    names: list[str] = []
    for target in x.named_args:
        assert target.val is not None
        args.append(transform_expr_recurse(pstate, target.val))
        if target.name is not None:
            name = target.name
        elif isinstance(target.val, nodes.ColumnRef):
            name = figure_colname(target.val)
        else:
            what = "attribute" if x.op == "IS_XMLELEMENT" else "element"
            message = f"unnamed XML {what} value must be a column reference"
            raise Refusal("42601", message, at=span(target))
        if x.op == "IS_XMLELEMENT" and name in names:
            message = f'XML attribute name "{name}" appears more than once'
            raise Refusal("42601", message, at=span(target), word=name)
        names.append(name)
    types, construct = _ARGUMENTS.get(x.op, ((), ""))
    for i, node in enumerate(x.args):
        expr = transform_expr_recurse(pstate, node)
        if types:
            wanted = types[min(i, len(types) - 1)]
            if wanted == typeoids.BOOL:
                expr = coerce_to_boolean(pstate, expr, construct)
            else:
                expr = coerce_to_specific_type(pstate, expr, wanted, construct)
        args.append(expr)
    oid = typeoids.BOOL if x.op == "IS_DOCUMENT" else typeoids.XML
    return XmlExpr(type=oid, op=x.op, args=tuple(args), start=x.start, end=x.end)


def transform_xml_serialize(pstate: ParseState, x: nodes.XmlSerialize) -> Expr:
    """transformXmlSerialize."""
    expr = transform_expr_recurse(pstate, x.expr)
    arg = coerce_to_specific_type(pstate, expr, typeoids.XML, "XMLSERIALIZE")
    oid, typmod = typename_type_id_and_mod(pstate, x.typeName)
    made = XmlExpr(type=typeoids.TEXT, op="IS_XMLSERIALIZE", args=(arg,), start=x.start, end=x.end)
    result = coerce_to_target_type(pstate, made, typeoids.TEXT, oid, typmod, IMPLICIT, "implicit_cast")
    if result is None:
        message = f"cannot cast XMLSERIALIZE result to {format_type(pstate, oid)}"
        raise Refusal("42846", message, at=span(x))
    return result


# --- XMLTABLE


def transform_range_table_func(pstate: ParseState, rtf: nodes.RangeTableFunc) -> NamespaceItem:
    """transformRangeTableFunc."""
    pstate.lateral_active = True
    exprs: list[Expr] = [
        _argument(pstate, rtf.rowexpr, typeoids.TEXT),
        _argument(pstate, rtf.docexpr, typeoids.XML),
    ]
    columns: list[Attribute] = []
    ordinality = False
    for raw in rtf.columns:
        column, found = _column(pstate, raw, len(columns) + 1)
        if raw.for_ordinality:
            if ordinality:
                raise Refusal("42601", "only one FOR ORDINALITY column is allowed", at=span(raw))
            ordinality = True
        if any(other.name == column.name for other in columns):
            raise Refusal("42601", f'column name "{column.name}" is not unique', at=span(raw))
        columns.append(column)
        exprs += found
    _namespaces(pstate, rtf, exprs)
    pstate.lateral_active = False
    lateral = rtf.lateral or contain_vars_of_level(exprs, 0)
    return add_range_table_entry_for_table_func(pstate, "XMLTABLE", columns, exprs, rtf.alias, lateral, True, rtf)


def _argument(pstate: ParseState, node: nodes.Node, oid: int, typmod: int = -1) -> Expr:
    expr = transform_expr(pstate, node, "from_function")
    expr = coerce_to_specific_type_typmod(pstate, expr, oid, typmod, "XMLTABLE")
    assign_expr_collations(pstate, expr)
    return expr


def _column(pstate: ParseState, raw: nodes.RangeTableFuncCol, num: int) -> tuple[Attribute, list[Expr]]:
    name = raw.colname
    if raw.for_ordinality:
        return Attribute(num=num, name=name, type=typeoids.INT4), []
    assert raw.typeName is not None
    if raw.typeName.setof:
        raise Refusal("42P16", f'column "{name}" cannot be declared SETOF', at=span(raw), word=name)
    oid, typmod = typename_type_id_and_mod(pstate, raw.typeName)
    exprs: list[Expr] = []
    if raw.colexpr is not None:
        exprs.append(_argument(pstate, raw.colexpr, typeoids.TEXT))
    if raw.coldefexpr is not None:
        exprs.append(_argument(pstate, raw.coldefexpr, oid, typmod))
    collation = get_typcollation(pstate, oid)
    return Attribute(num=num, name=name, type=oid, typmod=typmod, collation=collation), exprs


def _namespaces(pstate: ParseState, rtf: nodes.RangeTableFunc, exprs: list[Expr]) -> None:
    names: list[str | None] = []
    for target in rtf.namespaces:
        assert target.val is not None
        exprs.append(_argument(pstate, target.val, typeoids.TEXT))
        if target.name is None:
            if None in names:
                raise Refusal("42601", "only one default namespace is allowed", at=span(target))
        elif target.name in names:
            message = f'namespace name "{target.name}" is not unique'
            raise Refusal("42601", message, at=span(target), word=target.name)
        names.append(target.name)
