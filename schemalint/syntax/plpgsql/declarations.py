"""The DECLARE section (decl_statement of pl_gram.y)."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import TypeName
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.pieces import any_identifier, expression, sql_until
from schemalint.syntax.tokens import INTEGER, QUOTED, WORD


def declaration(c: Cursor) -> pl.Declaration:
    start = c.start
    name = any_identifier(c)
    if c.take("alias"):
        c.expect("for")
        if c.kind() == "p":
            alias = "$" + c.next_value()
        else:
            alias = any_identifier(c)
        c.expect(";")
        return pl.Declaration(name, alias=alias, start=start, end=c.end)
    if c.peek() in ("no", "scroll", "cursor") and (c.peek() == "cursor" or "cursor" in (c.peek(1), c.peek(2))):
        return _cursor_declaration(c, name, start)
    constant = c.take("constant")
    type_, reference, rowtype = _data_type(c)
    if c.take("collate"):
        c.any_name()
    notnull = c.take("not", "null")
    default = None
    if c.take_any("default", "=", ":="):
        default = expression(c, ";")
    elif notnull:
        raise ParseError(
            f'variable "{name}" must have a default value, since it\'s declared NOT NULL', start, c.end, "22004"
        )
    c.expect(";")
    return pl.Declaration(name, type_, reference, rowtype, constant, notnull, default, start=start, end=c.end)


def _data_type(c: Cursor) -> tuple[TypeName | None, tuple[str, ...], bool]:
    """A type, or what %TYPE / %ROWTYPE refers to."""
    from schemalint.syntax.typenames import type_name

    at = c.at
    if c.kind() in (WORD, QUOTED):
        names = [c.next_value()]
        while c.peek() == "." and c.kind(1) in (WORD, QUOTED):
            c.at += 1
            names.append(c.next_value())
        if c.peek() == "%" and c.peek(1) in ("type", "rowtype"):
            rowtype = c.peek(1) == "rowtype"
            c.at += 2
            while c.take("["):
                if c.kind() == INTEGER:
                    c.at += 1
                c.expect("]")
            if c.take("array") and c.take("["):
                c.at += 1
                c.expect("]")
            return None, tuple(names), rowtype
    c.at = at
    if c.peek() in (";", ":=", "=", "default", None) and c.kind() not in (WORD, QUOTED):
        found = c.error()
        raise ParseError(
            "missing data type declaration" + found.message.removeprefix("syntax error"), found.start, found.end
        )
    return type_name(c), (), False


def _cursor_declaration(c: Cursor, name: str, start: int) -> pl.Declaration:
    from schemalint.syntax.typenames import type_name

    c.take("no")
    c.take("scroll")
    c.expect("cursor")
    arguments: list[tuple[str, TypeName]] = []
    if c.take("("):
        while True:
            argument = any_identifier(c)
            arguments.append((argument, type_name(c)))
            if not c.take(","):
                break
        c.expect(")")
    if c.take_any("is", "for") is None:
        raise c.error()
    query = sql_until(c, ";")
    c.expect(";")
    return pl.Declaration(name, cursor=query, arguments=tuple(arguments), start=start, end=c.end)
