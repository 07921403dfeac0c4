"""Statements of a DO block that do something: SQL, EXECUTE, assignments, RAISE (exec_stmt_... of pl_exec.c)."""

from __future__ import annotations

from typing import Any

from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.catalog_queries import select
from schemalint.simulator.dispatch import execute_node
from schemalint.simulator.do_frame import (
    Frame,
    evaluate_expr,
    parse_sql,
    value_or_unknown,
)
from schemalint.simulator.evaluate import UNKNOWN
from schemalint.syntax import nodes as n
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.conditions import SQLSTATES
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import STRING, tokenize


def _assign(frame: Frame, stmt: pl.Assign) -> None:
    if len(stmt.target.names) == 1 and stmt.target.text == stmt.target.names[0]:
        frame.variables[stmt.target.names[0]] = value_or_unknown(frame, stmt.value)
    else:
        frame.variables[stmt.target.names[0]] = UNKNOWN


def _exec_sql(frame: Frame, stmt: pl.ExecSql) -> None:
    session = frame.session
    if stmt.into:
        _into(frame, parse_sql(frame, stmt.sql.text, (stmt.sql.start, stmt.sql.end)), stmt.into)
        return
    try:
        node = parse_statement(frame.text, stmt.sql.start, stmt.sql.end, session.version)
    except ParseError as error:
        raise Refusal(error.sqlstate, error.message, at=(error.start, error.end)) from None
    except NotUnderstood as error:
        raise NotModelled(error.message) from None
    if node is not None:
        _run(frame, node)


def _run(frame: Frame, node: n.Node) -> None:
    """Execute one SQL statement of the block."""
    session = frame.session
    if isinstance(node, n.TransactionStmt):
        raise Refusal("0A000", "unsupported transaction command in PL/pgSQL", at=(node.start, node.end))
    if isinstance(node, n.CopyStmt) and node.filename is None and not node.is_program:
        raise Refusal("0A000", "cannot COPY to/from client in PL/pgSQL", at=(node.start, node.end))
    if isinstance(node, n.SelectStmt) and node.intoClause is None:
        raise Refusal(
            "42601",
            "query has no destination for result data",
            hint="If you want to discard the results of a SELECT, use PERFORM instead.",
            at=(node.start, node.end),
        )
    session.prepare()
    if isinstance(node, n.InsertStmt | n.UpdateStmt | n.DeleteStmt | n.MergeStmt) and frame.variables:
        _run_with_variables(frame, node)
    else:
        execute_node(session, node)
    session.prepare()


def _run_with_variables(frame: Frame, node: n.Node) -> None:
    """A query may mean the block's variables where it writes a bare name, so an unknown column is no refusal."""
    try:
        execute_node(frame.session, node)
    except Refusal as refusal:
        if refusal.sqlstate in ("42703", "42702", "42883", "42804"):
            raise Undecidable("a query over the block's variables is not checked") from None
        raise


def _into(frame: Frame, node: n.Node, targets: tuple[pl.Target, ...]) -> None:
    try:
        if not isinstance(node, n.SelectStmt):
            raise Undecidable("what the statement returns is not known")
        row = next(select(frame.scope, node), None)
    except Undecidable:
        for target in targets:
            frame.variables[target.names[0]] = UNKNOWN
        return
    for i, target in enumerate(targets):
        frame.variables[target.names[0]] = None if row is None else row[i] if i < len(row) else None


def _perform(frame: Frame, stmt: pl.Perform) -> None:
    node = parse_sql(frame, stmt.sql.text, (stmt.sql.start, stmt.sql.end))
    session = frame.session
    held, session.text = session.text, stmt.sql.text
    try:
        execute_node(session, node)
    except Refusal as refusal:
        if refusal.sqlstate in ("42703", "42702", "42883", "42804") and frame.variables:
            return
        raise Refusal(refusal.sqlstate, refusal.message, at=(stmt.start, stmt.end), word=refusal.word) from None
    finally:
        session.text = held


def _execute(frame: Frame, stmt: pl.Execute) -> None:
    session = frame.session
    text = _evaluate_or_fog(frame, stmt)
    if text is None:
        raise Refusal("22004", "query string argument of EXECUTE is null", at=(stmt.start, stmt.end))
    node = parse_sql(frame, text, (stmt.start, stmt.end))
    if stmt.into:
        _into(frame, node, stmt.into)
        return
    if stmt.using:
        return
    held, session.text = session.text, text
    try:
        if not isinstance(node, n.SelectStmt):
            _run(Frame(session, text, (stmt.start, stmt.end)), node)
        else:
            execute_node(session, node)
    except Refusal as refusal:
        raise Refusal(
            refusal.sqlstate,
            refusal.message,
            at=(stmt.start, stmt.end),
            detail=refusal.detail,
            hint=refusal.hint,
            objects=refusal.objects,
        ) from None
    finally:
        session.text = held


def _evaluate_or_fog(frame: Frame, stmt: pl.Execute) -> Any:
    try:
        value = evaluate_expr(frame, stmt.query)
    except Undecidable as reason:
        if may_define(stmt):
            frame.session.catalog.make_unknown("", "a DO block executes a string that is not known")
        raise Undecidable(
            f"the string that EXECUTE runs is not known: {reason.reason}", (stmt.start, stmt.end)
        ) from None
    return None if value is None else str(value)


_DEFINING = frozenset("alter call comment create do drop grant import reassign revoke security".split())
_READING = frozenset(
    "analyze copy delete insert merge notify refresh select truncate update vacuum values with".split()
)


def may_define(stmt: PLNode) -> bool:
    """Whether a statement may change what exists, by its first word; of an EXECUTE by that of the first text in its expression."""
    if isinstance(stmt, pl.ExecSql):
        return stmt.sql.text.split(maxsplit=1)[:1] != [] and stmt.sql.text.split(maxsplit=1)[0].lower() in _DEFINING
    if not isinstance(stmt, pl.Execute):
        return False
    try:
        tokens = tokenize(stmt.query.text)
    except ParseError:
        return True
    for kind, value in zip(tokens.kind, tokens.value, strict=True):
        if kind == STRING:
            words = value.split(maxsplit=1)
            return not words or words[0].lower() not in _READING
    return True


def _raise(frame: Frame, stmt: pl.Raise) -> None:
    if stmt.level == "reraise":
        if frame.error is None:
            raise Refusal("0Z002", "RAISE without parameters cannot be used outside an exception handler", at=frame.at)
        raise frame.error
    if stmt.level != "exception":
        return
    sqlstate, message = "P0001", stmt.message or stmt.condition or "P0001"
    if stmt.condition is not None:
        sqlstate = SQLSTATES.get(stmt.condition, stmt.condition)
        if len(sqlstate) != 5:
            raise Refusal("42704", f'unrecognized exception condition "{stmt.condition}"', at=(stmt.start, stmt.end))
    for name, expr in stmt.options:
        value = value_or_unknown(frame, expr)
        if name == "errcode" and isinstance(value, str):
            sqlstate = SQLSTATES.get(value, value)
        elif name == "message" and isinstance(value, str):
            message = value
    args = [value_or_unknown(frame, arg) for arg in stmt.args]
    for arg in args:
        message = message.replace("%", "..." if arg is UNKNOWN else str(arg), 1)
    raise Refusal(sqlstate, message, at=(stmt.start, stmt.end))


def _assert(frame: Frame, stmt: pl.Assert) -> None:
    if value_or_unknown(frame, stmt.condition) in (False, None):
        raise Refusal("P0004", "assertion failed", at=(stmt.start, stmt.end))


def _get_diagnostics(frame: Frame, stmt: pl.GetDiagnostics) -> None:
    for target, _ in stmt.items:
        frame.variables[target.names[0]] = UNKNOWN


def _fetch(frame: Frame, stmt: pl.Fetch) -> None:
    for target in stmt.into:
        frame.variables[target.names[0]] = UNKNOWN


def _nothing(frame: Frame, stmt: PLNode) -> None:
    pass


STATEMENTS: dict[type, Any] = {
    pl.Assign: _assign,
    pl.ExecSql: _exec_sql,
    pl.Perform: _perform,
    pl.Execute: _execute,
    pl.Raise: _raise,
    pl.Assert: _assert,
    pl.GetDiagnostics: _get_diagnostics,
    pl.Fetch: _fetch,
    pl.Open: _nothing,
    pl.Close: _nothing,
    pl.Null: _nothing,
    pl.Transaction: _nothing,
    pl.ReturnNext: _nothing,
    pl.ReturnQuery: _nothing,
}
"""Statement -> what executes it."""
