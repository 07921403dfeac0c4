"""Type conversions of expressions (parse_coerce.c).

The look-ups behind them are in pathways.py and polymorphic.py and can be had from here. Where the server takes the number of
arguments beside them, or an output argument, these functions take sequences and return tuples; `at` is where the cast was asked
for, None where it is implicit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from msgspec import structs

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.constants import input_constant, input_null
from schemalint.semantics.lsyscache import (
    State,
    get_base_type,
    get_base_type_and_typmod,
    get_element_type,
    get_typcollation,
    get_type_category_preferred,
    is_complex,
    is_preferred_type,
    lookup_rowtype,
    type_category,
    type_inherits_from,
    type_is_collatable,
    type_is_of_typed_table,
)
from schemalint.semantics.nodefuncs import expression_returns_set, hide_coercion_node
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.pathways import (
    ASSIGNMENT,
    EXPLICIT,
    IMPLICIT,
    NO_PATH,
    PLPGSQL,
    can_coerce_type,
    find_coercion_pathway,
    find_typmod_coercion_function,
    is_binary_coercible,
    is_complex_array,
)
from schemalint.semantics.polymorphic import (
    check_generic_type_consistency,
    check_valid_internal_signature,
    check_valid_polymorphic_signature,
    enforce_generic_type_consistency,
    select_common_type_from_oids,
)
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    ArrayCoerceExpr,
    CaseTestExpr,
    CoerceToDomain,
    CoerceViaIO,
    CollateExpr,
    Const,
    ConvertRowtypeExpr,
    Expr,
    FuncExpr,
    Param,
    RelabelType,
    RowExpr,
    UnknownExpr,
    Var,
)
from schemalint.semantics.types import format_type

__all__ = [
    "ASSIGNMENT",
    "EXPLICIT",
    "IMPLICIT",
    "PLPGSQL",
    "can_coerce_type",
    "check_generic_type_consistency",
    "check_valid_internal_signature",
    "check_valid_polymorphic_signature",
    "coerce_to_boolean",
    "coerce_to_common_type",
    "coerce_to_domain",
    "coerce_to_specific_type",
    "coerce_to_specific_type_typmod",
    "coerce_to_target_type",
    "coerce_type",
    "coerce_type_typmod",
    "enforce_generic_type_consistency",
    "find_coercion_pathway",
    "find_typmod_coercion_function",
    "is_binary_coercible",
    "is_preferred_type",
    "select_common_type",
    "select_common_type_expr",
    "select_common_type_from_oids",
    "select_common_typmod",
    "type_category",
    "verify_common_type",
]

At = tuple[int, int] | None

_AS_THEY_ARE = frozenset(
    (
        typeoids.ANY,
        typeoids.ANYELEMENT,
        typeoids.ANYNONARRAY,
        typeoids.ANYCOMPATIBLE,
        typeoids.ANYCOMPATIBLENONARRAY,
    )
)
_OF_BASE_TYPE = typeoids.POLYMORPHIC - _AS_THEY_ARE


def coerce_to_target_type(
    pstate: State,
    expr: Expr,
    exprtype: Oid,
    targettype: Oid,
    targettypmod: int,
    ccontext: int,
    cformat: str,
    at: At = None,
) -> Expr | None:
    """The expression as the target type with its modifier, None when there is no such cast (coerce_to_target_type).

    `ccontext` is IMPLICIT, ASSIGNMENT, PLPGSQL or EXPLICIT, `cformat` as in query.FuncExpr.
    """
    if exprtype == targettype:
        if targettypmod == expr.typmod:
            return expr
    elif not can_coerce_type(pstate, (exprtype,), (targettype,), ccontext):
        return None
    inner = expr
    while isinstance(inner, CollateExpr):
        inner = inner.arg
    result = coerce_type(pstate, inner, exprtype, targettype, targettypmod, ccontext, cformat, at)
    hide = result is not inner and not isinstance(result, Const)
    result = coerce_type_typmod(pstate, result, targettype, targettypmod, ccontext, cformat, at, hide)
    if inner is not expr and type_is_collatable(pstate, targettype):
        assert isinstance(expr, CollateExpr)
        result = _collated(expr, result)
    return result


def _collated(collate: CollateExpr, arg: Expr) -> CollateExpr:
    return structs.replace(collate, arg=arg, type=arg.type, typmod=arg.typmod)


def coerce_type(
    pstate: State,
    node: Expr,
    input_type: Oid,
    target_type: Oid,
    target_typmod: int,
    ccontext: int,
    cformat: str,
    at: At = None,
) -> Expr:
    """The expression as the target type; can_coerce_type must have said that this is possible (coerce_type)."""
    if target_type == input_type or target_type in _AS_THEY_ARE:
        return node
    start, end = at if at is not None else (node.start, node.end)
    if target_type in _OF_BASE_TYPE and input_type not in (typeoids.UNKNOWN, UNKNOWN_TYPE):
        base = get_base_type(pstate, input_type)
        return node if base == input_type else RelabelType(type=base, arg=node, format=cformat, start=start, end=end)
    if UNKNOWN_TYPE in (input_type, target_type):
        typmod = target_typmod if target_type != UNKNOWN_TYPE else -1
        return UnknownExpr(type=target_type, typmod=typmod, args=(node,), start=start, end=end)
    if input_type == typeoids.UNKNOWN and isinstance(node, Const):
        return _coerce_literal(pstate, node, target_type, target_typmod, ccontext, cformat, at)
    if isinstance(node, Param) and isinstance(pstate, ParseState):
        coerced = variable_coerce_param_hook(pstate, node, target_type, at)
        if coerced is not None:
            return coerced
    if isinstance(node, CollateExpr):
        result = coerce_type(pstate, node.arg, input_type, target_type, target_typmod, ccontext, cformat, at)
        return _collated(node, result) if type_is_collatable(pstate, target_type) else result
    path = find_coercion_pathway(pstate, target_type, input_type, ccontext)
    if path != NO_PATH:
        return _follow(pstate, node, path, target_type, target_typmod, ccontext, cformat, at)
    return _coerce_row(pstate, node, input_type, target_type, ccontext, cformat, at)


def _follow(
    pstate: State, node: Expr, path: tuple[str, Oid], target: Oid, typmod: int, ccontext: int, cformat: str, at: At
) -> Expr:
    if path[0] == "relabel":
        result = coerce_to_domain(pstate, node, 0, -1, target, ccontext, cformat, at, False)
        if result is node:
            start, end = at if at is not None else (node.start, node.end)
            result = RelabelType(type=target, arg=node, format=cformat, start=start, end=end)
        return result
    base, base_typmod = get_base_type_and_typmod(pstate, target, typmod)
    result = build_coercion_expression(pstate, node, path, base, base_typmod, ccontext, cformat, at)
    if base != target:
        result = coerce_to_domain(pstate, result, base, base_typmod, target, ccontext, cformat, at, True)
    return result


def _coerce_row(pstate: State, node: Expr, input_type: Oid, target: Oid, ccontext: int, cformat: str, at: At) -> Expr:
    if input_type == typeoids.RECORD and is_complex(pstate, target):
        return coerce_record_to_complex(pstate, node, target, ccontext, cformat, at)
    if target == typeoids.RECORD and is_complex(pstate, input_type):
        return node
    if target == typeoids.RECORDARRAY and is_complex_array(pstate, input_type):
        return node
    if type_inherits_from(pstate, input_type, target) or type_is_of_typed_table(pstate, input_type, target):
        start, end = at if at is not None else (node.start, node.end)
        base = get_base_type(pstate, input_type)
        if base != input_type:
            node = RelabelType(type=base, arg=node, start=start, end=end)
        return ConvertRowtypeExpr(type=target, arg=node, format=cformat, start=start, end=end)
    first, second = format_type(pstate, input_type), format_type(pstate, target)
    raise Refusal("XX000", f"failed to find conversion function from {first} to {second}")


def _coerce_literal(pstate: State, const: Const, target: Oid, typmod: int, ccontext: int, cformat: str, at: At) -> Expr:
    """A literal of unknown type takes the type that is asked for, if its input function accepts it."""
    base, base_typmod = get_base_type_and_typmod(pstate, target, typmod)
    input_typmod = base_typmod if base == typeoids.INTERVAL else -1
    value = const.value
    if const.isnull:
        input_null(pstate, base, (const.start, const.end))
    else:
        value = input_constant(pstate, base, const.value, input_typmod, (const.start, const.end))
    result: Expr = Const(
        type=base,
        typmod=input_typmod,
        value=value,
        isnull=const.isnull,
        collation=get_typcollation(pstate, base),
        start=const.start,
        end=const.end,
    )
    if base != target:
        result = coerce_to_domain(pstate, result, base, base_typmod, target, ccontext, cformat, at, False)
    return result


def variable_coerce_param_hook(pstate: ParseState, param: Param, target: Oid, at: At) -> Expr | None:
    """A parameter whose type was not known takes the type of where it stands; None when its type is known (parse_param.c)."""
    types = pstate.param_types
    if types is None or param.kind != "extern" or param.type != typeoids.UNKNOWN:
        return None
    if not 0 < param.number <= len(types):
        raise Refusal("42P02", f"there is no parameter ${param.number}", at=span(param))
    known = types[param.number - 1]
    if known in (0, typeoids.UNKNOWN):
        types[param.number - 1] = target
    elif known != target:
        detail = f"{format_type(pstate, known)} versus {format_type(pstate, target)}"
        message = f"inconsistent types deduced for parameter ${param.number}"
        raise Refusal("42P08", message, at=span(param), detail=detail)
    return structs.replace(param, type=target, typmod=-1)


def coerce_to_domain(
    pstate: State,
    arg: Expr,
    base: Oid,
    base_typmod: int,
    oid: Oid,
    ccontext: int,
    cformat: str,
    at: At,
    hide_input: bool,
) -> Expr:
    """The expression as a domain, or as it is when the type is none (coerce_to_domain)."""
    if not base:
        base, base_typmod = get_base_type_and_typmod(pstate, oid, base_typmod)
    if base == oid:
        return arg
    if hide_input:
        arg = hide_coercion_node(arg)
    arg = coerce_type_typmod(pstate, arg, base, base_typmod, ccontext, "implicit_cast", at, False)
    start, end = at if at is not None else (arg.start, arg.end)
    return CoerceToDomain(type=oid, arg=arg, format=cformat, start=start, end=end)


def coerce_type_typmod(
    pstate: State, node: Expr, target: Oid, typmod: int, ccontext: int, cformat: str, at: At, hide_input: bool
) -> Expr:
    """The expression with a type modifier applied (coerce_type_typmod)."""
    if typmod == node.typmod or UNKNOWN_TYPE in (target, node.type):
        return node
    if hide_input:
        node = hide_coercion_node(node)
    path = NO_PATH if typmod < 0 else find_typmod_coercion_function(pstate, target)
    if path != NO_PATH:
        return build_coercion_expression(pstate, node, path, target, typmod, ccontext, cformat, at)
    if isinstance(node, Const | RelabelType) and node.type == target:
        return structs.replace(node, typmod=typmod)
    start, end = at if at is not None else (node.start, node.end)
    return RelabelType(type=target, typmod=typmod, arg=node, format=cformat, start=start, end=end)


def build_coercion_expression(
    pstate: State, node: Expr, path: tuple[str, Oid], target: Oid, typmod: int, ccontext: int, cformat: str, at: At
) -> Expr:
    """The call, or its like, that carries out a cast (build_coercion_expression)."""
    start, end = at if at is not None else (node.start, node.end)
    kind, funcid = path
    if kind == "func":
        args: tuple[Expr, ...] = (node,)
        proc = pstate.catalog.get(Proc, funcid)
        nargs = 1 if proc is None else len(proc.argtypes)
        if nargs >= 2:
            args += (Const(type=typeoids.INT4, value=typmod),)
        if nargs == 3:
            args += (Const(type=typeoids.BOOL, value=ccontext == EXPLICIT),)
        shown = typmod if nargs >= 2 else -1
        return FuncExpr(type=target, typmod=shown, func=funcid, args=args, format=cformat, start=start, end=end)
    if kind == "arraycoerce":
        base, base_typmod = get_base_type_and_typmod(pstate, node.type, node.typmod)
        test = CaseTestExpr(type=get_element_type(pstate, base), typmod=base_typmod)
        element = get_element_type(pstate, target)
        elem = coerce_to_target_type(pstate, test, test.type, element, typmod, ccontext, cformat, at)
        assert elem is not None
        return ArrayCoerceExpr(
            type=target, typmod=elem.typmod, arg=node, elem=elem, format=cformat, start=start, end=end
        )
    return CoerceViaIO(type=target, arg=node, format=cformat, start=start, end=end)


def coerce_record_to_complex(pstate: State, node: Expr, target: Oid, ccontext: int, cformat: str, at: At) -> Expr:
    """ROW(...), or a whole row, as a named composite type (coerce_record_to_complex)."""
    start, end = where = at if at is not None else (node.start, node.end)
    message = f"cannot cast type record to {format_type(pstate, target)}"
    if isinstance(node, RowExpr):
        args: Sequence[Expr] = node.args
    elif isinstance(node, Var) and node.attno == 0 and isinstance(pstate, ParseState):
        args = _whole_row(pstate, node)
    elif isinstance(node, UnknownExpr):
        return UnknownExpr(type=target, args=(node,), start=start, end=end)
    else:
        raise Refusal("42846", message, at=where)
    base, base_typmod = get_base_type_and_typmod(pstate, target, -1)
    relation = lookup_rowtype(pstate, base)
    if relation is None:
        raise Undecidable(f"the columns of {format_type(pstate, target)} are not known", where)
    fields: list[Expr] = []
    used = 0
    for column in relation.columns:
        if column.dropped:
            fields.append(Const(type=typeoids.INT4, value=None, isnull=True))
            continue
        if used >= len(args):
            raise Refusal("42846", message, at=where, detail="Input has too few columns.")
        arg = args[used]
        used += 1
        coerced = coerce_to_target_type(pstate, arg, arg.type, column.type, column.typmod, ccontext, "implicit_cast")
        if coerced is None:
            shown, wanted = format_type(pstate, arg.type), format_type(pstate, column.type)
            detail = f"Cannot cast type {shown} to {wanted} in column {used}."
            raise Refusal("42846", message, at=at if at is not None else span(arg), detail=detail)
        fields.append(coerced)
    if used < len(args):
        raise Refusal("42846", message, at=where, detail="Input has too many columns.")
    row = RowExpr(type=base, args=tuple(fields), start=start, end=end)
    if base == target:
        return row
    return coerce_to_domain(pstate, row, base, base_typmod, target, ccontext, cformat, at, False)


def _whole_row(pstate: ParseState, node: Var) -> Sequence[Expr]:
    from schemalint.semantics.relations import expand_ns_item_vars, get_ns_item_by_range_table_posn

    item = get_ns_item_by_range_table_posn(pstate, node.varno, node.levelsup)
    found: Sequence[Expr] = expand_ns_item_vars(pstate, item, node.levelsup, span(node))
    return found


# --- What a construct wants


def coerce_to_boolean(pstate: State, node: Expr, construct: str) -> Expr:
    """The condition of a construct (coerce_to_boolean)."""
    return coerce_to_specific_type_typmod(pstate, node, typeoids.BOOL, -1, construct)


def coerce_to_specific_type(pstate: State, node: Expr, target: Oid, construct: str) -> Expr:
    """coerce_to_specific_type."""
    return coerce_to_specific_type_typmod(pstate, node, target, -1, construct)


def coerce_to_specific_type_typmod(pstate: State, node: Expr, target: Oid, typmod: int, construct: str) -> Expr:
    """The argument of a construct that wants one type, and no set (coerce_to_specific_type_typmod)."""
    if node.type != target:
        coerced = coerce_to_target_type(pstate, node, node.type, target, typmod, ASSIGNMENT, "implicit_cast")
        if coerced is None:
            wanted, shown = format_type(pstate, target), format_type(pstate, node.type)
            message = f"argument of {construct} must be type {wanted}, not type {shown}"
            raise Refusal("42804", message, at=span(node))
        node = coerced
    if expression_returns_set(node):
        raise Refusal("42804", f"argument of {construct} must not return a set", at=span(node))
    return node


# --- Common types


def select_common_type_expr(pstate: State, exprs: Sequence[Expr], context: str | None) -> tuple[Oid, Expr]:
    """(common type, the expression that it is taken from); with context None (0, ...) instead of a refusal."""
    chosen_expr = exprs[0]
    chosen = chosen_expr.type
    if chosen != typeoids.UNKNOWN and all(expr.type == chosen for expr in exprs):
        return chosen, chosen_expr
    for expr in exprs:
        if expr.type == UNKNOWN_TYPE:
            return UNKNOWN_TYPE, expr
    chosen = get_base_type(pstate, chosen)
    category, preferred = get_type_category_preferred(pstate, chosen)
    for expr in exprs[1:]:
        new = get_base_type(pstate, expr.type)
        if new in (typeoids.UNKNOWN, chosen):
            continue
        new_category, new_preferred = get_type_category_preferred(pstate, new)
        if chosen != typeoids.UNKNOWN:
            if new_category != category:
                if context is None:
                    return 0, chosen_expr
                _cannot_be_matched(pstate, context, chosen, new, expr)
            if (
                preferred
                or not can_coerce_type(pstate, (chosen,), (new,), IMPLICIT)
                or can_coerce_type(pstate, (new,), (chosen,), IMPLICIT)
            ):
                continue
        chosen_expr, chosen, category, preferred = expr, new, new_category, new_preferred
    return (typeoids.TEXT if chosen == typeoids.UNKNOWN else chosen), chosen_expr


def _cannot_be_matched(pstate: State, context: str, chosen: Oid, new: Oid, expr: Expr) -> NoReturn:
    message = f"{context} types {format_type(pstate, chosen)} and {format_type(pstate, new)} cannot be matched"
    raise Refusal("42804", message, at=span(expr))


def select_common_type(pstate: State, exprs: Sequence[Expr], context: str | None) -> Oid:
    """The type that all branches of a construct take; with context None 0 instead of a refusal (select_common_type)."""
    return select_common_type_expr(pstate, exprs, context)[0]


def coerce_to_common_type(pstate: State, node: Expr, target: Oid, context: str) -> Expr:
    """A branch as the common type (coerce_to_common_type)."""
    if node.type == target:
        return node
    if not can_coerce_type(pstate, (node.type,), (target,), IMPLICIT):
        shown, wanted = format_type(pstate, node.type), format_type(pstate, target)
        raise Refusal("42846", f"{context} could not convert type {shown} to {wanted}", at=span(node))
    return coerce_type(pstate, node, node.type, target, -1, IMPLICIT, "implicit_cast")


def verify_common_type(pstate: State, common: Oid, exprs: Sequence[Expr]) -> bool:
    """verify_common_type."""
    return all(can_coerce_type(pstate, (expr.type,), (common,), IMPLICIT) for expr in exprs)


def select_common_typmod(pstate: State, exprs: Sequence[Expr], common: Oid) -> int:
    """The modifier that all branches share, else -1 (select_common_typmod)."""
    first = exprs[0].typmod
    return first if all(expr.type == common and expr.typmod == first for expr in exprs) else -1
