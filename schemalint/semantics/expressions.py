"""Expressions: from the raw tree to the analyzed one (parse_expr.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import (
    EXPLICIT,
    coerce_to_boolean,
    coerce_to_common_type,
    coerce_to_target_type,
    select_common_type,
)
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.columns import unknown_attribute
from schemalint.semantics.exprkinds import parse_expr_kind_name
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.lsyscache import (
    get_array_type,
    get_base_type_and_typmod,
    get_element_type,
    type_is_array,
    type_is_collatable,
)
from schemalint.semantics.operators import make_op
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    ArrayExpr,
    BooleanTest,
    CaseExpr,
    CaseTestExpr,
    CaseWhen,
    CoalesceExpr,
    CollateExpr,
    Const,
    CurrentOfExpr,
    Expr,
    MinMaxExpr,
    NamedArgExpr,
    NullTest,
    Param,
    RowExpr,
    SetToDefault,
    SQLValueFunction,
    UnknownExpr,
)
from schemalint.semantics.subscripts import transform_container_subscripts
from schemalint.semantics.transform import transform_expr, transform_expr_recurse
from schemalint.semantics.types import format_type, lookup_collation, typename_type_id_and_mod
from schemalint.syntax import nodes

__all__ = [
    "parse_expr_kind_name",
    "transform_array_expr",
    "transform_expr",
    "transform_expr_recurse",
    "transform_row_expr",
]

At = tuple[int, int] | None

MAX_TUPLE_ATTRIBUTE_NUMBER = 1664

SRF_HINT: Final = "You might be able to move the set-returning function into a LATERAL FROM item."


# --- Calls, fields and subscripts


def transform_func_call(pstate: ParseState, fn: nodes.FuncCall) -> Expr:
    """transformFuncCall."""
    last_srf = pstate.last_srf
    args = [transform_expr_recurse(pstate, arg) for arg in fn.args]
    if fn.agg_within_group:
        args += [transform_expr(pstate, sortby.node, "order_by") for sortby in fn.agg_order]
    result = parse_func_or_column(pstate, fn.funcname, args, last_srf, fn, False, span(fn))
    assert result is not None
    return result


def transform_named_arg(pstate: ParseState, na: nodes.NamedArgExpr) -> Expr:
    arg = transform_expr_recurse(pstate, na.arg)
    return NamedArgExpr(type=arg.type, typmod=arg.typmod, arg=arg, name=na.name, start=na.start, end=na.end)


def transform_indirection(pstate: ParseState, ind: nodes.A_Indirection) -> Expr:
    """transformIndirection."""
    last_srf = pstate.last_srf
    result = transform_expr_recurse(pstate, ind.arg)
    at = span(result) or span(ind)
    subscripts: list[nodes.A_Indices] = []
    for item in ind.indirection:
        if isinstance(item, nodes.A_Indices):
            subscripts.append(item)
            continue
        if isinstance(item, nodes.A_Star):
            raise Refusal("0A000", 'row expansion via "*" is not supported here', at=at)
        if subscripts:
            result = transform_container_subscripts(pstate, result, result.type, result.typmod, subscripts, False)
            subscripts = []
        if result.type == UNKNOWN_TYPE:
            result = UnknownExpr(type=UNKNOWN_TYPE, args=(result,), start=ind.start, end=ind.end)
            continue
        found = parse_func_or_column(pstate, (item,), (result,), last_srf, None, False, span(ind))
        if found is None:
            raise unknown_attribute(pstate, result, item, at)
        result = found
    if subscripts:
        result = transform_container_subscripts(pstate, result, result.type, result.typmod, subscripts, False)
    return result


def transform_param_ref(pstate: ParseState, pref: nodes.ParamRef) -> Expr:
    """transformParamRef, with the hooks of parse_param.c."""
    at = span(pref)
    if pstate.param_hook is not None:
        return pstate.param_hook(pstate, pref)
    types, number = pstate.param_types, pref.number
    if types is None or number <= 0 or number > 65535 or (number > len(types) and not pstate.variable_params):
        raise Refusal("42P02", f"there is no parameter ${number}", at=at)
    if number > len(types):
        types.extend([0] * (number - len(types)))
    oid = types[number - 1]
    if pstate.variable_params:
        if oid == 0 or (oid == typeoids.VOID and pstate.expr_kind == "call_argument"):
            oid = types[number - 1] = typeoids.UNKNOWN
    elif oid == 0:
        raise Refusal("42P02", f"there is no parameter ${number}", at=at)
    return Param(type=oid, number=number, start=pref.start, end=pref.end)


# --- Conditional expressions


def check_no_new_srf(pstate: ParseState, last_srf: Expr | None, construct: str) -> None:
    """Raise 0A000 when a set-returning function came along in a construct that cannot have one."""
    if pstate.last_srf is not last_srf:
        message = f"set-returning functions are not allowed in {construct}"
        raise Refusal("0A000", message, at=span(pstate.last_srf), hint=SRF_HINT)


def transform_case_expr(pstate: ParseState, c: nodes.CaseExpr) -> Expr:
    """transformCaseExpr."""
    last_srf = pstate.last_srf
    arg: Expr | None = None
    placeholder: Expr | None = None
    if c.arg is not None:
        arg = transform_expr_recurse(pstate, c.arg)
        if arg.type == typeoids.UNKNOWN:
            arg = coerce_to_common_type(pstate, arg, typeoids.TEXT, "CASE")
        assign_expr_collations(pstate, arg)
        placeholder = CaseTestExpr(type=arg.type, typmod=arg.typmod)
    conditions: list[Expr] = []
    results: list[Expr] = []
    for when in c.args:
        if placeholder is None:
            condition = transform_expr_recurse(pstate, when.expr)
        else:
            before = pstate.last_srf
            right = transform_expr_recurse(pstate, when.expr)
            condition = make_op(pstate, ("=",), placeholder, right, before, span(when))
        conditions.append(coerce_to_boolean(pstate, condition, "CASE/WHEN"))
        results.append(transform_expr_recurse(pstate, when.result))
    default: Expr = Const(type=typeoids.UNKNOWN, value=None, isnull=True)
    if c.defresult is not None:
        default = transform_expr_recurse(pstate, c.defresult)
    common = select_common_type(pstate, [default, *results], "CASE")
    default = coerce_to_common_type(pstate, default, common, "CASE/ELSE")
    whens = [
        CaseWhen(condition, coerce_to_common_type(pstate, result, common, "CASE/WHEN"))
        for condition, result in zip(conditions, results, strict=True)
    ]
    check_no_new_srf(pstate, last_srf, "CASE")
    typmod = _shared_typmod([default, *[when.result for when in whens]], common)
    return CaseExpr(type=common, typmod=typmod, arg=arg, whens=tuple(whens), default=default, start=c.start, end=c.end)


def _shared_typmod(exprs: Sequence[Expr], common: Oid) -> int:
    """The modifier of a choice among expressions (exprTypmod)."""
    typmod = exprs[0].typmod
    if typmod < 0 or any(expr.type != common or expr.typmod != typmod for expr in exprs):
        return -1
    return typmod


def transform_coalesce_expr(pstate: ParseState, c: nodes.CoalesceExpr) -> Expr:
    """transformCoalesceExpr."""
    last_srf = pstate.last_srf
    args = [transform_expr_recurse(pstate, arg) for arg in c.args]
    common = select_common_type(pstate, args, "COALESCE")
    coerced = tuple([coerce_to_common_type(pstate, arg, common, "COALESCE") for arg in args])
    check_no_new_srf(pstate, last_srf, "COALESCE")
    return CoalesceExpr(type=common, typmod=_shared_typmod(coerced, common), args=coerced, start=c.start, end=c.end)


def transform_min_max_expr(pstate: ParseState, m: nodes.MinMaxExpr) -> Expr:
    """transformMinMaxExpr."""
    name = "GREATEST" if m.op == "IS_GREATEST" else "LEAST"
    args = [transform_expr_recurse(pstate, arg) for arg in m.args]
    common = select_common_type(pstate, args, name)
    coerced = tuple([coerce_to_common_type(pstate, arg, common, name) for arg in args])
    typmod = _shared_typmod(coerced, common)
    return MinMaxExpr(type=common, typmod=typmod, op=name.lower(), args=coerced, start=m.start, end=m.end)


def transform_null_test(pstate: ParseState, n: nodes.NullTest) -> Expr:
    arg = transform_expr_recurse(pstate, n.arg)
    return NullTest(type=typeoids.BOOL, arg=arg, isnull=n.nulltesttype == "IS_NULL", start=n.start, end=n.end)


def transform_boolean_test(pstate: ParseState, b: nodes.BooleanTest) -> Expr:
    """transformBooleanTest."""
    arg = transform_expr_recurse(pstate, b.arg)
    arg = coerce_to_boolean(pstate, arg, b.booltesttype.replace("_", " "))
    return BooleanTest(type=typeoids.BOOL, arg=arg, test=b.booltesttype, start=b.start, end=b.end)


# --- Arrays and rows


def transform_array_expr(
    pstate: ParseState, a: nodes.A_ArrayExpr, array_type: Oid = 0, element_type: Oid = 0, typmod: int = -1
) -> Expr:
    """ARRAY[...], with the type that it is cast to if any (transformArrayExpr)."""
    multidims = False
    elements: list[Expr] = []
    for node in a.elements:
        if isinstance(node, nodes.A_ArrayExpr):
            made = transform_array_expr(pstate, node, array_type, element_type, typmod)
            multidims = True
        else:
            made = transform_expr_recurse(pstate, node)
            if not multidims and made.type not in (typeoids.INT2VECTOR, typeoids.OIDVECTOR):
                multidims = type_is_array(pstate, made.type)
        elements.append(made)
    at = span(a)
    if array_type:
        target, hard = (array_type if multidims else element_type), True
    else:
        if not elements:
            hint = "Explicitly cast to the desired type, for example ARRAY[]::integer[]."
            raise Refusal("42P18", "cannot determine type of empty array", at=at, hint=hint)
        target, hard = select_common_type(pstate, elements, "ARRAY"), False
        if target == UNKNOWN_TYPE:
            return UnknownExpr(type=UNKNOWN_TYPE, args=tuple(elements), start=a.start, end=a.end)
        array_type, element_type = _array_and_element(pstate, target, multidims, at)
    coerced = tuple([_coerce_element(pstate, element, target, typmod, hard) for element in elements])
    return ArrayExpr(
        type=array_type,
        typmod=_shared_typmod(coerced, target) if coerced else -1,
        elem=element_type,
        elements=coerced,
        multidims=multidims,
        start=a.start,
        end=a.end,
    )


def _array_and_element(pstate: ParseState, target: Oid, multidims: bool, at: At) -> tuple[Oid, Oid]:
    if multidims:
        element = get_element_type(pstate, target)
        if not element:
            shown = format_type(pstate, target)
            raise Refusal("42704", f"could not find element type for data type {shown}", at=at)
        return target, element
    array = get_array_type(pstate, target)
    if not array:
        shown = format_type(pstate, target)
        raise Refusal("42704", f"could not find array type for data type {shown}", at=at)
    return array, target


def _coerce_element(pstate: ParseState, element: Expr, target: Oid, typmod: int, hard: bool) -> Expr:
    if not hard:
        return coerce_to_common_type(pstate, element, target, "ARRAY")
    made = coerce_to_target_type(pstate, element, element.type, target, typmod, EXPLICIT, "explicit_cast")
    if made is None:
        source, wanted = format_type(pstate, element.type), format_type(pstate, target)
        raise Refusal("42846", f"cannot cast type {source} to {wanted}", at=span(element))
    return made


def transform_row_expr(pstate: ParseState, r: nodes.RowExpr, allow_default: bool = False) -> RowExpr:
    """transformRowExpr."""
    from schemalint.semantics.target import transform_expression_list

    args = tuple(transform_expression_list(pstate, r.args, pstate.expr_kind, allow_default))
    if len(args) > MAX_TUPLE_ATTRIBUTE_NUMBER:
        message = f"ROW expressions can have at most {MAX_TUPLE_ATTRIBUTE_NUMBER} entries"
        raise Refusal("54011", message, at=span(r))
    names = tuple([f"f{i}" for i in range(1, len(args) + 1)])
    return RowExpr(type=typeoids.RECORD, args=args, names=names, start=r.start, end=r.end)


# --- Casts


def transform_type_cast(pstate: ParseState, tc: nodes.TypeCast) -> Expr:
    """transformTypeCast."""
    target, typmod = typename_type_id_and_mod(pstate, tc.typeName)
    arg = tc.arg
    if isinstance(arg, nodes.A_ArrayExpr):
        base, base_typmod = get_base_type_and_typmod(pstate, target, typmod)
        element = get_element_type(pstate, base)
        if element:
            expr = transform_array_expr(pstate, arg, base, element, base_typmod)
        else:
            expr = transform_expr_recurse(pstate, arg)
    else:
        expr = transform_expr_recurse(pstate, arg)
    source = expr.type
    if not source:
        return expr
    result = coerce_to_target_type(pstate, expr, source, target, typmod, EXPLICIT, "explicit_cast", span(tc))
    if result is None:
        shown, wanted = format_type(pstate, source), format_type(pstate, target)
        raise Refusal("42846", f"cannot cast type {shown} to {wanted}", at=span(tc))
    return result


def transform_collate_clause(pstate: ParseState, c: nodes.CollateClause) -> Expr:
    """transformCollateClause."""
    assert c.arg is not None
    arg = transform_expr_recurse(pstate, c.arg)
    if not type_is_collatable(pstate, arg.type) and arg.type != typeoids.UNKNOWN:
        message = f"collations are not supported by type {format_type(pstate, arg.type)}"
        raise Refusal("42804", message, at=span(c))
    collation = lookup_collation(pstate, c.collname, span(c))
    return CollateExpr(type=arg.type, typmod=arg.typmod, arg=arg, collation=collation, start=c.start, end=c.end)


# --- The rest

_SQL_VALUE_TYPES: Final = {
    "SVFOP_CURRENT_DATE": typeoids.DATE,
    "SVFOP_CURRENT_TIME": typeoids.TIMETZ,
    "SVFOP_CURRENT_TIME_N": typeoids.TIMETZ,
    "SVFOP_CURRENT_TIMESTAMP": typeoids.TIMESTAMPTZ,
    "SVFOP_CURRENT_TIMESTAMP_N": typeoids.TIMESTAMPTZ,
    "SVFOP_LOCALTIME": typeoids.TIME,
    "SVFOP_LOCALTIME_N": typeoids.TIME,
    "SVFOP_LOCALTIMESTAMP": typeoids.TIMESTAMP,
    "SVFOP_LOCALTIMESTAMP_N": typeoids.TIMESTAMP,
}


def transform_sql_value_function(pstate: ParseState, svf: nodes.SQLValueFunction) -> Expr:
    """transformSQLValueFunction; typmod as anytime_typmod_check and anytimestamp_typmod_check leave it."""
    oid = _SQL_VALUE_TYPES.get(svf.op, typeoids.NAME)
    typmod = min(svf.typmod, 6)
    return SQLValueFunction(type=oid, typmod=typmod, op=svf.op, start=svf.start, end=svf.end)


def transform_set_to_default(pstate: ParseState, d: nodes.SetToDefault) -> Expr:
    raise Refusal("42601", "DEFAULT is not allowed in this context", at=span(d))


def make_set_to_default(d: nodes.SetToDefault) -> SetToDefault:
    """DEFAULT where it is allowed, until the column is known."""
    return SetToDefault(type=0, start=d.start, end=d.end)


def transform_current_of(pstate: ParseState, c: nodes.CurrentOfExpr) -> Expr:
    """transformCurrentOfExpr."""
    return CurrentOfExpr(type=typeoids.BOOL, cursor=c.cursor_name or "", start=c.start, end=c.end)


def transform_merge_support(pstate: ParseState, f: nodes.MergeSupportFunc) -> Expr:
    """transformMergeSupportFunc."""
    state: ParseState | None = pstate
    while state is not None and state.expr_kind != "merge_returning":
        state = state.parent
    if state is None:
        message = "MERGE_ACTION() can only be used in the RETURNING list of a MERGE command"
        raise Refusal("42601", message, at=span(f))
    return SQLValueFunction(type=typeoids.TEXT, op="MERGE_ACTION", start=f.start, end=f.end)
