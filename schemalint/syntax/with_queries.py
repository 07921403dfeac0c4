"""WITH: common table expressions, SEARCH and CYCLE."""

from __future__ import annotations

from schemalint.syntax import operands
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    A_Const,
    CommonTableExpr,
    CTECycleClause,
    CTESearchClause,
    Node,
    TypeCast,
    WithClause,
)


def with_clause(c: Cursor) -> WithClause:
    """with_clause."""
    start = c.start
    c.expect("with")
    recursive = c.match[c.at] == "recursive" and c.match[c.at + 1] not in ("(", "as")
    if recursive:
        c.at += 1
    ctes = c.list_of(_common_table_expr)
    return WithClause(ctes=ctes, recursive=recursive, start=start, end=c.end)


_MATERIALIZED = {True: "CTEMaterializeAlways", False: "CTEMaterializeNever", None: "CTEMaterializeDefault"}


def _common_table_expr(c: Cursor) -> CommonTableExpr:
    """common_table_expr."""
    from schemalint.syntax.dml import preparable_statement

    start = c.start
    name = c.col_id()
    columns = c.column_list() if c.match[c.at] == "(" else ()
    c.expect("as")
    materialized: bool | None = None
    if c.take("materialized"):
        materialized = True
    elif c.take("not"):
        c.expect("materialized")
        materialized = False
    c.expect("(")
    query = preparable_statement(c)
    c.expect(")")
    search = _search_clause(c) if c.match[c.at] == "search" else None
    cycle = _cycle_clause(c) if c.match[c.at] == "cycle" else None
    return CommonTableExpr(
        ctename=name,
        ctequery=query,
        aliascolnames=columns,
        ctematerialized=_MATERIALIZED[materialized],
        search_clause=search,
        cycle_clause=cycle,
        start=start,
        end=c.end,
    )


def _search_clause(c: Cursor) -> CTESearchClause:
    """`SEARCH DEPTH FIRST BY columns SET column`."""
    start = c.start
    c.at += 1
    order = c.take_any("depth", "breadth")
    if order is None:
        raise c.error()
    c.expect("first", "by")
    columns = c.names()
    c.expect("set")
    name = c.col_id()
    return CTESearchClause(
        search_col_list=columns, search_breadth_first=order == "breadth", search_seq_column=name, start=start, end=c.end
    )


def _cycle_clause(c: Cursor) -> CTECycleClause:
    """`CYCLE columns SET column [TO value DEFAULT value] USING column`."""
    start = c.start
    c.at += 1
    columns = c.names()
    c.expect("set")
    mark = c.col_id()
    value: Node = A_Const(val=True, kind="Boolean")
    default: Node = A_Const(val=False, kind="Boolean")
    if c.take("to"):
        value = _constant(c)
        c.expect("default")
        default = _constant(c)
    c.expect("using")
    path = c.col_id()
    return CTECycleClause(
        cycle_col_list=columns,
        cycle_mark_column=mark,
        cycle_mark_value=value,
        cycle_mark_default=default,
        cycle_path_column=path,
        start=start,
        end=c.end,
    )


def _constant(c: Cursor) -> Node:
    """AexprConst."""
    if c.match[c.at] in ("(", "cast"):
        raise c.error()
    value = operands.c_expr(c)
    if not isinstance(value, (A_Const, TypeCast)):
        raise c.error()
    return value
