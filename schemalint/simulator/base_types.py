"""Base and shell types (DefineType, AlterType of typecmds.c) and the functions that types need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress, Oid, Proc, Type
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.functions import func_signature_string
from schemalint.semantics.lsyscache import get_typtype, is_true_array
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.types import format_type, typename_type, typename_type_id
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.defelem import (
    def_get_boolean,
    def_get_qualified_name,
    def_get_string,
    def_get_type_length,
    def_get_type_name,
    error_conflicting_def_elem,
    span_of,
)
from schemalint.simulator.effects import Noted
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_type import free_type_name, type_create, type_shell_make
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterTypeStmt, DefElem, DefineStmt, TypeName

At = tuple[int, int] | None

CSTRINGARRAY: Oid = 1263
RAW_ARRAY_SUBSCRIPT_HANDLER: Oid = 6180

_ATTRIBUTES = frozenset(
    "like internallength input output receive send typmod_in typmod_out analyze analyse subscript category preferred "
    "delimiter element default passedbyvalue alignment storage collatable".split()
)
_ALIGNMENTS = {
    "double": "d",
    "float8": "d",
    "pg_catalog.float8": "d",
    "int4": "i",
    "pg_catalog.int4": "i",
    "int2": "s",
    "pg_catalog.int2": "s",
    "char": "c",
    "pg_catalog.bpchar": "c",
}
_STORAGES = {"plain": "p", "external": "e", "extended": "x", "main": "m"}


def define_type(session: Session, stmt: DefineStmt) -> None:
    """CREATE TYPE name [(...)] (DefineType)."""
    at = (stmt.start, stmt.end)
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to create a base type", at=at)
    namespace, name = qualified_name_get_creation_namespace(session, stmt.defnames, at)
    shell = free_type_name(session, name, namespace, at)
    if not stmt.definition:
        if shell:
            raise Refusal("42710", f'type "{name}" already exists', at=at, word=name)
        type_shell_make(session, name, namespace)
        return
    if not shell:
        hint = "Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE."
        if (why := session.catalog.why_unknown(name)) is not None:
            raise Undecidable(why, at)
        raise Refusal("42710", f'type "{name}" does not exist', at=at, word=name, hint=hint)
    found = _gather(session, stmt.definition)
    fields = _interpret(session, found)
    names = {key: def_get_qualified_name(found[key]) for key in _FUNCTIONS if key in found}
    if "input" not in names:
        raise Refusal("42P17", "type input function must be specified", at=at)
    if "output" not in names:
        raise Refusal("42P17", "type output function must be specified", at=at)
    if "typmod_in" not in names and "typmod_out" in names:
        message = "type modifier output function is useless without a type modifier input function"
        raise Refusal("42P17", message, at=at)
    functions = {key: find_type_function(session, key, names[key], shell, at) for key in _FUNCTIONS if key in names}
    made = Type(
        oid=shell,
        name=name,
        namespace=namespace,
        owner=session.role,
        input=functions["input"],
        output=functions["output"],
        typmodin=functions.get("typmod_in", 0),
        subscript=_subscript(functions, fields, session, at),
        **fields,
    )
    made = type_create(session, made)
    for oid in functions.values():
        session.catalog.depend(made.address, ObjectAddress("pg_proc", oid))


def _gather(session: Session, definition: tuple[DefElem, ...]) -> dict[str, DefElem]:
    found: dict[str, DefElem] = {}
    for option in definition:
        name = "analyze" if option.defname == "analyse" else option.defname
        if name not in _ATTRIBUTES:
            session.effect(Noted("WARNING", f'type attribute "{option.defname}" not recognized'))
        elif name in found:
            raise error_conflicting_def_elem(option)
        else:
            found[name] = option
    return found


def _interpret(session: Session, found: dict[str, DefElem]) -> dict[str, Any]:
    """Fields of Type from the options, in the order in which the server reads them."""
    fields: dict[str, Any] = {}
    if "like" in found:
        like, _ = typename_type(session, def_get_type_name(found["like"]))
        fields.update(len=like.len, byval=like.byval, align=like.align, storage=like.storage)
    if "internallength" in found:
        fields["len"] = def_get_type_length(found["internallength"])
    for key in _FUNCTIONS:
        if key in found:
            def_get_qualified_name(found[key])
    if "category" in found:
        fields["category"] = _category(found["category"])
    if "preferred" in found:
        fields["preferred"] = def_get_boolean(found["preferred"])
    if "delimiter" in found:
        fields["delim"] = def_get_string(found["delimiter"])[:1]
    if "element" in found:
        fields["elem"] = _element(session, found["element"])
    if "default" in found:
        fields["default"] = def_get_string(found["default"])
    if "passedbyvalue" in found:
        fields["byval"] = def_get_boolean(found["passedbyvalue"])
    if "alignment" in found:
        fields["align"] = _choice(found["alignment"], _ALIGNMENTS)
    if "storage" in found:
        fields["storage"] = _choice(found["storage"], _STORAGES)
    if "collatable" in found:
        fields["collation"] = typeoids.DEFAULT_COLLATION if def_get_boolean(found["collatable"]) else 0
    return fields


def _category(option: DefElem) -> str:
    text = def_get_string(option)
    if not text or not " " <= text[0] <= "~":
        raise Refusal("22023", f'invalid type category "{text}": must be simple ASCII', at=span_of(option))
    return text[0]


def _element(session: Session, option: DefElem) -> Oid:
    oid = typename_type_id(session, def_get_type_name(option))
    if get_typtype(session, oid) == "p":
        raise Refusal("42804", f"array element type cannot be {format_type(session, oid)}", at=span_of(option))
    return oid


def _choice(option: DefElem, known: dict[str, str]) -> str:
    text = def_get_string(option)
    found = known.get(text.lower())
    if found is None:
        raise Refusal("22023", f'{option.defname} "{text}" not recognized', at=span_of(option))
    return found


def _subscript(functions: dict[str, Oid], fields: dict[str, Any], session: Session, at: At) -> Oid:
    handler = functions.get("subscript", 0)
    if handler == typeoids.ARRAY_SUBSCRIPT_HANDLER:
        raise Refusal("42P17", "type subscripting function array_subscript_handler cannot be used", at=at)
    element = fields.get("elem", 0)
    if handler or not element:
        return handler
    inner = session.catalog.get(Type, element)
    if fields.get("len", -1) > 0 and not fields.get("byval", False) and inner is not None and inner.len > 0:
        return RAW_ARRAY_SUBSCRIPT_HANDLER
    raise Refusal("22023", "element type cannot be specified without a subscripting function", at=at)


# --- functions of types

_FUNCTIONS = ("input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript")
_WORDS = {
    "input": "type input function",
    "output": "type output function",
    "receive": "type receive function",
    "send": "type send function",
    "typmod_in": "typmod_in function",
    "typmod_out": "typmod_out function",
    "analyze": "type analyze function",
    "subscript": "type subscripting function",
}
_SELF = -1
_SIGNATURES: dict[str, tuple[tuple[tuple[Oid, ...], ...], Oid]] = {
    "input": (((typeoids.CSTRING,), (typeoids.CSTRING, typeoids.OID, typeoids.INT4)), _SELF),
    "output": (((_SELF,),), typeoids.CSTRING),
    "receive": (((typeoids.INTERNAL,), (typeoids.INTERNAL, typeoids.OID, typeoids.INT4)), _SELF),
    "send": (((_SELF,),), typeoids.BYTEA),
    "typmod_in": (((CSTRINGARRAY,),), typeoids.INT4),
    "typmod_out": (((typeoids.INT4,),), typeoids.CSTRING),
    "analyze": (((typeoids.INTERNAL,),), typeoids.BOOL),
    "subscript": (((typeoids.INTERNAL,),), typeoids.INTERNAL),
}
"""Arguments, in one or two forms, and result."""


def find_type_function(session: Session, key: str, names: tuple[str, ...], oid: Oid, at: At) -> Oid:
    """The function that a type needs for a purpose (findTypeInputFunction and its like)."""
    forms, result = _SIGNATURES[key]
    shown = qualified(names)
    signatures = [[oid if arg == _SELF else arg for arg in form] for form in forms]
    hits = [hit for args in signatures if (hit := lookup_func_name(session, names, args, missing_ok=True, at=at))]
    if len(hits) > 1:
        raise Refusal("42725", f"{_WORDS[key]} {shown} has multiple matches", at=at)
    if not hits:
        raise missing_function(session, names, signatures[0], at)
    wanted = oid if result == _SELF else result
    if session.catalog[Proc, hits[0]].rettype != wanted:
        raise Refusal("42P17", f"{_WORDS[key]} {shown} must return type {format_type(session, wanted)}", at=at)
    return hits[0]


def missing_function(session: Session, names: tuple[str, ...], argtypes: Sequence[Oid], at: At) -> Refusal:
    """42883 of a function that must exist."""
    signature = func_signature_string(session, names, (), argtypes)
    return Refusal("42883", f"function {signature} does not exist", at=at, word=names[-1])


# --- ALTER TYPE SET

_FIXED = frozenset(
    "input output internallength passedbyvalue alignment like category preferred default element delimiter "
    "collatable".split()
)


def alter_type(session: Session, stmt: AlterTypeStmt) -> None:
    """ALTER TYPE ... SET (AlterType)."""
    at = (stmt.start, stmt.end)
    found, _ = typename_type(session, TypeName(names=stmt.typeName, start=stmt.start, end=stmt.end))
    fields: dict[str, Any] = {}
    super_only = False
    for option in stmt.options:
        name = option.defname
        if name == "storage":
            fields["storage"] = _new_storage(found, option)
            super_only = super_only or (fields["storage"] != "p" and found.storage == "p")
        elif name in ("receive", "send", "typmod_in", "typmod_out", "analyze", "subscript"):
            super_only = True
            oid = 0
            if option.arg is not None:
                oid = find_type_function(session, name, def_get_qualified_name(option), found.oid, span_of(option))
                session.catalog.depend(found.address, ObjectAddress("pg_proc", oid))
            if name == "typmod_in":
                fields["typmodin"] = oid
            elif name == "subscript":
                fields["subscript"] = oid
        elif name in _FIXED:
            raise Refusal("42601", f'type attribute "{name}" cannot be changed', at=span_of(option), word=name)
        else:
            raise Refusal("42601", f'type attribute "{name}" not recognized', at=span_of(option), word=name)
    if super_only:
        if not is_superuser(session):
            raise Refusal("42501", "must be superuser to alter a type", at=at)
    else:
        owner_check(session, found, at)
    if found.typtype != "b" or is_true_array(found):
        raise Refusal("42809", f"{format_type(session, found.oid)} is not a base type", at=at)
    session.change(replace(found, **fields))
    _alter_domains(session, found.oid, fields)


def _new_storage(found: Type, option: DefElem) -> str:
    storage = _choice(option, _STORAGES)
    if storage != "p" and found.len != -1:
        raise Refusal("42P17", "fixed-size types must have storage PLAIN", at=span_of(option))
    if storage == "p" and found.storage != "p":
        raise Refusal("42P17", "cannot change type's storage to PLAIN", at=span_of(option))
    return storage


def _alter_domains(session: Session, base: Oid, fields: dict[str, Any]) -> None:
    """Domains over the type follow it (AlterTypeRecurse)."""
    inherited = {key: value for key, value in fields.items() if key == "storage"}
    if not inherited:
        return
    for domain in session.catalog.in_any_namespace(Type):
        if domain.typtype == "d" and domain.basetype == base:
            session.change(replace(domain, **inherited))
            _alter_domains(session, domain.oid, inherited)
