"""Expressions: operators by precedence (a_expr, b_expr), over the operands of operands.py.

The grammar's precedence table becomes numbers; an operator is read when it binds closer than what stands to its left. Chains of
operators are loops, so that only nested operands recurse.
"""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax import operands, sqljson, typenames
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    A_Const,
    A_Expr,
    BooleanTest,
    BoolExpr,
    CollateClause,
    FuncCall,
    Node,
    NullTest,
    RowExpr,
    SelectStmt,
    SetToDefault,
    SubLink,
    TypeCast,
    XmlExpr,
)
from schemalint.syntax.operator_names import any_operator, qual_all_op, qual_operator
from schemalint.syntax.precedence import (
    A_EXPR,
    AND,
    AT,
    B_EXPR,
    COMPARE,
    IS,
    LIKE,
    NOT,
    OPERATOR,
    OPERATOR_CHARACTERS,
    OR,
    SIGN,
    SUBSTRING,
    TARGET,
    Levels,
)
from schemalint.syntax.tokens import END, SYMBOL

__all__ = [
    "any_operator",
    "b_expr",
    "c_expr",
    "continue_expression",
    "expression",
    "expression_list",
    "negated",
    "normal_form",
    "qual_all_op",
    "qual_operator",
    "system_function",
]

_QUANTIFIERS = {"any": "ANY_SUBLINK", "some": "ANY_SUBLINK", "all": "ALL_SUBLINK"}
_NOT_FOLLOWERS = frozenset({"between", "in", "like", "ilike", "similar"})
_AFTER_LABEL = frozenset(
    """
    , ) ; from into where group having window union intersect except order limit offset fetch for on returning with
    """.split()
)


def expression(c: Cursor, above: int = 0, levels: Levels = A_EXPR) -> Node:
    """a_expr (or b_expr, by `levels`): an operand and every operator that binds closer than `above`."""
    tokens = c.tokens
    at = c.at
    start = tokens.start[at]
    word = c.match[at]
    if tokens.kind[at] == SYMBOL and word != "(":
        left = _prefix_operator(c, start, levels)
    elif word in _PREFIX_WORDS:
        left = _prefix_word(c, start, levels)
    else:
        left = operands.c_expr(c)
    if levels[c.match[c.at]] <= above:
        return left
    return continue_expression(c, left, start, above, levels)


def b_expr(c: Cursor) -> Node:
    """b_expr."""
    return expression(c, 0, B_EXPR)


def c_expr(c: Cursor) -> Node:
    """c_expr: an operand without operators."""
    return operands.c_expr(c)


def expression_list(c: Cursor) -> tuple[Node, ...]:
    """expr_list."""
    items = [expression(c)]
    match = c.match
    while match[c.at] == ",":
        c.at += 1
        items.append(expression(c))
    return tuple(items)


def continue_expression(c: Cursor, left: Node, start: int, above: int = 0, levels: Levels = A_EXPR) -> Node:
    """The operators after `left`, which began at `start`."""
    tokens, match, ends = c.tokens, c.match, c.tokens.end
    closed = 0  # the level of the non-associative operator that `left` ends with
    while True:
        at = c.at
        symbol = match[at]
        level = levels[symbol]
        if level <= above:
            return left
        handler = _HANDLERS.get(symbol)
        if handler is None:
            if level == closed:
                raise c.error()
            c.at = at + 1
            if match[at + 1] in _QUANTIFIERS and levels is not B_EXPR:
                assert symbol is not None
                left = _quantified(c, left, (symbol,), start, tokens.start[at])
                closed = 0
                continue
            right = expression(c, level, levels)
            assert symbol is not None
            left = A_Expr(
                kind="AEXPR_OP",
                name=(symbol,),
                lexpr=left,
                rexpr=right,
                location=tokens.start[at],
                start=start,
                end=ends[c.at - 1],
            )
            closed = level if level == COMPARE else 0
            continue
        if symbol == "not" and match[at + 1] not in _NOT_FOLLOWERS:
            return left
        if level == closed:
            raise c.error()
        if levels is not A_EXPR and _is_label(c, symbol, above, levels):
            return left
        left, closed = handler(c, left, start, levels)


def _is_label(c: Cursor, word: str | None, above: int, levels: Levels) -> bool:
    """Whether the word that is next names the expression or belongs to SUBSTRING, and is no operator."""
    if levels is SUBSTRING:
        return word == "similar" and c.match[c.at + 1] != "to"
    return levels is TARGET and not above and word not in _NO_LABELS and _ends_target(c, 1)


_NO_LABELS = frozenset({"::", "isnull", "notnull", "overlaps"})


def _ends_target(c: Cursor, ahead: int) -> bool:
    """Whether the token `ahead` can only follow an item of a target list."""
    return c.match[c.at + ahead] in _AFTER_LABEL or c.tokens.kind[c.at + ahead] == END


# --- prefixes


_PREFIX_WORDS = frozenset({"not", "default", "unique", "operator"})


def _prefix_operator(c: Cursor, start: int, levels: Levels) -> Node:
    """A sign or another operator before its operand."""
    symbol = c.match[c.at]
    assert symbol is not None
    if symbol[0] not in OPERATOR_CHARACTERS or symbol == "=>" or (levels[symbol] != OPERATOR and symbol not in "+-"):
        raise c.error()
    c.at += 1
    if symbol == "-":
        return negated(c, expression(c, SIGN, levels), start)
    operand = expression(c, SIGN if symbol == "+" else OPERATOR, levels)
    return A_Expr(kind="AEXPR_OP", name=(symbol,), lexpr=None, rexpr=operand, location=start, start=start, end=c.end)


def negated(c: Cursor, operand: Node, start: int) -> Node:
    """doNegate: a minus sign becomes part of a number."""
    if isinstance(operand, A_Const):
        if operand.kind == "Integer" and isinstance(operand.val, int):
            return A_Const(val=-operand.val, kind="Integer", start=start, end=c.end)
        if operand.kind == "Float" and isinstance(operand.val, str):
            digits = operand.val.removeprefix("+")
            value = digits[1:] if digits.startswith("-") else f"-{digits}"
            return A_Const(val=value, kind="Float", start=start, end=c.end)
    return A_Expr(kind="AEXPR_OP", name=("-",), lexpr=None, rexpr=operand, location=start, start=start, end=c.end)


def _prefix_word(c: Cursor, start: int, levels: Levels) -> Node:
    word = c.match[c.at]
    if word == "operator":
        if c.match[c.at + 1] != "(":
            return operands.c_expr(c)
        name = qual_operator(c)
        operand = expression(c, OPERATOR, levels)
        return A_Expr(kind="AEXPR_OP", name=name, lexpr=None, rexpr=operand, location=start, start=start, end=c.end)
    if levels is B_EXPR:
        raise c.error()
    c.at += 1
    if word == "not":
        if c.match[c.at] == "in":  # NOT was taken as a prefix, so that IN alone is wrong
            text = c.tokens.text[c.start : c.start + 2]
            raise ParseError(f'syntax error at or near "{text}"', c.start, c.start + 2)
        operand = expression(c, NOT, levels)
        return BoolExpr(boolop="NOT_EXPR", args=(operand,), start=start, end=c.end)
    if word == "default":
        return SetToDefault(start=start, end=c.end)
    if c.version >= 15 and c.take("nulls"):
        c.take("not")
        c.expect("distinct")
    operands.select_in_parens(c)
    raise ParseError("UNIQUE predicate is not yet implemented", start, start + 6, "0A000")


# --- operators


Handled = tuple[Node, int]
"""What an operator and its operands make, and its level when they end with a non-associative operator's operand."""


def _and_or(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """AND, OR: chains become one node (makeAndExpr, makeOrExpr)."""
    match = c.match
    word = match[c.at]
    boolop, level = ("AND_EXPR", AND) if word == "and" else ("OR_EXPR", OR)
    args = list(left.args) if isinstance(left, BoolExpr) and left.boolop == boolop else [left]
    while True:
        c.at += 1
        args.append(expression(c, level, levels))
        if match[c.at] != word or (levels is TARGET and _ends_target(c, 1)):  # the word may be a label
            break
    return BoolExpr(boolop=boolop, args=tuple(args), start=start, end=c.end), 0


def _typecast(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    c.at += 1
    typename = typenames.type_name(c)
    return TypeCast(arg=left, typeName=typename, start=start, end=typename.end), 0


def _collate(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    c.at += 1
    name = c.any_name()
    return CollateClause(arg=left, collname=name, start=start, end=c.end), 0


def _at(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """AT TIME ZONE zone, AT LOCAL (17)."""
    c.at += 1
    args: tuple[Node, ...] = (left,)
    if c.version < 17 or not c.take("local"):
        c.expect("time", "zone")
        args = (expression(c, AT, levels), left)
    return system_function(c, "timezone", args, start, "COERCE_SQL_SYNTAX"), 0


def system_function(
    c: Cursor, name: str, args: tuple[Node, ...], start: int, form: str = "COERCE_EXPLICIT_CALL"
) -> FuncCall:
    """A call of a function of pg_catalog that the grammar writes (SystemFuncName)."""
    return FuncCall(funcname=("pg_catalog", name), args=args, funcformat=form, start=start, end=c.end)


def _named_operator(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """`left OPERATOR(name) right`."""
    location = c.start
    name = qual_operator(c)
    if c.match[c.at] in _QUANTIFIERS and levels is not B_EXPR:
        return _quantified(c, left, name, start, location), 0
    right = expression(c, OPERATOR, levels)
    node = A_Expr(kind="AEXPR_OP", name=name, lexpr=left, rexpr=right, location=location, start=start, end=c.end)
    return node, 0


def _quantified(c: Cursor, left: Node, name: tuple[str, ...], start: int, location: int) -> Node:
    """`left operator ANY (...)`, the cursor at ANY, SOME or ALL."""
    kind = _QUANTIFIERS[c.next_value()]
    content = operands.parenthesized(c, single=True)
    if isinstance(content, SelectStmt):
        return SubLink(subLinkType=kind, subselect=content, testexpr=left, operName=name, start=start, end=c.end)
    array = "AEXPR_OP_ANY" if kind == "ANY_SUBLINK" else "AEXPR_OP_ALL"
    return A_Expr(kind=array, name=name, lexpr=left, rexpr=content[0], location=location, start=start, end=c.end)


def _like(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """[NOT] LIKE, ILIKE, SIMILAR TO, IN, BETWEEN."""
    location = c.start
    negative = c.take("not")
    word = c.match[c.at]
    c.at += 1
    if word == "in":
        return _in(c, left, negative, start, location), 0
    if word == "between":
        return _between(c, left, negative, start, location, levels), LIKE
    if word == "similar":
        c.expect("to")
        kind, name = "AEXPR_SIMILAR", "~"
    else:
        kind, name = ("AEXPR_LIKE", "~~") if word == "like" else ("AEXPR_ILIKE", "~~*")
    if negative:
        name = f"!{name}"
    if word != "similar" and c.match[c.at] in _QUANTIFIERS:
        return _quantified(c, left, (name,), start, location), 0
    pattern_start = c.start
    pattern = expression(c, LIKE, levels)
    if c.take("escape"):
        function = "similar_to_escape" if word == "similar" else "like_escape"
        pattern = system_function(c, function, (pattern, expression(c, LIKE, levels)), pattern_start)
    elif word == "similar":
        pattern = system_function(c, "similar_to_escape", (pattern,), pattern_start)
    node = A_Expr(kind=kind, name=(name,), lexpr=left, rexpr=pattern, location=location, start=start, end=c.end)
    return node, LIKE


def _between(c: Cursor, left: Node, negative: bool, start: int, location: int, levels: Levels) -> Node:
    symmetric = c.take("symmetric")
    if not symmetric:
        c.take("asymmetric")
    low = b_expr(c)
    c.expect("and")
    high = expression(c, LIKE, levels)
    return A_Expr(
        kind=f"AEXPR_{'NOT_' if negative else ''}BETWEEN{'_SYM' if symmetric else ''}",
        name=(f"{'NOT ' if negative else ''}BETWEEN{' SYMMETRIC' if symmetric else ''}",),
        lexpr=left,
        rexpr=(low, high),
        location=location,
        start=start,
        end=c.end,
    )


def _in(c: Cursor, left: Node, negative: bool, start: int, location: int) -> Node:
    content = operands.parenthesized(c)
    if isinstance(content, SelectStmt):
        link = SubLink(subLinkType="ANY_SUBLINK", subselect=content, testexpr=left, start=start, end=c.end)
        return BoolExpr(boolop="NOT_EXPR", args=(link,), start=start, end=c.end) if negative else link
    name = "<>" if negative else "="
    return A_Expr(
        kind="AEXPR_IN", name=(name,), lexpr=left, rexpr=tuple(content), location=location, start=start, end=c.end
    )


def _overlaps(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """`row OVERLAPS row`, which binds like an operand."""
    if not isinstance(left, RowExpr) or left.start != start:
        raise c.error()
    c.at += 1
    at = c.start
    if c.match[c.at] != "(" and not (c.match[c.at] == "row" and c.match[c.at + 1] == "("):
        raise c.error()
    right = operands.c_expr(c)
    if not isinstance(right, RowExpr) or right.start != at:
        raise c.error(-1)
    for side, row in (("left", left), ("right", right)):
        if len(row.args) != 2:
            message = f"wrong number of parameters on {side} side of OVERLAPS expression"
            raise ParseError(message, row.start, row.end)
    return system_function(c, "overlaps", left.args + right.args, start, "COERCE_SQL_SYNTAX"), 0


def _null_test(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """ISNULL, NOTNULL."""
    kind = "IS_NULL" if c.next_value() == "isnull" else "IS_NOT_NULL"
    return NullTest(arg=left, nulltesttype=kind, start=start, end=c.end), 0


_TESTS = {"true": "TRUE", "false": "FALSE", "unknown": "UNKNOWN"}
_NORMAL_FORMS = frozenset({"nfc", "nfd", "nfkc", "nfkd"})


def _is(c: Cursor, left: Node, start: int, levels: Levels) -> Handled:
    """IS [NOT] ..."""
    location = c.start
    c.at += 1
    negative = c.take("not")
    word = c.match[c.at]
    if word == "distinct":
        c.at += 1
        c.expect("from")
        right = expression(c, IS, levels)
        kind = "AEXPR_NOT_DISTINCT" if negative else "AEXPR_DISTINCT"
        node: Node = A_Expr(kind=kind, name=("=",), lexpr=left, rexpr=right, location=location, start=start, end=c.end)
        return node, IS
    if word == "document":
        c.at += 1
        node = XmlExpr(op="IS_DOCUMENT", args=(left,), start=start, end=c.end)
    elif levels is B_EXPR:
        raise c.error()
    elif word == "null":
        c.at += 1
        kind = "IS_NOT_NULL" if negative else "IS_NULL"
        return NullTest(arg=left, nulltesttype=kind, start=start, end=c.end), 0
    elif word in _TESTS:
        c.at += 1
        kind = f"IS_{'NOT_' if negative else ''}{_TESTS[word]}"
        return BooleanTest(arg=left, booltesttype=kind, start=start, end=c.end), 0
    elif word == "normalized" or word in _NORMAL_FORMS:
        args = (left,) if word == "normalized" else (left, normal_form(c))
        c.expect("normalized")
        node = system_function(c, "is_normalized", args, start, "COERCE_SQL_SYNTAX")
    elif word == "json" and c.version >= 16:
        node = sqljson.is_json(c, left, start)
    else:
        raise c.error()
    if negative:
        node = BoolExpr(boolop="NOT_EXPR", args=(node,), start=start, end=c.end)
    return node, 0


def normal_form(c: Cursor) -> Node:
    """unicode_normal_form: NFC, NFD, NFKC, NFKD as a string."""
    start = c.start
    if c.match[c.at] not in _NORMAL_FORMS:
        raise c.error()
    return A_Const(val=c.next_value().upper(), kind="String", start=start, end=c.end)


_HANDLERS: dict[str | None, Callable[[Cursor, Node, int, Levels], Handled]] = {
    "and": _and_or,
    "or": _and_or,
    "::": _typecast,
    "is": _is,
    "isnull": _null_test,
    "notnull": _null_test,
    "collate": _collate,
    "at": _at,
    "operator": _named_operator,
    "overlaps": _overlaps,
    **dict.fromkeys(("not", "in", "between", "like", "ilike", "similar"), _like),
}
