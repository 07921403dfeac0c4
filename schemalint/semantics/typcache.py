"""Default operator classes and the operators of types (typcache.c, GetDefaultOpClass of indexcmds.c)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemalint.catalog.builtins import Builtins
from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, OpClass, OpFamily, Type
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import (
    State,
    get_base_type,
    get_element_type,
    get_range_subtype,
    is_preferred_type,
    lookup_rowtype,
    type_category,
)
from schemalint.semantics.pathways import cast_sources, is_binary_coercible


class TypeOperators(NamedTuple):
    """A type's operators by its default btree (or else hash) class, 0 where there is none."""

    lt: Oid
    eq: Oid
    gt: Oid
    hashable: bool


BTREE_LESS, BTREE_EQUAL, BTREE_GREATER, HASH_EQUAL = 1, 3, 5, 1
HASH_STANDARD_PROC = 1

_PSEUDO_TYPES = typeoids.POLYMORPHIC | {typeoids.RECORD, typeoids.RECORDARRAY, typeoids.ANY}
"""What values of a type without casts of its own can be passed as."""

_defaults: dict[int, dict[Oid, list[OpClass]]] = {}
_exact: dict[tuple[int, Oid], dict[Oid, Oid]] = {}
_members: dict[tuple[int, Oid], dict[tuple[Oid, Oid, int], Oid]] = {}
_known: dict[tuple[int, Oid], TypeOperators] = {}


def _builtin_defaults(builtins: Builtins, am: Oid) -> list[OpClass]:
    found = _defaults.get(builtins.version)
    if found is None:
        found = {}
        for opclass in builtins.table(OpClass).rows:
            if opclass.default:
                found.setdefault(opclass.am, []).append(opclass)
        _defaults[builtins.version] = found
    return found.get(am, [])


def _exact_defaults(builtins: Builtins, am: Oid) -> dict[Oid, Oid]:
    found = _exact.get((builtins.version, am))
    if found is None:
        found = {opclass.intype: opclass.oid for opclass in _builtin_defaults(builtins, am)}
        _exact[builtins.version, am] = found
    return found


def default_opclasses(state: State, am: Oid) -> Iterator[OpClass]:
    """The default operator classes of an access method."""
    catalog = state.catalog
    yield from _builtin_defaults(catalog.builtins, am)
    if "pg_opclass" in catalog.stamps:
        for opclass in catalog.in_any_namespace(OpClass):
            if opclass.default and opclass.am == am and opclass.oid >= FIRST_NORMAL_OID:
                yield opclass


def get_default_opclass(state: State, oid: Oid, am: Oid) -> Oid:
    """A type's default operator class for an access method, 0 when it has none (GetDefaultOpClass)."""
    oid = get_base_type(state, oid)
    stamps = state.catalog.stamps
    if "pg_opclass" not in stamps:
        builtin = _exact_defaults(state.catalog.builtins, am).get(oid)
        if builtin is not None:
            return builtin
    category = type_category(state, oid)
    has_casts = oid < FIRST_NORMAL_OID or oid in cast_sources(state.catalog)
    exact: list[Oid] = []
    preferred: list[Oid] = []
    compatible: list[Oid] = []
    for opclass in default_opclasses(state, am):
        if opclass.intype == oid:
            exact.append(opclass.oid)
        elif (
            not exact
            and (has_casts or opclass.intype in _PSEUDO_TYPES or opclass.intype >= FIRST_NORMAL_OID)
            and is_binary_coercible(state, oid, opclass.intype)
        ):
            wanted = preferred if is_preferred_type(state, category, opclass.intype) else compatible
            wanted.append(opclass.oid)
    if len(exact) > 1:
        from schemalint.semantics.types import format_type

        message = f"there are multiple default operator classes for data type {format_type(state, oid)}"
        raise Refusal("42710", message)
    if exact:
        return exact[0]
    if preferred:
        return preferred[0] if len(preferred) == 1 else 0
    return compatible[0] if len(compatible) == 1 else 0


def get_opfamily_member(state: State, family: Oid, left: Oid, right: Oid, strategy: int) -> Oid:
    """The family's operator of a strategy for two types, 0 when it has none (get_opfamily_member)."""
    catalog = state.catalog
    found = catalog.get(OpFamily, family)
    if found is None:
        return 0
    if family < FIRST_NORMAL_OID and found is catalog.builtins.get("pg_opfamily", family):
        key = (catalog.builtins.version, family)
        members = _members.get(key)
        if members is None:
            members = _members[key] = {
                (m.left, m.right, m.strategy): m.operator for m in found.operators if m.purpose == "s"
            }
        return members.get((left, right, strategy), 0)
    for member in found.operators:
        if (member.left, member.right, member.strategy, member.purpose) == (left, right, strategy, "s"):
            return member.operator
    return 0


def get_opfamily_proc(state: State, family: Oid, left: Oid, right: Oid, number: int) -> Oid:
    """The family's support function of a number for two types, 0 when it has none (get_opfamily_proc)."""
    found = state.catalog.get(OpFamily, family)
    for member in found.procs if found is not None else ():
        if (member.left, member.right, member.num) == (left, right, number):
            return member.proc
    return 0


def lookup_type_cache(state: State, oid: Oid) -> TypeOperators:
    """The operators that sort, group and hash values of a type (lookup_type_cache)."""
    stamped = "pg_opclass" in state.catalog.stamps or "pg_cast" in state.catalog.stamps
    if oid >= FIRST_NORMAL_OID or stamped or state.catalog.loader is not None:
        return _lookup(state, oid)
    key = (state.version, oid)
    found = _known.get(key)
    if found is None:
        found = _known[key] = _lookup(state, oid)
    return found


def _lookup(state: State, oid: Oid) -> TypeOperators:
    found = state.catalog.get(Type, oid)
    if found is not None and found.typtype == "d":
        return lookup_type_cache(state, get_base_type(state, oid))
    lt = eq = gt = 0
    btree = state.catalog.get(OpClass, get_default_opclass(state, oid, typeoids.BTREE_AM))
    hashed = state.catalog.get(OpClass, get_default_opclass(state, oid, typeoids.HASH_AM))
    if btree is not None:
        lt, eq, gt = (
            get_opfamily_member(state, btree.family, btree.intype, btree.intype, strategy)
            for strategy in (BTREE_LESS, BTREE_EQUAL, BTREE_GREATER)
        )
    if not eq and hashed is not None:
        eq = get_opfamily_member(state, hashed.family, hashed.intype, hashed.intype, HASH_EQUAL)
    hashable = hashed is not None and bool(
        get_opfamily_proc(state, hashed.family, hashed.intype, hashed.intype, HASH_STANDARD_PROC)
    )
    return _limited(state, oid, TypeOperators(lt, eq, gt, hashable))


def _limited(state: State, oid: Oid, operators: TypeOperators) -> TypeOperators:
    """Containers compare only when what they hold does (array_element_has_equality and its like)."""
    found = state.catalog.get(Type, oid)
    if found is not None and found.typtype in ("r", "m"):
        subtype = found.subtype or get_range_subtype(state, found.range)
        return operators._replace(hashable=operators.hashable and lookup_type_cache(state, subtype).hashable)
    parts = _parts(state, oid)
    if parts is None:
        return operators
    inner = [lookup_type_cache(state, part) for part in parts]
    ordered = all(part.lt for part in inner)
    return TypeOperators(
        operators.lt if ordered else 0,
        operators.eq if all(part.eq for part in inner) else 0,
        operators.gt if ordered else 0,
        operators.hashable and all(part.hashable for part in inner),
    )


def _parts(state: State, oid: Oid) -> list[Oid] | None:
    """The types of what a value holds, None when its own operators do not look at that."""
    if oid in (typeoids.OIDVECTOR, typeoids.INT2VECTOR):
        return None
    element = get_element_type(state, oid)
    if element:
        return [element]
    relation = lookup_rowtype(state, oid)
    if relation is not None:
        return [column.type for column in relation.columns if not column.dropped]
    return None
