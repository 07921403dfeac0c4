"""EXPLAIN, PREPARE, EXECUTE, DEALLOCATE."""

from __future__ import annotations

from schemalint.syntax.common import utility_options
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.dml import preparable_statement
from schemalint.syntax.expressions import expression_list
from schemalint.syntax.nodes import (
    DeallocateStmt,
    DefElem,
    ExecuteStmt,
    ExplainStmt,
    Node,
    PrepareStmt,
)
from schemalint.syntax.queries import range_var
from schemalint.syntax.typenames import type_name

_QUERY_STARTS = frozenset({"select", "values", "with", "table", "("})


def explain(c: Cursor) -> ExplainStmt:
    """ExplainStmt."""
    start = c.start
    c.expect("explain")
    options: tuple[DefElem, ...] = ()
    if _are_options(c):
        options = utility_options(c)
    else:
        at = c.start
        if c.take_any("analyze", "analyse"):
            options = (DefElem(defname="analyze", start=at, end=c.end),)
            at = c.start
        if c.take("verbose"):
            options += (DefElem(defname="verbose", start=at, end=c.end),)
    return ExplainStmt(query=_explainable(c), options=options, start=start, end=c.end)


def _are_options(c: Cursor) -> bool:
    """Whether the parenthesis that is next encloses options and not a query; VALUES may be an option's name."""
    if c.match[c.at] != "(":
        return False
    word = c.peek(1)
    return word not in _QUERY_STARTS or (word == "values" and c.peek(2) != "(")


def _explainable(c: Cursor) -> Node:
    """ExplainableStmt."""
    word = c.match[c.at]
    if word not in ("create", "refresh", "declare", "execute"):
        return preparable_statement(c)
    from schemalint.syntax.parser import statement

    if word == "create":
        first = c.at
        _creates_rows(c)
        c.at = first
    return statement(c)


_AFTER_NAME = frozenset({"using", "with", "without", "on", "tablespace", "as"})


def _creates_rows(c: Cursor) -> None:
    """Fail unless what follows is CREATE TABLE AS or CREATE MATERIALIZED VIEW."""
    c.expect("create")
    unlogged = c.take("unlogged")
    if c.match[c.at] == "materialized":
        return
    if not unlogged:
        if c.take_any("local", "global") and c.peek() not in ("temp", "temporary"):
            raise c.error()
        c.take_any("temp", "temporary")
    c.expect("table")
    c.if_not_exists()
    range_var(c)
    if c.match[c.at] == "(":
        c.column_list()
    if c.match[c.at] not in _AFTER_NAME:
        raise c.error()


def prepare(c: Cursor) -> Node:
    """PrepareStmt; and PREPARE TRANSACTION."""
    if c.peek(1) == "transaction" and c.kind(2) == "s":
        from schemalint.syntax.transactions import prepare_transaction

        return prepare_transaction(c)
    start = c.start
    c.expect("prepare")
    name = c.col_id()
    types = c.paren_list(type_name) if c.match[c.at] == "(" else ()
    c.expect("as")
    return PrepareStmt(name=name, argtypes=types, query=preparable_statement(c), start=start, end=c.end)


def execute(c: Cursor) -> ExecuteStmt:
    """ExecuteStmt."""
    start = c.start
    c.expect("execute")
    name = c.col_id()
    params: tuple[Node, ...] = ()
    if c.take("("):
        params = tuple(expression_list(c))
        c.expect(")")
    return ExecuteStmt(name=name, params=params, start=start, end=c.end)


def deallocate(c: Cursor) -> DeallocateStmt:
    """DeallocateStmt."""
    start = c.start
    c.expect("deallocate")
    if c.match[c.at] == "prepare" and (c.is_col_id(1) or c.peek(1) == "all"):
        c.at += 1
    if c.take("all"):
        return DeallocateStmt(isall=True, start=start, end=c.end)
    return DeallocateStmt(name=c.col_id(), start=start, end=c.end)
