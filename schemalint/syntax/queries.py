"""SELECT, VALUES, TABLE and set operations, with WITH, GROUP BY and ORDER BY."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.syntax import expressions, from_clause, select_options, windows, with_queries
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.keywords import NOT_BARE_LABEL
from schemalint.syntax.nodes import (
    A_Star,
    ColumnRef,
    GroupingSet,
    IntoClause,
    Node,
    ResTarget,
    SelectStmt,
    SortBy,
    WithClause,
)
from schemalint.syntax.precedence import TARGET
from schemalint.syntax.relations import range_var, relation_expr, relation_expr_list
from schemalint.syntax.tokens import END, QUOTED, SYMBOL, WORD

__all__ = [
    "is_select_start",
    "is_select_word",
    "range_var",
    "relation_expr",
    "relation_expr_list",
    "select_no_parens",
    "select_rest",
    "select_statement",
    "select_with_parens",
    "sort_clause",
    "target_list",
]


# --- SELECT


def is_select_word(c: Cursor) -> bool:
    """Whether the next word begins a query without parentheses."""
    word = c.match[c.at]
    return word in ("select", "with", "table") or (word == "values" and c.match[c.at + 1] == "(")


def is_select_start(c: Cursor) -> bool:
    """Whether a query is next, perhaps in parentheses."""
    at = c.at
    while c.match[c.at] == "(":
        c.at += 1
    found = is_select_word(c)
    c.at = at
    return found


def select_statement(c: Cursor) -> SelectStmt:
    """SelectStmt."""
    return select_no_parens(c)


def select_with_parens(c: Cursor) -> SelectStmt:
    """select_with_parens."""
    match = c.match
    opened = []
    if match[c.at] != "(":
        raise c.error()
    while match[c.at] == "(":
        opened.append(c.tokens.start[c.at])
        c.at += 1
    if not is_select_word(c):
        raise c.error(1 if match[c.at] == "values" else 0)
    query = select_no_parens(c)
    c.expect(")")
    start = opened.pop()
    while opened:
        if match[c.at] != ")":
            query = select_rest(c, query, start)
        c.expect(")")
        start = opened.pop()
    return query


def select_no_parens(c: Cursor, with_: WithClause | None = None) -> SelectStmt:
    """select_no_parens; `with_` when WITH was read already. A query in parentheses is its own."""
    start = c.start if with_ is None else with_.start
    if with_ is None and c.match[c.at] == "with":
        with_ = with_queries.with_clause(c)
    first_start = c.start
    return select_rest(c, _select_operand(c), first_start, with_, start)


def select_rest(
    c: Cursor, first: SelectStmt, first_start: int, with_: WithClause | None = None, start: int | None = None
) -> SelectStmt:
    """The set operations and clauses after the query `first`."""
    word = c.match[c.at]
    if word in _SET_OPERATIONS:
        first = _set_operations(c, first, first_start)
        word = c.match[c.at]
    if word in _OPTIONS or with_ is not None:
        return select_options.put_options(c, first, with_, first_start if start is None else start)
    return first


_SET_OPERATIONS = {"union": "SETOP_UNION", "except": "SETOP_EXCEPT", "intersect": "SETOP_INTERSECT"}
_OPTIONS = frozenset({"order", "limit", "offset", "fetch", "for"})


def _set_operations(c: Cursor, left: SelectStmt, start: int) -> SelectStmt:
    """select_clause UNION select_clause and the like; INTERSECT binds closer."""
    match = c.match
    left = _intersections(c, left, start)
    while (word := match[c.at]) in ("union", "except"):
        assert word is not None
        every = _quantifier(c)
        right_start = c.start
        right = _select_operand(c)
        if match[c.at] == "intersect":
            right = _intersections(c, right, right_start)
        left = SelectStmt(op=_SET_OPERATIONS[word], all=every, larg=left, rarg=right, start=start, end=c.end)
    return left


def _intersections(c: Cursor, left: SelectStmt, start: int) -> SelectStmt:
    while c.match[c.at] == "intersect":
        every = _quantifier(c)
        right = _select_operand(c)
        left = SelectStmt(op="SETOP_INTERSECT", all=every, larg=left, rarg=right, start=start, end=c.end)
    return left


def _quantifier(c: Cursor) -> bool:
    """Step over the operation and its ALL (true) or DISTINCT."""
    c.at += 1
    return c.take_any("all", "distinct") == "all"


def _select_operand(c: Cursor) -> SelectStmt:
    """simple_select without set operations, or select_with_parens."""
    word = c.match[c.at]
    if word == "select":
        return _simple_select(c)
    if word == "(":
        return select_with_parens(c)
    if word == "values":
        return _values_clause(c)
    if word == "table":
        start = c.start
        c.at += 1
        relation = relation_expr(c)
        star = ResTarget(val=ColumnRef(fields=(A_Star(),)))
        return SelectStmt(targetList=(star,), fromClause=(relation,), start=start, end=c.end)
    raise c.error()


def _simple_select(c: Cursor) -> SelectStmt:
    match = c.match
    start = c.tokens.start[c.at]
    c.at += 1
    distinct: tuple[Node | None, ...] = ()
    into = where = having = None
    sources: tuple[Node, ...] = ()
    groups: tuple[Node, ...] = ()
    group_distinct = False
    if match[c.at] == "distinct":
        c.at += 1
        distinct = c.paren_list(expressions.expression) if c.take("on") else (None,)
        targets = target_list(c)
    else:
        c.take("all")
        targets = target_list(c) if _is_target(c) else ()
    if match[c.at] == "into":
        into = _into_clause(c)
    if match[c.at] == "from":
        c.at += 1
        sources = from_clause.from_list(c)
    if match[c.at] == "where":
        c.at += 1
        where = expressions.expression(c)
    if match[c.at] == "group":
        groups, group_distinct = _group_clause(c)
    if match[c.at] == "having":
        c.at += 1
        having = expressions.expression(c)
    window = windows.window_clause(c) if match[c.at] == "window" else ()
    return SelectStmt(
        distinctClause=distinct,
        intoClause=into,
        targetList=targets,
        fromClause=sources,
        whereClause=where,
        groupClause=groups,
        groupDistinct=group_distinct,
        havingClause=having,
        windowClause=window,
        start=start,
        end=c.tokens.end[c.at - 1],
    )


_RESERVED_OPERANDS = frozenset(
    """
    array case cast current_catalog current_date current_role current_time current_timestamp current_user default
    false localtime localtimestamp not null session_user system_user true unique user
    """.split()
)


def _is_target(c: Cursor) -> bool:
    """Whether a target list is next, and not what follows an empty one."""
    kind = c.tokens.kind[c.at]
    word = c.match[c.at]
    if kind == WORD:
        return word not in c.reserved or word in _RESERVED_OPERANDS
    return not (kind == END or (kind == SYMBOL and word in (")", ";")))


def target_list(c: Cursor) -> tuple[ResTarget, ...]:
    """target_list."""
    items = [_target(c)]
    match = c.match
    while match[c.at] == ",":
        c.at += 1
        items.append(_target(c))
    return tuple(items)


def _target(c: Cursor) -> ResTarget:
    """target_el."""
    tokens = c.tokens
    at = c.at
    start = tokens.start[at]
    if c.match[at] == "*":
        c.at = at + 1
        end = tokens.end[at]
        column = ColumnRef(fields=(A_Star(start=start, end=end),), start=start, end=end)
        return ResTarget(val=column, start=start, end=end)
    value = expressions.expression(c, 0, TARGET)
    at = c.at
    word = c.match[at]
    name = None
    if word == "as":
        c.at = at + 1
        name = c.col_label()
    elif is_bare_label(c):
        c.at = at + 1
        name = tokens.value[at]
    return ResTarget(name=name, val=value, start=start, end=tokens.end[c.at - 1])


def is_bare_label(c: Cursor) -> bool:
    """BareColLabel: a name or a keyword that may follow an expression without AS."""
    kind = c.tokens.kind[c.at]
    if kind != WORD:
        return kind == QUOTED
    word = c.match[c.at]
    if word in NOT_BARE_LABEL:
        return False
    if word == "nulls":
        return c.match[c.at + 1] not in ("first", "last")
    return word != "format" or c.match[c.at + 1] != "json" or c.version < 16


def _values_clause(c: Cursor) -> SelectStmt:
    start = c.start
    c.at += 1
    rows = c.list_of(_values_row)
    return SelectStmt(valuesLists=rows, start=start, end=c.end)


def _values_row(c: Cursor) -> tuple[Node, ...]:
    return c.paren_list(expressions.expression)


def _into_clause(c: Cursor) -> IntoClause:
    """into_clause."""
    start = c.start
    c.at += 1
    persistence = "p"
    word = c.match[c.at]
    if word in ("local", "global") and c.match[c.at + 1] in ("temp", "temporary"):
        c.at += 1
        word = c.match[c.at]
    follows = c.match[c.at + 1] == "table" or c.is_col_id(1)
    if word in ("temp", "temporary") and follows:
        c.at += 1
        persistence = "t"
    elif word == "unlogged" and follows:
        c.at += 1
        persistence = "u"
    c.take("table")
    relation = range_var(c)
    if persistence != "p":
        relation = replace(relation, relpersistence=persistence)
    return IntoClause(rel=relation, start=start, end=c.end)


# --- GROUP BY


def _group_clause(c: Cursor) -> tuple[tuple[Node, ...], bool]:
    """group_clause: its items, and whether they are DISTINCT."""
    c.expect("group", "by")
    distinct = c.take_any("all", "distinct") == "distinct"
    return c.list_of(_group_item), distinct


def _group_item(c: Cursor) -> Node:
    """group_by_item."""
    start = c.start
    word = c.match[c.at]
    after = c.match[c.at + 1]
    if word == "(" and after == ")":
        c.at += 2
        return GroupingSet(kind="GROUPING_SET_EMPTY", start=start, end=c.end)
    if word in ("rollup", "cube") and after == "(":
        c.at += 1
        content = c.paren_list(expressions.expression)
        return GroupingSet(kind=f"GROUPING_SET_{word.upper()}", content=content, start=start, end=c.end)
    if word == "grouping" and after == "sets":
        c.at += 2
        content = c.paren_list(_group_item)
        return GroupingSet(kind="GROUPING_SET_SETS", content=content, start=start, end=c.end)
    return expressions.expression(c)


# --- ORDER BY


def sort_clause(c: Cursor) -> tuple[SortBy, ...]:
    """sort_clause."""
    c.expect("order", "by")
    return c.list_of(_sort_by)


_DIRECTIONS = {"asc": "SORTBY_ASC", "desc": "SORTBY_DESC"}


def _sort_by(c: Cursor) -> SortBy:
    """sortby."""
    start = c.start
    node = expressions.expression(c)
    word = c.match[c.at]
    direction = "SORTBY_DEFAULT"
    operator: tuple[str, ...] = ()
    if word in _DIRECTIONS:
        assert word is not None
        c.at += 1
        direction = _DIRECTIONS[word]
    elif word == "using":
        c.at += 1
        operator = expressions.qual_all_op(c)
        direction = "SORTBY_USING"
    nulls = "SORTBY_NULLS_DEFAULT"
    if c.match[c.at] == "nulls" and c.match[c.at + 1] in ("first", "last"):
        nulls = "SORTBY_NULLS_FIRST" if c.match[c.at + 1] == "first" else "SORTBY_NULLS_LAST"
        c.at += 2
    return SortBy(node=node, sortby_dir=direction, sortby_nulls=nulls, useOp=operator, start=start, end=c.end)
