"""SQL/JSON: constructors, aggregates, query functions, IS JSON. JSON_TABLE is in json_table.py."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax import expressions, operands, queries, typenames, windows
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    JsonAggConstructor,
    JsonArgument,
    JsonArrayAgg,
    JsonArrayConstructor,
    JsonArrayQueryConstructor,
    JsonBehavior,
    JsonFormat,
    JsonFuncExpr,
    JsonIsPredicate,
    JsonKeyValue,
    JsonObjectAgg,
    JsonObjectConstructor,
    JsonOutput,
    JsonParseExpr,
    JsonReturning,
    JsonScalarExpr,
    JsonSerializeExpr,
    JsonValueExpr,
    Node,
)
from schemalint.syntax.tokens import STRING

DEFAULT_FORMAT = JsonFormat()


# --- parts


def value_expression(c: Cursor) -> JsonValueExpr:
    """json_value_expr."""
    start = c.start
    raw = expressions.expression(c)
    return JsonValueExpr(raw_expr=raw, format=format_clause(c) or DEFAULT_FORMAT, start=start, end=c.end)


def format_clause(c: Cursor) -> JsonFormat | None:
    """json_format_clause: `FORMAT JSON [ENCODING name]`."""
    if not (c.match[c.at] == "format" and c.match[c.at + 1] == "json"):
        return None
    start = c.start
    c.at += 2
    encoding = "JS_ENC_DEFAULT"
    if c.take("encoding"):
        at = c.start
        name = c.col_id()
        if name.lower() not in ("utf8", "utf16", "utf32"):
            raise ParseError(f"unrecognized JSON encoding: {name}", at, c.end, "22023")
        encoding = f"JS_ENC_{name.upper()}"
    return JsonFormat(format_type="JS_FORMAT_JSON", encoding=encoding, start=start, end=c.end)


def returning(c: Cursor) -> JsonOutput | None:
    """json_returning_clause_opt."""
    start = c.start
    if not c.take("returning"):
        return None
    typename = typenames.type_name(c)
    form = JsonReturning(format=format_clause(c) or DEFAULT_FORMAT)
    return JsonOutput(typeName=typename, returning=form, start=start, end=c.end)


def passing(c: Cursor) -> tuple[JsonArgument, ...]:
    """json_passing_clause_opt."""
    return c.list_of(_argument) if c.take("passing") else ()


def _argument(c: Cursor) -> JsonArgument:
    start = c.start
    value = value_expression(c)
    c.expect("as")
    name = c.col_label()
    return JsonArgument(val=value, name=name, start=start, end=c.end)


def wrapper(c: Cursor) -> str:
    """json_wrapper_behavior."""
    word = c.match[c.at]
    if word == "without" and c.match[c.at + 1] != "time":
        c.at += 1
        c.take("array")
        c.expect("wrapper")
        return "JSW_NONE"
    if word == "with" and c.match[c.at + 1] not in ("time", "ordinality", "unique"):
        c.at += 1
        condition = c.take_any("conditional", "unconditional")
        c.take("array")
        c.expect("wrapper")
        return "JSW_CONDITIONAL" if condition == "conditional" else "JSW_UNCONDITIONAL"
    return "JSW_UNSPEC"


def quotes(c: Cursor) -> str:
    """json_quotes_clause_opt."""
    word = c.take_any("keep", "omit")
    if word is None:
        return "JS_QUOTES_UNSPEC"
    c.expect("quotes")
    if c.take("on"):
        c.expect("scalar", "string")
    return f"JS_QUOTES_{word.upper()}"


_BEHAVIORS = frozenset({"error", "null", "true", "false", "unknown"})


def _behavior(c: Cursor) -> JsonBehavior | None:
    """json_behavior."""
    start = c.start
    word = c.match[c.at]
    value = None
    if word == "default":
        c.at += 1
        value = expressions.expression(c)
        kind = "DEFAULT"
    elif word == "empty":
        c.at += 1
        kind = "EMPTY_OBJECT" if c.take("object") else "EMPTY_ARRAY"
        if kind == "EMPTY_ARRAY":
            c.take("array")
    elif word in _BEHAVIORS:
        assert word is not None
        c.at += 1
        kind = word.upper()
    else:
        return None
    return JsonBehavior(btype=f"JSON_BEHAVIOR_{kind}", expr=value, start=start, end=c.end)


def behaviors(c: Cursor) -> tuple[JsonBehavior | None, JsonBehavior | None]:
    """json_behavior_clause_opt: what is done ON EMPTY and ON ERROR."""
    first = _behavior(c)
    if first is None:
        return None, None
    c.expect("on")
    if c.take("error"):
        return None, first
    c.expect("empty")
    second = _behavior(c)
    if second is not None:
        c.expect("on", "error")
    return first, second


def on_error(c: Cursor) -> JsonBehavior | None:
    """json_on_error_clause_opt."""
    behavior = _behavior(c)
    if behavior is not None:
        c.expect("on", "error")
    return behavior


def unique_keys(c: Cursor) -> bool:
    """json_key_uniqueness_constraint_opt."""
    word = c.match[c.at]
    if word not in ("with", "without") or c.match[c.at + 1] in ("time", "ordinality"):
        return False
    c.at += 1
    c.expect("unique")
    c.take("keys")
    return word == "with"


def _absent_on_null(c: Cursor, default: bool) -> bool:
    """json_object_constructor_null_clause_opt and its like."""
    word = c.match[c.at]
    if word not in ("null", "absent"):
        return default
    c.at += 1
    c.expect("on", "null")
    return word == "absent"


def _key_value(c: Cursor) -> JsonKeyValue:
    """json_name_and_value."""
    start = c.start
    key = expressions.expression(c)
    return _value_of(c, key, start)


def _value_of(c: Cursor, key: Node, start: int) -> JsonKeyValue:
    operands.split_variable(c)
    if c.match[c.at] not in (":", "value"):
        raise c.error()
    c.at += 1
    value = value_expression(c)
    return JsonKeyValue(key=key, value=value, start=start, end=c.end)


# --- constructors


def _json_object(c: Cursor, start: int) -> Node:
    """JSON_OBJECT: keys and values, or the arguments of the function of that name."""
    if c.match[c.at] in (")", "returning"):
        output = returning(c)
        c.expect(")")
        return JsonObjectConstructor(output=output, start=start, end=c.end)
    from schemalint.syntax.function_calls import argument

    at = c.start
    first = argument(c)
    operands.split_variable(c)
    if c.match[c.at] not in (":", "value"):
        args = [first]
        while c.take(","):
            args.append(argument(c))
        c.expect(")")
        return expressions.system_function(c, "json_object", tuple(args), start)
    pairs = [_value_of(c, first, at)]
    while c.take(","):
        pairs.append(_key_value(c))
    absent = _absent_on_null(c, False)
    unique = unique_keys(c)
    output = returning(c)
    c.expect(")")
    return JsonObjectConstructor(
        exprs=tuple(pairs), output=output, absent_on_null=absent, unique=unique, start=start, end=c.end
    )


def _json_array(c: Cursor, start: int) -> Node:
    """JSON_ARRAY: values, or a query."""
    if c.match[c.at] in (")", "returning"):
        output = returning(c)
        c.expect(")")
        return JsonArrayConstructor(output=output, absent_on_null=True, start=start, end=c.end)
    if queries.is_select_word(c):
        return _json_array_query(c, start)
    values = c.list_of(value_expression)
    absent = _absent_on_null(c, True)
    output = returning(c)
    c.expect(")")
    return JsonArrayConstructor(exprs=values, output=output, absent_on_null=absent, start=start, end=c.end)


def _json_array_query(c: Cursor, start: int) -> Node:
    query = queries.select_no_parens(c)
    form = format_clause(c) or DEFAULT_FORMAT
    output = returning(c)
    c.expect(")")
    return JsonArrayQueryConstructor(
        query=query, output=output, format=form, absent_on_null=True, start=start, end=c.end
    )


def json(c: Cursor) -> Node:
    """JSON(value), or `json 'literal'` and the name before 17."""
    if c.match[c.at + 1] != "(" or c.version < 17:
        return operands.typed_literal(c) if c.tokens.kind[c.at + 1] == STRING else operands.name_expression(c)
    start = c.start
    c.at += 2
    value = value_expression(c)
    unique = unique_keys(c)
    c.expect(")")
    return JsonParseExpr(expr=value, unique_keys=unique, start=start, end=c.end)


def _json_scalar(c: Cursor, start: int) -> Node:
    value = expressions.expression(c)
    c.expect(")")
    return JsonScalarExpr(expr=value, start=start, end=c.end)


def _json_serialize(c: Cursor, start: int) -> Node:
    value = value_expression(c)
    output = returning(c)
    c.expect(")")
    return JsonSerializeExpr(expr=value, output=output, start=start, end=c.end)


# --- query functions


def _json_query(c: Cursor, start: int) -> Node:
    item, path, variables = _queried(c)
    output = returning(c)
    wrap = wrapper(c)
    keep = quotes(c)
    empty, error = behaviors(c)
    c.expect(")")
    return JsonFuncExpr(
        op="JSON_QUERY_OP", context_item=item, pathspec=path, passing=variables, output=output, on_empty=empty,
        on_error=error, wrapper=wrap, quotes=keep, start=start, end=c.end,
    )  # fmt: skip


def _json_exists(c: Cursor, start: int) -> Node:
    item, path, variables = _queried(c)
    error = on_error(c)
    c.expect(")")
    return JsonFuncExpr(
        op="JSON_EXISTS_OP", context_item=item, pathspec=path, passing=variables, on_error=error, start=start, end=c.end
    )


def _json_value(c: Cursor, start: int) -> Node:
    item, path, variables = _queried(c)
    output = returning(c)
    empty, error = behaviors(c)
    c.expect(")")
    return JsonFuncExpr(
        op="JSON_VALUE_OP", context_item=item, pathspec=path, passing=variables, output=output, on_empty=empty,
        on_error=error, start=start, end=c.end,
    )  # fmt: skip


def _queried(c: Cursor) -> tuple[JsonValueExpr, Node, tuple[JsonArgument, ...]]:
    item = value_expression(c)
    c.expect(",")
    path = expressions.expression(c)
    return item, path, passing(c)


FUNCTIONS: dict[str, tuple[Callable[[Cursor, int], Node], int]] = {
    "json_object": (_json_object, 16),
    "json_array": (_json_array, 16),
    "json_scalar": (_json_scalar, 17),
    "json_serialize": (_json_serialize, 17),
    "json_query": (_json_query, 17),
    "json_exists": (_json_exists, 17),
    "json_value": (_json_value, 17),
}
"""What each function reads after its parenthesis, and the major that it came with."""


# --- aggregates


AGGREGATES = ("json_objectagg", "json_arrayagg")


def aggregate(c: Cursor, windowless: bool = False) -> Node:
    """json_aggregate_func with its FILTER and OVER (16)."""
    if c.match[c.at + 1] != "(" or c.version < 16:
        return operands.name_expression(c)
    start = c.start
    word = c.next_value()
    c.at += 1
    return (_objectagg if word == "json_objectagg" else _arrayagg)(c, start, windowless)


def _objectagg(c: Cursor, start: int, windowless: bool) -> Node:
    pair = _key_value(c)
    absent = _absent_on_null(c, False)
    unique = unique_keys(c)
    output = returning(c)
    c.expect(")")
    filter_, over = (None, None) if windowless else (windows.filter_clause(c), windows.over_clause(c))
    built = JsonAggConstructor(output=output, agg_filter=filter_, over=over, start=start, end=c.end)
    return JsonObjectAgg(constructor=built, arg=pair, absent_on_null=absent, unique=unique, start=start, end=c.end)


def _arrayagg(c: Cursor, start: int, windowless: bool) -> Node:
    value = value_expression(c)
    order = queries.sort_clause(c) if c.match[c.at] == "order" else ()
    absent = _absent_on_null(c, True)
    output = returning(c)
    c.expect(")")
    filter_, over = (None, None) if windowless else (windows.filter_clause(c), windows.over_clause(c))
    built = JsonAggConstructor(output=output, agg_filter=filter_, agg_order=order, over=over, start=start, end=c.end)
    return JsonArrayAgg(constructor=built, arg=value, absent_on_null=absent, start=start, end=c.end)


# --- predicate


_ITEMS = {"value": "JS_TYPE_ANY", "array": "JS_TYPE_ARRAY", "object": "JS_TYPE_OBJECT", "scalar": "JS_TYPE_SCALAR"}


def is_json(c: Cursor, left: Node, start: int) -> Node:
    """`left IS JSON ...`, the cursor at JSON."""
    c.at += 1
    kind = "JS_TYPE_ANY"
    word = c.match[c.at]
    if word in _ITEMS:
        assert word is not None
        kind = _ITEMS[word]
        c.at += 1
    unique = unique_keys(c)
    return JsonIsPredicate(expr=left, format=DEFAULT_FORMAT, item_type=kind, unique_keys=unique, start=start, end=c.end)
