"""EXPLAIN, PREPARE, EXECUTE, DEALLOCATE."""

from __future__ import annotations

from schemalint.syntax.common import utility_options
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.dml import preparable_statement
from schemalint.syntax.expressions import expression_list
from schemalint.syntax.nodes import (
    CreateTableAsStmt,
    DeallocateStmt,
    DefElem,
    ExecuteStmt,
    ExplainStmt,
    Node,
    PrepareStmt,
)
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
    if word in ("create", "refresh", "declare", "execute"):
        from schemalint.syntax.parser import statement

        if word != "create":
            return statement(c)
        first = c.at
        _creates_rows(c)
        c.at = first
        found = statement(c)
        if not isinstance(found, CreateTableAsStmt):
            raise c.error()
        return found
    return preparable_statement(c)


def _creates_rows(c: Cursor) -> None:
    """Fail unless CREATE is followed by what only CREATE TABLE and CREATE MATERIALIZED VIEW begin with."""
    c.expect("create")
    if c.take("unlogged"):
        if c.peek() not in ("table", "materialized"):
            raise c.error()
        return
    if c.take("materialized"):
        return
    if c.take_any("local", "global") and c.peek() not in ("temp", "temporary"):
        raise c.error()
    c.take_any("temp", "temporary")
    c.expect("table")


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
