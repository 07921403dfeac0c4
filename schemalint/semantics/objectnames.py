"""Literals of regclass and its like: names of objects in a text (regproc.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from schemalint.catalog import model
from schemalint.catalog.model import Oid, Operator, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.candidates import funcname_get_candidates, opername_get_candidates, opername_get_oprid
from schemalint.semantics.lsyscache import State
from schemalint.semantics.types import lookup_collation, lookup_relation, parse_type_string

_SPACES: Final = " \t\n\r\f\v"


def split_identifier_string(text: str, separator: str) -> list[str] | None:
    """The names in a text, folded as SQL folds them; None when it is not written well (SplitIdentifierString)."""
    names: list[str] = []
    position = _skip(text, 0)
    if position == len(text):
        return names
    while True:
        if text[position : position + 1] == '"':
            end = position + 1
            while True:
                end = text.find('"', end)
                if end < 0:
                    return None
                if text[end + 1 : end + 2] != '"':
                    break
                end += 2
            names.append(text[position + 1 : end].replace('""', '"'))
            position = end + 1
        else:
            start = position
            while position < len(text) and text[position] != separator and text[position] not in _SPACES:
                position += 1
            if position == start:
                return None
            names.append(text[start:position].lower())
        position = _skip(text, position)
        if position == len(text):
            return names
        if text[position] != separator:
            return None
        position = _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACES:
        position += 1
    return position


def string_to_qualified_name_list(text: str) -> tuple[str, ...]:
    """The parts of a qualified name (stringToQualifiedNameList)."""
    names = split_identifier_string(text, ".")
    if not names:
        raise Refusal("42602", "invalid name syntax")
    return tuple(names)


def _number(text: str) -> Oid | None:
    """`-` and numbers stand for themselves (parseDashOrOid)."""
    if text == "-":
        return 0
    return int(text) if text.isdecimal() and text.isascii() else None


def regclassin(state: State, text: str) -> Oid:
    number = _number(text)
    if number is not None:
        return number
    names = string_to_qualified_name_list(text)
    if len(names) > 3:
        raise Refusal("42601", f"improper relation name (too many dotted names): {qualified(names)}")
    # since 16 a missing schema is only a missing relation
    found = lookup_relation(state, names, missing_ok=state.version >= 16)
    if found is None:
        raise Refusal("42P01", f'relation "{qualified(names)}" does not exist', word=names[-1])
    return found.oid


def regprocin(state: State, text: str) -> Oid:
    number = _number(text)
    if number is not None:
        return number
    names = string_to_qualified_name_list(text)
    found = funcname_get_candidates(state, names, -1, missing_ok=state.version >= 16)
    if not found:
        state.names.unknown_or(names[-1])
        raise Refusal("42883", f'function "{text}" does not exist')
    if len(found) > 1 or found[0].found is None:
        raise Refusal("42725", f'more than one function named "{text}"')
    return found[0].found.oid


def regprocedurein(state: State, text: str) -> Oid:
    number = _number(text)
    if number is not None:
        return number
    names, types = parse_name_and_arg_types(state, text, allow_none=False)
    for candidate in funcname_get_candidates(state, names, len(types), missing_ok=state.version >= 16):
        if candidate.args == types and isinstance(candidate.found, Proc):
            return candidate.found.oid
    state.names.unknown_or(names[-1])
    raise Refusal("42883", f'function "{text}" does not exist')


def regoperin(state: State, text: str) -> Oid:
    if text.isdecimal() and text.isascii():
        return int(text)
    if text == "0":
        return 0
    names = string_to_qualified_name_list(text)
    found = opername_get_candidates(state, names, "", missing_schema_ok=state.version >= 16)
    if not found:
        state.names.unknown_or(names[-1])
        raise Refusal("42883", f"operator does not exist: {text}")
    if len(found) > 1:
        raise Refusal("42725", f"more than one operator named {text}")
    operator = found[0].found
    assert isinstance(operator, Operator)
    return operator.oid


def regoperatorin(state: State, text: str) -> Oid:
    if text.isdecimal() and text.isascii():
        return int(text)
    names, types = parse_name_and_arg_types(state, text, allow_none=True)
    if len(types) == 1:
        hint = "Use NONE to denote the missing argument of a unary operator."
        raise Refusal("42P02", "missing argument", hint=hint)
    if len(types) != 2:
        raise Refusal("54023", "too many arguments", hint="Provide two argument types for operator.")
    found = opername_get_oprid(state, names, types[0], types[1])
    if found is None:
        state.names.unknown_or(names[-1])
        raise Refusal("42883", f"operator does not exist: {text}")
    return found.oid


def regtypein(state: State, text: str) -> Oid:
    number = _number(text)
    return number if number is not None else parse_type_string(state, text)[0]


def regcollationin(state: State, text: str) -> Oid:
    number = _number(text)
    if number is not None:
        return number
    return lookup_collation(state, string_to_qualified_name_list(text), missing_schema_ok=state.version >= 16)


def _text_search(kind: str, shown: str) -> Callable[[State, str], Oid]:
    def read(state: State, text: str) -> Oid:
        number = _number(text)
        if number is not None:
            return number
        names = string_to_qualified_name_list(text)
        schema, name = state.names.split(names)
        if schema is not None and state.version < 16:
            state.names.namespace(schema)
        found = state.names.find(model.TextSearch, schema, f"{kind} {name}")
        if found is None:
            state.names.unknown_or(name)
            raise Refusal("42704", f'text search {shown} "{qualified(names)}" does not exist')
        return found.oid

    return read


def _single_name(text: str) -> str:
    names = string_to_qualified_name_list(text)
    if len(names) != 1:
        raise Refusal("42602", "invalid name syntax")
    return names[0]


def regrolein(state: State, text: str) -> Oid:
    number = _number(text)
    if number is not None:
        return number
    name = _single_name(text)
    found = state.catalog.find_oid("pg_authid", 0, name)
    if found is None:
        state.names.unknown_or(name)
        raise Refusal("42704", f'role "{name}" does not exist')
    return found


def regnamespacein(state: State, text: str) -> Oid:
    number = _number(text)
    return number if number is not None else state.names.namespace(_single_name(text))


def parse_name_and_arg_types(state: State, text: str, allow_none: bool) -> tuple[tuple[str, ...], tuple[Oid, ...]]:
    """A name and the types in parentheses behind it (parseNameAndArgTypes)."""
    opening = _find_outside_quotes(text, "(")
    if opening < 0:
        raise Refusal("22P02", "expected a left parenthesis")
    names = string_to_qualified_name_list(text[:opening])
    rest = text[opening + 1 :].rstrip(_SPACES)
    if not rest.endswith(")"):
        raise Refusal("22P02", "expected a right parenthesis")
    rest = rest[:-1]
    types: list[Oid] = []
    had_comma = False
    while True:
        rest = rest.lstrip(_SPACES)
        if not rest:
            if had_comma:
                raise Refusal("22P02", "expected a type name")
            break
        word, rest, had_comma = _next_type(rest)
        if allow_none and word.lower() == "none":
            types.append(0)
        else:
            types.append(parse_type_string(state, word)[0])
    return names, tuple(types)


def _find_outside_quotes(text: str, wanted: str) -> int:
    quoted = False
    for i, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == wanted and not quoted:
            return i
    return -1


def _next_type(text: str) -> tuple[str, str, bool]:
    """(a type's name, what follows its comma, whether there is one)."""
    quoted = False
    depth = 0
    for i, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted and depth == 0:
            return text[:i].rstrip(_SPACES), text[i + 1 :], True
        elif not quoted and character in "([":
            depth += 1
        elif not quoted and character in ")]":
            depth -= 1
    if quoted or depth:
        raise Refusal("22P02", "improper type name")
    return text.rstrip(_SPACES), "", False


REG_TYPES: Final[Mapping[Oid, Callable[[State, str], Oid]]] = {
    typeoids.REGCLASS: regclassin,
    typeoids.REGPROC: regprocin,
    typeoids.REGPROCEDURE: regprocedurein,
    typeoids.REGOPER: regoperin,
    typeoids.REGOPERATOR: regoperatorin,
    typeoids.REGTYPE: regtypein,
    typeoids.REGCOLLATION: regcollationin,
    typeoids.REGCONFIG: _text_search("config", "configuration"),
    typeoids.REGDICTIONARY: _text_search("dict", "dictionary"),
    typeoids.REGROLE: regrolein,
    typeoids.REGNAMESPACE: regnamespacein,
}
"""Type -> its input function."""
