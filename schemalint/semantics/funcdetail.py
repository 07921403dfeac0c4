"""Which function a call means (func_get_detail of parse_func.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, Proc, Type
from schemalint.catalog.names import qualified
from schemalint.semantics import typeoids
from schemalint.semantics.candidates import (
    Candidate,
    func_match_argtypes,
    func_select_candidate,
    funcname_get_candidates,
)
from schemalint.semantics.coerce import EXPLICIT, IMPLICIT, coerce_type, find_coercion_pathway, type_category
from schemalint.semantics.lsyscache import State, is_complex
from schemalint.semantics.pathways import cast_sources
from schemalint.semantics.query import UNKNOWN_TYPE, Const, Expr, NamedArgExpr
from schemalint.semantics.types import format_type

At = tuple[int, int] | None


def func_signature_string(
    state: State, names: tuple[str, ...], argnames: Sequence[str], argtypes: Sequence[Oid]
) -> str:
    """A call as messages show it: `foo(integer, b => text)` (func_signature_string)."""
    shown = [format_type(state, oid) for oid in argtypes]
    for i, name in enumerate(argnames, len(argtypes) - len(argnames)):
        shown[i] = f"{name} => {shown[i]}"
    return f"{qualified(names)}({', '.join(shown)})"


# --- Which function is meant


class FuncDetail(NamedTuple):
    """What a call means.

    code      notfound, multiple, normal, procedure, aggregate, windowfunc, coercion, or undecided when that depends on a type
              that is not known; rettype is then what all functions that it may be agree on
    argtypes  the parameters' types in the order of the call's arguments, then those of `ndargs` defaulted ones
    """

    code: str
    proc: Proc | None = None
    rettype: Oid = 0
    argtypes: list[Oid] = []
    nvargs: int = 0
    ndargs: int = 0
    argnumbers: tuple[int, ...] | None = None


_CODES = {"a": "aggregate", "f": "normal", "p": "procedure", "w": "windowfunc"}
_NOTFOUND = FuncDetail("notfound")
_MULTIPLE = FuncDetail("multiple")


def func_get_detail(
    state: State,
    names: tuple[str, ...],
    fargs: Sequence[Expr],
    fargnames: Sequence[str],
    argtypes: Sequence[Oid],
    expand_variadic: bool = True,
    expand_defaults: bool = True,
    include_out_arguments: bool = False,
    at: At = None,
) -> FuncDetail:
    """Which function a call means (func_get_detail). Without `fargs` a type's name is not taken as a cast."""
    if fargnames or not _is_only_builtin(state, names, argtypes):
        return _get_detail(
            state, names, fargs, fargnames, argtypes, expand_variadic, expand_defaults, include_out_arguments, at
        )
    literal = len(fargs) == 1 and isinstance(fargs[0], Const)
    flags = (expand_variadic, expand_defaults, include_out_arguments, literal, not fargs)
    key = (state.version, names[-1], tuple(argtypes), flags)
    found = _found.get(key)
    if found is None:
        found = _found[key] = _get_detail(
            state, names, fargs, fargnames, argtypes, expand_variadic, expand_defaults, include_out_arguments, at
        )
    return found._replace(argtypes=list(found.argtypes))


_found: dict[tuple[object, ...], FuncDetail] = {}
"""What calls of built-in functions with arguments of built-in types mean."""


def _is_only_builtin(state: State, names: tuple[str, ...], argtypes: Sequence[Oid]) -> bool:
    """Whether only built-in functions, types and casts have a say in what a call means."""
    catalog, path = state.catalog, state.names.path
    if catalog.loader is not None or len(names) > 2 or (len(names) == 2 and names[0] != "pg_catalog"):
        return False
    if any(oid >= FIRST_NORMAL_OID for oid in argtypes):
        return False
    if "pg_cast" in catalog.stamps and not cast_sources(catalog).isdisjoint(argtypes):
        return False
    if len(names) == 2:
        return True
    name = names[0]
    return 11 in path and not any(
        namespace != 11
        and (catalog.overloads(Proc, namespace, name) or catalog.find_oid("pg_type", namespace, name) is not None)
        for namespace in path
    )


def _get_detail(
    state: State,
    names: tuple[str, ...],
    fargs: Sequence[Expr],
    fargnames: Sequence[str],
    argtypes: Sequence[Oid],
    expand_variadic: bool,
    expand_defaults: bool,
    include_out_arguments: bool,
    at: At,
) -> FuncDetail:
    nargs = len(argtypes)
    raw = funcname_get_candidates(
        state, names, nargs, fargnames, expand_variadic, expand_defaults, include_out_arguments, at=at
    )
    types = tuple(argtypes)
    best = next((c for c in raw if c.args[:nargs] == types), None)
    if best is None:
        if nargs == 1 and fargs and not fargnames:
            coerced = _as_coercion(state, names, fargs[0], types[0])
            if coerced is not None:
                return coerced
        matching = func_match_argtypes(state, types, raw)
        if UNKNOWN_TYPE in types and len(matching) > 1:
            return _undecided(matching, types)
        if len(matching) == 1:
            best = matching[0]
        elif matching:
            best = func_select_candidate(state, types, matching)
            if best is None:
                return _MULTIPLE
    if best is None:
        return _NOTFOUND
    if best.found is None:
        return _MULTIPLE
    if fargnames and not expand_variadic and best.argnumbers is not None and best.argnumbers[nargs - 1] != nargs - 1:
        return _NOTFOUND
    proc = best.found
    assert isinstance(proc, Proc)
    return FuncDetail(_CODES[proc.kind], proc, proc.rettype, list(best.args), best.nvargs, best.ndargs, best.argnumbers)


def _undecided(matching: list[Candidate], argtypes: tuple[Oid, ...]) -> FuncDetail:
    """Several functions may be meant; one of them stands for all when they are of one kind that is more than a function."""
    procs = [c.found for c in matching if isinstance(c.found, Proc)]
    results = {proc.rettype for proc in procs}
    result = results.pop() if len(results) == 1 else UNKNOWN_TYPE
    if result in typeoids.POLYMORPHIC:
        result = UNKNOWN_TYPE
    kinds = {proc.kind for proc in procs}
    if kinds in ({"a"}, {"w"}):
        return FuncDetail(_CODES[kinds.pop()], procs[0], result, list(argtypes))
    return FuncDetail("undecided", None, result)


def _as_coercion(state: State, names: tuple[str, ...], arg: Expr, source: Oid) -> FuncDetail | None:
    """A call of a type's name with one argument may be a cast."""
    target = func_name_as_type(state, names)
    if not target or source == UNKNOWN_TYPE:
        return None
    if not (source == typeoids.UNKNOWN and isinstance(arg, Const)):
        path = find_coercion_pathway(state, target, source, EXPLICIT)[0]
        if path == "viaio":
            row = source == typeoids.RECORD or is_complex(state, source)
            if row and type_category(state, target) == "S":
                return None
        elif path != "relabel":
            return None
    return FuncDetail("coercion", None, target, [source])


def func_name_as_type(state: State, names: tuple[str, ...]) -> Oid:
    """The type that a function's name means, 0 when none; row types and those of the temporary schema do not count
    (FuncNameAsType)."""
    lookup = state.names
    schema, name = lookup.split(names)
    for namespace in lookup.search(schema):
        if namespace != lookup.temp:
            found = lookup.catalog.find(Type, namespace, name)
            if found is not None:
                return found.oid if found.isdefined and not found.relid else 0
    return 0


def make_fn_arguments(
    pstate: State, fargs: Sequence[Expr], actual: Sequence[Oid], declared: Sequence[Oid]
) -> tuple[Expr, ...]:
    """The arguments, converted to what the function wants (make_fn_arguments)."""
    args = tuple(fargs)
    if tuple(actual[: len(args)]) == tuple(declared[: len(args)]):
        return args
    made: list[Expr] = []
    for arg, source, target in zip(args, actual, declared, strict=False):
        if source == target:
            made.append(arg)
        elif isinstance(arg, NamedArgExpr):
            inner = coerce_type(pstate, arg.arg, source, target, -1, IMPLICIT, "implicit_cast")
            made.append(structs.replace(arg, arg=inner, type=inner.type, typmod=inner.typmod))
        else:
            made.append(coerce_type(pstate, arg, source, target, -1, IMPLICIT, "implicit_cast"))
    return tuple(made)
