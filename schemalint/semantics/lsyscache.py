"""Facts about types and functions by identifier (lsyscache.c, and what parse_type.c has of the kind).

Functions take what gives access to a catalog: a ParseState or a session. 0 stands for InvalidOid, UNKNOWN_TYPE for a type of
which nothing is known: it has no base, no element, no category of its own.
"""

from __future__ import annotations

from typing import Protocol

from schemalint.catalog import model
from schemalint.catalog.model import Oid, Proc, Relation, Type
from schemalint.catalog.names import Names
from schemalint.catalog.store import Catalog
from schemalint.errors import Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.query import UNKNOWN_TYPE


class State(Protocol):
    """A ParseState or a session."""

    @property
    def catalog(self) -> Catalog: ...

    @property
    def version(self) -> int: ...

    names: Names


_ANYTHING = Type(oid=UNKNOWN_TYPE, name="unknown", category="X", typtype="p")


def get_type(state: State, oid: Oid) -> Type | None:
    """The pg_type row, None when there is none."""
    if oid == UNKNOWN_TYPE:
        return _ANYTHING
    return state.catalog.get(Type, oid)


def typeid_type(state: State, oid: Oid) -> Type:
    """The pg_type row, which must exist (typeidType)."""
    found = _ANYTHING if oid == UNKNOWN_TYPE else state.catalog.get(Type, oid)
    if found is None:
        raise Undecidable(f"type {oid} is not in the catalog")
    return found


def get_base_type(state: State, oid: Oid) -> Oid:
    """What a domain is over, through all levels; other types are their own base (getBaseType)."""
    get = state.catalog.get
    while True:
        found = get(Type, oid)
        if found is None or found.typtype != "d":
            return oid
        oid = found.basetype


def get_base_type_and_typmod(state: State, oid: Oid, typmod: int) -> tuple[Oid, int]:
    """As get_base_type, with the domain's type modifier (getBaseTypeAndTypmod)."""
    get = state.catalog.get
    while True:
        found = get(Type, oid)
        if found is None or found.typtype != "d":
            return oid, typmod
        oid, typmod = found.basetype, found.typmod


def is_true_array(found: Type) -> bool:
    """IsTrueArrayType."""
    return bool(found.elem) and (
        found.subscript == typeoids.ARRAY_SUBSCRIPT_HANDLER
        or (found.oid >= model.FIRST_NORMAL_OID and found.category == "A")
    )


def get_element_type(state: State, oid: Oid) -> Oid:
    """The element of an array type, else 0 (get_element_type)."""
    found = state.catalog.get(Type, oid)
    return found.elem if found is not None and found.elem and is_true_array(found) else 0


def get_base_element_type(state: State, oid: Oid) -> Oid:
    """As get_element_type, of a domain over an array too (get_base_element_type)."""
    return get_element_type(state, get_base_type(state, oid))


def get_array_type(state: State, oid: Oid) -> Oid:
    """The array over a type, or 0 (get_array_type). The array of an unknown type is unknown."""
    if oid == UNKNOWN_TYPE:
        return UNKNOWN_TYPE
    found = state.catalog.get(Type, oid)
    return 0 if found is None else found.array


def get_promoted_array_type(state: State, oid: Oid) -> Oid:
    """The array over a type, or the type when it is an array itself (get_promoted_array_type)."""
    array = get_array_type(state, oid)
    return array or (oid if get_element_type(state, oid) else 0)


def get_type_category_preferred(state: State, oid: Oid) -> tuple[str, bool]:
    """(typcategory, typispreferred) (get_type_category_preferred)."""
    found = typeid_type(state, oid)
    return found.category, found.preferred


def type_category(state: State, oid: Oid) -> str:
    """TypeCategory."""
    return typeid_type(state, oid).category


def is_preferred_type(state: State, category: str, oid: Oid) -> bool:
    """Whether the type is the preferred one of this category, or with "" of its own (IsPreferredType)."""
    found = typeid_type(state, oid)
    return found.preferred and category in ("", found.category)


def get_typtype(state: State, oid: Oid) -> str:
    """get_typtype; "" for what is not known."""
    found = get_type(state, oid)
    return "" if found is None or oid == UNKNOWN_TYPE else found.typtype


def type_is_enum(state: State, oid: Oid) -> bool:
    return get_typtype(state, oid) == "e"


def type_is_range(state: State, oid: Oid) -> bool:
    return get_typtype(state, oid) == "r"


def type_is_multirange(state: State, oid: Oid) -> bool:
    return get_typtype(state, oid) == "m"


def type_is_array(state: State, oid: Oid) -> bool:
    return get_element_type(state, oid) != 0


def type_is_array_domain(state: State, oid: Oid) -> bool:
    return get_base_element_type(state, oid) != 0


def type_is_rowtype(state: State, oid: Oid) -> bool:
    """RECORD, a composite type, or a domain over one (type_is_rowtype)."""
    return oid == typeoids.RECORD or get_typtype(state, get_base_type(state, oid)) == "c"


def get_typcollation(state: State, oid: Oid) -> Oid:
    """The type's default collation, 0 when it is not collatable (get_typcollation)."""
    found = get_type(state, oid)
    return 0 if found is None else found.collation


def type_is_collatable(state: State, oid: Oid) -> bool:
    """type_is_collatable; a type that is not known may be."""
    return oid == UNKNOWN_TYPE or get_typcollation(state, oid) != 0


def get_range_subtype(state: State, oid: Oid) -> Oid:
    found = get_type(state, oid)
    return found.subtype if found is not None and found.typtype == "r" else 0


def get_range_multirange(state: State, oid: Oid) -> Oid:
    found = get_type(state, oid)
    return found.multirange if found is not None and found.typtype == "r" else 0


def get_multirange_range(state: State, oid: Oid) -> Oid:
    found = get_type(state, oid)
    return found.range if found is not None and found.typtype == "m" else 0


def typeid_type_relid(state: State, oid: Oid) -> Oid:
    """The relation of a composite type, else 0 (typeidTypeRelid)."""
    found = get_type(state, oid)
    return 0 if found is None else found.relid


def type_or_domain_type_relid(state: State, oid: Oid) -> Oid:
    """As typeid_type_relid, of a domain over a composite type too (typeOrDomainTypeRelid)."""
    return typeid_type_relid(state, get_base_type(state, oid))


def is_complex(state: State, oid: Oid) -> bool:
    """Whether values have named columns (ISCOMPLEX)."""
    return type_or_domain_type_relid(state, oid) != 0


def lookup_rowtype(state: State, oid: Oid) -> Relation | None:
    """The relation of a composite type, or of a domain over one; None when it is not one or not known (lookup_rowtype_tupdesc)."""
    relid = type_or_domain_type_relid(state, oid)
    return state.catalog.get(Relation, relid) if relid else None


def get_proc(state: State, oid: Oid) -> Proc:
    """The pg_proc row, which must exist."""
    found = state.catalog.get(Proc, oid)
    if found is None:
        raise Undecidable(f"function {oid} is not in the catalog")
    return found


def get_func_retset(state: State, oid: Oid) -> bool:
    found = state.catalog.get(Proc, oid)
    return found is not None and found.retset


def get_func_prokind(state: State, oid: Oid) -> str:
    return get_proc(state, oid).kind


def type_inherits_from(state: State, subclass: Oid, superclass: Oid) -> bool:
    """Whether a row type's table inherits from that of the other, directly or not (typeInheritsFrom)."""
    relid = type_or_domain_type_relid(state, subclass)
    parent = typeid_type_relid(state, superclass) if relid else 0
    if not parent:
        return False
    relation = state.catalog.get(Relation, relid)
    queue = list(relation.inherits) if relation is not None else []
    seen: set[Oid] = set()
    while queue:
        relid = queue.pop()
        if relid == parent:
            return True
        if relid not in seen:
            seen.add(relid)
            relation = state.catalog.get(Relation, relid)
            queue.extend(relation.inherits if relation is not None else ())
    return False


def type_is_of_typed_table(state: State, reltype: Oid, reloftype: Oid) -> bool:
    """Whether the first is the row type of a table OF the second (typeIsOfTypedTable)."""
    relid = type_or_domain_type_relid(state, reltype)
    relation = state.catalog.get(Relation, relid) if relid else None
    return relation is not None and relation.of_type == reloftype != 0
