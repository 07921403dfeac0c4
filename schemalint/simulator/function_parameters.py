"""Parameters and results of functions, procedures and aggregates (interpret_function_parameter_list, compute_return_type)."""

from __future__ import annotations

from typing import NamedTuple

from schemalint.catalog.model import Expression, Oid, Type
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import get_element_type
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, UnknownExpr
from schemalint.semantics.types import format_type, lookup_type_name, type_name_to_string
from schemalint.simulator.acl import acl_check
from schemalint.simulator.effects import Noted
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace
from schemalint.simulator.pg_type import type_shell_make
from schemalint.simulator.session import Session
from schemalint.simulator.stored import session_parsestate
from schemalint.syntax.nodes import FunctionParameter, Node, TypeName

INTERNAL_LANGUAGE, C_LANGUAGE, SQL_LANGUAGE = 12, 13, 14

_MODES = {
    "FUNC_PARAM_DEFAULT": "i",
    "FUNC_PARAM_IN": "i",
    "FUNC_PARAM_OUT": "o",
    "FUNC_PARAM_INOUT": "b",
    "FUNC_PARAM_VARIADIC": "v",
    "FUNC_PARAM_TABLE": "t",
}
_INPUTS, _OUTPUTS = "ibv", "obt"
_ARRAYS = (typeoids.ANYARRAY, typeoids.ANYCOMPATIBLEARRAY, typeoids.ANY)


class Parameters(NamedTuple):
    """What a parameter list means. `alltypes`, `modes` and `names` are as in pg_proc: empty when they say nothing more.

    required is the result type that OUT parameters ask for, 0 without them.
    """

    intypes: tuple[Oid, ...]
    alltypes: tuple[Oid, ...]
    modes: str
    names: tuple[str, ...]
    innames: tuple[str, ...]
    defaults: tuple[Expression, ...]
    variadic: Oid
    required: Oid


def parameter_type(session: Session, type_name: TypeName, language: Oid, objtype: str) -> Oid:
    """The type of one parameter, UNKNOWN_TYPE for one that may exist outside an open catalog."""
    at = (type_name.start, type_name.end)
    try:
        found = lookup_type_name(session, type_name)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        return UNKNOWN_TYPE
    shown = type_name_to_string(type_name)
    if found is None:
        raise Refusal("42704", f"type {shown} does not exist", at=at, word=type_name.names[-1])
    if not found[0].isdefined:
        if language == SQL_LANGUAGE:
            raise Refusal("42P13", f"SQL function cannot accept shell type {shown}", at=at)
        if objtype == "OBJECT_AGGREGATE":
            raise Refusal("42P13", f"aggregate cannot accept shell type {shown}", at=at)
        session.effect(Noted("NOTICE", f"argument type {shown} is only a shell"))
    check_type_usage(session, found[0].oid, at)
    return found[0].oid


def check_type_usage(session: Session, oid: Oid, at: tuple[int, int] | None) -> None:
    """Raise 42501 unless the role may use the type."""
    found = session.catalog.get(Type, oid)
    if found is not None:
        acl_check(session, found, "U", at)


def interpret_function_parameter_list(
    session: Session, parameters: tuple[FunctionParameter, ...], language: Oid, objtype: str
) -> Parameters:
    """interpret_function_parameter_list. `objtype` is OBJECT_FUNCTION, OBJECT_PROCEDURE or OBJECT_AGGREGATE; language 0 is any."""
    intypes: list[Oid] = []
    innames: list[str] = []
    alltypes: list[Oid] = []
    modes = ""
    defaults: list[Expression] = []
    variadic = required = 0
    outs = 0
    for i, fp in enumerate(parameters):
        at = (fp.start, fp.end)
        mode = _MODES[fp.mode]
        oid = parameter_type(session, fp.argType, language, objtype)
        if fp.argType.setof:
            kinds = objtype.removeprefix("OBJECT_").lower() + "s"
            raise Refusal("42P13", f"{kinds} cannot accept set arguments", at=at)
        if mode in _INPUTS:
            if variadic:
                raise Refusal("42P13", "VARIADIC parameter must be the last input parameter", at=at)
            intypes.append(oid)
            innames.append(fp.name or "")
        if mode in _OUTPUTS:
            if objtype == "OBJECT_PROCEDURE":
                if variadic:
                    raise Refusal("42P13", "VARIADIC parameter must be the last parameter", at=at)
                required = typeoids.RECORD
            elif not outs:
                required = oid
            outs += 1
        if mode == "v":
            variadic = _variadic_element(session, oid, at)
        alltypes.append(oid)
        modes += mode
        if fp.name:
            _check_name(fp, mode, parameters[:i])
        if fp.defexpr is not None:
            if mode not in _INPUTS:
                raise Refusal("42P13", "only input parameters can have default values", at=at)
            defaults.append(_default(session, fp.defexpr, oid))
        elif mode in _INPUTS and defaults:
            message = "input parameters after one with a default value must also have defaults"
            raise Refusal("42P13", message, at=at)
        elif objtype == "OBJECT_PROCEDURE" and defaults:
            message = "procedure OUT parameters cannot appear after one with a default value"
            raise Refusal("42P13", message, at=at)
    if outs > 1 and objtype != "OBJECT_PROCEDURE":
        required = typeoids.RECORD
    said = bool(outs or variadic)
    named = any(fp.name for fp in parameters)
    return Parameters(
        tuple(intypes),
        tuple(alltypes) if said else (),
        modes if said else "",
        tuple(fp.name or "" for fp in parameters) if named else (),
        tuple(innames),
        tuple(defaults),
        variadic,
        required,
    )


def _variadic_element(session: Session, oid: Oid, at: tuple[int, int]) -> Oid:
    """pg_proc.provariadic of a VARIADIC parameter."""
    if oid == UNKNOWN_TYPE:
        return UNKNOWN_TYPE
    if oid in _ARRAYS:
        return {
            typeoids.ANYARRAY: typeoids.ANYELEMENT,
            typeoids.ANYCOMPATIBLEARRAY: typeoids.ANYCOMPATIBLE,
            typeoids.ANY: typeoids.ANY,
        }[oid]
    element = get_element_type(session, oid)
    if not element:
        raise Refusal("42P13", "VARIADIC parameter must be an array", at=at)
    return element


def _check_name(fp: FunctionParameter, mode: str, before: tuple[FunctionParameter, ...]) -> None:
    """No two inputs, and no two outputs, of one name."""
    for other in before:
        held = _MODES[other.mode]
        if (mode in "iv" and held in "ot") or (held in "iv" and mode in "ot"):
            continue
        if other.name == fp.name:
            message = f'parameter name "{fp.name}" used more than once'
            raise Refusal("42P13", message, at=(fp.start, fp.end), word=fp.name)


def _default(session: Session, node: Node, oid: Oid) -> Expression:
    """The default of a parameter."""
    from schemalint.semantics.coerce import coerce_to_specific_type
    from schemalint.semantics.collations import assign_expr_collations
    from schemalint.semantics.expressions import transform_expr

    pstate = session_parsestate(session)
    tree: Expr
    try:
        tree = transform_expr(pstate, node, "function_default")
        if oid != UNKNOWN_TYPE:
            tree = coerce_to_specific_type(pstate, tree, oid, "DEFAULT")
        assign_expr_collations(pstate, tree)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        tree = UnknownExpr(type=oid)
    if pstate.rtable:
        message = "cannot use table references in parameter default value"
        raise Refusal("42P10", message, at=(node.start, node.end))
    return Expression(session.source_of(node), tree)


def compute_return_type(session: Session, type_name: TypeName, language: Oid) -> tuple[Oid, bool]:
    """(type, whether a set of it) that RETURNS says; a C function may make it a shell type (compute_return_type)."""
    at = (type_name.start, type_name.end)
    shown = type_name_to_string(type_name)
    try:
        found = lookup_type_name(session, type_name)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        return UNKNOWN_TYPE, type_name.setof
    if found is None:
        if language not in (INTERNAL_LANGUAGE, C_LANGUAGE):
            raise Refusal("42704", f'type "{shown}" does not exist', at=at, word=type_name.names[-1])
        if type_name.typmods:
            message = f'type modifier cannot be specified for shell type "{shown}"'
            raise Refusal("42601", message, at=at)
        session.effect(Noted("NOTICE", f'type "{shown}" is not yet defined'))
        namespace, name = qualified_name_get_creation_namespace(session, type_name.names, at)
        return type_shell_make(session, name, namespace).oid, type_name.setof
    if not found[0].isdefined:
        if language == SQL_LANGUAGE:
            raise Refusal("42P13", f"SQL function cannot return shell type {shown}", at=at)
        session.effect(Noted("NOTICE", f"return type {shown} is only a shell"))
    check_type_usage(session, found[0].oid, at)
    return found[0].oid, type_name.setof


def check_required_result(session: Session, rettype: Oid, required: Oid, at: tuple[int, int] | None) -> None:
    """RETURNS must say what OUT parameters ask for."""
    if required and rettype != required and UNKNOWN_TYPE not in (required, rettype):
        shown = format_type(session, required)
        raise Refusal("42P13", f"function result type must be {shown} because of OUT parameters", at=at)
