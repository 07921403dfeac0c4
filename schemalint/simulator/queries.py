"""Queries and data changes: SELECT, INSERT, UPDATE, DELETE, MERGE and EXPLAIN (postgres.c, execMain.c, explain.c)."""

from __future__ import annotations

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics.analyze import parse_analyze, take_select_into
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import Const, Expr, FuncExpr, Query
from schemalint.simulator.constant_calls import check_constant_calls
from schemalint.simulator.effects import ACCESS_SHARE, ROW_EXCLUSIVE, ROW_SHARE, QueryRun
from schemalint.simulator.permissions import check_query_allowed
from schemalint.simulator.rewrite import check_query, sublink_queries, view_query
from schemalint.simulator.session import Session
from schemalint.simulator.sql_calls import execute_calls
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


def analyze_statement(session: Session, node: Node, param_types: list[Oid] | None = None) -> Query:
    """A statement's Query with the session's names and settings."""
    return parse_analyze(
        session.names, node, param_types=param_types, settings=session.setting, undecided=session.undecided
    )


def execute_query(session: Session, node: Node) -> None:
    """SELECT, INSERT, UPDATE, DELETE or MERGE."""
    if isinstance(node, nodes.SelectStmt):
        into = take_select_into(node)
        if into is not None:
            from schemalint.simulator.dispatch import execute_node

            execute_node(session, into)
            return
    query = analyze_statement(session, node)
    run_query(session, query)
    check_constant_calls(session, query)


def run_query(session: Session, query: Query) -> None:
    """What a query does once it is analyzed: locks, the checks of rewriter, planner and executor, and known side effects.

    Of a statement with a query in it (DECLARE CURSOR), that query runs.
    """
    if query.command == "utility" and query.inner is not None:
        query = query.inner
    lock_relations(session, query)
    check_query(session, query)
    check_query_allowed(session, query)
    session.effect(QueryRun(query))
    if query.command == "select":
        for tle in query.target_list:
            if isinstance(tle.expr, FuncExpr):
                _call(session, tle.expr)
        execute_calls(session, query)


# --- Locks


def lock_relations(session: Session, query: Query) -> None:
    """The table locks of a query: parse analysis takes those of its tables, the rewriter those of views' (AcquireRewriteLocks)."""
    _lock(session, query, set(), False)


def _lock(session: Session, query: Query, views: set[Oid], pushed_down: bool) -> None:
    marked = {mark.rti for mark in query.locking}
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind == "relation":
            if i == query.result_relation:
                mode = ROW_EXCLUSIVE
            else:
                mode = ROW_SHARE if pushed_down or i in marked else ACCESS_SHARE
            session.lock(rte.relid, mode)
            if rte.relkind == "v" and rte.relid not in views:
                inner = view_query(session, rte.relid)
                if inner is not None:
                    _lock(session, inner, views | {rte.relid}, mode == ROW_SHARE)
                    if mode == ROW_EXCLUSIVE and inner.from_:
                        base = inner.rtable[inner.from_[0] - 1]
                        if base.kind == "relation":
                            session.lock(base.relid, mode)
            elif rte.inh and rte.relkind in "rp":
                _lock_children(session, rte.relid, mode)
        elif rte.kind == "subquery" and rte.subquery is not None:
            _lock(session, rte.subquery, views, pushed_down or i in marked)
    for cte in query.ctes:
        if cte.query is not None:
            _lock(session, cte.query, views, False)
    if query.has_sublinks:
        for inner in sublink_queries(query):
            _lock(session, inner, views, False)


def _lock_children(session: Session, relid: Oid, mode: int) -> None:
    """find_all_inheritors."""
    for child in session.catalog.children(relid):
        session.lock(child.oid, mode)
        _lock_children(session, child.oid, mode)


# --- Functions that change the session


def _call(session: Session, call: FuncExpr) -> None:
    proc = session.catalog.get(Proc, call.func)
    if proc is None or proc.namespace != 11 or proc.name not in ("set_config", "current_setting"):
        return
    values = [_constant(arg) for arg in call.args]
    if any(value is _NOT_CONSTANT for value in values) or values[0] is None:
        return
    from schemalint.simulator.settings import check_shown, set_config

    if proc.name == "current_setting":
        if len(values) == 1 or not values[1]:
            check_shown(session, str(values[0]), span(call))
        return
    name, value, local = values
    shown = None if value is None else str(value)
    set_config(session, str(name), shown, local=bool(local), at=span(call))


_NOT_CONSTANT = object()


def _constant(expr: Expr) -> object:
    return expr.value if isinstance(expr, Const) else _NOT_CONSTANT


# --- EXPLAIN

_FORMATS = ("text", "xml", "json", "yaml")


def _flag(option: nodes.DefElem) -> bool:
    """defGetBoolean."""
    arg = option.arg
    value = getattr(arg, "val", arg)
    if value is None:
        return True
    text = str(value).lower()
    if text in ("true", "on", "1"):
        return True
    if text in ("false", "off", "0"):
        return False
    raise Refusal("42601", f"{option.defname} requires a Boolean value", at=span(option))


def _explain_options(session: Session, stmt: nodes.ExplainStmt) -> bool:
    """Whether EXPLAIN runs the statement; refuses options that are none (ExplainQuery)."""
    known = {"analyze", "verbose", "costs", "buffers", "wal", "settings", "timing", "summary"}
    if session.version >= 16:
        known.add("generic_plan")
    if session.version >= 17:
        known.add("memory")
    flags: dict[str, bool] = {}
    for option in stmt.options:
        name = option.defname
        if name in known:
            flags[name] = _flag(option)
        elif name == "format" or (name == "serialize" and session.version >= 17):
            if option.arg is None and name == "format":
                raise Refusal("42601", "format requires a parameter", at=span(option))
            value = "text" if option.arg is None else str(getattr(option.arg, "val", option.arg))
            allowed = _FORMATS if name == "format" else ("off", "none", "text", "binary")
            if value not in allowed:
                message = f'unrecognized value for EXPLAIN option "{name}": "{value}"'
                raise Refusal("22023", message, at=span(option))
            flags[name] = name == "serialize" and value not in ("off", "none")
        else:
            raise Refusal("42601", f'unrecognized EXPLAIN option "{name}"', at=span(option), word=name)
    analyze = flags.get("analyze", False)
    for name in ("wal", "timing", "serialize"):
        if flags.get(name) and not analyze:
            message = f"EXPLAIN option {name.upper()} requires ANALYZE"
            raise Refusal("22023", message, at=span(stmt))
    if analyze and flags.get("generic_plan"):
        message = "EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together"
        raise Refusal("22023", message, at=span(stmt))
    return analyze


def explain(session: Session, stmt: nodes.ExplainStmt) -> None:
    """EXPLAIN: the statement is analyzed and planned, with ANALYZE executed too."""
    inner = stmt.query
    if isinstance(inner, nodes.SelectStmt):
        inner = take_select_into(inner) or inner
    generic = session.version >= 16 and any(option.defname == "generic_plan" for option in stmt.options)
    if isinstance(inner, nodes.ExecuteStmt):
        _explain_options(session, stmt)
        from schemalint.simulator.dispatch import execute_node

        execute_node(session, inner)
        return
    query = parse_analyze(
        session.names,
        inner,
        param_types=[] if generic else None,
        variable_params=generic,
        settings=session.setting,
        undecided=session.undecided,
    )
    analyze = _explain_options(session, stmt)
    if query.command == "utility":
        if analyze and not isinstance(inner, nodes.DeclareCursorStmt):
            from schemalint.simulator.dispatch import execute_node

            execute_node(session, inner)
            return
        if query.inner is None:
            return
        query = query.inner
    lock_relations(session, query)
    check_query(session, query, explain_only=not analyze)
    check_query_allowed(session, query, explain_only=not analyze)
    session.effect(QueryRun(query, explained=not analyze))
