"""Candidates for a function or operator name, and the choice among them (namespace.c, the *_candidate functions of parse_func.c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemalint.catalog.model import Oid, Operator, Proc
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import State, get_base_type, get_type_category_preferred
from schemalint.semantics.pathways import IMPLICIT, can_coerce_type

At = tuple[int, int] | None


class Candidate:
    """_FuncCandidateList: a function or operator as this call would use it.

    args        types in the order of the call's arguments, VARIADIC ones repeated, defaulted ones last
    argnumbers  with named arguments, which parameter each of them is
    found       the function or operator; None when several would do equally well
    """

    __slots__ = ("argnumbers", "args", "found", "ndargs", "nominalnargs", "nvargs", "pathpos")

    def __init__(
        self,
        found: Proc | Operator | None,
        args: tuple[Oid, ...],
        pathpos: int = 0,
        nominalnargs: int = 0,
        nvargs: int = 0,
        ndargs: int = 0,
        argnumbers: tuple[int, ...] | None = None,
    ) -> None:
        self.found = found
        self.args = args
        self.pathpos = pathpos
        self.nominalnargs = nominalnargs
        self.nvargs = nvargs
        self.ndargs = ndargs
        self.argnumbers = argnumbers


# --- By name


def funcname_get_candidates(
    state: State,
    names: tuple[str, ...],
    nargs: int,
    argnames: Sequence[str] = (),
    expand_variadic: bool = False,
    expand_defaults: bool = False,
    include_out_arguments: bool = False,
    missing_ok: bool = False,
    at: At = None,
) -> list[Candidate]:
    """Functions of a name that `nargs` arguments may call, -1 for any (FuncnameGetCandidates)."""
    schema, name = state.names.split(names, at)
    if schema is not None and not missing_ok:
        state.names.namespace(schema, at)
    found: list[Candidate] = []
    for pathpos, proc in state.names.overloads(Proc, schema, name):
        new = _candidate(proc, pathpos, nargs, argnames, expand_variadic, expand_defaults, include_out_arguments)
        if new is not None and (not found or _keep(found, new)):
            found.append(new)
    return found


def _candidate(
    proc: Proc,
    pathpos: int,
    nargs: int,
    argnames: Sequence[str],
    expand_variadic: bool,
    expand_defaults: bool,
    include_out: bool,
) -> Candidate | None:
    types = proc.allargtypes if include_out and proc.allargtypes else proc.argtypes
    count = len(types)
    variadic = bool(proc.variadic) and expand_variadic and not argnames and count <= nargs
    if argnames and proc.variadic and expand_variadic:
        return None
    defaulted = count > nargs and expand_defaults
    if defaulted and nargs + len(proc.defaults) < count:
        return None
    if count != nargs and not defaulted and not variadic and (nargs >= 0 or argnames):
        return None
    argnumbers = None
    if argnames:
        argnumbers = match_named_call(proc, nargs, argnames, include_out, count)
        if argnumbers is None:
            return None
        types = tuple(types[number] for number in argnumbers)
    nvargs = max(count, nargs) - count + 1 if variadic else 0
    if variadic:
        types = types[:-1] + (proc.variadic,) * nvargs
    return Candidate(proc, types, pathpos, count, nvargs, count - nargs if defaulted else 0, argnumbers)


def _keep(found: list[Candidate], new: Candidate) -> bool:
    """Whether to add a candidate: of two with the same visible arguments one hides the other, or both are ambiguous."""
    visible = len(new.args) - new.ndargs
    shown = new.args[:visible]
    for i, old in enumerate(found):
        if len(old.args) - old.ndargs != visible or old.args[:visible] != shown:
            continue
        if new.pathpos != old.pathpos:
            preference = new.pathpos - old.pathpos
        elif bool(new.nvargs) != bool(old.nvargs):
            preference = 1 if new.nvargs else -1
        else:
            preference = 0
        if preference == 0:
            old.found = None
        elif preference < 0:
            del found[i]
            return True
        return False
    return True


def match_named_call(
    proc: Proc, nargs: int, argnames: Sequence[str], include_out: bool, count: int
) -> tuple[int, ...] | None:
    """Which parameter each argument is, defaulted ones last; None when they do not match (MatchNamedCall)."""
    positional = nargs - len(argnames)
    if not proc.argnames:
        return None
    numbers = list(range(positional))
    modes = proc.argmodes or "i" * len(proc.argnames)
    for wanted in argnames:
        number = -1
        parameter = 0
        for name, mode in zip(proc.argnames, modes, strict=False):
            if mode in "ot" and not include_out:
                continue
            if name == wanted:
                number = parameter
                break
            parameter += 1
        if number < 0 or number in numbers:
            return None
        numbers.append(number)
    if nargs < count:
        first_default = count - len(proc.defaults)
        for number in range(positional, count):
            if number not in numbers[:nargs]:
                if number < first_default:
                    return None
                numbers.append(number)
    return tuple(numbers)


def opername_get_oprid(state: State, names: tuple[str, ...], left: Oid, right: Oid, at: At = None) -> Operator | None:
    """The operator of exactly these types, left 0 for a prefix operator (OpernameGetOprid)."""
    lookup = state.names
    schema, name = lookup.split(names, at)
    catalog = state.catalog
    own = "pg_operator" in catalog.stamps or catalog.loader is not None
    for namespace in lookup.search(schema):
        if namespace == 11:
            rows = catalog.builtins.table(Operator).grouped("name", "left", "right").get((name, left, right))
            if rows:
                return rows[0]
        if own and not (schema is None and namespace == lookup.temp):
            for found in catalog.overloads(Operator, namespace, name):
                if found.left == left and found.right == right:
                    return found
    return None


def opername_get_candidates(
    state: State, names: tuple[str, ...], kind: str, missing_schema_ok: bool = False, at: At = None
) -> list[Candidate]:
    """Operators of a name; `kind` is b binary, l prefix, "" any (OpernameGetCandidates). A prefix operator has one argument."""
    schema, name = state.names.split(names, at)
    if schema is not None and not missing_schema_ok:
        state.names.namespace(schema, at)
    found: list[Candidate] = []
    seen: dict[tuple[Oid, Oid], Candidate] = {}
    for pathpos, operator in state.names.overloads(Operator, schema, name):
        if kind and (kind == "b") != bool(operator.left):
            continue
        key = (operator.left, operator.right)
        if key not in seen:  # schemas come in the path's order, so the first one hides the others
            args = key if operator.left else (operator.right,)
            seen[key] = Candidate(operator, args, pathpos, len(args))
            found.append(seen[key])
    return found


# --- The choice


def func_match_argtypes(state: State, inputs: Sequence[Oid], candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that take these arguments, by implicit casts where needed (func_match_argtypes)."""
    return [c for c in candidates if can_coerce_type(state, inputs, c.args, IMPLICIT)]


def _best(candidates: list[Candidate], scores: list[int]) -> list[Candidate]:
    most = max(scores)
    return [c for c, score in zip(candidates, scores, strict=True) if score == most]


def func_select_candidate(state: State, inputs: Sequence[Oid], candidates: list[Candidate]) -> Candidate | None:
    """The one candidate that fits best, None when that cannot be said (func_select_candidate)."""
    nargs = len(inputs)
    bases = [oid if oid == typeoids.UNKNOWN else get_base_type(state, oid) for oid in inputs]
    known = [i for i in range(nargs) if bases[i] != typeoids.UNKNOWN]
    candidates = _best(candidates, [sum(c.args[i] == bases[i] for i in known) for c in candidates])
    if len(candidates) == 1:
        return candidates[0]
    facts = {oid: get_type_category_preferred(state, oid) for c in candidates for oid in c.args[:nargs]}
    categories = [get_type_category_preferred(state, oid)[0] for oid in bases]
    candidates = _best(
        candidates,
        [sum(c.args[i] == bases[i] or facts[c.args[i]] == (categories[i], True) for i in known) for c in candidates],
    )
    if len(candidates) == 1:
        return candidates[0]
    if len(known) == nargs:
        return None
    candidates = _resolve_unknowns(candidates, [i for i in range(nargs) if i not in known], facts)
    if len(candidates) == 1:
        return candidates[0]
    types = {bases[i] for i in known}
    if len(types) == 1:
        same = tuple(types) * nargs
        matching = [c for c in candidates if can_coerce_type(state, same, c.args, IMPLICIT)]
        if len(matching) == 1:
            return matching[0]
    return None


def _resolve_unknowns(
    candidates: list[Candidate], unknown: list[int], facts: dict[Oid, tuple[str, bool]]
) -> list[Candidate]:
    """The candidates whose types at the literals' positions are of the category to prefer; all of them when there is none."""
    slots: list[tuple[int, str, bool]] = []
    for i in unknown:
        at_slot = [facts[c.args[i]] for c in candidates]
        category = "S" if any(kind == "S" for kind, _ in at_slot) else at_slot[0][0]
        if category != "S" and any(kind != category for kind, _ in at_slot):
            return candidates
        slots.append((i, category, any(preferred and kind == category for kind, preferred in at_slot)))
    kept = [
        c
        for c in candidates
        if all(
            facts[c.args[i]][0] == category and (facts[c.args[i]][1] or not preferred)
            for i, category, preferred in slots
        )
    ]
    return kept or candidates
