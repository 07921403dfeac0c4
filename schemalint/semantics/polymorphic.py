"""Polymorphic arguments and results (the *_generic_type_* and *_signature functions of parse_coerce.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import (
    State,
    get_array_type,
    get_base_type,
    get_element_type,
    get_multirange_range,
    get_range_multirange,
    get_range_subtype,
    type_is_array_domain,
    type_is_enum,
    typeid_type,
)
from schemalint.semantics.pathways import IMPLICIT, can_coerce_type
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.typeoids import (
    ANYARRAY,
    ANYCOMPATIBLE,
    ANYCOMPATIBLEARRAY,
    ANYCOMPATIBLEMULTIRANGE,
    ANYCOMPATIBLENONARRAY,
    ANYCOMPATIBLERANGE,
    ANYELEMENT,
    ANYENUM,
    ANYMULTIRANGE,
    ANYNONARRAY,
    ANYRANGE,
    POLYMORPHIC,
    POLYMORPHIC_FAMILY1,
    POLYMORPHIC_FAMILY2,
    UNKNOWN,
)
from schemalint.semantics.types import format_type

_NAMES = {
    ANYELEMENT: "anyelement",
    ANYARRAY: "anyarray",
    ANYRANGE: "anyrange",
    ANYMULTIRANGE: "anymultirange",
    ANYCOMPATIBLEARRAY: "anycompatiblearray",
    ANYCOMPATIBLERANGE: "anycompatiblerange",
    ANYCOMPATIBLEMULTIRANGE: "anycompatiblemultirange",
}

_QUIET = Refusal("42804", "")
"""Raised where nobody reads the message."""

_ELEMENTS = (ANYELEMENT, ANYNONARRAY, ANYENUM)
_COMPATIBLES = (ANYCOMPATIBLE, ANYCOMPATIBLENONARRAY)


# --- Common types


def select_common_type_from_oids(state: State, types: Sequence[Oid], noerror: bool) -> Oid:
    """The common supertype, 0 on failure when that is allowed (select_common_type_from_oids)."""
    chosen = types[0]
    if chosen != UNKNOWN and all(oid == chosen for oid in types):
        return chosen
    if UNKNOWN_TYPE in types:
        return UNKNOWN_TYPE
    chosen = get_base_type(state, chosen)
    row = typeid_type(state, chosen)
    for oid in types[1:]:
        new = get_base_type(state, oid)
        if new in (UNKNOWN, chosen):
            continue
        new_row = typeid_type(state, new)
        if chosen == UNKNOWN:
            chosen, row = new, new_row
        elif new_row.category != row.category:
            if noerror:
                return 0
            first, second = format_type(state, chosen), format_type(state, new)
            raise Refusal("42804", f"argument types {first} and {second} cannot be matched")
        elif (
            not row.preferred
            and can_coerce_type(state, (chosen,), (new,), IMPLICIT)
            and not can_coerce_type(state, (new,), (chosen,), IMPLICIT)
        ):
            chosen, row = new, new_row
    return typeoids.TEXT if chosen == UNKNOWN else chosen


def verify_common_type_from_oids(state: State, common: Oid, types: Sequence[Oid]) -> bool:
    """verify_common_type_from_oids."""
    return all(can_coerce_type(state, (oid,), (common,), IMPLICIT) for oid in types)


# --- May these arguments match?


def check_generic_type_consistency(state: State, actual: Sequence[Oid], declared: Sequence[Oid]) -> bool:
    """Whether the arguments may match a polymorphic function (check_generic_type_consistency). UNKNOWN_TYPE matches anything."""
    matcher = _Matcher(state, actual, declared, allow_poly=False)
    if matcher.undecided:
        return True
    matcher.quiet = True
    try:
        return matcher.collect() and matcher.agree_family1() and matcher.agree_family2()
    except Refusal:
        return False


class _Matcher:
    """What the arguments of a call say about its polymorphic types; raises Refusal where they contradict each other."""

    def __init__(self, state: State, actual: Sequence[Oid], declared: Sequence[Oid], allow_poly: bool) -> None:
        self.state = state
        self.pairs = [pair for pair in zip(declared, actual, strict=False) if pair[0] in POLYMORPHIC]
        self.undecided = any(actual == UNKNOWN_TYPE for _, actual in self.pairs)
        self.allow_poly = allow_poly
        self.quiet = False
        self.elem = self.array = self.range = self.multirange = 0
        self.compatible: list[Oid] = []
        self.compatible_type = 0
        self.compatible_range = self.compatible_subtype = self.compatible_multirange = 0
        kinds = {declared for declared, _ in self.pairs}
        self.kinds = kinds
        self.family1 = sum(declared in POLYMORPHIC_FAMILY1 for declared, _ in self.pairs)
        self.family2 = any(declared in POLYMORPHIC_FAMILY2 for declared in kinds)
        self.nonarray = ANYNONARRAY in kinds
        self.enum = ANYENUM in kinds
        self.compatible_nonarray = ANYCOMPATIBLENONARRAY in kinds

    def shown(self, oid: Oid) -> str:
        return "" if self.quiet else format_type(self.state, oid)

    def mismatch(self, message: str, first: Oid, second: Oid) -> Refusal:
        if self.quiet:
            return _QUIET
        return Refusal("42804", message, detail=f"{self.shown(first)} versus {self.shown(second)}")

    def alike(self, kind: Oid, held: Oid, actual: Oid) -> Oid:
        if held and actual != held:
            raise self.mismatch(f'arguments declared "{_NAMES[kind]}" are not all alike', held, actual)
        return actual

    def not_a(self, kind: Oid, what: str, actual: Oid) -> Refusal:
        if self.quiet:
            return _QUIET
        return Refusal("42804", f"argument declared {_NAMES[kind]} is not {what} but type {self.shown(actual)}")

    def inconsistent(self, first: Oid, second: Oid, first_type: Oid, second_type: Oid) -> Refusal:
        message = f"argument declared {_NAMES[first]} is not consistent with argument declared {_NAMES[second]}"
        return self.mismatch(message, first_type, second_type)

    def collect(self) -> bool:
        """Take in what each argument says of its own polymorphic type."""
        for declared, actual in self.pairs:
            if actual == UNKNOWN or (self.allow_poly and declared == actual):
                continue
            if declared in _ELEMENTS:
                self.elem = self.alike(ANYELEMENT, self.elem, actual)
            elif declared in _COMPATIBLES:
                self.compatible.append(actual)
            else:
                self.collect_container(declared, get_base_type(self.state, actual))
        return True

    def collect_container(self, declared: Oid, actual: Oid) -> None:
        if declared == ANYARRAY:
            self.array = self.alike(ANYARRAY, self.array, actual)
        elif declared == ANYRANGE:
            self.range = self.alike(ANYRANGE, self.range, actual)
        elif declared == ANYMULTIRANGE:
            self.multirange = self.alike(ANYMULTIRANGE, self.multirange, actual)
        elif declared == ANYCOMPATIBLEARRAY:
            element = get_element_type(self.state, actual)
            if not element:
                raise self.not_a(ANYCOMPATIBLEARRAY, "an array", actual)
            self.compatible.append(element)
        elif declared == ANYCOMPATIBLERANGE:
            first = not self.compatible_range
            self.compatible_range = self.alike(ANYCOMPATIBLERANGE, self.compatible_range, actual)
            if first:
                self.compatible_subtype = get_range_subtype(self.state, actual)
                if not self.compatible_subtype:
                    raise self.not_a(ANYCOMPATIBLERANGE, "a range type", actual)
                self.compatible.append(self.compatible_subtype)
        else:
            self.compatible_multirange = self.alike(ANYCOMPATIBLEMULTIRANGE, self.compatible_multirange, actual)
            if not get_multirange_range(self.state, actual):
                raise self.not_a(ANYCOMPATIBLEMULTIRANGE, "a multirange type", actual)

    def agree_family1(self) -> bool:
        """Whether element, array, range and multirange types fit each other, each deduced from the others."""
        state = self.state
        if self.array and self.array != ANYARRAY:
            element = get_element_type(state, self.array)
            if not element:
                raise self.not_a(ANYARRAY, "an array", self.array)
            if self.elem and element != self.elem:
                raise self.inconsistent(ANYARRAY, ANYELEMENT, self.array, self.elem)
            self.elem = element
        if self.multirange:
            over = get_multirange_range(state, self.multirange)
            if not over:
                raise self.not_a(ANYMULTIRANGE, "a multirange type", self.multirange)
            if self.range and over != self.range:
                raise self.inconsistent(ANYMULTIRANGE, ANYRANGE, self.multirange, self.range)
            self.range = over
        if self.range:
            subtype = get_range_subtype(state, self.range)
            if not subtype:
                raise self.not_a(ANYRANGE, "a range type", self.range)
            if self.elem and subtype != self.elem:
                raise self.inconsistent(ANYRANGE, ANYELEMENT, self.range, self.elem)
            self.elem = subtype
        self.check_element()
        return True

    def check_element(self) -> None:
        # when all arguments are unknown literals the element is 0: no enum, and no array either
        if self.nonarray and self.elem != ANYELEMENT and type_is_array_domain(self.state, self.elem):
            shown = self.shown(self.elem)
            raise Refusal("42804", f"type matched to anynonarray is an array type: {shown}")
        if self.enum and self.elem != ANYELEMENT and not type_is_enum(self.state, self.elem):
            shown = self.shown(self.elem)
            raise Refusal("42804", f"type matched to anyenum is not an enum type: {shown}")

    def deduce_compatible_range(self) -> None:
        if not self.compatible_multirange:
            return
        over = get_multirange_range(self.state, self.compatible_multirange)
        if self.compatible_range:
            if over != self.compatible_range:
                raise self.inconsistent(
                    ANYCOMPATIBLEMULTIRANGE, ANYCOMPATIBLERANGE, self.compatible_multirange, self.compatible_range
                )
            return
        self.compatible_range = over
        self.compatible_subtype = get_range_subtype(self.state, over)
        if not self.compatible_subtype:
            raise self.not_a(ANYCOMPATIBLEMULTIRANGE, "a multirange type", self.compatible_multirange)
        self.compatible.append(self.compatible_subtype)

    def agree_family2(self) -> bool:
        """Whether the arguments of the anycompatible family have a common type."""
        self.deduce_compatible_range()
        if not self.compatible:
            return True
        self.compatible_type = select_common_type_from_oids(self.state, self.compatible, noerror=self.quiet)
        if not self.compatible_type:
            raise _QUIET
        if not verify_common_type_from_oids(self.state, self.compatible_type, self.compatible):
            raise Refusal("42804", "arguments of anycompatible family cannot be cast to a common type")
        if self.compatible_subtype and self.compatible_subtype != self.compatible_type:
            kind = "range" if ANYCOMPATIBLERANGE in self.kinds or self.compatible_multirange else "multirange"
            first, second = self.shown(self.compatible_range), self.shown(self.compatible_type)
            message = f"anycompatible{kind} type {first} does not match anycompatible type {second}"
            raise Refusal("42804", message)
        if self.compatible_nonarray and type_is_array_domain(self.state, self.compatible_type):
            shown = self.shown(self.compatible_type)
            raise Refusal("42804", f"type matched to anycompatiblenonarray is an array type: {shown}")
        return True


# --- What do they match?


def enforce_generic_type_consistency(
    state: State, actual: Sequence[Oid], declared: list[Oid], rettype: Oid, allow_poly: bool
) -> Oid:
    """The result type of a call, with `declared` changed to what its arguments must become (enforce_generic_type_consistency).

    `declared` may be longer than `actual` is: then no more is looked at.
    """
    if not any(oid in POLYMORPHIC for oid in declared):
        return rettype
    matcher = _Matcher(state, actual, declared, allow_poly)
    if matcher.undecided:
        for i, (oid, _) in enumerate(zip(declared, actual, strict=False)):
            if oid in POLYMORPHIC:
                declared[i] = UNKNOWN_TYPE
        return UNKNOWN_TYPE if rettype in POLYMORPHIC else rettype
    if not matcher.pairs:
        return rettype
    matcher.kinds.add(rettype)
    matcher.nonarray |= rettype == ANYNONARRAY
    matcher.enum |= rettype == ANYENUM
    matcher.compatible_nonarray |= rettype == ANYCOMPATIBLENONARRAY
    matcher.collect()
    resolved: dict[Oid, Oid] = {}
    if matcher.family1:
        resolved.update(_resolve_family1(matcher, rettype))
    if matcher.family2:
        resolved.update(_resolve_family2(matcher))
    for i, (oid, given) in enumerate(zip(declared, actual, strict=False)):
        if oid in POLYMORPHIC_FAMILY2 or (oid in POLYMORPHIC_FAMILY1 and given == UNKNOWN):
            declared[i] = _resolved(matcher, resolved, oid)
    return _resolved(matcher, resolved, rettype) if rettype in POLYMORPHIC else rettype


def _resolve_family1(matcher: _Matcher, rettype: Oid) -> dict[Oid, Oid]:
    if matcher.array == ANYARRAY:
        if matcher.family1 != 1 or (rettype != ANYARRAY and rettype in POLYMORPHIC_FAMILY1):
            raise Refusal("42804", 'cannot determine element type of "anyarray" argument')
        matcher.elem = ANYELEMENT
    if not (matcher.elem or matcher.array or matcher.range or matcher.multirange):
        if matcher.allow_poly:
            return {oid: oid for oid in POLYMORPHIC_FAMILY1} | dict.fromkeys(_ELEMENTS, ANYELEMENT)
        raise Refusal("42804", "could not determine polymorphic type because input has type unknown")
    matcher.agree_family1()
    if ANYMULTIRANGE in matcher.kinds and not matcher.multirange and matcher.range:
        matcher.multirange = get_range_multirange(matcher.state, matcher.range)
    found = dict.fromkeys(_ELEMENTS, matcher.elem)
    found.update({ANYARRAY: matcher.array, ANYRANGE: matcher.range, ANYMULTIRANGE: matcher.multirange})
    return found


def _resolve_family2(matcher: _Matcher) -> dict[Oid, Oid]:
    matcher.deduce_compatible_range()
    if not matcher.compatible:
        if matcher.allow_poly:
            return {oid: oid for oid in POLYMORPHIC_FAMILY2} | dict.fromkeys(_COMPATIBLES, ANYCOMPATIBLE)
        for kind in (ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE):
            if kind in matcher.kinds:
                raise _not_determined(kind)
        return dict.fromkeys(_COMPATIBLES, typeoids.TEXT) | {ANYCOMPATIBLEARRAY: typeoids.TEXTARRAY}
    matcher.agree_family2()
    if ANYCOMPATIBLEMULTIRANGE in matcher.kinds and not matcher.compatible_multirange and matcher.compatible_range:
        matcher.compatible_multirange = get_range_multirange(matcher.state, matcher.compatible_range)
    found = dict.fromkeys(_COMPATIBLES, matcher.compatible_type)
    found[ANYCOMPATIBLERANGE] = matcher.compatible_range
    found[ANYCOMPATIBLEMULTIRANGE] = matcher.compatible_multirange
    for kind in (ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE):
        if kind in matcher.kinds and not found[kind]:
            raise _not_determined(kind)
    if ANYCOMPATIBLEARRAY in matcher.kinds:
        found[ANYCOMPATIBLEARRAY] = _array_over(matcher.state, matcher.compatible_type)
    return found


def _not_determined(kind: Oid) -> Refusal:
    return Refusal("42804", f"could not determine polymorphic type {_NAMES[kind]} because input has type unknown")


def _array_over(state: State, element: Oid) -> Oid:
    array = get_array_type(state, element)
    if not array:
        raise Refusal("42704", f"could not find array type for data type {format_type(state, element)}")
    return array


def _resolved(matcher: _Matcher, resolved: dict[Oid, Oid], kind: Oid) -> Oid:
    found = resolved.get(kind, 0)
    if not found and kind == ANYARRAY and resolved.get(ANYELEMENT):
        found = resolved[ANYARRAY] = _array_over(matcher.state, resolved[ANYELEMENT])
    if not found:
        raise _not_determined(kind) if kind in _NAMES else Refusal("42804", "could not identify anycompatible type")
    return found


# --- Signatures


def check_valid_polymorphic_signature(state: State, ret_type: Oid, declared: Sequence[Oid]) -> str | None:
    """Why a polymorphic result cannot be deduced from these arguments, None when it can (check_valid_polymorphic_signature)."""
    if ret_type in (ANYRANGE, ANYMULTIRANGE):
        inputs: frozenset[Oid] = frozenset((ANYRANGE, ANYMULTIRANGE))
        said = "anyrange or anymultirange"
    elif ret_type in (ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE):
        inputs = frozenset((ANYCOMPATIBLERANGE, ANYCOMPATIBLEMULTIRANGE))
        said = "anycompatiblerange or anycompatiblemultirange"
    elif ret_type in POLYMORPHIC_FAMILY1:
        inputs = POLYMORPHIC_FAMILY1
        said = "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"
    elif ret_type in POLYMORPHIC_FAMILY2:
        inputs = POLYMORPHIC_FAMILY2
        said = (
            "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"
        )
    else:
        return None
    if any(oid in inputs for oid in declared):
        return None
    return f"A result of type {format_type(state, ret_type)} requires at least one input of type {said}."


def check_valid_internal_signature(ret_type: Oid, declared: Sequence[Oid]) -> str | None:
    """Why a result of type internal is unsafe, None when it is not (check_valid_internal_signature)."""
    if ret_type != typeoids.INTERNAL or typeoids.INTERNAL in declared:
        return None
    return "A result of type internal requires at least one input of type internal."
