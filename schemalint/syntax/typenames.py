"""Type names as the grammar reads them (Typename)."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.syntax import expressions
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.keywords import JSON_TYPE_SINCE
from schemalint.syntax.nodes import A_Const, Node, TypeName
from schemalint.syntax.tokens import QUOTED, STRING, WORD

Simple = tuple[tuple[str, ...], tuple[Node, ...]]
"""The names and modifiers of a type."""

_PLAIN = {
    word: ("pg_catalog", name)
    for word, name in {
        "int": "int4",
        "integer": "int4",
        "smallint": "int2",
        "bigint": "int8",
        "real": "float4",
        "boolean": "bool",
    }.items()
}


def type_name(c: Cursor) -> TypeName:
    """Typename."""
    start = c.start
    setof = c.take("setof")
    names, typmods = _simple(c)
    return _with_bounds(c, names, typmods, setof, start)


def func_type(c: Cursor) -> TypeName:
    """func_type: a type, or `name.name%TYPE`."""
    start = c.start
    setof = c.take("setof")
    if c.match[c.at] in _SPECIAL or c.match[c.at] in _PLAIN or c.match[c.at + 1] != ".":
        names, typmods = _simple(c)
    else:
        names = _generic_names(c)
        if c.take("%", "type"):
            return TypeName(names=names, setof=setof, pct_type=True, start=start, end=c.end)
        typmods = _modifiers(c)
    return _with_bounds(c, names, typmods, setof, start)


def simple_type_name(c: Cursor) -> TypeName:
    """SimpleTypename: without SETOF and array bounds."""
    start = c.start
    names, typmods = _simple(c)
    return TypeName(names=names, typmods=typmods, start=start, end=c.end)


def _with_bounds(c: Cursor, names: tuple[str, ...], typmods: tuple[Node, ...], setof: bool, start: int) -> TypeName:
    symbol = c.match[c.at]
    bounds: tuple[int, ...] = ()
    if symbol == "[" or symbol == "array":
        bounds = _array_bounds(c)
    return TypeName(
        names=names, setof=setof, typmods=typmods, arrayBounds=bounds, start=start, end=c.tokens.end[c.at - 1]
    )


def _array_bounds(c: Cursor) -> tuple[int, ...]:
    """opt_array_bounds, or ARRAY with one bound at most."""
    if c.take("array"):
        if not c.take("["):
            return (-1,)
        bound = c.integer()
        c.expect("]")
        return (bound,)
    bounds = []
    while c.take("["):
        bounds.append(-1 if c.match[c.at] == "]" else c.integer())
        c.expect("]")
    return tuple(bounds)


def _simple(c: Cursor) -> Simple:
    word = c.match[c.at]
    plain = _PLAIN.get(word) if word is not None else None
    if plain is not None:
        c.at += 1
        return plain, ()
    special = _SPECIAL.get(word)
    if special is not None:
        return special(c)
    names = _generic_names(c)
    return names, _modifiers(c) if c.match[c.at] == "(" else ()


def _generic_names(c: Cursor) -> tuple[str, ...]:
    """type_function_name attrs."""
    tokens, match = c.tokens, c.match
    at = c.at
    kind = tokens.kind[at]
    if not (kind == QUOTED or (kind == WORD and match[at] not in c.not_type_function_name)):
        raise c.error()
    c.at = at + 1
    if match[at + 1] != ".":
        return (tokens.value[at],)
    names = [tokens.value[at]]
    while match[c.at] == ".":
        c.at += 1
        names.append(c.col_label())
    return tuple(names)


def _modifiers(c: Cursor) -> tuple[Node, ...]:
    """opt_type_modifiers."""
    return c.paren_list(expressions.expression) if c.match[c.at] == "(" else ()


def _number(c: Cursor) -> Node:
    start = c.start
    return A_Const(val=c.integer(), kind="Integer", start=start, end=c.end)


def _unwritten(value: int) -> Node:
    return A_Const(val=value, kind="Integer")


# --- types with a syntax of their own


def _numeric(c: Cursor) -> Simple:
    c.at += 1
    return ("pg_catalog", "numeric"), _modifiers(c)


def _float(c: Cursor) -> Simple:
    c.at += 1
    name = "float8"
    if c.take("("):
        start = c.start
        bits = c.integer()
        if c.match[c.at] != ")":
            raise c.error()
        if bits < 1:
            raise ParseError("precision for type float must be at least 1 bit", start, c.end, "22023")
        if bits > 53:
            raise ParseError("precision for type float must be less than 54 bits", start, c.end, "22023")
        c.at += 1
        name = "float4" if bits <= 24 else "float8"
    return ("pg_catalog", name), ()


def _double(c: Cursor) -> Simple:
    if c.match[c.at + 1] == "precision":
        c.at += 2
        return ("pg_catalog", "float8"), ()
    names = _generic_names(c)
    return names, _modifiers(c)


def _bit(c: Cursor) -> Simple:
    c.at += 1
    varying = c.take("varying")
    name = ("pg_catalog", "varbit" if varying else "bit")
    if c.match[c.at] == "(":
        return name, _modifiers(c)
    return name, () if varying else (_unwritten(1),)


def _character(c: Cursor) -> Simple:
    word = c.next_value()
    if word == "national":
        if c.match[c.at] not in ("character", "char"):
            raise c.error()
        c.at += 1
    varying = word == "varchar" or c.take("varying")
    name = ("pg_catalog", "varchar" if varying else "bpchar")
    if c.match[c.at] == "(":
        return name, _precision(c)
    return name, () if varying else (_unwritten(1),)


def _precision(c: Cursor) -> tuple[Node, ...]:
    """`( Iconst )`."""
    c.expect("(")
    number = _number(c)
    c.expect(")")
    return (number,)


def _datetime(c: Cursor) -> Simple:
    name = c.next_value()
    typmods = _precision(c) if c.match[c.at] == "(" else ()
    if c.match[c.at] == "with" and c.match[c.at + 1] == "time":
        c.expect("with", "time", "zone")
        name += "tz"
    elif c.match[c.at] == "without" and (c.version < 16 or c.match[c.at + 1] == "time"):
        c.expect("without", "time", "zone")
    return ("pg_catalog", name), typmods


def _interval(c: Cursor) -> Simple:
    c.at += 1
    name = ("pg_catalog", "interval")
    if c.match[c.at] == "(":
        return name, (_unwritten(0x7FFF), *_precision(c))
    return name, interval_fields(c)


_FIELD_BITS = {"year": 1 << 2, "month": 1 << 1, "day": 1 << 3, "hour": 1 << 10, "minute": 1 << 11, "second": 1 << 12}
_FIELDS = ("day", "hour", "minute", "second")


def interval_fields(c: Cursor) -> tuple[Node, ...]:
    """opt_interval: `YEAR`, `DAY TO SECOND(3)`, ... as the mask that the server keeps."""
    first = c.match[c.at]
    if first not in _FIELD_BITS:
        return ()
    assert first is not None
    start = c.start
    c.at += 1
    mask = _FIELD_BITS[first]
    last = first
    if first in ("year", "day", "hour", "minute") and c.take("to"):
        to = c.match[c.at]
        allowed = ("month",) if first == "year" else _FIELDS[_FIELDS.index(first) + 1 :]
        if to not in allowed:
            raise c.error()
        c.at += 1
        last = to
        covered = ("year", "month") if first == "year" else _FIELDS[_FIELDS.index(first) : _FIELDS.index(to) + 1]
        mask = sum(_FIELD_BITS[field] for field in covered)
    constant = A_Const(val=mask, kind="Integer", start=start, end=c.end)
    if last == "second" and c.match[c.at] == "(":
        return (constant, *_precision(c))
    return (constant,)


def _json(c: Cursor) -> Simple:
    if c.version >= JSON_TYPE_SINCE:
        c.at += 1
        return ("pg_catalog", "json"), ()
    names = _generic_names(c)
    return names, _modifiers(c)


_SPECIAL: dict[str | None, Callable[[Cursor], Simple]] = {
    "float": _float,
    "double": _double,
    **dict.fromkeys(("decimal", "dec", "numeric"), _numeric),
    "bit": _bit,
    **dict.fromkeys(("character", "char", "varchar", "national", "nchar"), _character),
    **dict.fromkeys(("time", "timestamp"), _datetime),
    "interval": _interval,
    "json": _json,
}

CONSTANT_TYPES = (*_PLAIN, *(word for word in _SPECIAL if word not in (None, "interval")))
"""Words that begin a type of the grammar's own, of which a literal can be (ConstTypename)."""


def is_constant_type(c: Cursor) -> bool:
    """Whether the type's word that is next begins `type 'literal'`, and is not a column's name."""
    word = c.match[c.at]
    after = c.match[c.at + 1]
    if c.tokens.kind[c.at + 1] == STRING:
        return word != "national"
    if word in _PLAIN:
        return False
    if word == "double":
        return after == "precision"
    if word == "json":
        return False
    if word in ("national", "character", "char", "nchar", "bit"):
        return after in ("(", "varying", "character", "char")
    if word in ("time", "timestamp"):
        if after == "without" and c.version < 16:
            return True
        return after == "(" or (after in ("with", "without") and c.match[c.at + 2] == "time")
    return after == "("


def constant_type(c: Cursor) -> TypeName:
    """ConstTypename, ConstInterval: lengths that are not written are not limited."""
    start = c.start
    word = c.match[c.at]
    if word == "interval" and c.tokens.kind[c.at + 1] == STRING:
        c.at += 1
        return TypeName(names=("pg_catalog", "interval"), start=start, end=c.end)
    names, typmods = _simple(c)
    if word in ("bit", "character", "char", "national", "nchar", "varchar") and typmods and typmods[0].start < 0:
        typmods = ()
    return TypeName(names=names, typmods=typmods, start=start, end=c.end)
