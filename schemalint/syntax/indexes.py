"""CREATE INDEX, and the columns of indexes wherever they are written (index_elem)."""

from __future__ import annotations

from schemalint.syntax.common import opt_reloptions, reloptions
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import DefElem, IndexElem, IndexStmt, Node
from schemalint.syntax.queries import relation_expr


def create_index(c: Cursor) -> IndexStmt:
    """IndexStmt."""
    start = c.start
    c.expect("create")
    unique = c.take("unique")
    c.expect("index")
    concurrent = c.take("concurrently")
    if_not_exists = c.if_not_exists()
    name = c.col_id() if if_not_exists or c.match[c.at] != "on" else None
    c.expect("on")
    relation = relation_expr(c)
    method = c.col_id() if c.take("using") else "btree"
    params = c.paren_list(index_elem)
    including = c.paren_list(index_elem) if c.take("include") else ()
    not_distinct = nulls_not_distinct(c)
    options = opt_reloptions(c)
    tablespace = c.col_id() if c.take("tablespace") else None
    where = expression(c) if c.take("where") else None
    return IndexStmt(
        idxname=name,
        relation=relation,
        accessMethod=method,
        tableSpace=tablespace,
        indexParams=params,
        indexIncludingParams=including,
        options=options,
        whereClause=where,
        unique=unique,
        nulls_not_distinct=not_distinct,
        concurrent=concurrent,
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )


def is_column_name(c: Cursor) -> bool:
    """Whether a column's name is next, where a function call could stand as well."""
    return c.is_col_id() and c.match[c.at + 1] not in ("(", ".")


def index_elem(c: Cursor) -> IndexElem:
    """index_elem."""
    start = c.start
    name: str | None = None
    expr: Node | None = None
    if c.match[c.at] == "(":
        c.at += 1
        expr = expression(c)
        c.expect(")")
    elif is_column_name(c):
        name = c.col_id()
    else:
        from schemalint.syntax.function_calls import func_expr_windowless

        expr = func_expr_windowless(c)
    match = c.match
    if match[c.at] in (",", ")"):  # most columns stand alone
        return IndexElem(name=name, expr=expr, start=start, end=c.end)
    collation = opt_collate(c)
    opclass = opt_opclass(c)
    options: tuple[DefElem, ...] = reloptions(c) if opclass and match[c.at] == "(" else ()
    ordering = "SORTBY_DEFAULT"
    if c.take("asc"):
        ordering = "SORTBY_ASC"
    elif c.take("desc"):
        ordering = "SORTBY_DESC"
    nulls = "SORTBY_NULLS_DEFAULT"
    if _is_nulls_order(c):
        nulls = "SORTBY_NULLS_FIRST" if match[c.at + 1] == "first" else "SORTBY_NULLS_LAST"
        c.at += 2
    return IndexElem(
        name=name,
        expr=expr,
        collation=collation,
        opclass=opclass,
        opclassopts=options,
        ordering=ordering,
        nulls_ordering=nulls,
        start=start,
        end=c.end,
    )


def _is_nulls_order(c: Cursor) -> bool:
    """Whether opt_nulls_order is next: only there does the server not take NULLS for a name (NULLS_LA)."""
    return c.match[c.at] == "nulls" and c.match[c.at + 1] in ("first", "last")


def opt_collate(c: Cursor) -> tuple[str, ...]:
    """opt_collate."""
    return c.any_name() if c.take("collate") else ()


def opt_opclass(c: Cursor) -> tuple[str, ...]:
    """opt_qualified_name: an operator class."""
    return c.any_name() if c.is_col_id() and not _is_nulls_order(c) else ()


def nulls_not_distinct(c: Cursor) -> bool:
    """opt_unique_null_treatment: whether it says NULLS NOT DISTINCT."""
    if c.version < 15 or c.match[c.at] != "nulls" or c.match[c.at + 1] in ("first", "last"):
        return False
    c.at += 1
    negated = c.take("not")
    c.expect("distinct")
    return negated
