"""Function calls: which function is meant, and the expressions they make (parse_func.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemalint.catalog.model import Oid, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import EXPLICIT, coerce_type, enforce_generic_type_consistency
from schemalint.semantics.funcdetail import (
    FuncDetail,
    func_get_detail,
    func_name_as_type,
    func_signature_string,
    make_fn_arguments,
)
from schemalint.semantics.lsyscache import get_array_type, get_base_element_type, is_complex
from schemalint.semantics.ordered_sets import check_ordered_set_call
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    Aggref,
    ArrayExpr,
    Expr,
    FuncExpr,
    NamedArgExpr,
    Param,
    UnknownExpr,
    WindowFunc,
)
from schemalint.semantics.srf import check_srf_call_placement
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import FuncCall

__all__ = [
    "FUNC_MAX_ARGS",
    "FuncDetail",
    "check_srf_call_placement",
    "func_get_detail",
    "func_name_as_type",
    "func_signature_string",
    "make_fn_arguments",
    "parse_func_or_column",
]

At = tuple[int, int] | None

FUNC_MAX_ARGS = 100

_FORMATS = {"COERCE_EXPLICIT_CALL": "call", "COERCE_SQL_SYNTAX": "sql_syntax"}


class _Call(NamedTuple):
    """A call as written."""

    pstate: ParseState
    names: tuple[str, ...]
    args: tuple[Expr, ...]
    argnames: tuple[str, ...]
    types: list[Oid]
    fn: FuncCall
    filter: Expr | None
    proc_call: bool
    last_srf: Expr | None
    at: At

    @property
    def shown(self) -> str:
        return qualified(self.names)

    @property
    def signature(self) -> str:
        return func_signature_string(self.pstate, self.names, self.argnames, self.types)

    def refuse(self, sqlstate: str, message: str, hint: str | None = None) -> Refusal:
        return Refusal(sqlstate, message, at=self.at, hint=hint)


_NO_DECORATION = FuncCall(funcname=())


def parse_func_or_column(
    pstate: ParseState,
    names: tuple[str, ...],
    fargs: Sequence[Expr],
    last_srf: Expr | None,
    fn: FuncCall | None,
    proc_call: bool = False,
    at: At = None,
) -> Expr | None:
    """A function call, or with `fn` None `arg.name` that may be one; None when that is neither column nor function
    (ParseFuncOrColumn). `fargs` are analyzed, with WITHIN GROUP's behind them; nothing of `fn` is."""
    is_column = fn is None
    decoration = fn if fn is not None else _NO_DECORATION
    filter_ = None
    if decoration.agg_filter is not None:
        from schemalint.semantics.clauses import transform_where_clause

        filter_ = transform_where_clause(pstate, decoration.agg_filter, "filter", "FILTER")
    if len(fargs) > FUNC_MAX_ARGS:
        message = f"cannot pass more than {FUNC_MAX_ARGS} arguments to a function"
        raise Refusal("54023", message, at=at)
    args = tuple(fargs)
    if not is_column and not decoration.agg_within_group:
        args = tuple(arg for arg in args if arg.type != typeoids.VOID or not isinstance(arg, Param))
    call = _Call(
        pstate,
        names,
        args,
        _argument_names(args),
        [arg.type for arg in args],
        decoration,
        filter_,
        proc_call,
        last_srf,
        at,
    )
    return _parse_call(call, is_column)


def _argument_names(args: Sequence[Expr]) -> tuple[str, ...]:
    names: list[str] = []
    for arg in args:
        if isinstance(arg, NamedArgExpr):
            if arg.name in names:
                raise Refusal("42601", f'argument name "{arg.name}" used more than once', at=span(arg))
            names.append(arg.name)
        elif names:
            raise Refusal("42601", "positional argument cannot follow named argument", at=span(arg))
    return tuple(names)


def _could_be_projection(call: _Call) -> bool:
    fn = call.fn
    return (
        len(call.args) == 1
        and len(call.names) == 1
        and not call.argnames
        and not (call.proc_call or fn.agg_order or call.filter or fn.agg_star or fn.agg_distinct)
        and fn.over is None
        and not fn.func_variadic
        and (call.types[0] == typeoids.RECORD or is_complex(call.pstate, call.types[0]))
    )


def _parse_call(call: _Call, is_column: bool) -> Expr | None:
    from schemalint.semantics.projection import parse_complex_projection

    pstate, at = call.pstate, call.at
    projection = _could_be_projection(call)
    if projection and is_column:
        column = parse_complex_projection(pstate, call.names[0], call.args[0], at)
        if column is not None:
            return column
    detail = func_get_detail(
        pstate,
        call.names,
        call.args,
        call.argnames,
        call.types,
        not call.fn.func_variadic,
        True,
        call.proc_call,
        at,
    )
    code = detail.code
    _check_kind(call, code)
    if code == "coercion":
        return coerce_type(pstate, call.args[0], call.types[0], detail.rettype, -1, EXPLICIT, "call", at)
    if code == "undecided":
        start, end = at if at is not None else (-1, -1)
        return UnknownExpr(type=detail.rettype, args=call.args, start=start, end=end)
    if code in ("notfound", "multiple"):
        if is_column:
            return None
        if projection and code == "notfound":
            column = parse_complex_projection(pstate, call.names[0], call.args[0], at)
            if column is not None:
                return column
        raise _no_such_function(call, code)
    return _make_call(call, detail)


def _check_kind(call: _Call, code: str) -> None:
    """Refuse what is called in a way that its kind of routine does not allow."""
    if call.proc_call and code in ("normal", "aggregate", "windowfunc", "coercion"):
        raise call.refuse("42809", f"{call.signature} is not a procedure", "To call a function, use SELECT.")
    if code == "procedure" and not call.proc_call:
        raise call.refuse("42809", f"{call.signature} is a procedure", "To call a procedure, use CALL.")
    if code not in ("normal", "procedure", "coercion"):
        return
    fn = call.fn
    if fn.agg_star:
        message = f"{call.shown}(*) specified, but {call.shown} is not an aggregate function"
        raise call.refuse("42809", message)
    for word, given in (
        ("DISTINCT", fn.agg_distinct),
        ("WITHIN GROUP", fn.agg_within_group),
        ("ORDER BY", bool(fn.agg_order)),
        ("FILTER", call.filter is not None),
    ):
        if given:
            raise call.refuse("42809", f"{word} specified, but {call.shown} is not an aggregate function")
    if fn.over is not None:
        message = f"OVER specified, but {call.shown} is not a window function nor an aggregate function"
        raise call.refuse("42809", message)


def _no_such_function(call: _Call, code: str) -> Refusal:
    names = call.pstate.names
    names.unknown_or(names.split(call.names)[1], call.at)
    kind = "procedure" if call.proc_call else "function"
    advice = "You might need to add explicit type casts."
    if code == "multiple":
        hint = f"Could not choose a best candidate {kind}. {advice}"
        return call.refuse("42725", f"{kind} {call.signature} is not unique", hint)
    hint = f"No {kind} matches the given name and argument types. {advice}"
    if len(call.fn.agg_order) > 1 and not call.fn.agg_within_group:
        kind = "function"
        hint = (
            "No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; "
            "ORDER BY must appear after all regular arguments of the aggregate."
        )
    return call.refuse("42883", f"{kind} {call.signature} does not exist", hint)


def _default_types(detail: FuncDetail) -> list[Oid]:
    """The types of the defaults that a call uses: those of their parameters, unless these are polymorphic."""
    assert detail.proc is not None
    found: list[Oid] = []
    first = len(detail.argtypes) - detail.ndargs
    for i in range(first, len(detail.argtypes)):
        declared = detail.argtypes[i]
        if declared in typeoids.POLYMORPHIC:
            number = detail.argnumbers[i] if detail.argnumbers is not None else i
            default = detail.proc.defaults[number - (len(detail.argtypes) - len(detail.proc.defaults))]
            if isinstance(default.tree, Expr):
                declared = default.tree.type
            else:
                declared = typeoids.UNKNOWN if default.text.upper().startswith("NULL") else UNKNOWN_TYPE
        found.append(declared)
    return found


def _make_call(call: _Call, detail: FuncDetail) -> Expr:
    """The expression of a call whose function is known."""
    pstate, at, fn = call.pstate, call.at, call.fn
    proc = detail.proc
    assert proc is not None
    args, types, declared = call.args, list(call.types), detail.argtypes
    if detail.code == "aggregate":
        args = check_ordered_set_call(
            pstate, proc, call.names, call.signature, fn, args, types, declared, detail.nvargs, at
        )
    elif detail.code == "windowfunc":
        if fn.over is None:
            raise call.refuse("42809", f"window function {call.shown} requires an OVER clause")
        if fn.agg_within_group:
            raise call.refuse("42809", f"window function {call.shown} cannot have WITHIN GROUP")
    if detail.ndargs:
        types += _default_types(detail)
    rettype = enforce_generic_type_consistency(pstate, types, declared, detail.rettype, False)
    args = make_fn_arguments(pstate, args, types, declared)
    variadic = fn.func_variadic and proc.variadic != 0
    if detail.nvargs > 0 and proc.variadic != typeoids.ANY:
        args, variadic = _gather_variadic(pstate, args, detail.nvargs), True
    if args and proc.variadic == typeoids.ANY and variadic:
        last = call.types[len(args) - 1]
        if last != UNKNOWN_TYPE and not get_base_element_type(pstate, last):
            raise Refusal("42804", "VARIADIC argument must be an array", at=span(args[-1]))
    if proc.retset:
        check_srf_call_placement(pstate, call.last_srf, at)
    result: Expr
    start, end = at if at is not None else (-1, -1)
    if detail.code in ("normal", "procedure"):
        result = FuncExpr(
            type=rettype,
            func=proc.oid,
            args=args,
            retset=proc.retset,
            variadic=variadic,
            format=_FORMATS.get(fn.funcformat, "call"),
            start=start,
            end=end,
        )
    elif detail.code == "aggregate" and fn.over is None:
        result = _make_aggregate(call, proc, args, rettype)
    else:
        result = _make_window_function(call, detail, args, rettype)
    if proc.retset:
        pstate.last_srf = result
    return result


def _gather_variadic(pstate: ParseState, args: tuple[Expr, ...], nvargs: int) -> tuple[Expr, ...]:
    """The last arguments as the array that the function gets."""
    rest = args[len(args) - nvargs :]
    element = rest[0].type
    array = get_array_type(pstate, element)
    if not array:
        message = f"could not find array type for data type {format_type(pstate, element)}"
        raise Refusal("42704", message, at=span(rest[0]))
    made = ArrayExpr(type=array, elem=element, elements=rest, start=rest[0].start, end=rest[-1].end)
    return (*args[: len(args) - nvargs], made)


def _make_aggregate(call: _Call, proc: Proc, args: tuple[Expr, ...], rettype: Oid) -> Expr:
    from schemalint.semantics.aggregates import transform_aggregate_call

    fn = call.fn
    if not args and not fn.agg_star and not fn.agg_within_group:
        message = f"{call.shown}(*) must be used to call a parameterless aggregate function"
        raise call.refuse("42809", message)
    if proc.retset:
        raise call.refuse("42P13", "aggregates cannot return sets")
    if call.argnames:
        raise call.refuse("0A000", "aggregates cannot use named arguments")
    start, end = call.at if call.at is not None else (-1, -1)
    aggref = Aggref(type=rettype, func=proc.oid, args=(), filter=call.filter, star=fn.agg_star, start=start, end=end)
    made: Expr = transform_aggregate_call(call.pstate, aggref, args, fn.agg_order, fn.agg_distinct)
    return made


def _make_window_function(call: _Call, detail: FuncDetail, args: tuple[Expr, ...], rettype: Oid) -> Expr:
    from schemalint.semantics.aggregates import transform_window_func_call

    fn, pstate = call.fn, call.pstate
    proc = detail.proc
    assert proc is not None and fn.over is not None
    is_aggregate = detail.code == "aggregate"
    if fn.agg_distinct:
        raise call.refuse("0A000", "DISTINCT is not implemented for window functions")
    if is_aggregate and not args and not fn.agg_star:
        message = f"{call.shown}(*) must be used to call a parameterless aggregate function"
        raise call.refuse("42809", message)
    if fn.agg_order:
        raise call.refuse("0A000", "aggregate ORDER BY is not implemented for window functions")
    if not is_aggregate and call.filter is not None:
        raise call.refuse("0A000", "FILTER is not implemented for non-aggregate window functions")
    if pstate.last_srf is not call.last_srf:
        message = "window function calls cannot contain set-returning function calls"
        hint = "You might be able to move the set-returning function into a LATERAL FROM item."
        raise Refusal("0A000", message, at=span(pstate.last_srf), hint=hint)
    if proc.retset:
        raise call.refuse("42P13", "window functions cannot return sets")
    start, end = call.at if call.at is not None else (-1, -1)
    wfunc = WindowFunc(type=rettype, func=proc.oid, args=args, filter=call.filter, start=start, end=end)
    made: Expr = transform_window_func_call(pstate, wfunc, fn.over)
    return made
