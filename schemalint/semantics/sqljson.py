"""SQL/JSON constructors, functions and predicates (the transformJson functions of parse_expr.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import NotModelled, Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import (
    ASSIGNMENT,
    EXPLICIT,
    IMPLICIT,
    coerce_to_specific_type,
    coerce_to_target_type,
    type_category,
)
from schemalint.semantics.lsyscache import get_typtype
from schemalint.semantics.parsestate import ParseState, make_parsestate, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    Aggref,
    CaseTestExpr,
    Expr,
    JsonExpr,
    WindowFunc,
)
from schemalint.semantics.sublinks import transform_sub_link
from schemalint.semantics.transform import transform_expr_recurse
from schemalint.semantics.types import format_type, typename_type_id_and_mod
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

At = tuple[int, int] | None

_JSON_TYPES: Final = (typeoids.JSON, typeoids.JSONB)
_DEFAULT: Final = "JS_FORMAT_DEFAULT"
_JSON: Final = "JS_FORMAT_JSON"
_JSONB: Final = "JS_FORMAT_JSONB"


class Returning(NamedTuple):
    """What a function returns (JsonReturning); type 0 until it is decided."""

    type: Oid = 0
    typmod: int = -1
    format: str = _DEFAULT


def json_expr(node: Node, oid: Oid, args: Sequence[Expr], typmod: int = -1) -> JsonExpr:
    return JsonExpr(type=oid, typmod=typmod, op=type(node).__name__, args=tuple(args), start=node.start, end=node.end)


# --- Values


_PASSED_AS_THEY_ARE: Final = frozenset(
    (
        typeoids.BOOL,
        typeoids.NUMERIC,
        typeoids.INT2,
        typeoids.INT4,
        typeoids.INT8,
        typeoids.FLOAT4,
        typeoids.FLOAT8,
        typeoids.TEXT,
        typeoids.VARCHAR,
        typeoids.DATE,
        typeoids.TIME,
        typeoids.TIMETZ,
        typeoids.TIMESTAMP,
        typeoids.TIMESTAMPTZ,
    )
)


def transform_json_value_expr(
    pstate: ParseState,
    construct: str,
    value: nodes.JsonValueExpr,
    default_format: str,
    target: Oid,
    is_arg: bool,
    given: Expr | None = None,
) -> Expr:
    """A value with its format (transformJsonValueExpr); `given` when it is analyzed already."""
    expr = given if given is not None else transform_expr_recurse(pstate, value.raw_expr)
    if expr.type == typeoids.UNKNOWN:
        expr = coerce_to_specific_type(pstate, expr, typeoids.TEXT, construct)
    if expr.type == UNKNOWN_TYPE:
        return expr
    category = type_category(pstate, expr.type)
    is_json = expr.type in _JSON_TYPES
    format_ = default_format
    if value.format.format_type != _DEFAULT:
        if value.format.encoding != "JS_ENC_DEFAULT" and expr.type != typeoids.BYTEA:
            message = "JSON ENCODING clause is only allowed for bytea input type"
            raise Refusal("42804", message, at=span(value.format))
        format_ = _DEFAULT if is_json else value.format.format_type
    elif is_arg:
        if expr.type in _PASSED_AS_THEY_ARE or category == "S":
            return expr
    elif is_json:
        format_ = _DEFAULT
    if format_ == _DEFAULT and (not target or expr.type == target):
        return expr
    return _as_json(pstate, expr, value, format_, target, is_arg, category)


def _as_json(
    pstate: ParseState,
    expr: Expr,
    value: nodes.JsonValueExpr,
    format_: str,
    target: Oid,
    is_arg: bool,
    category: str,
) -> Expr:
    at = span(expr)
    only_cast = target != 0
    if not is_arg and not only_cast and expr.type != typeoids.BYTEA and category != "S":
        how = "implicit" if value.format.format_type == _DEFAULT else "explicit"
        message = f"cannot use non-string types with {how} FORMAT JSON clause"
        raise Refusal("42804", message, at=span(value.format) or at)
    if format_ == _JSON and expr.type == typeoids.BYTEA:
        expr = JsonExpr(type=typeoids.TEXT, op="JsonByteaToText", args=(expr,), start=expr.start, end=expr.end)
    target = target or (typeoids.JSONB if format_ == _JSONB else typeoids.JSON)
    coerced = coerce_to_target_type(pstate, expr, expr.type, target, -1, EXPLICIT, "explicit_cast", at)
    if coerced is not None:
        return coerced
    if only_cast:
        source, wanted = format_type(pstate, expr.type), format_type(pstate, target)
        raise Refusal("42846", f"cannot cast type {source} to {wanted}", at=at)
    return JsonExpr(type=target, op="JsonToJson", args=(expr,), start=expr.start, end=expr.end)


def _json_value(pstate: ParseState, value: nodes.JsonValueExpr) -> Expr:
    return transform_json_value_expr(pstate, "JSON", value, _DEFAULT, 0, False)


# --- RETURNING


def _check_output_format(
    pstate: ParseState, format_: nodes.JsonFormat, target: Oid, allow_format_for_non_strings: bool
) -> None:
    """checkJsonOutputFormat."""
    at = span(format_)
    if (
        not allow_format_for_non_strings
        and format_.format_type != _DEFAULT
        and target not in (typeoids.BYTEA, *_JSON_TYPES)
        and type_category(pstate, target) != "S"
    ):
        raise Refusal("0A000", "cannot use JSON format with non-string output types", at=at)
    if format_.format_type == _JSON:
        if target != typeoids.BYTEA and format_.encoding != "JS_ENC_DEFAULT":
            raise Refusal("0A000", "cannot set JSON encoding for non-bytea output types", at=at)
        if format_.encoding not in ("JS_ENC_DEFAULT", "JS_ENC_UTF8"):
            hint = "Only UTF8 JSON encoding is supported."
            raise Refusal("0A000", "unsupported JSON encoding", at=at, hint=hint)


def transform_json_output(pstate: ParseState, output: nodes.JsonOutput | None, allow_format: bool) -> Returning:
    """transformJsonOutput."""
    if output is None:
        return Returning()
    oid, typmod = typename_type_id_and_mod(pstate, output.typeName)
    at = span(output.typeName)
    if output.typeName.setof:
        raise Refusal("0A000", "returning SETOF types is not supported in SQL/JSON functions", at=at)
    if get_typtype(pstate, oid) == "p":
        raise Refusal("0A000", "returning pseudo-types is not supported in SQL/JSON functions", at=at)
    format_ = output.returning.format
    if format_.format_type == _DEFAULT:
        return Returning(oid, typmod, _JSONB if oid == typeoids.JSONB else _JSON)
    _check_output_format(pstate, format_, oid, allow_format)
    return Returning(oid, typmod, format_.format_type)


def _constructor_output(pstate: ParseState, output: nodes.JsonOutput | None, args: Sequence[Expr]) -> Returning:
    """transformJsonConstructorOutput."""
    returning = transform_json_output(pstate, output, True)
    if returning.type:
        return returning
    if any(arg.type == typeoids.JSONB for arg in args):
        return Returning(typeoids.JSONB, -1, _JSONB)
    return Returning(typeoids.JSON, -1, _JSON)


def _json_returning(pstate: ParseState, output: nodes.JsonOutput | None, function: str) -> Returning:
    """transformJsonReturning."""
    if output is None:
        return Returning(typeoids.JSON, -1, _JSON)
    returning = transform_json_output(pstate, output, False)
    if returning.type not in _JSON_TYPES:
        shown = format_type(pstate, returning.type)
        message = f"cannot use type {shown} in RETURNING clause of {function}"
        raise Refusal("42804", message, at=span(output.typeName), hint="Try returning json or jsonb.")
    return returning


def _construct(pstate: ParseState, node: Node, args: Sequence[Expr], made: Oid, returning: Returning) -> Expr:
    """The value as the type that is to be returned (makeJsonConstructorExpr, coerceJsonFuncExpr)."""
    if returning.type and returning.type != made:
        if not (returning.format == _JSON and returning.type == typeoids.BYTEA):
            placeholder = CaseTestExpr(type=made)
            coerced = coerce_to_target_type(
                pstate, placeholder, made, returning.type, returning.typmod, ASSIGNMENT, "implicit_cast"
            )
            if coerced is None:
                source, wanted = format_type(pstate, made), format_type(pstate, returning.type)
                raise Refusal("42846", f"cannot cast type {source} to {wanted}", at=span(node))
        return json_expr(node, returning.type, args, returning.typmod)
    return json_expr(node, made, args)


def _own_type(returning: Returning) -> Oid:
    return typeoids.JSONB if returning.format == _JSONB else typeoids.JSON


# --- Constructors


def _object_constructor(pstate: ParseState, ctor: nodes.JsonObjectConstructor) -> Expr:
    """transformJsonObjectConstructor."""
    args: list[Expr] = []
    for pair in ctor.exprs:
        args.append(transform_expr_recurse(pstate, pair.key))
        args.append(transform_json_value_expr(pstate, "JSON_OBJECT()", pair.value, _DEFAULT, 0, False))
    returning = _constructor_output(pstate, ctor.output, args)
    return _construct(pstate, ctor, args, _own_type(returning), returning)


def _array_constructor(pstate: ParseState, ctor: nodes.JsonArrayConstructor) -> Expr:
    """transformJsonArrayConstructor."""
    args = [transform_json_value_expr(pstate, "JSON_ARRAY()", value, _DEFAULT, 0, False) for value in ctor.exprs]
    returning = _constructor_output(pstate, ctor.output, args)
    return _construct(pstate, ctor, args, _own_type(returning), returning)


def _array_query_constructor(pstate: ParseState, ctor: nodes.JsonArrayQueryConstructor) -> Expr:
    """JSON_ARRAY(query) as (SELECT JSON_ARRAYAGG(a) FROM (query) q(a)) (transformJsonArrayQueryConstructor)."""
    from schemalint.semantics.analyze import transform_stmt

    query = transform_stmt(make_parsestate(pstate.names, pstate), ctor.query)
    if sum(not tle.junk for tle in query.target_list) != 1:
        raise Refusal("42601", "subquery must return only one column", at=span(ctor))
    start, end = ctor.start, ctor.end
    agg = nodes.JsonArrayAgg(
        constructor=nodes.JsonAggConstructor(output=ctor.output, start=start, end=end),
        arg=nodes.JsonValueExpr(
            raw_expr=nodes.ColumnRef(fields=("q", "a"), start=start, end=end), format=ctor.format or nodes.JsonFormat()
        ),
        absent_on_null=ctor.absent_on_null,
        start=start,
        end=end,
    )
    subselect = nodes.RangeSubselect(
        subquery=ctor.query, alias=nodes.Alias(aliasname="q", colnames=("a",)), start=start, end=end
    )
    select = nodes.SelectStmt(
        targetList=(nodes.ResTarget(val=agg, start=start, end=end),), fromClause=(subselect,), start=start, end=end
    )
    return transform_sub_link(pstate, nodes.SubLink(subLinkType="EXPR_SUBLINK", subselect=select, start=start, end=end))


def _aggregate(
    pstate: ParseState,
    node: Node,
    ctor: nodes.JsonAggConstructor,
    returning: Returning,
    args: Sequence[Expr],
    name: str,
) -> Expr:
    """transformJsonAggConstructor."""
    from schemalint.semantics.aggregates import transform_aggregate_call, transform_window_func_call
    from schemalint.semantics.clauses import transform_where_clause

    filter_ = transform_where_clause(pstate, ctor.agg_filter, "filter", "FILTER")
    oid = _own_type(returning)
    func = _builtin(pstate, name)
    made: Expr
    if ctor.over is not None:
        if ctor.agg_order:
            message = "aggregate ORDER BY is not implemented for window functions"
            raise Refusal("0A000", message, at=span(node))
        wfunc = WindowFunc(type=oid, func=func, args=tuple(args), filter=filter_, start=node.start, end=node.end)
        made = transform_window_func_call(pstate, wfunc, ctor.over)
    else:
        agg = Aggref(type=oid, func=func, args=(), filter=filter_, start=node.start, end=node.end)
        made = transform_aggregate_call(pstate, agg, args, ctor.agg_order, False)
    return _construct(pstate, node, (made,), oid, returning)


def _builtin(pstate: ParseState, name: str) -> Oid:
    found = pstate.catalog.overloads(Proc, 11, name)
    return found[0].oid if found else 0


def _object_agg(pstate: ParseState, agg: nodes.JsonObjectAgg) -> Expr:
    """transformJsonObjectAgg."""
    key = transform_expr_recurse(pstate, agg.arg.key)
    value = transform_json_value_expr(pstate, "JSON_OBJECTAGG()", agg.arg.value, _DEFAULT, 0, False)
    returning = _constructor_output(pstate, agg.constructor.output, (key, value))
    name = "jsonb_object_agg" if returning.format == _JSONB else "json_object_agg"
    name += "_unique" if agg.unique else ""
    name += "_strict" if agg.absent_on_null else ""
    return _aggregate(pstate, agg, agg.constructor, returning, (key, value), name)


def _array_agg(pstate: ParseState, agg: nodes.JsonArrayAgg) -> Expr:
    """transformJsonArrayAgg."""
    arg = transform_json_value_expr(pstate, "JSON_ARRAYAGG()", agg.arg, _DEFAULT, 0, False)
    returning = _constructor_output(pstate, agg.constructor.output, (arg,))
    name = "jsonb_agg" if returning.format == _JSONB else "json_agg"
    name += "_strict" if agg.absent_on_null else ""
    return _aggregate(pstate, agg, agg.constructor, returning, (arg,), name)


# --- JSON(), JSON_SCALAR(), JSON_SERIALIZE(), IS JSON


def _parse_arg(pstate: ParseState, raw: Node, format_: nodes.JsonFormat) -> Expr:
    """A document to parse (transformJsonParseArg)."""
    expr = transform_expr_recurse(pstate, raw)
    if expr.type == typeoids.BYTEA:
        return JsonExpr(type=typeoids.TEXT, op="JsonByteaToText", args=(expr,), start=expr.start, end=expr.end)
    if expr.type == UNKNOWN_TYPE:
        return expr
    if expr.type == typeoids.UNKNOWN or type_category(pstate, expr.type) == "S":
        made = coerce_to_target_type(pstate, expr, expr.type, typeoids.TEXT, -1, IMPLICIT, "implicit_cast")
        expr = made if made is not None else expr
    if format_.encoding != "JS_ENC_DEFAULT":
        message = "cannot use JSON FORMAT ENCODING clause for non-bytea input types"
        raise Refusal("0A000", message, at=span(format_))
    return expr


def _is_predicate(pstate: ParseState, pred: nodes.JsonIsPredicate) -> Expr:
    """transformJsonIsPredicate."""
    expr = _parse_arg(pstate, pred.expr, pred.format)
    if expr.type not in (typeoids.TEXT, *_JSON_TYPES, UNKNOWN_TYPE):
        message = f"cannot use type {format_type(pstate, expr.type)} in IS JSON predicate"
        raise Refusal("42804", message, at=span(pred))
    return json_expr(pred, typeoids.BOOL, (expr,))


def _parse_expr(pstate: ParseState, node: nodes.JsonParseExpr) -> Expr:
    """transformJsonParseExpr."""
    returning = _json_returning(pstate, node.output, "JSON()")
    if node.unique_keys:
        arg = _parse_arg(pstate, node.expr.raw_expr, node.expr.format)
        if arg.type not in (typeoids.TEXT, UNKNOWN_TYPE):
            message = "cannot use non-string types with WITH UNIQUE KEYS clause"
            raise Refusal("42804", message, at=span(node))
    else:
        arg = transform_json_value_expr(pstate, "JSON()", node.expr, _JSON, returning.type, False)
    return _construct(pstate, node, (arg,), _own_type(returning), returning)


def _scalar_expr(pstate: ParseState, node: nodes.JsonScalarExpr) -> Expr:
    """transformJsonScalarExpr."""
    arg = transform_expr_recurse(pstate, node.expr)
    returning = _json_returning(pstate, node.output, "JSON_SCALAR()")
    if arg.type == typeoids.UNKNOWN:
        arg = coerce_to_specific_type(pstate, arg, typeoids.TEXT, "JSON_SCALAR")
    return _construct(pstate, node, (arg,), _own_type(returning), returning)


def _serialize_expr(pstate: ParseState, node: nodes.JsonSerializeExpr) -> Expr:
    """transformJsonSerializeExpr."""
    arg = transform_json_value_expr(pstate, "JSON_SERIALIZE()", node.expr, _JSON, 0, False)
    returning = Returning(typeoids.TEXT, -1, _JSON)
    if node.output is not None:
        returning = transform_json_output(pstate, node.output, True)
        if returning.type != typeoids.BYTEA and type_category(pstate, returning.type) != "S":
            shown = format_type(pstate, returning.type)
            message = f"cannot use type {shown} in RETURNING clause of JSON_SERIALIZE()"
            hint = "Try returning a string type or bytea."
            raise Refusal("42804", message, at=span(node.output), hint=hint)
    return _construct(pstate, node, (arg,), typeoids.JSON, returning)


_TRANSFORMS: Final[dict[type, Callable[[ParseState, Any], Expr]]] = {
    nodes.JsonValueExpr: _json_value,
    nodes.JsonParseExpr: _parse_expr,
    nodes.JsonScalarExpr: _scalar_expr,
    nodes.JsonSerializeExpr: _serialize_expr,
    nodes.JsonObjectConstructor: _object_constructor,
    nodes.JsonArrayConstructor: _array_constructor,
    nodes.JsonArrayQueryConstructor: _array_query_constructor,
    nodes.JsonObjectAgg: _object_agg,
    nodes.JsonArrayAgg: _array_agg,
    nodes.JsonIsPredicate: _is_predicate,
}


def transform_json(pstate: ParseState, node: Node) -> Expr:
    """Any SQL/JSON expression."""
    transform = _TRANSFORMS.get(type(node))
    if transform is None:
        raise NotModelled(type(node).__name__, span(node))
    return transform(pstate, node)
