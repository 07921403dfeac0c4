"""WHERE of a publication's table (check_simple_rowfilter_expr of publicationcmds.c)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog.model import FIRST_NORMAL_OID, Expression, Oid, Operator, Proc, Relation
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.range_table import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.syntax.nodes import Node

_SIMPLE: tuple[type[Any], ...] = (
    q.Var,
    q.OpExpr,
    q.ScalarArrayOpExpr,
    q.RowCompareExpr,
    q.Const,
    q.FuncExpr,
    q.BoolExpr,
    q.RelabelType,
    q.CollateExpr,
    q.CaseExpr,
    q.CaseTestExpr,
    q.ArrayExpr,
    q.RowExpr,
    q.CoalesceExpr,
    q.MinMaxExpr,
    q.XmlExpr,
    q.NullTest,
    q.BooleanTest,
    q.CaseWhen,
)


def row_filter(session: Session, relation: Relation, clause: Node) -> Expression:
    """The condition under which a row is published."""
    pstate = session_parsestate(session)
    item = add_range_table_entry_for_relation(pstate, relation, None, False, False)
    add_ns_item_to_query(pstate, item, False, True, True)
    tree: Any = transform_where_clause(pstate, clause, "where", "PUBLICATION WHERE")
    assign_expr_collations(pstate, tree)
    _check(session, tree)
    return Expression(session.source_of(clause), tree)


def _check(session: Session, node: Struct) -> None:
    detail = _reason(session, node)
    if detail is not None:
        at = (getattr(node, "start", -1), getattr(node, "end", -1))
        message = "invalid publication WHERE expression"
        raise Refusal("0A000", message, detail=detail, at=at if at[0] >= 0 else None)
    for child in q.children(node):
        _check(session, child)


def _reason(session: Session, node: Any) -> str | None:
    """check_simple_rowfilter_expr_walker."""
    if isinstance(node, q.UnknownExpr):
        return None
    if isinstance(node, q.Var) and node.attno < 0:
        return "System columns are not allowed."
    if isinstance(node, q.OpExpr) and (node.op >= FIRST_NORMAL_OID or node.func >= FIRST_NORMAL_OID):
        return "User-defined operators are not allowed."
    if isinstance(node, q.ScalarArrayOpExpr) and node.op >= FIRST_NORMAL_OID:
        return "User-defined operators are not allowed."
    if isinstance(node, q.RowCompareExpr) and any(op >= FIRST_NORMAL_OID for op in node.ops):
        return "User-defined operators are not allowed."
    if not isinstance(node, _SIMPLE):
        return (
            "Only columns, constants, built-in operators, built-in data types, built-in collations, "
            "and immutable built-in functions are allowed."
        )
    if FIRST_NORMAL_OID <= getattr(node, "type", 0) < q.UNKNOWN_TYPE:
        return "User-defined types are not allowed."
    for func in _functions(session, node):
        proc = session.catalog.get(Proc, func)
        if func >= FIRST_NORMAL_OID or (proc is not None and proc.volatile != "i"):
            return "User-defined or built-in mutable functions are not allowed."
    if getattr(node, "collation", 0) >= FIRST_NORMAL_OID:
        return "User-defined collations are not allowed."
    return None


def _functions(session: Session, node: Any) -> list[Oid]:
    """The functions that a node itself calls (check_functions_in_node)."""
    if isinstance(node, (q.FuncExpr, q.OpExpr)):
        return [node.func]
    operators = [node.op] if isinstance(node, q.ScalarArrayOpExpr) else []
    operators += list(node.ops) if isinstance(node, q.RowCompareExpr) else []
    found = (session.catalog.get(Operator, oid) for oid in operators)
    return [operator.code for operator in found if operator is not None]
