"""Function calls, and the expressions that the grammar counts as functions (func_expr)."""

from __future__ import annotations

from schemalint.syntax import expressions, queries, special_functions, sqljson, windows
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import A_Const, FuncCall, NamedArgExpr, Node, SortBy, TypeCast, TypeName
from schemalint.syntax.tokens import STRING


def call(c: Cursor, names: tuple[str, ...], start: int, windowless: bool = False) -> Node:
    """func_expr of a named function, the cursor at `(`; or a type with modifiers and its literal."""
    match = c.match
    end = c.end
    c.at += 1
    first = match[c.at]
    args: list[Node] = []
    order: tuple[SortBy, ...] = ()
    order_start = 0
    star = distinct = variadic = False
    if first == ")":
        pass
    elif first == "*":
        star = True
        c.at += 1
    else:
        if first == "distinct":
            distinct = True
            c.at += 1
        elif first == "all":
            c.at += 1
        variadic = _arguments(c, args, first not in ("distinct", "all"))
        if match[c.at] == "order":
            order_start = c.start
            order = queries.sort_clause(c)
    c.expect(")")
    if windowless:
        return FuncCall(
            funcname=names, args=tuple(args), agg_order=order, agg_star=star, agg_distinct=distinct,
            func_variadic=variadic, start=start, end=c.end,
        )  # fmt: skip
    follower = match[c.at]
    if follower is None:
        if c.tokens.kind[c.at] == STRING and args and not (distinct or variadic or first == "all"):
            return _modified_literal(c, names, args, order_start, start, end)
        over = filter_ = None
        within = False
    elif follower in _AFTER_CALL:
        grouped = _within_group(c, order, distinct, variadic) if follower == "within" else ()
        within = bool(grouped)
        order = grouped or order
        filter_ = windows.filter_clause(c)
        over = windows.over_clause(c)
    else:
        over = filter_ = None
        within = False
    return FuncCall(
        funcname=names, args=tuple(args), agg_order=order, agg_filter=filter_, over=over, agg_within_group=within,
        agg_star=star, agg_distinct=distinct, func_variadic=variadic, start=start, end=c.end,
    )  # fmt: skip


_AFTER_CALL = frozenset({"within", "filter", "over"})


def _arguments(c: Cursor, args: list[Node], variadic_allowed: bool) -> bool:
    """func_arg_list, its last argument perhaps VARIADIC; whether it was."""
    while True:
        if c.match[c.at] == "variadic" and variadic_allowed:
            c.at += 1
            args.append(argument(c))
            return True
        args.append(argument(c))
        if c.match[c.at] != ",":
            return False
        c.at += 1


def argument(c: Cursor) -> Node:
    """func_arg_expr."""
    if c.match[c.at + 1] in (":=", "=>") and c.is_type_function_name():
        start = c.start
        name = c.next_value()
        c.at += 1
        arg = expressions.expression(c)
        return NamedArgExpr(name=name, arg=arg, start=start, end=c.end)
    return expressions.expression(c)


def _within_group(c: Cursor, order: tuple[SortBy, ...], distinct: bool, variadic: bool) -> tuple[SortBy, ...]:
    start = c.start
    c.expect("within", "group", "(")
    grouped = queries.sort_clause(c)
    c.expect(")")
    end = c.end
    if order:
        raise ParseError("cannot use multiple ORDER BY clauses with WITHIN GROUP", start, end)
    if distinct:
        raise ParseError("cannot use DISTINCT with WITHIN GROUP", start, end)
    if variadic:
        raise ParseError("cannot use VARIADIC with WITHIN GROUP", start, end)
    return grouped


def _modified_literal(
    c: Cursor, names: tuple[str, ...], args: list[Node], order_start: int, start: int, end: int
) -> Node:
    """`type(modifiers) 'literal'`."""
    type_end = c.end
    constant = A_Const(val=c.string(), kind="String", start=c.tokens.start[c.at - 1], end=c.end)
    for arg in args:
        if isinstance(arg, NamedArgExpr):
            raise ParseError("type modifier cannot have parameter name", arg.start, arg.end)
    if order_start:
        raise ParseError("type modifier cannot have ORDER BY", order_start, type_end)
    typename = TypeName(names=names, typmods=tuple(args), start=start, end=type_end)
    return TypeCast(arg=constant, typeName=typename, start=start, end=c.end)


def func_application(c: Cursor) -> FuncCall:
    """func_application: a call by name, without WITHIN GROUP, FILTER and OVER."""
    from schemalint.syntax.common import func_name

    start = c.start
    names = func_name(c)
    if c.match[c.at] != "(":
        raise c.error()
    node = call(c, names, start, windowless=True)
    assert isinstance(node, FuncCall)
    return node


def is_function(c: Cursor) -> bool:
    """Whether func_expr_windowless is next rather than a name."""
    word = c.match[c.at]
    if word in special_functions.BARE_FUNCTIONS:
        return True
    if word == "collation" and c.match[c.at + 1] == "for":
        return True
    at = c.at + 1
    while c.match[at] == "." and c.tokens.kind[at + 1] != "$":
        at += 2
    return c.match[at] == "(" and (word == "cast" or word not in c.reserved)


def func_expr_windowless(c: Cursor) -> Node:
    """func_expr_windowless: a function without OVER and FILTER."""
    start = c.start
    handler = special_functions.special_functions().get(c.match[c.at])
    if handler is not None and (
        c.match[c.at + 1] == "(" or c.match[c.at] in (*special_functions.BARE_FUNCTIONS, "collation")
    ):
        if c.match[c.at] in sqljson.AGGREGATES:
            return sqljson.aggregate(c, windowless=True)
        node = handler(c)
        if isinstance(node, FuncCall) and (node.over is not None or node.agg_filter is not None):
            raise c.error()
        return node
    if c.match[c.at + 1] == "." and c.is_col_id():
        names = c.any_name()
    elif c.is_type_function_name():
        names = (c.next_value(),)
    else:
        raise c.error(1 if c.is_col_id() else 0)
    if c.match[c.at] != "(":
        raise c.error()
    return call(c, names, start, windowless=True)
