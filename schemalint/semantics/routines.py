"""Functions, aggregates and procedures by name and exact argument types (LookupFuncName and its like in parse_func.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Oid, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics.candidates import funcname_get_candidates
from schemalint.semantics.functions import FUNC_MAX_ARGS, func_signature_string
from schemalint.semantics.lsyscache import State, get_func_prokind
from schemalint.semantics.types import lookup_type_name_oid
from schemalint.syntax.nodes import ObjectWithArgs

At = tuple[int, int] | None

_AMBIGUOUS = -1
_NOUNS = {
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_AGGREGATE": "aggregate",
    "OBJECT_ROUTINE": "routine",
}


def _lookup(
    state: State,
    objtype: str,
    names: tuple[str, ...],
    argtypes: Sequence[Oid] | None,
    include_out: bool,
    missing_ok: bool,
    at: At = None,
) -> Oid:
    """The routine, 0 for none, _AMBIGUOUS for several (LookupFuncNameInternal). None for argtypes is any."""
    nargs = -1 if argtypes is None else len(argtypes)
    result = 0
    candidates = funcname_get_candidates(
        state, names, nargs, include_out_arguments=include_out, missing_ok=missing_ok, at=at
    )
    for candidate in candidates:
        if argtypes is not None and candidate.args != tuple(argtypes):
            continue
        proc = candidate.found
        if proc is None:
            return _AMBIGUOUS
        assert isinstance(proc, Proc)
        if objtype != "OBJECT_ROUTINE" and (proc.kind == "p") != (objtype == "OBJECT_PROCEDURE"):
            continue
        if result:
            return _AMBIGUOUS
        result = proc.oid
    return result


def lookup_func_name(
    state: State,
    names: tuple[str, ...],
    argtypes: Sequence[Oid] | None,
    missing_ok: bool = False,
    at: At = None,
) -> Oid:
    """The function of exactly these types, with None the only one of its name; 0 when missing and allowed (LookupFuncName)."""
    found = _lookup(state, "OBJECT_FUNCTION", names, argtypes, False, missing_ok, at)
    if found > 0:
        return found
    if found == _AMBIGUOUS:
        hint = "Specify the argument list to select the function unambiguously."
        raise Refusal("42725", f'function name "{qualified(names)}" is not unique', at=at, hint=hint)
    state.names.unknown_or(names[-1], at)
    if missing_ok:
        return 0
    if argtypes is None:
        message = f'could not find a function named "{qualified(names)}"'
    else:
        message = f"function {func_signature_string(state, names, (), argtypes)} does not exist"
    raise Refusal("42883", message, at=at, word=names[-1])


def lookup_func_with_args(state: State, objtype: str, func: ObjectWithArgs, missing_ok: bool = False) -> Oid:
    """The routine of a kind that a statement names, 0 when missing and allowed (LookupFuncWithArgs).

    `objtype` is OBJECT_FUNCTION (aggregates and window functions too), OBJECT_PROCEDURE, OBJECT_AGGREGATE or OBJECT_ROUTINE.
    """
    at = (func.start, func.end)
    names, noun = func.objname, _NOUNS[objtype]
    if len(func.objargs) > FUNC_MAX_ARGS:
        kinds = "procedures" if objtype == "OBJECT_PROCEDURE" else "functions"
        raise Refusal("54023", f"{kinds} cannot have more than {FUNC_MAX_ARGS} arguments", at=at)
    argtypes: list[Oid] = []
    for type_name in func.objargs:
        assert type_name is not None
        oid = lookup_type_name_oid(state, type_name, missing_ok)
        if not oid:
            return 0
        argtypes.append(oid)
    given = None if func.args_unspecified else argtypes
    kind = objtype if func.args_unspecified else "OBJECT_ROUTINE"
    oid = _lookup(state, kind, names, given, False, missing_ok, at)
    if (
        objtype in ("OBJECT_PROCEDURE", "OBJECT_ROUTINE")
        and func.objfuncargs
        and oid != _AMBIGUOUS
        and all(parameter.mode == "FUNC_PARAM_DEFAULT" for parameter in func.objfuncargs)
    ):
        # the SQL standard names a procedure by all its parameters, OUT ones included
        other = _lookup(state, objtype, names, argtypes, True, missing_ok, at)
        if other:
            oid = other if oid in (0, other) else _AMBIGUOUS
    if oid > 0:
        _check_kind(state, objtype, names, argtypes, oid, at)
        return oid
    if oid == _AMBIGUOUS:
        hint = f"Specify the argument list to select the {noun} unambiguously." if func.args_unspecified else None
        raise Refusal("42725", f'{noun} name "{qualified(names)}" is not unique', at=at, hint=hint)
    state.names.unknown_or(names[-1], at)
    if missing_ok:
        return 0
    raise Refusal("42883", _missing(state, objtype, func, argtypes), at=at, word=names[-1])


def _missing(state: State, objtype: str, func: ObjectWithArgs, argtypes: list[Oid]) -> str:
    noun = "function" if objtype == "OBJECT_ROUTINE" else _NOUNS[objtype]
    shown = qualified(func.objname)
    if func.args_unspecified:
        return f'could not find {"an" if noun == "aggregate" else "a"} {noun} named "{shown}"'
    if noun == "aggregate" and not argtypes:
        return f"aggregate {shown}(*) does not exist"
    return f"{noun} {func_signature_string(state, func.objname, (), argtypes)} does not exist"


def _check_kind(state: State, objtype: str, names: tuple[str, ...], argtypes: list[Oid], oid: Oid, at: At) -> None:
    kind = get_func_prokind(state, oid)
    if kind == "f" and objtype in ("OBJECT_FUNCTION", "OBJECT_ROUTINE"):
        return
    signature = func_signature_string(state, names, (), argtypes)
    if objtype == "OBJECT_FUNCTION" and kind == "p":
        raise Refusal("42809", f"{signature} is not a function", at=at)
    if objtype == "OBJECT_PROCEDURE" and kind != "p":
        raise Refusal("42809", f"{signature} is not a procedure", at=at)
    if objtype == "OBJECT_AGGREGATE" and kind != "a":
        raise Refusal("42809", f"function {signature} is not an aggregate", at=at)
