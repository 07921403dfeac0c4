"""What stands between operators (c_expr): columns, constants, parentheses, CASE, arrays, rows and subqueries."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax import expressions, function_calls, queries, special_functions, typenames
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import (
    A_ArrayExpr,
    A_Const,
    A_Indices,
    A_Indirection,
    A_Star,
    CaseExpr,
    CaseWhen,
    ColumnRef,
    GroupingFunc,
    Node,
    ParamRef,
    RowExpr,
    SelectStmt,
    SubLink,
    TypeCast,
    TypeName,
)
from schemalint.syntax.tokens import BITS, FLOAT, INTEGER, PARAM, QUOTED, STRING, SYMBOL, VARIABLE, WORD

Indirection = tuple[str | A_Star | A_Indices, ...]


def c_expr(c: Cursor) -> Node:
    """c_expr."""
    at = c.at
    kind = c.tokens.kind[at]
    if kind == WORD:
        handler = (_WORDS or _fill_words()).get(c.match[at])
        return name_expression(c) if handler is None else handler(c)
    if kind == QUOTED:
        return name_expression(c)
    start = c.tokens.start[at]
    if kind in _CONSTANTS:
        value = c.next_value()
        return A_Const(
            val=int(value) if kind == INTEGER else value,
            kind=_CONSTANTS[kind],
            start=start,
            end=c.tokens.end[at],
        )
    if kind == PARAM:
        number = int(c.next_value())
        return with_indirection(c, ParamRef(number=number, start=start, end=c.end), start)
    if kind == VARIABLE:
        raise NotUnderstood("a psql variable, whose value only psql knows", start, c.tokens.end[at])
    if kind == SYMBOL and c.match[at] == "(":
        return parenthesis_operand(c, parenthesized(c), start)
    raise c.error()


_CONSTANTS = {STRING: "String", INTEGER: "Integer", FLOAT: "Float", BITS: "BitString"}


# --- names


def name_expression(c: Cursor) -> Node:
    """columnref, a function's call, or `type 'literal'` whose type is a name."""
    tokens, match = c.tokens, c.match
    at = c.at
    after = match[at + 1]
    start = tokens.start[at]
    word = match[at]
    if after == "." or after == "[":
        return _qualified(c, start)
    if (after == "(" or tokens.kind[at + 1] == STRING) and word not in c.not_type_function_name:
        c.at = at + 1
        names = (tokens.value[at],)
        if after == "(":
            return function_calls.call(c, names, start)
        return type_literal(c, names, start)
    if word in c.not_col_id:
        raise c.error(0 if word in c.reserved else 1)
    c.at = at + 1
    return ColumnRef(fields=(tokens.value[at],), start=start, end=tokens.end[at])


def _qualified(c: Cursor, start: int) -> Node:
    """A name with fields or subscripts; a function when `(` follows, a literal's type when a string does."""
    word = c.match[c.at]
    if word in c.not_col_id:
        raise c.error(0 if word in c.reserved else 1)
    first = c.at
    name = c.next_value()
    found = indirection(c)
    fields = 0
    while fields < len(found) and not isinstance(found[fields], A_Indices):
        fields += 1
    if fields == len(found) and not isinstance(found[-1], A_Star):
        names = (name, *(str(field) for field in found))
        if c.match[c.at] == "(":
            return function_calls.call(c, names, start)
        if c.is_string():
            return type_literal(c, names, start)
    elif c.match[c.at] == "(" or c.is_string():
        raise c.error()
    heads = tuple(field for field in found[:fields] if not isinstance(field, A_Indices))
    check_indirection(c, found)
    end = c.tokens.end[first + 2 * fields]
    column = ColumnRef(fields=(name, *heads), start=start, end=c.end if fields == len(found) else end)
    if fields == len(found):
        return column
    return A_Indirection(arg=column, indirection=found[fields:], start=start, end=c.end)


def indirection(c: Cursor) -> Indirection:
    """opt_indirection: `.name`, `.*`, `[index]` and `[low:high]`."""
    tokens, match = c.tokens, c.match
    found: list[str | A_Star | A_Indices] = []
    while True:
        at = c.at
        symbol = match[at]
        if symbol == ".":
            if tokens.kind[at + 1] in (WORD, QUOTED):
                found.append(tokens.value[at + 1])
            elif match[at + 1] == "*":
                found.append(A_Star(start=tokens.start[at + 1], end=tokens.end[at + 1]))
            else:
                raise c.error(1)
            c.at = at + 2
        elif symbol == "[":
            found.append(_subscript(c))
        else:
            return tuple(found)


def _subscript(c: Cursor) -> A_Indices:
    start = c.start
    c.at += 1
    split_variable(c)
    low = None if c.match[c.at] == ":" else expressions.expression(c)
    split_variable(c)
    if not c.take(":"):
        c.expect("]")
        return A_Indices(is_slice=False, lidx=None, uidx=low, start=start, end=c.end)
    high = None if c.match[c.at] == "]" else expressions.expression(c)
    c.expect("]")
    return A_Indices(is_slice=True, lidx=low, uidx=high, start=start, end=c.end)


def split_variable(c: Cursor) -> None:
    """Make of `:name` two tokens where a colon may stand: psql leaves it as it is unless it has such a variable."""
    tokens, at = c.tokens, c.at
    if tokens.kind[at] != VARIABLE:
        return
    text, start = tokens.value[at], tokens.start[at]
    quote = text[1]
    name = text[2:-1] if quote in "'\"" else text[1:]
    if quote == "{":
        return
    kind = {"'": STRING, '"': QUOTED}.get(quote, WORD)
    parts = ((SYMBOL, ":", ":", start, start + 1),)
    parts += (
        (
            kind,
            name.lower() if kind == WORD else None,
            name.lower() if kind == WORD else name,
            start + 1,
            tokens.end[at],
        ),
    )  # type: ignore[assignment]
    for column, values in zip(
        (tokens.kind, tokens.match, tokens.value, tokens.start, tokens.end), zip(*parts, strict=True), strict=True
    ):
        column[at : at + 1] = values  # type: ignore[index]


def check_indirection(c: Cursor, found: Indirection) -> Indirection:
    """check_indirection: only the last may be `*`."""
    for part in found[:-1]:
        if isinstance(part, A_Star):
            raise grammar_error(c, 'improper use of "*"')
    return found


def grammar_error(c: Cursor, message: str) -> ParseError:
    """An error that the grammar's code reports at the token that is next (parser_yyerror)."""
    error = c.error()
    error.message = error.message.replace("syntax error", message, 1)
    error.args = (error.message,)
    return error


def with_indirection(c: Cursor, node: Node, start: int) -> Node:
    """`node`, and the fields and subscripts after it."""
    if c.match[c.at] not in (".", "["):
        return node
    found = check_indirection(c, indirection(c))
    return A_Indirection(arg=node, indirection=found, start=start, end=c.end)


def type_literal(c: Cursor, names: tuple[str, ...], start: int) -> Node:
    """`type 'literal'`, the cursor at the string."""
    typename = TypeName(names=names, start=start, end=c.end)
    return string_cast(c, typename)


def string_cast(c: Cursor, typename: TypeName) -> Node:
    """The string that is next, as a constant of this type (makeStringConstCast)."""
    start = c.start
    constant = A_Const(val=c.string(), kind="String", start=start, end=c.end)
    return TypeCast(arg=constant, typeName=typename, start=typename.start, end=c.end)


# --- parentheses


_CONTINUES_SELECT = frozenset({"union", "intersect", "except", "order", "limit", "offset", "fetch", "for"})


def parenthesized(c: Cursor, single: bool = False) -> SelectStmt | list[Node]:
    """What a pair of parentheses holds: a query, or one or more expressions (only one when `single`).

    Parentheses that begin together are read in a loop, not by recursion: generated SQL nests them deeply.
    """
    match, starts = c.match, c.tokens.start
    opened: list[int] = []
    if match[c.at] != "(":
        raise c.error()
    while match[c.at] == "(":
        opened.append(starts[c.at])
        c.at += 1
    content: SelectStmt | list[Node]
    if queries.is_select_word(c):
        content = queries.select_no_parens(c)
    else:
        content = _items(c, expressions.expression(c), single and len(opened) == 1)
    c.expect(")")
    start = opened.pop()
    while opened:
        if not isinstance(content, SelectStmt) or not (match[c.at] == ")" or match[c.at] in _CONTINUES_SELECT):
            first = parenthesis_operand(c, content, start)
            first = expressions.continue_expression(c, first, start)
            content = _items(c, first, single and len(opened) == 1)
        elif match[c.at] != ")":
            content = queries.select_rest(c, content, start)
        c.expect(")")
        start = opened.pop()
    return content


def _items(c: Cursor, first: Node, single: bool) -> list[Node]:
    items = [first]
    while not single and c.match[c.at] == ",":
        c.at += 1
        items.append(expressions.expression(c))
    return items


def parenthesis_operand(c: Cursor, content: SelectStmt | list[Node], start: int) -> Node:
    """The operand that parentheses make which began at `start` and were just closed."""
    if isinstance(content, SelectStmt):
        link = SubLink(subLinkType="EXPR_SUBLINK", subselect=content, start=start, end=c.end)
        return with_indirection(c, link, start)
    if len(content) == 1:
        return with_indirection(c, content[0], start)
    return RowExpr(args=tuple(content), row_format="COERCE_IMPLICIT_CAST", start=start, end=c.end)


def select_in_parens(c: Cursor) -> SelectStmt:
    """select_with_parens."""
    return queries.select_with_parens(c)


# --- words


def _boolean(c: Cursor) -> Node:
    start = c.start
    value = c.next_value() == "true"
    return A_Const(val=value, kind="Boolean", start=start, end=c.end)


def _null(c: Cursor) -> Node:
    start = c.start
    c.at += 1
    return A_Const(val=None, kind="Null", start=start, end=c.end)


def _case(c: Cursor) -> Node:
    """case_expr."""
    start = c.start
    c.at += 1
    arg = None if c.match[c.at] == "when" else expressions.expression(c)
    whens: list[CaseWhen] = []
    while not whens or c.match[c.at] == "when":
        when_start = c.start
        c.expect("when")
        condition = expressions.expression(c)
        c.expect("then")
        result = expressions.expression(c)
        whens.append(CaseWhen(expr=condition, result=result, start=when_start, end=c.end))
    default = expressions.expression(c) if c.take("else") else None
    c.expect("end")
    return CaseExpr(arg=arg, args=tuple(whens), defresult=default, start=start, end=c.end)


def _exists(c: Cursor) -> Node:
    if c.match[c.at + 1] != "(":
        return name_expression(c)
    start = c.start
    c.at += 1
    query = select_in_parens(c)
    return SubLink(subLinkType="EXISTS_SUBLINK", subselect=query, start=start, end=c.end)


def _array(c: Cursor) -> Node:
    """ARRAY[...], ARRAY(query)."""
    start = c.start
    c.at += 1
    if c.match[c.at] == "(":
        query = select_in_parens(c)
        return SubLink(subLinkType="ARRAY_SUBLINK", subselect=query, start=start, end=c.end)
    return _array_expr(c, start)


def _array_expr(c: Cursor, start: int) -> A_ArrayExpr:
    """array_expr: `[expression, ...]`, or arrays as its elements."""
    c.expect("[")
    elements: list[Node] = []
    if c.match[c.at] != "]":
        nested = c.match[c.at] == "["
        while True:
            elements.append(_array_expr(c, c.start) if nested else expressions.expression(c))
            if not c.take(","):
                break
    c.expect("]")
    return A_ArrayExpr(elements=tuple(elements), start=start, end=c.end)


def _row(c: Cursor) -> Node:
    if c.match[c.at + 1] != "(":
        return name_expression(c)
    start = c.start
    c.at += 2
    args = () if c.match[c.at] == ")" else expressions.expression_list(c)
    c.expect(")")
    return RowExpr(args=args, row_format="COERCE_EXPLICIT_CALL", start=start, end=c.end)


def _grouping(c: Cursor) -> Node:
    if c.match[c.at + 1] != "(":
        return name_expression(c)
    start = c.start
    c.at += 1
    args = c.paren_list(expressions.expression)
    return GroupingFunc(args=args, start=start, end=c.end)


def typed_literal(c: Cursor) -> Node:
    """ConstTypename Sconst, or a column of that name."""
    if not typenames.is_constant_type(c):
        return name_expression(c)
    return string_cast(c, typenames.constant_type(c))


def _interval(c: Cursor) -> Node:
    """INTERVAL 'x' fields, INTERVAL(precision) 'x'."""
    if not typenames.is_constant_type(c):
        return name_expression(c)
    start = c.start
    typename = typenames.constant_type(c)
    if typename.typmods:
        return string_cast(c, typename)
    at = c.start
    constant = A_Const(val=c.string(), kind="String", start=at, end=c.end)
    typmods = typenames.interval_fields(c)
    typename = TypeName(names=typename.names, typmods=typmods, start=start, end=c.end if typmods else typename.end)
    return TypeCast(arg=constant, typeName=typename, start=start, end=c.end)


_WORDS: dict[str | None, Callable[[Cursor], Node]] = {}


def _fill_words() -> dict[str | None, Callable[[Cursor], Node]]:
    """The words with a syntax of their own; filled at the first use, since these modules import each other."""
    _WORDS.update(dict.fromkeys(typenames.CONSTANT_TYPES, typed_literal))
    _WORDS.update(special_functions.special_functions())
    _WORDS.update(
        {
            "true": _boolean,
            "false": _boolean,
            "null": _null,
            "case": _case,
            "exists": _exists,
            "array": _array,
            "row": _row,
            "grouping": _grouping,
            "interval": _interval,
        }
    )
    return _WORDS
