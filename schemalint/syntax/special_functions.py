"""Functions with a syntax of their own (func_expr_common_subexpr)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from schemalint.syntax import expressions, function_calls, operands, sqljson, typenames, xml
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    A_Const,
    A_Expr,
    CoalesceExpr,
    FuncCall,
    MergeSupportFunc,
    MinMaxExpr,
    NamedArgExpr,
    Node,
    SQLValueFunction,
    TypeCast,
    TypeName,
)
from schemalint.syntax.precedence import SUBSTRING
from schemalint.syntax.tokens import STRING, WORD

SQL_SYNTAX = "COERCE_SQL_SYNTAX"


def _value_function(c: Cursor) -> Node:
    """CURRENT_DATE and its like."""
    start = c.start
    word = c.match[c.at]
    if word == "current_schema" and (c.match[c.at + 1] == "(" or c.tokens.kind[c.at + 1] == STRING):
        return operands.name_expression(c)
    assert word is not None
    c.at += 1
    op = f"SVFOP_{word.upper()}"
    typmod = -1
    if word in _WITH_PRECISION and c.take("("):
        typmod = c.integer()
        c.expect(")")
        op += "_N"
    return SQLValueFunction(op=op, typmod=typmod, start=start, end=c.end)


_WITH_PRECISION = frozenset({"current_time", "current_timestamp", "localtime", "localtimestamp"})
_VALUE_FUNCTIONS = (
    *_WITH_PRECISION,
    *("current_date", "current_role", "current_user", "session_user", "user", "current_catalog", "current_schema"),
)
BARE_FUNCTIONS = frozenset({*_VALUE_FUNCTIONS, "system_user"})


def _system_user(c: Cursor) -> Node:
    if c.version < 16:
        return operands.name_expression(c)
    start = c.start
    c.at += 1
    return expressions.system_function(c, "system_user", (), start, SQL_SYNTAX)


def _collation_for(c: Cursor) -> Node:
    if c.match[c.at + 1] != "for":
        return operands.name_expression(c)
    start = c.start
    c.at += 2
    c.expect("(")
    arg = expressions.expression(c)
    c.expect(")")
    return expressions.system_function(c, "pg_collation_for", (arg,), start, SQL_SYNTAX)


def _cast(c: Cursor, start: int) -> Node:
    arg = expressions.expression(c)
    c.expect("as")
    typename = typenames.type_name(c)
    c.expect(")")
    return TypeCast(arg=arg, typeName=typename, start=start, end=c.end)


def _treat(c: Cursor, start: int) -> Node:
    cast = _cast(c, start)
    assert isinstance(cast, TypeCast)
    return expressions.system_function(c, cast.typeName.names[-1], (cast.arg,), start)


_EXTRACT_WORDS = frozenset({"year", "month", "day", "hour", "minute", "second"})


def _extract(c: Cursor, start: int) -> Node:
    """EXTRACT(field FROM source)."""
    field_start = c.start
    word = c.match[c.at]
    bare = c.tokens.kind[c.at] == WORD and word in c.keywords and word not in _EXTRACT_WORDS
    if bare or not (c.is_col_label() or c.is_string()):
        raise c.error()
    field = A_Const(val=c.next_value(), kind="String", start=field_start, end=c.end)
    c.expect("from")
    source = expressions.expression(c)
    c.expect(")")
    return expressions.system_function(c, "extract", (field, source), start, SQL_SYNTAX)


def _normalize(c: Cursor, start: int) -> Node:
    args: tuple[Node, ...] = (expressions.expression(c),)
    if c.take(","):
        args += (expressions.normal_form(c),)
    c.expect(")")
    return expressions.system_function(c, "normalize", args, start, SQL_SYNTAX)


def _overlay(c: Cursor, start: int) -> Node:
    """OVERLAY(a PLACING b FROM c [FOR d]), or plain arguments."""
    if c.match[c.at] != ")":
        first = function_calls.argument(c)
        if c.match[c.at] == "placing" and not isinstance(first, NamedArgExpr):
            c.at += 1
            args = [first, expressions.expression(c)]
            c.expect("from")
            args.append(expressions.expression(c))
            if c.take("for"):
                args.append(expressions.expression(c))
            c.expect(")")
            return expressions.system_function(c, "overlay", tuple(args), start, SQL_SYNTAX)
        return _plain_call(c, "overlay", [first], start)
    return _plain_call(c, "overlay", [], start)


def _plain_call(c: Cursor, name: str, args: list[Node], start: int) -> Node:
    while args and c.take(","):
        args.append(function_calls.argument(c))
    c.expect(")")
    return FuncCall(funcname=(name,), args=tuple(args), start=start, end=c.end)


def _position(c: Cursor, start: int) -> Node:
    """POSITION(a IN b)."""
    part = expressions.b_expr(c)
    c.expect("in")
    whole = expressions.b_expr(c)
    c.expect(")")
    return expressions.system_function(c, "position", (whole, part), start, SQL_SYNTAX)


def _substring(c: Cursor, start: int) -> Node:
    """SUBSTRING(a FROM b FOR c), SUBSTRING(a SIMILAR b ESCAPE c), or plain arguments."""
    if c.match[c.at] == ")" or c.match[c.at + 1] in (":=", "=>"):
        args = [] if c.match[c.at] == ")" else [function_calls.argument(c)]
        return _plain_call(c, "substring", args, start)
    text = expressions.expression(c, 0, SUBSTRING)
    word = c.match[c.at]
    if word not in ("from", "for", "similar"):
        return _plain_call(c, "substring", [text], start)
    c.at += 1
    found = expressions.expression(c)
    if word == "similar":
        c.expect("escape")
        parts = (text, found, expressions.expression(c))
    elif word == "from":
        parts = (text, found, expressions.expression(c)) if c.take("for") else (text, found)  # type: ignore[assignment]
    elif c.take("from"):
        parts = (text, expressions.expression(c), found)
    else:
        one = A_Const(val=1, kind="Integer")
        length = TypeCast(arg=found, typeName=TypeName(names=("pg_catalog", "int4")), start=found.start, end=found.end)
        parts = (text, one, length)
    c.expect(")")
    return expressions.system_function(c, "substring", parts, start, SQL_SYNTAX)


_TRIMS = {"both": "btrim", "leading": "ltrim", "trailing": "rtrim"}


def _trim(c: Cursor, start: int) -> Node:
    """TRIM([BOTH | LEADING | TRAILING] [characters] FROM text)."""
    side = c.match[c.at]
    name = "btrim"
    if side in _TRIMS:
        c.at += 1
        name = _TRIMS[side]
    if c.take("from"):
        args = expressions.expression_list(c)
    else:
        first = expressions.expression(c)
        if c.take("from"):
            args = (*expressions.expression_list(c), first)
        else:
            args = (first, *(expressions.expression_list(c) if c.take(",") else ()))
    c.expect(")")
    return expressions.system_function(c, name, args, start, SQL_SYNTAX)


def _nullif(c: Cursor, start: int) -> Node:
    left = expressions.expression(c)
    c.expect(",")
    right = expressions.expression(c)
    c.expect(")")
    return A_Expr(kind="AEXPR_NULLIF", name=("=",), lexpr=left, rexpr=right, location=start, start=start, end=c.end)


def _coalesce(c: Cursor, start: int) -> Node:
    args = expressions.expression_list(c)
    c.expect(")")
    return CoalesceExpr(args=args, start=start, end=c.end)


def _greatest(c: Cursor, start: int) -> Node:
    args = expressions.expression_list(c)
    c.expect(")")
    return MinMaxExpr(op="IS_GREATEST", args=args, start=start, end=c.end)


def _least(c: Cursor, start: int) -> Node:
    args = expressions.expression_list(c)
    c.expect(")")
    return MinMaxExpr(op="IS_LEAST", args=args, start=start, end=c.end)


def _merge_action(c: Cursor, start: int) -> Node:
    c.expect(")")
    return MergeSupportFunc(start=start, end=c.end)


def _with_parenthesis(inner: Callable[[Cursor, int], Node], since: int = 0) -> Callable[[Cursor], Node]:
    """`WORD (` begins the form that `inner` reads, the cursor after the parenthesis; else the word is a name."""

    def read(c: Cursor) -> Node:
        at = c.at
        if c.match[at + 1] != "(" or c.version < since:
            if c.match[at] in c.reserved:
                raise c.error(1)
            return operands.name_expression(c)
        c.at = at + 2
        return inner(c, c.tokens.start[at])

    return read


@cache
def special_functions() -> dict[str | None, Callable[[Cursor], Node]]:
    """The words of func_expr_common_subexpr, and of the aggregates that build JSON."""
    forms = {
        "cast": _cast,
        "treat": _treat,
        "extract": _extract,
        "normalize": _normalize,
        "overlay": _overlay,
        "position": _position,
        "substring": _substring,
        "trim": _trim,
        "nullif": _nullif,
        "coalesce": _coalesce,
        "greatest": _greatest,
        "least": _least,
        **xml.FUNCTIONS,
    }
    return {
        **dict.fromkeys(_VALUE_FUNCTIONS, _value_function),
        "system_user": _system_user,
        "collation": _collation_for,
        **{word: _with_parenthesis(inner) for word, inner in forms.items()},
        "merge_action": _with_parenthesis(_merge_action, 17),
        **{word: _with_parenthesis(inner, since) for word, (inner, since) in sqljson.FUNCTIONS.items()},
        **dict.fromkeys(sqljson.AGGREGATES, sqljson.aggregate),
        "json": sqljson.json,
    }
