"""SET, RESET and SHOW; and the SET clauses of functions, roles and databases."""

from __future__ import annotations

import msgspec

from schemalint.syntax.common import (
    boolean_or_string,
    is_ident,
    is_numeric_only,
    non_reserved_word_or_string,
    numeric_constant,
    string_constant,
)
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    A_Const,
    AlterSystemStmt,
    ConstraintsSetStmt,
    Node,
    TypeCast,
    TypeName,
    VariableSetStmt,
    VariableShowStmt,
)
from schemalint.syntax.transactions import transaction_mode_list

_AFTER_VARIABLE = frozenset({"to", "=", ".", "from"})


def var_name(c: Cursor) -> str:
    """var_name."""
    name = c.col_id()
    while c.take("."):
        name += "." + c.col_id()
    return name


def _is_generic(c: Cursor) -> bool:
    """Whether a variable's name is next: many words that have a syntax of their own are names as well."""
    return c.peek(1) in _AFTER_VARIABLE and c.is_col_id()


def _var_value(c: Cursor) -> A_Const:
    """var_value."""
    if is_numeric_only(c):
        return numeric_constant(c)
    start = c.start
    return string_constant(boolean_or_string(c), start, c.end)


def generic_set(c: Cursor) -> VariableSetStmt:
    """generic_set."""
    start = c.start
    name = var_name(c)
    if c.take_any("to", "=") is None:
        raise c.error()
    if c.take("default"):
        return VariableSetStmt(kind="VAR_SET_DEFAULT", name=name, start=start, end=c.end)
    return VariableSetStmt(kind="VAR_SET_VALUE", name=name, args=c.list_of(_var_value), start=start, end=c.end)


def set_rest_more(c: Cursor) -> VariableSetStmt:
    """set_rest_more."""
    start = c.start
    if not _is_generic(c):
        special = _SPECIAL.get(c.match[c.at] or "")
        if special is not None:
            name, value = special(c)
            if value is None:
                return VariableSetStmt(kind="VAR_SET_DEFAULT", name=name, start=start, end=c.end)
            kind = "VAR_SET_MULTI" if name == "TRANSACTION SNAPSHOT" else "VAR_SET_VALUE"
            return VariableSetStmt(kind=kind, name=name, args=(value,), start=start, end=c.end)
    first = c.at
    name = var_name(c)
    if c.take("from"):
        c.expect("current")
        return VariableSetStmt(kind="VAR_SET_CURRENT", name=name, start=start, end=c.end)
    c.at = first
    return generic_set(c)


def _time_zone(c: Cursor) -> tuple[str, Node | None]:
    c.expect("time", "zone")
    return "timezone", _zone_value(c)


def _zone_value(c: Cursor) -> Node | None:
    """zone_value: None is the default."""
    if c.take_any("default", "local"):
        return None
    if is_numeric_only(c):
        return numeric_constant(c)
    start = c.start
    if c.match[c.at] == "interval":
        return _zone_interval(c)
    if c.is_string() or is_ident(c):
        return string_constant(c.next_value(), start, c.end)
    raise c.error()


_HOURS = frozenset({(1 << 10), (1 << 10) | (1 << 11), (1 << 11)})
"""INTERVAL_MASK of HOUR, of HOUR TO MINUTE and of MINUTE."""

_FULL_RANGE = 0x7FFF


def _zone_interval(c: Cursor) -> TypeCast:
    from schemalint.syntax.typenames import interval_fields

    start = c.start
    c.expect("interval")
    typmods: tuple[Node, ...] = ()
    if c.take("("):
        at = c.start
        precision = A_Const(val=c.integer(), kind="Integer", start=at, end=c.end)
        c.expect(")")
        typmods = (A_Const(val=_FULL_RANGE, kind="Integer"), precision)
    type_end = c.end
    at = c.start
    value = string_constant(c.string(), at, c.end)
    if not typmods:
        at = c.start
        typmods = interval_fields(c)
        if typmods and isinstance(typmods[0], A_Const) and typmods[0].val not in _HOURS:
            raise ParseError("time zone interval must be HOUR or HOUR TO MINUTE", at, c.end)
    type_ = TypeName(names=("pg_catalog", "interval"), typmods=typmods, start=start, end=type_end)
    return TypeCast(arg=value, typeName=type_, start=start, end=c.end)


def _catalog(c: Cursor) -> tuple[str, Node | None]:
    c.expect("catalog")
    start = c.start
    c.string()
    raise ParseError("current database cannot be changed", start, c.end, "0A000")


def _schema(c: Cursor) -> tuple[str, Node | None]:
    c.expect("schema")
    start = c.start
    return "search_path", string_constant(c.string(), start, c.end)


def _names(c: Cursor) -> tuple[str, Node | None]:
    c.expect("names")
    start = c.start
    if c.is_string():
        return "client_encoding", string_constant(c.string(), start, c.end)
    c.take("default")
    return "client_encoding", None


def _role(c: Cursor) -> tuple[str, Node | None]:
    c.expect("role")
    start = c.start
    return "role", string_constant(non_reserved_word_or_string(c), start, c.end)


def _session(c: Cursor) -> tuple[str, Node | None]:
    c.expect("session", "authorization")
    start = c.start
    if c.take("default"):
        return "session_authorization", None
    return "session_authorization", string_constant(non_reserved_word_or_string(c), start, c.end)


def _xml(c: Cursor) -> tuple[str, Node | None]:
    c.expect("xml", "option")
    start = c.start
    word = c.take_any("document", "content")
    if word is None:
        raise c.error()
    return "xmloption", string_constant(word.upper(), start, c.end)


def _transaction(c: Cursor) -> tuple[str, Node | None]:
    c.expect("transaction", "snapshot")
    start = c.start
    return "TRANSACTION SNAPSHOT", string_constant(c.string(), start, c.end)


_SPECIAL = {
    "time": _time_zone,
    "catalog": _catalog,
    "schema": _schema,
    "names": _names,
    "role": _role,
    "session": _session,
    "xml": _xml,
    "transaction": _transaction,
}


def set_rest(c: Cursor) -> VariableSetStmt:
    """set_rest."""
    start = c.start
    if c.match[c.at] == "transaction" and c.peek(1) != "snapshot" and not _is_generic(c):
        c.at += 1
        return VariableSetStmt(
            kind="VAR_SET_MULTI", name="TRANSACTION", args=transaction_mode_list(c), start=start, end=c.end
        )
    if c.match[c.at] == "session" and c.peek(1) == "characteristics":
        c.expect("session", "characteristics", "as", "transaction")
        return VariableSetStmt(
            kind="VAR_SET_MULTI", name="SESSION CHARACTERISTICS", args=transaction_mode_list(c), start=start, end=c.end
        )
    return set_rest_more(c)


def variable_set(c: Cursor) -> Node:
    """VariableSetStmt, ConstraintsSetStmt."""
    start = c.start
    c.expect("set")
    is_local = False
    if not _is_generic(c):
        word = c.match[c.at]
        if word == "constraints":
            return _constraints(c, start)
        if word == "local":
            c.at += 1
            is_local = True
        elif word == "session" and c.peek(1) not in ("authorization", "characteristics"):
            c.at += 1
    found = set_rest(c)
    return msgspec.structs.replace(found, is_local=is_local, start=start)


def _constraints(c: Cursor, start: int) -> ConstraintsSetStmt:
    from schemalint.syntax.queries import range_var

    c.expect("constraints")
    names = () if c.take("all") else c.list_of(range_var)
    mode = c.take_any("deferred", "immediate")
    if mode is None:
        raise c.error()
    return ConstraintsSetStmt(constraints=names, deferred=mode == "deferred", start=start, end=c.end)


def generic_reset(c: Cursor) -> VariableSetStmt:
    """generic_reset."""
    start = c.start
    if c.take("all"):
        return VariableSetStmt(kind="VAR_RESET_ALL", start=start, end=c.end)
    return VariableSetStmt(kind="VAR_RESET", name=var_name(c), start=start, end=c.end)


_RESET = {
    ("time", "zone"): "timezone",
    ("transaction", "isolation", "level"): "transaction_isolation",
    ("session", "authorization"): "session_authorization",
}


def _named_by_words(c: Cursor) -> str | None:
    """TIME ZONE, TRANSACTION ISOLATION LEVEL or SESSION AUTHORIZATION as a setting."""
    for words, name in _RESET.items():
        if c.is_words(*words[:2]):
            c.expect(*words)
            return name
    return None


def variable_reset(c: Cursor) -> VariableSetStmt:
    """VariableResetStmt."""
    start = c.start
    c.expect("reset")
    name = _named_by_words(c)
    if name is not None:
        return VariableSetStmt(kind="VAR_RESET", name=name, start=start, end=c.end)
    return msgspec.structs.replace(generic_reset(c), start=start)


def set_reset_clause(c: Cursor) -> VariableSetStmt:
    """SetResetClause."""
    if c.match[c.at] == "reset":
        return variable_reset(c)
    start = c.start
    c.expect("set")
    return msgspec.structs.replace(set_rest(c), start=start)


def function_set_reset_clause(c: Cursor) -> VariableSetStmt:
    """FunctionSetResetClause."""
    if c.match[c.at] == "reset":
        return variable_reset(c)
    start = c.start
    c.expect("set")
    return msgspec.structs.replace(set_rest_more(c), start=start)


def variable_show(c: Cursor) -> VariableShowStmt:
    """VariableShowStmt."""
    start = c.start
    c.expect("show")
    name = _named_by_words(c)
    if name is None:
        name = "all" if c.take("all") else var_name(c)
    return VariableShowStmt(name=name, start=start, end=c.end)


def alter_system(c: Cursor) -> AlterSystemStmt:
    """AlterSystemStmt."""
    start = c.start
    c.expect("alter", "system")
    at = c.start
    word = c.take_any("set", "reset")
    if word is None:
        raise c.error()
    found = generic_set(c) if word == "set" else generic_reset(c)
    return AlterSystemStmt(setstmt=msgspec.structs.replace(found, start=at), start=start, end=c.end)
