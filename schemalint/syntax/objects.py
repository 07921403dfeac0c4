"""Any object by its kind and name, as DROP, COMMENT, SECURITY LABEL and ALTER EXTENSION name it."""

from __future__ import annotations

from typing import Any, Union

from schemalint.syntax.common import numeric_only, type_of_names
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.signatures import aggregate_with_argtypes, function_with_argtypes, operator_with_argtypes
from schemalint.syntax.typenames import type_name

Kinds = dict[str, Union[tuple[str, str], "Kinds"]]

_TEXT_SEARCH: Kinds = {
    "parser": ("OBJECT_TSPARSER", "any_name"),
    "dictionary": ("OBJECT_TSDICTIONARY", "any_name"),
    "template": ("OBJECT_TSTEMPLATE", "any_name"),
    "configuration": ("OBJECT_TSCONFIGURATION", "any_name"),
}

_KINDS: Kinds = {
    # object_type_any_name
    "table": ("OBJECT_TABLE", "any_name"),
    "sequence": ("OBJECT_SEQUENCE", "any_name"),
    "view": ("OBJECT_VIEW", "any_name"),
    "materialized": {"view": ("OBJECT_MATVIEW", "any_name")},
    "index": ("OBJECT_INDEX", "any_name"),
    "foreign": {"table": ("OBJECT_FOREIGN_TABLE", "any_name"), "data": {"wrapper": ("OBJECT_FDW", "name")}},
    "collation": ("OBJECT_COLLATION", "any_name"),
    "conversion": ("OBJECT_CONVERSION", "any_name"),
    "statistics": ("OBJECT_STATISTIC_EXT", "any_name"),
    "text": {"search": _TEXT_SEARCH},
    # drop_type_name
    "access": {"method": ("OBJECT_ACCESS_METHOD", "name")},
    "event": {"trigger": ("OBJECT_EVENT_TRIGGER", "name")},
    "extension": ("OBJECT_EXTENSION", "name"),
    "language": ("OBJECT_LANGUAGE", "name"),
    "procedural": {"language": ("OBJECT_LANGUAGE", "name")},
    "publication": ("OBJECT_PUBLICATION", "name"),
    "schema": ("OBJECT_SCHEMA", "name"),
    "server": ("OBJECT_FOREIGN_SERVER", "name"),
    # object_type_name
    "database": ("OBJECT_DATABASE", "shared_name"),
    "role": ("OBJECT_ROLE", "shared_name"),
    "subscription": ("OBJECT_SUBSCRIPTION", "shared_name"),
    "tablespace": ("OBJECT_TABLESPACE", "shared_name"),
    # object_type_name_on_any_name
    "policy": ("OBJECT_POLICY", "on_any_name"),
    "rule": ("OBJECT_RULE", "on_any_name"),
    "trigger": ("OBJECT_TRIGGER", "on_any_name"),
    # each of its own form
    "type": ("OBJECT_TYPE", "type"),
    "domain": ("OBJECT_DOMAIN", "type"),
    "column": ("OBJECT_COLUMN", "column"),
    "constraint": ("OBJECT_TABCONSTRAINT", "constraint"),
    "aggregate": ("OBJECT_AGGREGATE", "aggregate"),
    "function": ("OBJECT_FUNCTION", "function"),
    "procedure": ("OBJECT_PROCEDURE", "function"),
    "routine": ("OBJECT_ROUTINE", "function"),
    "operator": ("OBJECT_OPERATOR", "operator"),
    "cast": ("OBJECT_CAST", "cast"),
    "transform": ("OBJECT_TRANSFORM", "transform"),
    "large": {"object": ("OBJECT_LARGEOBJECT", "large_object")},
}


def object_kind(c: Cursor, forms: frozenset[str]) -> tuple[str, str]:
    """The words that name a kind of object: its OBJECT_ name and the form of its name, which is one of `forms`."""
    first = c.at
    found: tuple[str, str] | Kinds = _KINDS
    while isinstance(found, dict):
        step = found.get(c.match[c.at] or "")
        if step is None:
            if not _has_form(found, forms):
                c.at = first
            raise c.error()
        found = step
        c.at += 1
    kind, form = found
    if form == "operator" and c.match[c.at] in ("class", "family") and c.peek(1) != ".":
        kind, form = ("OBJECT_OPCLASS" if c.next_value() == "class" else "OBJECT_OPFAMILY"), "opclass"
    if form not in forms:
        c.at = first
        raise c.error()
    return kind, form


def _has_form(kinds: Kinds, forms: frozenset[str]) -> bool:
    return any(_has_form(k, forms) if isinstance(k, dict) else k[1] in forms for k in kinds.values())


def using_name(c: Cursor) -> tuple[str, ...]:
    """any_name USING name: an operator class or family, its access method first."""
    name = c.any_name()
    c.expect("using")
    return (c.col_id(), *name)


def cast_types(c: Cursor) -> tuple[object, ...]:
    """`( Typename AS Typename )`."""
    c.expect("(")
    source = type_name(c)
    c.expect("as")
    target = type_name(c)
    c.expect(")")
    return source, target


def transform_target(c: Cursor) -> tuple[object, ...]:
    """`FOR Typename LANGUAGE name`."""
    c.expect("for")
    type_ = type_name(c)
    c.expect("language")
    return type_, c.col_id()


def name_on_any_name(c: Cursor) -> tuple[str, ...]:
    """`name ON any_name`: the relation's names first."""
    name = c.col_id()
    c.expect("on")
    return (*c.any_name(), name)


def object_name(c: Cursor, kind: str, form: str) -> tuple[str, Any]:
    """The object itself after its kind; the kind again, as a constraint may turn out to be a domain's."""
    if form == "constraint":
        name = c.col_id()
        c.expect("on")
        if c.match[c.at] == "domain" and c.is_col_id(1):
            c.at += 1
            start = c.start
            return "OBJECT_DOMCONSTRAINT", (type_of_names(c.any_name(), start, c.end), name)
        return kind, (*c.any_name(), name)
    return kind, _READ[form](c)


_READ: dict[str, Any] = {
    "any_name": Cursor.any_name,
    "column": Cursor.any_name,
    "name": Cursor.col_id,
    "shared_name": Cursor.col_id,
    "on_any_name": name_on_any_name,
    "type": type_name,
    "aggregate": aggregate_with_argtypes,
    "function": function_with_argtypes,
    "operator": operator_with_argtypes,
    "opclass": using_name,
    "cast": cast_types,
    "transform": transform_target,
    "large_object": numeric_only,
}
