"""Extensions."""

from __future__ import annotations

from schemalint.syntax.common import non_reserved_word_or_string
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    AlterExtensionContentsStmt,
    AlterExtensionStmt,
    CreateExtensionStmt,
    DefElem,
    Node,
)
from schemalint.syntax.objects import object_kind, object_name
from schemalint.syntax.rename import SCHEMA, change_object


def create_extension(c: Cursor) -> CreateExtensionStmt:
    """CreateExtensionStmt."""
    start = c.start
    c.expect("create", "extension")
    if_not_exists = c.if_not_exists()
    name = c.col_id()
    c.take("with")
    options: list[DefElem] = []
    while True:
        at = c.start
        word = c.take_any("schema", "version", "from", "cascade")
        if word is None:
            break
        if word == "schema":
            options.append(DefElem(defname="schema", arg=c.col_id(), start=at, end=c.end))
        elif word == "version":
            options.append(DefElem(defname="new_version", arg=non_reserved_word_or_string(c), start=at, end=c.end))
        elif word == "cascade":
            options.append(DefElem(defname="cascade", arg=True, start=at, end=c.end))
        else:
            non_reserved_word_or_string(c)
            raise ParseError("CREATE EXTENSION ... FROM is no longer supported", at, c.end, "0A000")
    return CreateExtensionStmt(
        extname=name, if_not_exists=if_not_exists, options=tuple(options), start=start, end=c.end
    )


_MEMBERS = frozenset(
    {
        "any_name",
        "name",
        "shared_name",
        "type",
        "aggregate",
        "function",
        "operator",
        "opclass",
        "cast",
        "transform",
    }
)


def alter_extension(c: Cursor) -> Node:
    """AlterExtensionStmt, AlterExtensionContentsStmt, SET SCHEMA."""
    start = c.start
    c.expect("alter", "extension")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_EXTENSION", name, SCHEMA)
    if found is not None:
        return found
    if c.take("update"):
        options: list[DefElem] = []
        while c.match[c.at] == "to":
            at = c.start
            c.at += 1
            options.append(DefElem(defname="new_version", arg=non_reserved_word_or_string(c), start=at, end=c.end))
        return AlterExtensionStmt(extname=name, options=tuple(options), start=start, end=c.end)
    action = c.take_any("add", "drop")
    if action is None:
        raise c.error()
    kind, object_ = object_name(c, *object_kind(c, _MEMBERS))
    return AlterExtensionContentsStmt(
        extname=name, action=1 if action == "add" else -1, objtype=kind, object=object_, start=start, end=c.end
    )
