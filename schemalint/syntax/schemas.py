"""CREATE SCHEMA with its elements."""

from __future__ import annotations

from schemalint.syntax.common import role_spec
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import CreateSchemaStmt, Node

_TEMPORARY = frozenset({"temp", "temporary", "local", "global", "unlogged"})
_ELEMENTS = frozenset({"table", "index", "sequence", "trigger", "view", "unique", "recursive", "constraint", "or"})


def create_schema(c: Cursor) -> CreateSchemaStmt:
    """CreateSchemaStmt."""
    start = c.start
    c.expect("create", "schema")
    if_not_exists = c.if_not_exists()
    name = None
    owner = None
    if c.match[c.at] != "authorization":
        name = c.col_id()
    if c.take("authorization"):
        owner = role_spec(c)
    at = c.start
    elements = []
    while c.match[c.at] in ("create", "grant"):
        elements.append(_element(c))
    if elements and if_not_exists:
        raise ParseError("CREATE SCHEMA IF NOT EXISTS cannot include schema elements", at, c.end, "0A000")
    return CreateSchemaStmt(
        schemaname=name,
        authrole=owner,
        schemaElts=tuple(elements),
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )


def _element(c: Cursor) -> Node:
    """schema_stmt."""
    from schemalint.syntax.parser import statement

    if c.match[c.at] == "create" and c.peek(1) not in _TEMPORARY and c.peek(1) not in _ELEMENTS:
        raise c.error(1)
    return statement(c)
