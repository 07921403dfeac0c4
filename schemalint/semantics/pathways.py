"""Which casts there are between types (the lookups of parse_coerce.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemalint.catalog.model import FIRST_NORMAL_OID, Cast, Oid, Type
from schemalint.catalog.store import Catalog
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import (
    State,
    get_base_type,
    get_element_type,
    is_complex,
    is_true_array,
    type_inherits_from,
    type_is_array,
    type_is_of_typed_table,
    typeid_type,
)
from schemalint.semantics.query import UNKNOWN_TYPE

IMPLICIT: Final = 0
ASSIGNMENT: Final = 1
PLPGSQL: Final = 2
EXPLICIT: Final = 3
"""CoercionContext, in its order: a later one allows what an earlier one does."""

_CONTEXTS: Final = {"i": IMPLICIT, "a": ASSIGNMENT, "e": EXPLICIT}
_METHODS: Final = {"f": "func", "i": "viaio", "b": "relabel"}

NO_PATH: Final = ("none", 0)

_found: dict[tuple[int, Oid, Oid, int], tuple[str, Oid]] = {}
"""(Major, target, source, context) of built-in types -> pathway, for catalogs that have no casts of their own."""


def cast_sources(catalog: Catalog) -> frozenset[Oid]:
    """The types that casts which are not built in start from."""
    stamp = catalog.stamps.get("pg_cast")
    if stamp is None:
        return frozenset()
    found: frozenset[Oid] | None = catalog.kept.get(("cast_sources", stamp))
    if found is None:
        found = frozenset(cast.source for cast in catalog.all(Cast))
        catalog.kept["cast_sources", stamp] = found
    return found


def _only_builtin_casts(catalog: Catalog) -> bool:
    return "pg_cast" not in catalog.stamps and catalog.loader is None


def find_coercion_pathway(state: State, target: Oid, source: Oid, ccontext: int) -> tuple[str, Oid]:
    """("none", "func", "relabel", "arraycoerce" or "viaio", function or 0) of a cast (find_coercion_pathway)."""
    if target >= FIRST_NORMAL_OID or source >= FIRST_NORMAL_OID or not _only_builtin_casts(state.catalog):
        return _find_coercion_pathway(state, target, source, ccontext)
    key = (state.version, target, source, ccontext)
    path = _found.get(key)
    if path is None:
        path = _found[key] = _find_coercion_pathway(state, target, source, ccontext)
    return path


def _find_coercion_pathway(state: State, target: Oid, source: Oid, ccontext: int) -> tuple[str, Oid]:
    if UNKNOWN_TYPE in (source, target):
        return ("relabel", 0)
    if source >= FIRST_NORMAL_OID > target and ccontext == IMPLICIT and state.catalog.loader is None:
        found = state.catalog.get(Type, source)
        if found is not None and found.typtype in "ecrm" and source not in cast_sources(state.catalog):
            return NO_PATH  # such a type has the casts that were made for it, and no others
    source, target = get_base_type(state, source), get_base_type(state, target)
    if source == target:
        return ("relabel", 0)
    cast = state.catalog.cast(source, target)
    path = NO_PATH
    if cast is not None:
        if ccontext >= _CONTEXTS[cast.context]:
            path = (_METHODS[cast.method], cast.func if cast.method == "f" else 0)
    else:
        # oidvector and int2vector would else capture casts that should go to real arrays
        if target not in (typeoids.OIDVECTOR, typeoids.INT2VECTOR):
            element = get_element_type(state, target)
            source_element = get_element_type(state, source) if element else 0
            if source_element and find_coercion_pathway(state, element, source_element, ccontext) != NO_PATH:
                path = ("arraycoerce", 0)
        if (
            path is NO_PATH
            and ccontext >= ASSIGNMENT
            and (
                typeid_type(state, target).category == "S"
                or (ccontext >= EXPLICIT and typeid_type(state, source).category == "S")
            )
        ):
            path = ("viaio", 0)
    if path is NO_PATH and ccontext == PLPGSQL:
        path = ("viaio", 0)
    return path


def find_typmod_coercion_function(state: State, oid: Oid) -> tuple[str, Oid]:
    """("none", "func" or "arraycoerce", function) that applies a modifier (find_typmod_coercion_function)."""
    found = typeid_type(state, oid)
    path = "func"
    if is_true_array(found):
        oid, path = found.elem, "arraycoerce"
    cast = state.catalog.cast(oid, oid)
    return (path, cast.func) if cast is not None and cast.func else NO_PATH


def is_binary_coercible(state: State, source: Oid, target: Oid) -> bool:
    """Whether a value of one type is one of the other as it stands (IsBinaryCoercible)."""
    if source == target or target in (typeoids.ANY, typeoids.ANYELEMENT, typeoids.ANYCOMPATIBLE):
        return True
    if UNKNOWN_TYPE in (source, target):
        return True
    source = get_base_type(state, source)
    if source == target or _is_of_pseudo_type(state, source, target):
        return True
    cast = state.catalog.cast(source, target)
    return cast is not None and cast.method == "b" and cast.context == "i"


def _is_of_pseudo_type(state: State, source: Oid, target: Oid) -> bool:
    if target in (typeoids.ANYARRAY, typeoids.ANYCOMPATIBLEARRAY):
        return type_is_array(state, source)
    if target in (typeoids.ANYNONARRAY, typeoids.ANYCOMPATIBLENONARRAY):
        return not type_is_array(state, source)
    if target == typeoids.RECORD:
        return is_complex(state, source)
    if target == typeoids.RECORDARRAY:
        return is_complex_array(state, source)
    kind = _PSEUDO_KINDS.get(target)
    if kind is None:
        return False
    found = state.catalog.get(Type, source)
    return found is not None and found.typtype == kind


_PSEUDO_KINDS: Final = {
    typeoids.ANYENUM: "e",
    typeoids.ANYRANGE: "r",
    typeoids.ANYCOMPATIBLERANGE: "r",
    typeoids.ANYMULTIRANGE: "m",
    typeoids.ANYCOMPATIBLEMULTIRANGE: "m",
}


def is_complex_array(state: State, oid: Oid) -> bool:
    """Whether the type is an array of rows (is_complex_array)."""
    element = get_element_type(state, oid)
    return element != 0 and is_complex(state, element)


def can_coerce_type(state: State, sources: Sequence[Oid], targets: Sequence[Oid], ccontext: int) -> bool:
    """Whether each source can be cast to its target (can_coerce_type). A type that is not known can."""
    generic = False
    for source, target in zip(sources, targets, strict=False):
        if source == target or target == typeoids.ANY:
            continue
        if target in typeoids.POLYMORPHIC:
            generic = True
            continue
        if source in (typeoids.UNKNOWN, UNKNOWN_TYPE) or target == UNKNOWN_TYPE:
            continue
        if find_coercion_pathway(state, target, source, ccontext) == NO_PATH and not _can_coerce_rows(
            state, source, target
        ):
            return False
    if generic:
        from schemalint.semantics.polymorphic import check_generic_type_consistency

        return check_generic_type_consistency(state, sources, targets)
    return True


def _can_coerce_rows(state: State, source: Oid, target: Oid) -> bool:
    if source == typeoids.RECORD:
        return is_complex(state, target)
    if target == typeoids.RECORD:
        return is_complex(state, source)
    if target == typeoids.RECORDARRAY:
        return is_complex_array(state, source)
    if source < FIRST_NORMAL_OID or target < FIRST_NORMAL_OID:
        return False
    return type_inherits_from(state, source, target) or type_is_of_typed_table(state, source, target)
