"""Calls of functions in LANGUAGE sql that a query certainly makes: their bodies are read, and what they define is defined
(functions.c: init_sql_fcache, fmgr_sql)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Oid, Proc
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import UNKNOWN_TYPE, Const, Expr, FuncExpr, OpExpr, Query, RangeTblEntry, RelabelType
from schemalint.simulator.function_attributes import function_settings
from schemalint.simulator.function_parameters import SQL_LANGUAGE
from schemalint.simulator.session import Session
from schemalint.simulator.sql_functions import (
    ParseInfo,
    TupleDesc,
    check_sql_fn_retval,
    check_sql_fn_statements,
    parse_body,
    result_columns,
    sql_fn_parser_setup,
)
from schemalint.simulator.tags import command_tag
from schemalint.syntax.nodes import CopyStmt, Node, TransactionStmt

At = tuple[int, int] | None

_READS = frozenset(("SelectStmt", "ExplainStmt", "VariableShowStmt", "FetchStmt"))


def execute_calls(session: Session, query: Query) -> None:
    """Run the functions that a SELECT without tables calls: once, and whatever rows there are."""
    if query.quals or query.having is not None or query.set_operation or query.ctes or query.limit is not None:
        return
    if any(rte.kind not in ("function", "result") for rte in query.rtable) or len(query.rtable) > 1:
        return
    for rte in query.rtable:
        for function in rte.functions:
            for call in _calls(function):
                columns = _defined_columns(rte) if call is function and rte.has_coldefs else None
                execute_function(session, call, columns)
    for target in query.target_list:
        for call in _calls(target.expr):
            execute_function(session, call)


def _defined_columns(rte: RangeTblEntry) -> TupleDesc | None:
    """The columns of a column definition list, which say what a function must return."""
    if len(rte.functions) != 1 or rte.ordinality or UNKNOWN_TYPE in rte.types:
        return None
    return tuple(
        Attribute(num=i, name=name, type=oid, typmod=typmod)
        for i, (name, oid, typmod) in enumerate(zip(rte.names, rte.types, rte.typmods, strict=True), 1)
    )


def _calls(expr: Expr) -> Iterator[FuncExpr]:
    """Calls that are made whatever the values are, arguments first."""
    if isinstance(expr, FuncExpr | OpExpr):
        for arg in expr.args:
            yield from _calls(arg)
    elif isinstance(expr, RelabelType):
        yield from _calls(expr.arg)
    if isinstance(expr, FuncExpr):
        yield expr


def execute_function(session: Session, call: FuncExpr, columns: TupleDesc | None = None) -> None:
    """Read the body with the call's types, and execute the utility statements in it; of PL/pgSQL, those that define something."""
    proc = session.catalog.get(Proc, call.func)
    if proc is None or proc.kind not in "fp" or proc.oid < 16384 or _is_of_extension(session, proc):
        return
    if proc.strict and any(isinstance(arg, Const) and arg.isnull for arg in call.args):
        return
    if proc.lang != SQL_LANGUAGE:
        from schemalint.simulator.plpgsql_calls import execute_plpgsql_function, is_plpgsql

        if is_plpgsql(session, proc):
            execute_plpgsql_function(session, proc, call)
        return
    actual = _with_actual_types(proc, call)
    if actual is None or proc.sqlbody is not None:
        return
    at = span(call)
    saved = session.text
    try:
        with function_settings(session, proc, at):
            session.text = proc.src or ""
            _run(session, actual, columns, at)
    except Refusal as refusal:
        refusal.at = at
        raise
    except (Undecidable, NotModelled) as reason:
        session.undecided.append(str(reason))
    finally:
        session.text = saved
        session.prepare()


def _is_of_extension(session: Session, proc: Proc) -> bool:
    return any(needed.deptype == "e" for needed in session.catalog.depends_on(proc.address))


def _with_actual_types(proc: Proc, call: FuncExpr) -> Proc | None:
    """The function with the types of the call for its polymorphic ones; None when one is not known."""
    types: list[Oid] = []
    for declared, arg in zip(proc.argtypes, call.args, strict=False):
        types.append(arg.type if declared in typeoids.POLYMORPHIC else declared)
    if len(call.args) != len(proc.argtypes) or UNKNOWN_TYPE in types or call.type == UNKNOWN_TYPE:
        return None
    rettype = call.type if proc.rettype in typeoids.POLYMORPHIC else proc.rettype
    if any(oid in typeoids.POLYMORPHIC for oid in proc.allargtypes) and rettype == typeoids.RECORD:
        return None
    return replace(proc, argtypes=tuple(types), rettype=rettype)


def _run(session: Session, proc: Proc, columns: TupleDesc | None, at: At) -> None:
    statements = parse_body(session, proc.src or "", at)
    if statements is None:
        return
    queries: list[Query] = []
    if session.version >= 18:  # analyzed one by one, each after the one before has run
        for stmt in statements:
            queries.append(_analyze(session, proc, stmt))
            _execute(session, proc, stmt, queries[-1])
    else:
        queries = [_analyze(session, proc, stmt) for stmt in statements]
    check_sql_fn_statements(session, queries, at)
    columns = columns or result_columns(session, proc)
    check_sql_fn_retval(session, queries, proc.rettype, columns, proc.kind, at)
    if session.version < 18:
        for stmt, query in zip(statements, queries, strict=True):
            _execute(session, proc, stmt, query)


def _analyze(session: Session, proc: Proc, stmt: Node) -> Query:
    from schemalint.semantics.analyze import transform_top_level_stmt
    from schemalint.simulator.pg_proc import input_names

    info = ParseInfo(proc.name, proc.argtypes, input_names(proc))
    return transform_top_level_stmt(sql_fn_parser_setup(session, info), stmt)


def _execute(session: Session, proc: Proc, stmt: Node, query: Query) -> None:
    """What init_execution_state refuses, then the statement itself when it is a utility statement."""
    if isinstance(stmt, TransactionStmt):
        raise Refusal("0A000", f"{command_tag(stmt)} is not allowed in an SQL function")
    if isinstance(stmt, CopyStmt) and stmt.filename is None:
        raise Refusal("0A000", "cannot COPY to/from client in an SQL function")
    if proc.volatile != "v" and type(stmt).__name__ not in _READS:
        raise Refusal("0A000", f"{command_tag(stmt)} is not allowed in a non-volatile function")
    if query.command == "utility" and query.inner is None:
        from schemalint.simulator.dispatch import execute_node

        execute_node(session, stmt)
        session.prepare()
