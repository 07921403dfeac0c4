"""FROM: relations, functions, subqueries and joins."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.syntax import expressions, function_calls, json_table, queries, xml
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    Alias,
    ColumnDef,
    JoinExpr,
    JsonTable,
    Node,
    RangeFunction,
    RangeSubselect,
    RangeTableFunc,
    RangeTableSample,
    SelectStmt,
)
from schemalint.syntax.relations import relation_expr
from schemalint.syntax.tokens import QUOTED, WORD

# --- aliases


def _alias(c: Cursor) -> Alias | None:
    """opt_alias_clause."""
    tokens = c.tokens
    at = c.at
    start = tokens.start[at]
    word = c.match[at]
    if word == "as":
        c.at = at + 1
        name = c.col_id()
    elif tokens.kind[at] == QUOTED or (tokens.kind[at] == WORD and word not in c.not_col_id):
        c.at = at + 1
        name = tokens.value[at]
    else:
        return None
    columns = c.column_list() if c.match[c.at] == "(" else ()
    return Alias(aliasname=name, colnames=columns, start=start, end=tokens.end[c.at - 1])


def _function_alias(c: Cursor) -> tuple[Alias | None, tuple[ColumnDef, ...]]:
    """func_alias_clause: an alias, and definitions of columns."""
    start = c.start
    if c.take("as"):
        if c.match[c.at] == "(":
            return None, _column_definitions(c)
        name = c.col_id()
    elif c.is_col_id():
        name = c.next_value()
    else:
        return None, ()
    if c.match[c.at] != "(":
        return Alias(aliasname=name, start=start, end=c.end), ()
    if c.match[c.at + 2] in (",", ")"):
        columns = c.column_list()
        return Alias(aliasname=name, colnames=columns, start=start, end=c.end), ()
    alias = Alias(aliasname=name, start=start, end=c.end)
    return alias, _column_definitions(c)


def _column_definitions(c: Cursor) -> tuple[ColumnDef, ...]:
    """`( TableFuncElementList )`."""
    from schemalint.syntax.columns import table_func_element

    return c.paren_list(table_func_element)


# --- table_ref


def from_list(c: Cursor) -> tuple[Node, ...]:
    """from_list."""
    items = [table_ref(c)]
    match = c.match
    while match[c.at] == ",":
        c.at += 1
        items.append(table_ref(c))
    return tuple(items)


_JOIN_WORDS = frozenset({"join", "left", "right", "full", "inner", "cross", "natural"})


def table_ref(c: Cursor) -> Node:
    """table_ref."""
    start = c.start
    left = _table_primary(c)
    return _joins(c, left, start) if c.match[c.at] in _JOIN_WORDS else left


def _table_primary(c: Cursor) -> Node:
    """A table_ref that is no join, or a join in parentheses."""
    word = c.match[c.at]
    after = c.match[c.at + 1]
    start = c.start
    if word == "(":
        return _parenthesized(c)
    lateral = word == "lateral"
    if lateral:
        c.at += 1
        word, after = after, c.match[c.at + 1]
        if word == "(":
            return _subselect(c, queries.select_with_parens(c), start, True)
    if after == "(" and word == "xmltable":
        table = xml.xmltable(c)
        return replace(table, alias=_alias(c), lateral=lateral, start=start, end=c.end)
    if after == "(" and word == "json_table" and c.version >= 17:
        return _json_table(c, lateral, start)
    if (word == "rows" and after == "from") or function_calls.is_function(c):
        return _range_function(c, lateral, start)
    if lateral:
        raise _not_a_function(c)
    return _relation(c, start)


def _not_a_function(c: Cursor) -> ParseError:
    """LATERAL before a relation: the error is where a function's parenthesis should be."""
    if not (c.is_col_id() or c.is_type_function_name()):
        return c.error()
    c.any_name() if c.is_col_id() else c.next_value()
    return c.error()


def _relation(c: Cursor, start: int) -> Node:
    """A relation with its alias and TABLESAMPLE."""
    word = c.match[c.at]
    if c.tokens.kind[c.at] == WORD and word in c.not_col_id and (word == "cast" or word not in c.reserved):
        raise c.error(1)  # the name of a function, which needs arguments
    relation = relation_expr(c)
    alias = _alias(c)
    if alias is not None:
        relation = replace(relation, alias=alias, end=c.end)
    if c.match[c.at] != "tablesample":
        return relation
    from schemalint.syntax.common import func_name

    c.at += 1
    method = func_name(c)
    args = c.paren_list(expressions.expression)
    repeatable = None
    if c.take("repeatable"):
        c.expect("(")
        repeatable = expressions.expression(c)
        c.expect(")")
    return RangeTableSample(relation=relation, method=method, args=args, repeatable=repeatable, start=start, end=c.end)


def _json_table(c: Cursor, lateral: bool, start: int) -> JsonTable:
    table = json_table.json_table(c)
    return replace(table, alias=_alias(c), lateral=lateral, start=start, end=c.end)


def _range_function(c: Cursor, lateral: bool, start: int) -> RangeFunction:
    """func_table: a function, or ROWS FROM several."""
    functions: tuple[tuple[Node, tuple[Node, ...]], ...]
    several = c.take("rows", "from")
    if several:
        functions = c.paren_list(_rows_from_item)
    else:
        functions = ((function_calls.func_expr_windowless(c), ()),)
    ordinality = c.take("with", "ordinality")
    alias, columns = _function_alias(c)
    return RangeFunction(
        functions=functions,
        alias=alias,
        coldeflist=columns,
        lateral=lateral,
        ordinality=ordinality,
        is_rowsfrom=several,
        start=start,
        end=c.end,
    )


def _rows_from_item(c: Cursor) -> tuple[Node, tuple[Node, ...]]:
    function = function_calls.func_expr_windowless(c)
    return function, _column_definitions(c) if c.take("as") else ()


def _subselect(c: Cursor, query: SelectStmt, start: int, lateral: bool = False) -> RangeSubselect:
    """A query in parentheses as a table; it needs no alias since 16."""
    end = c.end
    alias = _alias(c)
    if alias is None and c.version < 16:
        what = "VALUES" if query.valuesLists else "subquery"
        raise ParseError(f"{what} in FROM must have an alias", c.tokens.start[_opening(c, end)], end)
    return RangeSubselect(subquery=query, alias=alias, lateral=lateral, start=start, end=c.end)


def _opening(c: Cursor, end: int) -> int:
    """The token that opens the parenthesis which ends at the offset `end`."""
    at = c.at - 1
    while c.tokens.end[at] != end:
        at -= 1
    depth = 0
    while True:
        depth += {")": 1, "(": -1}.get(c.match[at] or "", 0)
        if not depth:
            return at
        at -= 1


def _parenthesized(c: Cursor) -> Node:
    """A query or a join in parentheses; those that begin together are read in a loop."""
    match = c.match
    opened = []
    while match[c.at] == "(":
        opened.append(c.tokens.start[c.at])
        c.at += 1
    node: Node
    if queries.is_select_word(c):
        node = queries.select_no_parens(c)
    else:
        node = _join(c, table_ref(c))
    c.expect(")")
    start = opened.pop()
    while opened:
        if isinstance(node, SelectStmt):
            if match[c.at] != ")" and match[c.at] in _AFTER_QUERY:
                node = queries.select_rest(c, node, start)
            elif match[c.at] != ")":
                node = _join(c, _joins(c, _subselect(c, node, start), start))
        else:
            aliased = _aliased_join(c, node, start)
            if match[c.at] in _JOIN_WORDS:
                node = _joins(c, aliased, start)
            elif aliased is not node:
                raise c.error()
        c.expect(")")
        start = opened.pop()
    if isinstance(node, SelectStmt):
        return _subselect(c, node, start)
    return _aliased_join(c, node, start)


_AFTER_QUERY = frozenset({"union", "intersect", "except", "order", "limit", "offset", "fetch", "for"})


def _join(c: Cursor, node: Node) -> Node:
    """Only a join may stand in parentheses here."""
    if isinstance(node, JoinExpr) and node.alias is None:
        return node
    raise c.error()


def _aliased_join(c: Cursor, node: Node, start: int) -> Node:
    """`( join ) alias`."""
    alias = _alias(c)
    return node if alias is None else replace(node, alias=alias, start=start, end=c.end)


def _joins(c: Cursor, left: Node, start: int) -> Node:
    """joined_table: every join whose left side is `left`."""
    match = c.match
    while match[c.at] in _JOIN_WORDS:
        if match[c.at] == "cross":
            c.at += 1
            c.expect("join")
            right = _table_primary(c)
            left = JoinExpr(jointype="JOIN_INNER", larg=left, rarg=right, start=start, end=c.end)
            continue
        natural = c.take("natural")
        kind = _join_type(c)
        right_start = c.start
        right = _table_primary(c)
        if natural:
            left = JoinExpr(jointype=kind, larg=left, rarg=right, isNatural=True, start=start, end=c.end)
            continue
        if match[c.at] in _JOIN_WORDS:
            right = _joins(c, right, right_start)
        left = _qualified_join(c, kind, left, right, start)
    return left


def _qualified_join(c: Cursor, kind: str, left: Node, right: Node, start: int) -> JoinExpr:
    """The ON or USING of a join (join_qual)."""
    if c.take("on"):
        quals = expressions.expression(c)
        return JoinExpr(jointype=kind, larg=left, rarg=right, quals=quals, start=start, end=c.end)
    c.expect("using")
    columns = c.column_list()
    alias = None
    at = c.start
    if c.take("as"):
        name = c.col_id()
        alias = Alias(aliasname=name, start=at, end=c.end)
    return JoinExpr(
        jointype=kind, larg=left, rarg=right, usingClause=columns, join_using_alias=alias, start=start, end=c.end
    )


_JOIN_TYPES = {"full": "JOIN_FULL", "left": "JOIN_LEFT", "right": "JOIN_RIGHT", "inner": "JOIN_INNER"}


def _join_type(c: Cursor) -> str:
    """join_type and JOIN."""
    word = c.match[c.at]
    kind = "JOIN_INNER"
    if word in _JOIN_TYPES:
        assert word is not None
        c.at += 1
        kind = _JOIN_TYPES[word]
        if word != "inner":
            c.take("outer")
    c.expect("join")
    return kind


TableFunction = RangeTableFunc | JsonTable
