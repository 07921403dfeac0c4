"""Range types with their multiranges, constructors and casts (DefineRange of typecmds.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Cast, ObjectAddress, Oid, OpClass, Proc, Type
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.functions import func_signature_string
from schemalint.semantics.lsyscache import get_typcollation, get_typtype, type_is_collatable
from schemalint.semantics.pathways import is_binary_coercible
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.typcache import get_default_opclass
from schemalint.semantics.types import format_type, lookup_collation, typename_type_id
from schemalint.simulator.base_types import missing_function
from schemalint.simulator.defelem import (
    def_get_qualified_name,
    def_get_type_name,
    error_conflicting_def_elem,
    span_of,
)
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_proc import procedure_create
from schemalint.simulator.pg_type import (
    MULTIRANGE_IN,
    MULTIRANGE_OUT,
    RANGE_IN,
    RANGE_OUT,
    free_type_name,
    make_multirange_type_name,
    type_create,
)
from schemalint.simulator.session import Session
from schemalint.simulator.undecided import may_make
from schemalint.syntax.nodes import CreateRangeStmt, DefElem

At = tuple[int, int] | None

INTERNAL_LANGUAGE: Oid = 12
_PARAMETERS = ("subtype", "subtype_opclass", "collation", "canonical", "subtype_diff", "multirange_type_name")


def define_range(session: Session, stmt: CreateRangeStmt) -> None:
    """CREATE TYPE ... AS RANGE (DefineRange)."""
    with may_make(session, stmt.typeName[-1]):
        _define_range(session, stmt)


def _define_range(session: Session, stmt: CreateRangeStmt) -> None:
    at = (stmt.start, stmt.end)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.typeName, at)
    shell = free_type_name(session, name, namespace, at)
    found = _gather(session, stmt)
    if "subtype" not in found:
        raise Refusal("42601", 'type attribute "subtype" is required', at=at)
    subtype: Oid = found["subtype"]
    if get_typtype(session, subtype) == "p":
        raise Refusal("42804", f"range subtype cannot be {format_type(session, subtype)}", at=at)
    opclass = _find_range_sub_opclass(session, found.get("subtype_opclass"), subtype, at)
    collation = _collation(session, found.get("collation"), subtype, at)
    functions: list[Oid] = []
    if "canonical" in found:
        if not shell:
            hint = "Create the type as a shell type, then create its canonicalization function, then do a full CREATE TYPE."
            message = "cannot specify a canonical function without a pre-created shell type"
            raise Refusal("42P17", message, at=at, hint=hint)
        functions.append(_find_canonical(session, found["canonical"], shell, at))
    if "subtype_diff" in found:
        functions.append(_find_subtype_diff(session, found["subtype_diff"], subtype, at))
    made = _create(session, shell, name, namespace, subtype, opclass, collation, found.get("multirange_type_name"), at)
    for oid in functions:
        session.catalog.depend(made.address, ObjectAddress("pg_proc", oid))


def _gather(session: Session, stmt: CreateRangeStmt) -> dict[str, Any]:
    """The parameters, each read as soon as it is met."""
    found: dict[str, Any] = {}
    for option in stmt.params:
        name = option.defname
        if name not in _PARAMETERS:
            raise Refusal("42601", f'type attribute "{name}" not recognized', at=span_of(option), word=name)
        if name in found:
            raise error_conflicting_def_elem(option)
        if name == "subtype":
            found[name] = typename_type_id(session, def_get_type_name(option))
        elif name == "multirange_type_name":
            found[name] = _multirange_name(session, option)
        else:
            found[name] = def_get_qualified_name(option)
    return found


def _multirange_name(session: Session, option: DefElem) -> tuple[Oid, str]:
    return qualified_name_get_creation_namespace(session, def_get_qualified_name(option), span_of(option))


def _find_range_sub_opclass(session: Session, names: tuple[str, ...] | None, subtype: Oid, at: At) -> Oid:
    """findRangeSubOpclass."""
    if names is not None:
        from schemalint.simulator.opclass_members import get_opclass_oid

        oid = get_opclass_oid(session, typeoids.BTREE_AM, names, at)
        if not is_binary_coercible(session, subtype, session.catalog[OpClass, oid].intype):
            shown = format_type(session, subtype)
            message = f'operator class "{qualified(names)}" does not accept data type {shown}'
            raise Refusal("42804", message, at=at, word=names[-1])
        return oid
    oid = get_default_opclass(session, subtype, typeoids.BTREE_AM)
    if not oid:
        message = f'data type {format_type(session, subtype)} has no default operator class for access method "btree"'
        hint = (
            "You must specify an operator class for the range type or define a default operator class for the subtype."
        )
        raise Refusal("42704", message, at=at, hint=hint)
    return oid


def _collation(session: Session, names: tuple[str, ...] | None, subtype: Oid, at: At) -> Oid:
    if type_is_collatable(session, subtype):
        return get_typcollation(session, subtype) if names is None else lookup_collation(session, names, at)
    if names is not None:
        raise Refusal("42809", "range collation specified but subtype does not support collation", at=at)
    return 0


def _find_canonical(session: Session, names: tuple[str, ...], oid: Oid, at: At) -> Oid:
    """findRangeCanonicalFunction."""
    function = lookup_func_name(session, names, [oid], missing_ok=True, at=at)
    if not function:
        raise missing_function(session, names, [oid], at)
    proc = session.catalog[Proc, function]
    shown = f"range canonical function {func_signature_string(session, names, (), [oid])}"
    if proc.rettype != oid:
        raise Refusal("42P17", f"{shown} must return range type", at=at)
    if proc.volatile != "i":
        raise Refusal("42P17", f"{shown} must be immutable", at=at)
    return function


def _find_subtype_diff(session: Session, names: tuple[str, ...], subtype: Oid, at: At) -> Oid:
    """findRangeSubtypeDiffFunction."""
    function = lookup_func_name(session, names, [subtype, subtype], missing_ok=True, at=at)
    if not function:
        raise missing_function(session, names, [subtype, subtype], at)
    proc = session.catalog[Proc, function]
    shown = f"range subtype diff function {func_signature_string(session, names, (), [subtype, subtype])}"
    if proc.rettype != typeoids.FLOAT8:
        raise Refusal("42P17", f"{shown} must return type double precision", at=at)
    if proc.volatile != "i":
        raise Refusal("42P17", f"{shown} must be immutable", at=at)
    return function


def _create(
    session: Session,
    shell: Oid,
    name: str,
    namespace: Oid,
    subtype: Oid,
    opclass: Oid,
    collation: Oid,
    multirange: tuple[Oid, str] | None,
    at: At,
) -> Type:
    catalog = session.catalog
    inner = catalog.get(Type, subtype)
    common: dict[str, Any] = {
        "owner": session.role,
        "category": "R",
        "align": "d" if inner is not None and inner.align == "d" else "i",
        "storage": "x",
    }
    ranged = type_create(
        session,
        Type(
            oid=shell or catalog.new_oid(),
            name=name,
            namespace=namespace,
            typtype="r",
            input=RANGE_IN,
            output=RANGE_OUT,
            subtype=subtype,
            subtype_opclass=opclass,
            subtype_collation=collation,
            **common,
        ),
    )
    for needed in (("pg_type", subtype), ("pg_opclass", opclass), ("pg_collation", collation)):
        if needed[1]:
            catalog.depend(ranged.address, ObjectAddress(*needed))
    if multirange is not None:
        multi_namespace, multi_name = multirange
        free_type_name(session, multi_name, multi_namespace, at)
    else:
        multi_namespace, multi_name = namespace, make_multirange_type_name(session, name, namespace)
    multi = type_create(
        session,
        Type(
            oid=catalog.new_oid(),
            name=multi_name,
            namespace=multi_namespace,
            typtype="m",
            input=MULTIRANGE_IN,
            output=MULTIRANGE_OUT,
            range=ranged.oid,
            **common,
        ),
    )
    catalog.put(replace(ranged, multirange=multi.oid))
    catalog.depend(multi.address, ranged.address, "i")
    _make_constructors(session, ranged, multi, at)
    return ranged


def _make_constructors(session: Session, ranged: Type, multi: Type, at: At) -> None:
    """makeRangeConstructors, makeMultirangeConstructors, and the cast between the two."""
    subtype = ranged.subtype
    _constructor(session, ranged, ranged, "range_constructor2", (subtype, subtype), at)
    _constructor(session, ranged, ranged, "range_constructor3", (subtype, subtype, typeoids.TEXT), at)
    _constructor(session, ranged, multi, "multirange_constructor0", (), at)
    cast = _constructor(session, ranged, multi, "multirange_constructor1", (ranged.oid,), at)
    _constructor(session, ranged, multi, "multirange_constructor2", (ranged.array,), at, variadic=ranged.oid)
    made = Cast(
        oid=session.catalog.new_oid(), source=ranged.oid, target=multi.oid, func=cast.oid, context="e", method="f"
    )
    session.catalog.put(made)
    for address in (ranged.address, multi.address, cast.address):
        session.catalog.depend(made.address, address, "i")


def _constructor(
    session: Session, ranged: Type, made: Type, src: str, argtypes: tuple[Oid, ...], at: At, variadic: Oid = 0
) -> Proc:
    proc = procedure_create(
        session,
        Proc(
            oid=0,
            name=made.name,
            namespace=ranged.namespace,
            owner=session.role,
            lang=INTERNAL_LANGUAGE,
            strict=made is not ranged,
            volatile="i",
            parallel="s",
            rettype=made.oid,
            argtypes=argtypes,
            allargtypes=argtypes if variadic else (),
            argmodes="v" if variadic else "",
            variadic=variadic,
            src=src,
        ),
        False,
        at,
    )
    session.catalog.depend(proc.address, made.address, "i")
    return proc
