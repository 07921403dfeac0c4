"""Calls of ordered-set and hypothetical-set aggregates (from ParseFuncOrColumn, unify_hypothetical_args)."""

from __future__ import annotations

from schemalint.catalog.model import AggregateInfo, Oid, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import IMPLICIT, coerce_type, select_common_type, select_common_typmod
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import UNKNOWN_TYPE, Expr
from schemalint.syntax.nodes import FuncCall

At = tuple[int, int] | None


def check_ordered_set_call(
    pstate: ParseState,
    proc: Proc,
    names: tuple[str, ...],
    signature: str,
    fn: FuncCall,
    args: tuple[Expr, ...],
    actual: list[Oid],
    declared: list[Oid],
    nvargs: int,
    at: At,
) -> tuple[Expr, ...]:
    """The arguments of an aggregate's call, those of WITHIN GROUP last, once the call fits the aggregate's kind. Hypothetical
    ones are made the same type as what they are ranked among; `actual` is changed with them."""
    info = proc.agg if proc.agg is not None else AggregateInfo()
    shown = qualified(names)
    if info.kind == "n":
        if fn.agg_within_group:
            message = f"{shown} is not an ordered-set aggregate, so it cannot have WITHIN GROUP"
            raise Refusal("42809", message, at=at)
        return args
    if not fn.agg_within_group:
        raise Refusal("42809", f"WITHIN GROUP is required for ordered-set aggregate {shown}", at=at)
    if fn.over is not None:
        raise Refusal("0A000", f"OVER is not supported for ordered-set aggregate {shown}", at=at)
    aggregated = len(fn.agg_order)
    hint = _wrong_division(info, shown, proc, len(args), aggregated, nvargs)
    if hint is not None:
        raise Refusal("42883", f"function {signature} does not exist", at=at, hint=hint)
    if info.kind == "h":
        return _unify_hypothetical_args(pstate, args, aggregated, actual, declared)
    return args


def _wrong_division(
    info: AggregateInfo, shown: str, proc: Proc, nargs: int, aggregated: int, nvargs: int
) -> str | None:
    """The hint when direct and ordered arguments are divided as this aggregate does not divide them."""
    direct, wanted = nargs - aggregated, info.numdirectargs
    parameters = nargs - (nvargs - 1 if nvargs > 1 else 0)
    plural = "" if wanted == 1 else "s"
    if not proc.variadic or wanted < parameters:
        if direct == wanted:
            return None
        return f"There is an ordered-set aggregate {shown}, but it requires {wanted} direct argument{plural}, not {direct}."
    if info.kind == "h":
        if nvargs == 2 * aggregated:
            return None
        return (
            f"To use the hypothetical-set aggregate {shown}, the number of hypothetical direct arguments "
            f"(here {nvargs - aggregated}) must match the number of ordering columns (here {aggregated})."
        )
    if nvargs > aggregated:
        return None
    return f"There is an ordered-set aggregate {shown}, but it requires at least {wanted} direct argument{plural}."


def _unify_hypothetical_args(
    pstate: ParseState, args: tuple[Expr, ...], aggregated: int, actual: list[Oid], declared: list[Oid]
) -> tuple[Expr, ...]:
    made = list(args)
    direct = len(args) - aggregated
    first = direct - aggregated
    for position in range(first, direct):
        other = direct + position - first
        if declared[position] != typeoids.ANY:
            continue
        pair = (made[other], made[position])
        common = select_common_type(pstate, pair, "WITHIN GROUP")
        typmod = select_common_typmod(pstate, pair, common)
        if common == UNKNOWN_TYPE:
            continue
        for i in (position, other):
            made[i] = coerce_type(pstate, made[i], actual[i], common, typmod, IMPLICIT, "implicit_cast")
            actual[i] = common
    return tuple(made)
