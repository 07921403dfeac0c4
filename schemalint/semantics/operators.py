"""Operators: which one is meant, and the expressions they make (parse_oper.c)."""

from __future__ import annotations

from typing import NamedTuple

from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, Operator, Type
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.candidates import (
    Candidate,
    func_match_argtypes,
    func_select_candidate,
    opername_get_candidates,
    opername_get_oprid,
)
from schemalint.semantics.coerce import enforce_generic_type_consistency, is_binary_coercible
from schemalint.semantics.funcdetail import make_fn_arguments
from schemalint.semantics.lsyscache import (
    State,
    get_array_type,
    get_base_element_type,
    get_base_type,
    get_func_retset,
    is_true_array,
)
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.pathways import cast_sources
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, OpExpr, ScalarArrayOpExpr, UnknownExpr
from schemalint.semantics.srf import check_srf_call_placement
from schemalint.semantics.typcache import lookup_type_cache
from schemalint.semantics.types import format_type, lookup_type_name_oid
from schemalint.syntax.nodes import ObjectWithArgs

At = tuple[int, int] | None
OpName = tuple[str, ...]


def op_signature_string(state: State, names: OpName, left: Oid, right: Oid) -> str:
    """An operator as messages show it: `integer + integer` (op_signature_string)."""
    prefix = f"{format_type(state, left)} " if left else ""
    return f"{prefix}{qualified(names)} {format_type(state, right)}"


def lookup_oper_name(state: State, names: OpName, left: Oid, right: Oid, no_error: bool = False, at: At = None) -> Oid:
    """The operator of exactly these types, 0 when there is none and that is allowed (LookupOperName)."""
    found = opername_get_oprid(state, names, left, right, at)
    if found is not None:
        return found.oid
    state.names.unknown_or(names[-1], at)
    if no_error:
        return 0
    if not right:
        raise Refusal("42601", "postfix operators are not supported", at=at)
    raise Refusal("42883", f"operator does not exist: {op_signature_string(state, names, left, right)}", at=at)


def lookup_oper_with_args(state: State, oper: ObjectWithArgs, no_error: bool = False) -> Oid:
    """LookupOperWithArgs."""
    left, right = (0 if name is None else lookup_type_name_oid(state, name, no_error) for name in oper.objargs)
    return lookup_oper_name(state, oper.objname, left, right, no_error)


# --- Sorting and grouping


class SortGroupOperators(NamedTuple):
    """Operators of a type's default ordering, 0 where there is none."""

    lt: Oid
    eq: Oid
    gt: Oid
    hashable: bool


_UNKNOWN_OPERATORS = SortGroupOperators(0, 0, 0, True)


def get_sort_group_operators(
    state: State, argtype: Oid, need_lt: bool, need_eq: bool, need_gt: bool, at: At = None
) -> SortGroupOperators:
    """What sorts and groups values of a type (get_sort_group_operators). A type that is not known may have them all."""
    if argtype == UNKNOWN_TYPE:
        return _UNKNOWN_OPERATORS
    found = lookup_type_cache(state, argtype)
    if (need_lt and not found.lt) or (need_gt and not found.gt):
        shown = format_type(state, argtype)
        hint = "Use an explicit ordering operator or modify the query."
        raise Refusal("42883", f"could not identify an ordering operator for type {shown}", at=at, hint=hint)
    if need_eq and not found.eq:
        shown = format_type(state, argtype)
        raise Refusal("42883", f"could not identify an equality operator for type {shown}", at=at)
    return SortGroupOperators(found.lt, found.eq, found.gt, found.hashable)


# --- Which operator is meant


def binary_oper_exact(state: State, names: OpName, left: Oid, right: Oid, at: At = None) -> Operator | None:
    """The operator of exactly these types; a literal of unknown type is taken as the other type (binary_oper_exact)."""
    was_unknown = True
    if left == typeoids.UNKNOWN and right:
        left = right
    elif right == typeoids.UNKNOWN and left:
        right = left
    else:
        was_unknown = False
    found = opername_get_oprid(state, names, left, right, at)
    if found is None and was_unknown:
        base = get_base_type(state, left)
        if base != left:
            found = opername_get_oprid(state, names, base, base, at)
    return found


def oper_select_candidate(
    state: State, inputs: tuple[Oid, ...], candidates: list[Candidate]
) -> tuple[str, Operator | None]:
    """("normal", operator), ("notfound", None) or ("multiple", None) (oper_select_candidate)."""
    matching = func_match_argtypes(state, inputs, candidates)
    if not matching:
        return "notfound", None
    chosen = matching[0] if len(matching) == 1 else func_select_candidate(state, inputs, matching)
    if chosen is None:
        return "multiple", None
    assert isinstance(chosen.found, Operator)
    return "normal", chosen.found


_resolved: dict[tuple[object, ...], tuple[str, Operator | None]] = {}
"""What built-in operators resolve to: (major, name, shapes of the operands, whether these are the same type)."""


def _resolve(state: State, names: OpName, left: Oid, right: Oid, at: At) -> tuple[str, Operator | None]:
    exact = binary_oper_exact(state, names, left, right, at) if left else opername_get_oprid(state, names, 0, right, at)
    if exact is not None:
        return "normal", exact
    candidates = opername_get_candidates(state, names, "b" if left else "l", at=at)
    return oper_select_candidate(state, (left, right) if left else (right,), candidates)


def _find(state: State, names: OpName, left: Oid, right: Oid, at: At) -> tuple[str, Operator | None]:
    if not _is_only_builtin(state, names):
        return _resolve(state, names, left, right, at)
    shapes = (_shape(state, left), _shape(state, right))
    if None in shapes or (left != right and shapes[0] in _USER_SHAPES and shapes[1] in _USER_SHAPES):
        return _resolve(state, names, left, right, at)
    key = (state.version, names[-1], shapes, left == right)
    found = _resolved.get(key)
    if found is None:
        found = _resolved[key] = _resolve(state, names, left, right, at)
    return found


def _is_only_builtin(state: State, names: OpName) -> bool:
    """Whether the name means built-in operators only."""
    catalog = state.catalog
    if catalog.loader is not None or len(names) > 2:
        return False
    if len(names) == 2:
        return names[0] == "pg_catalog"
    path = state.names.path
    if 11 not in path:
        return False
    return "pg_operator" not in catalog.stamps or not any(
        catalog.overloads(Operator, namespace, names[0]) for namespace in path if namespace != 11
    )


_USER_SHAPES = ("enum", "enum[]")


def _shape(state: State, oid: Oid) -> object:
    """What built-in operators see of a type: enums are alike to them, a domain is like its base. None when that is not so."""
    if oid >= FIRST_NORMAL_OID:
        found = state.catalog.get(Type, oid)
        if found is None or oid in cast_sources(state.catalog):
            return None
        if found.typtype == "d":
            base = get_base_type(state, oid)
            shape = None if base >= FIRST_NORMAL_OID else _shape(state, base)
            return None if shape is None else ("domain", shape)
        if found.typtype == "e":
            return "enum"
        return "enum[]" if found.elem and is_true_array(found) and _shape(state, found.elem) == "enum" else None
    return None if "pg_cast" in state.catalog.stamps and oid in cast_sources(state.catalog) else oid


def _not_known(names: OpName, at: At) -> Undecidable:
    return Undecidable(f"which operator {qualified(names)} is meant depends on a type that is not known", at)


def oper(state: State, names: OpName, left: Oid, right: Oid, no_error: bool = False, at: At = None) -> Operator | None:
    """The binary operator that best fits the operands, None when there is none and that is allowed (oper).

    Raises Undecidable when an operand's type is not known.
    """
    if UNKNOWN_TYPE in (left, right):
        raise _not_known(names, at)
    result, found = _find(state, names, left, right, at)
    if found is None and not no_error:
        raise op_error(state, names, left, right, result, at)
    return found


def left_oper(state: State, names: OpName, arg: Oid, no_error: bool = False, at: At = None) -> Operator | None:
    """The prefix operator that best fits its operand (left_oper)."""
    if arg == UNKNOWN_TYPE:
        raise _not_known(names, at)
    result, found = _find(state, names, 0, arg, at)
    if found is None and not no_error:
        raise op_error(state, names, 0, arg, result, at)
    return found


def compatible_oper(
    state: State, names: OpName, left: Oid, right: Oid, no_error: bool = False, at: At = None
) -> Operator | None:
    """As oper, but the operands need no run-time conversion (compatible_oper)."""
    found = oper(state, names, left, right, no_error, at)
    if found is None:
        return None
    if is_binary_coercible(state, left, found.left) and is_binary_coercible(state, right, found.right):
        return found
    if no_error:
        return None
    shown = op_signature_string(state, names, left, right)
    raise Refusal("42883", f"operator requires run-time type coercion: {shown}", at=at)


def compatible_oper_opid(state: State, names: OpName, left: Oid, right: Oid, no_error: bool = False) -> Oid:
    """compatible_oper_opid."""
    found = compatible_oper(state, names, left, right, no_error)
    return 0 if found is None else found.oid


def op_error(state: State, names: OpName, left: Oid, right: Oid, result: str, at: At) -> Refusal:
    """Why no operator could be chosen (op_error). Raises Undecidable when the catalog may lack the one that is meant."""
    state.names.unknown_or(names[-1], at)
    shown = op_signature_string(state, names, left, right)
    if result == "multiple":
        hint = "Could not choose a best candidate operator. You might need to add explicit type casts."
        return Refusal("42725", f"operator is not unique: {shown}", at=at, hint=hint)
    if left:
        hint = "No operator matches the given name and argument types. You might need to add explicit type casts."
    else:
        hint = "No operator matches the given name and argument type. You might need to add an explicit type cast."
    return Refusal("42883", f"operator does not exist: {shown}", at=at, hint=hint)


# --- Expressions


def _check_not_shell(state: State, names: OpName, found: Operator, at: At) -> None:
    if not found.code:
        shown = op_signature_string(state, names, found.left, found.right)
        raise Refusal("42883", f"operator is only a shell: {shown}", at=at)


def _of_unknown_operand(state: State, names: OpName, args: tuple[Expr, ...], at: At, *, array: bool = False) -> Expr:
    """An operator over what is not known: its result is known when all that it can be agree."""
    start, end = at if at is not None else (args[0].start, args[-1].end)
    if array:
        return UnknownExpr(type=typeoids.BOOL, args=args, start=start, end=end)
    candidates = opername_get_candidates(state, names, "b" if len(args) == 2 else "l", at=at)
    matching = func_match_argtypes(state, [arg.type for arg in args], candidates)
    results = {c.found.result for c in matching if isinstance(c.found, Operator)}
    result = results.pop() if len(results) == 1 else UNKNOWN_TYPE
    if result in typeoids.POLYMORPHIC:
        result = UNKNOWN_TYPE
    return UnknownExpr(type=result, args=args, start=start, end=end)


def make_op(
    pstate: ParseState,
    names: OpName,
    ltree: Expr | None,
    rtree: Expr | None,
    last_srf: Expr | None = None,
    at: At = None,
) -> Expr:
    """An operator expression, its operands converted as the operator wants them (make_op)."""

    if rtree is None:
        raise Refusal("42601", "postfix operators are not supported")
    args = (rtree,) if ltree is None else (ltree, rtree)
    actual = [arg.type for arg in args]
    if UNKNOWN_TYPE in actual:
        return _of_unknown_operand(pstate, names, args, at)
    if ltree is None:
        found = left_oper(pstate, names, rtree.type, at=at)
    else:
        found = oper(pstate, names, ltree.type, rtree.type, at=at)
    assert found is not None
    _check_not_shell(pstate, names, found, at)
    declared = [found.right] if ltree is None else [found.left, found.right]
    rettype = enforce_generic_type_consistency(pstate, actual, declared, found.result, False)
    start, end = at if at is not None else (args[0].start, args[-1].end)
    retset = get_func_retset(pstate, found.code)
    result = OpExpr(
        type=rettype,
        op=found.oid,
        func=found.code,
        args=make_fn_arguments(pstate, args, actual, declared),
        retset=retset,
        start=start,
        end=end,
    )
    if retset:
        check_srf_call_placement(pstate, last_srf, at)
        pstate.last_srf = result
    return result


def make_scalar_array_op(
    pstate: ParseState, names: OpName, use_or: bool, ltree: Expr, rtree: Expr, at: At = None
) -> Expr:
    """`scalar op ANY / ALL (array)` (make_scalar_array_op)."""

    if UNKNOWN_TYPE in (ltree.type, rtree.type):
        return _of_unknown_operand(pstate, names, (ltree, rtree), at, array=True)
    element = typeoids.UNKNOWN
    if rtree.type != typeoids.UNKNOWN:
        element = get_base_element_type(pstate, rtree.type)
        if not element:
            raise Refusal("42809", "op ANY/ALL (array) requires array on right side", at=at)
        if element == UNKNOWN_TYPE:
            return _of_unknown_operand(pstate, names, (ltree, rtree), at, array=True)
    found = oper(pstate, names, ltree.type, element, at=at)
    assert found is not None
    _check_not_shell(pstate, names, found, at)
    actual = [ltree.type, element]
    declared = [found.left, found.right]
    rettype = enforce_generic_type_consistency(pstate, actual, declared, found.result, False)
    if rettype != typeoids.BOOL:
        raise Refusal("42809", "op ANY/ALL (array) requires operator to yield boolean", at=at)
    if get_func_retset(pstate, found.code):
        raise Refusal("42809", "op ANY/ALL (array) requires operator not to return a set", at=at)
    if declared[1] in typeoids.POLYMORPHIC:
        array = rtree.type
    else:
        array = get_array_type(pstate, declared[1])
        if not array:
            shown = format_type(pstate, declared[1])
            raise Refusal("42704", f"could not find array type for data type {shown}", at=at)
    actual[1], declared[1] = rtree.type, array
    args = make_fn_arguments(pstate, (ltree, rtree), actual, declared)
    start, end = at if at is not None else (ltree.start, rtree.end)
    return ScalarArrayOpExpr(type=typeoids.BOOL, op=found.oid, use_or=use_or, args=args, start=start, end=end)
