"""SQL/JSON expressions of the raw parse tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import Alias, SortBy, TypeName, WindowDef


class JsonFormat(Node, frozen=True, gc=False):
    """`FORMAT JSON [ENCODING ...]`."""

    format_type: str = "JS_FORMAT_DEFAULT"
    encoding: str = "JS_ENC_DEFAULT"


class JsonReturning(Node, frozen=True, gc=False):
    """What RETURNING asks for."""

    format: JsonFormat


class JsonOutput(Node, frozen=True, gc=False):
    """`RETURNING type`."""

    typeName: TypeName
    returning: JsonReturning


class JsonValueExpr(Node, frozen=True, gc=False):
    """An expression with a format."""

    raw_expr: Node
    format: JsonFormat


class JsonArgument(Node, frozen=True, gc=False):
    """One of PASSING."""

    val: JsonValueExpr
    name: str


class JsonBehavior(Node, frozen=True, gc=False):
    """`... ON ERROR / ON EMPTY`; `btype` is JSON_BEHAVIOR_."""

    btype: str
    expr: Node | None = None


class JsonFuncExpr(Node, frozen=True, gc=False):
    """JSON_EXISTS (JSON_EXISTS_OP), JSON_QUERY (JSON_QUERY_OP) or JSON_VALUE (JSON_VALUE_OP)."""

    op: str
    context_item: JsonValueExpr
    pathspec: Node
    passing: tuple[JsonArgument, ...] = ()
    output: JsonOutput | None = None
    on_empty: JsonBehavior | None = None
    on_error: JsonBehavior | None = None
    wrapper: str = "JSW_UNSPEC"
    quotes: str = "JS_QUOTES_UNSPEC"
    column_name: str | None = None


class JsonKeyValue(Node, frozen=True, gc=False):
    """`key : value`."""

    key: Node
    value: JsonValueExpr


class JsonParseExpr(Node, frozen=True, gc=False):
    """`JSON(...)`."""

    expr: JsonValueExpr
    output: JsonOutput | None = None
    unique_keys: bool = False


class JsonScalarExpr(Node, frozen=True, gc=False):
    """`JSON_SCALAR(...)`."""

    expr: Node
    output: JsonOutput | None = None


class JsonSerializeExpr(Node, frozen=True, gc=False):
    """`JSON_SERIALIZE(...)`."""

    expr: JsonValueExpr
    output: JsonOutput | None = None


class JsonObjectConstructor(Node, frozen=True, gc=False):
    """`JSON_OBJECT(...)`."""

    exprs: tuple[JsonKeyValue, ...] = ()
    output: JsonOutput | None = None
    absent_on_null: bool = False
    unique: bool = False


class JsonArrayConstructor(Node, frozen=True, gc=False):
    """`JSON_ARRAY(values)`."""

    exprs: tuple[JsonValueExpr, ...] = ()
    output: JsonOutput | None = None
    absent_on_null: bool = False


class JsonArrayQueryConstructor(Node, frozen=True, gc=False):
    """`JSON_ARRAY(query)`."""

    query: Node
    output: JsonOutput | None = None
    format: JsonFormat | None = None
    absent_on_null: bool = True


class JsonAggConstructor(Node, frozen=True, gc=False):
    """What JSON_OBJECTAGG and JSON_ARRAYAGG share."""

    output: JsonOutput | None = None
    agg_filter: Node | None = None
    agg_order: tuple[SortBy, ...] = ()
    over: WindowDef | None = None


class JsonObjectAgg(Node, frozen=True, gc=False):
    """`JSON_OBJECTAGG(...)`."""

    constructor: JsonAggConstructor
    arg: JsonKeyValue
    absent_on_null: bool = False
    unique: bool = False


class JsonArrayAgg(Node, frozen=True, gc=False):
    """`JSON_ARRAYAGG(...)`."""

    constructor: JsonAggConstructor
    arg: JsonValueExpr
    absent_on_null: bool = True


class JsonIsPredicate(Node, frozen=True, gc=False):
    """`IS [NOT] JSON ...`."""

    expr: Node
    format: JsonFormat
    item_type: str = "JS_TYPE_ANY"
    unique_keys: bool = False


class JsonTablePathSpec(Node, frozen=True, gc=False):
    """A path of JSON_TABLE."""

    string: Node
    name: str | None = None


class JsonTableColumn(Node, frozen=True, gc=False):
    """A column of JSON_TABLE; `coltype` is JTC_FOR_ORDINALITY, JTC_REGULAR, JTC_EXISTS, JTC_FORMATTED or JTC_NESTED."""

    coltype: str
    name: str | None = None
    typeName: TypeName | None = None
    pathspec: JsonTablePathSpec | None = None
    format: JsonFormat | None = None
    wrapper: str = "JSW_UNSPEC"
    quotes: str = "JS_QUOTES_UNSPEC"
    columns: tuple[JsonTableColumn, ...] = ()
    on_empty: JsonBehavior | None = None
    on_error: JsonBehavior | None = None


class JsonTable(Node, frozen=True, gc=False):
    """`JSON_TABLE(...)`."""

    context_item: JsonValueExpr
    pathspec: JsonTablePathSpec
    passing: tuple[JsonArgument, ...] = ()
    columns: tuple[JsonTableColumn, ...] = ()
    on_error: JsonBehavior | None = None
    alias: Alias | None = None
    lateral: bool = False
