"""Statements with a query in them: DECLARE CURSOR, EXPLAIN, CREATE TABLE AS, CALL (analyze.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.locking import lcs_as_string
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Expr, Query, TargetEntry, children
from schemalint.semantics.transform import transform_expr
from schemalint.syntax import nodes

CURSOR_OPT_SCROLL = 0x0002
CURSOR_OPT_NO_SCROLL = 0x0004
CURSOR_OPT_INSENSITIVE = 0x0008
CURSOR_OPT_ASENSITIVE = 0x0010
CURSOR_OPT_HOLD = 0x0020


def transform_declare_cursor_stmt(pstate: ParseState, stmt: nodes.DeclareCursorStmt) -> Query:
    """transformDeclareCursorStmt."""
    from schemalint.semantics.analyze import transform_stmt

    options = stmt.options
    for first, second, words in (
        (CURSOR_OPT_SCROLL, CURSOR_OPT_NO_SCROLL, "SCROLL and NO SCROLL"),
        (CURSOR_OPT_ASENSITIVE, CURSOR_OPT_INSENSITIVE, "ASENSITIVE and INSENSITIVE"),
    ):
        if options & first and options & second:
            raise Refusal("42P11", f"cannot specify both {words}", at=span(stmt))
    assert stmt.query is not None
    query = transform_stmt(pstate, stmt.query)
    if query.has_modifying_cte:
        message = "DECLARE CURSOR must not contain data-modifying statements in WITH"
        raise Refusal("0A000", message, at=span(stmt))
    if query.locking:
        strength = lcs_as_string(query.locking[0].strength)
        for bit, sqlstate, message, detail in (
            (
                CURSOR_OPT_HOLD,
                "0A000",
                f"DECLARE CURSOR WITH HOLD ... {strength} is not supported",
                "Holdable cursors must be READ ONLY.",
            ),
            (
                CURSOR_OPT_SCROLL,
                "0A000",
                f"DECLARE SCROLL CURSOR ... {strength} is not supported",
                "Scrollable cursors must be READ ONLY.",
            ),
            (
                CURSOR_OPT_INSENSITIVE,
                "42P11",
                f"DECLARE INSENSITIVE CURSOR ... {strength} is not valid",
                "Insensitive cursors must be READ ONLY.",
            ),
        ):
            if options & bit:
                raise Refusal(sqlstate, message, at=span(stmt), detail=detail)
    return Query(command="utility", utility=stmt, inner=query)


def transform_explain_stmt(pstate: ParseState, stmt: nodes.ExplainStmt) -> Query:
    """transformExplainStmt."""
    from schemalint.semantics.analyze import transform_top_level_stmt

    return Query(command="utility", utility=stmt, inner=transform_top_level_stmt(pstate, stmt.query))


def transform_create_table_as_stmt(pstate: ParseState, stmt: nodes.CreateTableAsStmt) -> Query:
    """transformCreateTableAsStmt."""
    from schemalint.semantics.analyze import query_contains_extern_params, transform_stmt

    query = transform_stmt(pstate, stmt.query)
    if stmt.objtype == "OBJECT_MATVIEW":
        for present, words in (
            (query.has_modifying_cte, "must not use data-modifying statements in WITH"),
            (is_query_using_temp_relation(pstate, query), "must not use temporary tables or views"),
            (query_contains_extern_params(query), "may not be defined using bound parameters"),
            (stmt.into.rel.relpersistence == "u", "cannot be unlogged"),
        ):
            if present:
                raise Refusal("0A000", f"materialized views {words}", at=span(stmt))
    return Query(command="utility", utility=stmt, inner=query)


def is_query_using_temp_relation(pstate: ParseState, query: Query) -> bool:
    """isQueryUsingTempRelation."""
    return temporary_relation_of(pstate, query) is not None


def temporary_relation_of(pstate: ParseState, node: object) -> Relation | None:
    """The first temporary table or view that a query uses, at any level."""
    from msgspec import Struct

    if isinstance(node, Query):
        for rte in node.rtable:
            if rte.kind == "relation":
                relation = pstate.catalog.get(Relation, rte.relid)
                if relation is not None and relation.persistence == "t":
                    return relation
    if isinstance(node, Struct):
        for child in children(node):
            found = temporary_relation_of(pstate, child)
            if found is not None:
                return found
    return None


def transform_call_stmt(pstate: ParseState, stmt: nodes.CallStmt) -> Query:
    """transformCallStmt; the call is the only output column of `inner`."""
    fn = stmt.funccall
    args: list[Expr] = [transform_expr(pstate, arg, "call_argument") for arg in fn.args]
    saved, pstate.expr_kind = pstate.expr_kind, "call_argument"
    call = parse_func_or_column(pstate, fn.funcname, args, pstate.last_srf, fn, True, span(fn))
    pstate.expr_kind = saved
    assert call is not None
    inner = Query(command="select", target_list=(TargetEntry(expr=call, resno=1),))
    return Query(command="utility", utility=stmt, inner=inner)
