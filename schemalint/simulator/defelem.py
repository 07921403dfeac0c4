"""Values of `name = value` options (define.c)."""

from __future__ import annotations

from typing import Any

from schemalint.errors import Refusal
from schemalint.semantics.input import check_input
from schemalint.syntax.nodes import A_Const, A_Star, DefElem, Float, TypeName

At = tuple[int, int] | None

_TRUE = frozenset(("true", "on", "1"))
_FALSE = frozenset(("false", "off", "0"))


def span_of(option: DefElem) -> At:
    """Where an option stands."""
    return (option.start, option.end)


def def_get_string(option: DefElem) -> str:
    """The value as text (defGetString)."""
    arg: Any = option.arg
    match arg:
        case None:
            raise Refusal("42601", f"{option.defname} requires a parameter", at=span_of(option))
        case bool():
            return "true" if arg else "false"
        case str() | int():
            return str(arg)
        case Float():
            return arg.fval
        case A_Const():
            return str(arg.val)
        case TypeName():
            from schemalint.semantics.types import type_name_to_string

            return type_name_to_string(arg)
        case A_Star():
            return "*"
        case tuple():
            return ".".join(str(part) for part in arg)
    raise Refusal("42601", f"unexpected node type in option {option.defname}", at=span_of(option))


def def_get_numeric(option: DefElem) -> float:
    """defGetNumeric."""
    if option.arg is None:
        raise Refusal("42601", f"{option.defname} requires a numeric value", at=span_of(option))
    if isinstance(option.arg, int):
        return float(option.arg)
    if isinstance(option.arg, Float):
        return float(option.arg.fval)
    raise Refusal("42601", f"{option.defname} requires a numeric value", at=span_of(option))


def def_get_boolean(option: DefElem) -> bool:
    """A flag; without a value it is true (defGetBoolean)."""
    arg = option.arg
    if arg is None:
        return True
    if isinstance(arg, bool):
        return arg
    if isinstance(arg, int):
        if arg in (0, 1):
            return arg == 1
    else:
        text = def_get_string(option).lower()
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
    raise Refusal("42601", f"{option.defname} requires a Boolean value", at=span_of(option))


def def_get_int32(option: DefElem) -> int:
    """defGetInt32."""
    if isinstance(option.arg, int):
        return int(option.arg)
    raise Refusal("42601", f"{option.defname} requires an integer value", at=span_of(option))


def def_get_int64(option: DefElem) -> int:
    """defGetInt64."""
    if isinstance(option.arg, int):
        return int(option.arg)
    if isinstance(option.arg, Float):
        error = check_input("int8", option.arg.fval)
        if error is not None:
            raise Refusal(error.sqlstate, error.message, at=span_of(option))
        return int(option.arg.fval)
    raise Refusal("42601", f"{option.defname} requires a numeric value", at=span_of(option))


def def_get_qualified_name(option: DefElem) -> tuple[str, ...]:
    """The name of an object (defGetQualifiedName)."""
    arg: Any = option.arg
    match arg:
        case None:
            raise Refusal("42601", f"{option.defname} requires a parameter", at=span_of(option))
        case TypeName():
            return arg.names
        case tuple() if all(isinstance(part, str) for part in arg):
            return arg
        case str():
            return (arg,)
    raise Refusal("42601", f"argument of {option.defname} must be a name", at=span_of(option))


def def_get_type_name(option: DefElem) -> TypeName:
    """The name of a type (defGetTypeName)."""
    arg: Any = option.arg
    match arg:
        case None:
            raise Refusal("42601", f"{option.defname} requires a parameter", at=span_of(option))
        case TypeName():
            return arg
        case str():
            return TypeName(names=(arg,), start=option.start, end=option.end)
    raise Refusal("42601", f"argument of {option.defname} must be a type name", at=span_of(option))


def def_get_type_length(option: DefElem) -> int:
    """The length of a type, -1 when it varies (defGetTypeLength)."""
    arg: Any = option.arg
    match arg:
        case None:
            raise Refusal("42601", f"{option.defname} requires a parameter", at=span_of(option))
        case bool():
            pass
        case int():
            return arg
        case Float():
            raise Refusal("42601", f"{option.defname} requires an integer value", at=span_of(option))
        case str():
            if arg.lower() == "variable":
                return -1
        case TypeName():
            if def_get_string(option).lower() == "variable":
                return -1
    raise Refusal("42601", f'invalid argument for {option.defname}: "{def_get_string(option)}"', at=span_of(option))


def error_conflicting_def_elem(option: DefElem) -> Refusal:
    """errorConflictingDefElem."""
    return Refusal("42601", "conflicting or redundant options", at=span_of(option))
