"""Pieces of a PL/pgSQL body: labels, conditions, targets, and SQL up to the word that ends it (read_sql_construct)."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.tokens import END, QUOTED, WORD


def label_before(c: Cursor) -> str | None:
    if not c.take("<<"):
        return None
    name = any_identifier(c)
    c.expect(">>")
    return name


def any_identifier(c: Cursor) -> str:
    if c.kind() not in (WORD, QUOTED):
        raise c.error()
    return c.next_value()


def end_label(c: Cursor, label: str | None) -> None:
    if c.kind() not in (WORD, QUOTED):
        return
    at, end = c.start, c.tokens.end[c.at]
    name = c.next_value()
    if label is None:
        raise ParseError(f'end label "{name}" specified for unlabeled block', at, end)
    if name != label:
        raise ParseError(f'end label "{name}" differs from block\'s label "{label}"', at, end)


def condition(c: Cursor) -> str:
    if c.peek() == "sqlstate":
        c.at += 1
        at = c.start
        code = c.string()
        if len(code) != 5 or not code.isalnum() or code != code.upper():
            raise ParseError("invalid SQLSTATE code", at, c.end)
        return code
    return any_identifier(c)


def skip_to(c: Cursor, stops: tuple[str, ...]) -> tuple[int, int, int]:
    """Step over SQL up to one of `stops` outside brackets; (first token, offset where it starts, offset where it ends)."""
    first, depth, match = c.at, 0, c.match
    while True:
        token = match[c.at]
        if depth == 0 and token is not None and token in stops:
            break
        if c.tokens.kind[c.at] == END:
            break
        if token == ";":
            if depth:
                raise ParseError("mismatched parentheses" + near(c), c.start, c.start + 1)
            break
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth -= 1
            if depth < 0:
                raise ParseError("mismatched parentheses" + near(c), c.start, c.start + 1)
        c.at += 1
    if c.at == first:
        return first, c.start, c.start
    return first, c.tokens.start[first], c.end


def near(c: Cursor) -> str:
    return c.error().message.removeprefix("syntax error")


def expression(c: Cursor, *stops: str) -> pl.Expr:
    """An expression up to (not including) one of `stops` (read_sql_construct)."""
    first, start, end = skip_to(c, stops)
    if c.peek() not in stops:
        if c.kind() == END or c.peek() == ";":
            shown = stops[0].upper() if stops[0].isalpha() else stops[0]
            found = c.error()
            raise ParseError(
                f'missing "{shown}" at end of SQL expression' + found.message.removeprefix("syntax error"),
                found.start,
                found.end,
            )
        raise c.error()
    if c.at == first:
        found = c.error()
        raise ParseError("missing expression" + found.message.removeprefix("syntax error"), found.start, found.end)
    return pl.Expr(c.tokens.text[start:end], start=start, end=end)


def sql_until(c: Cursor, *stops: str) -> pl.Sql:
    _, start, end = skip_to(c, stops)
    if c.peek() not in stops:
        found = c.error()
        raise ParseError(
            f'missing "{stops[0]}" at end of SQL statement' + found.message.removeprefix("syntax error"),
            found.start,
            found.end,
        )
    return pl.Sql(c.tokens.text[start:end], start=start, end=end)


def expression_list(c: Cursor, *stops: str) -> tuple[pl.Expr, ...]:
    found = [expression(c, ",", *stops)]
    while c.take(","):
        found.append(expression(c, ",", *stops))
    return tuple(found)


def target(c: Cursor) -> pl.Target:
    start = c.start
    if c.kind() == "p":
        names = ["$" + c.next_value()]
    else:
        names = [any_identifier(c)]
    depth = 0
    while True:
        if c.peek() == "." and not depth:
            c.at += 1
            names.append(any_identifier(c))
        elif c.peek() == "[":
            depth += 1
            c.at += 1
        elif depth:
            if c.kind() == END:
                raise c.error()
            depth -= c.peek() == "]"
            c.at += 1
        else:
            break
    return pl.Target(tuple(names), c.tokens.text[start : c.end], start=start, end=c.end)


def targets(c: Cursor) -> tuple[pl.Target, ...]:
    found = [target(c)]
    while c.take(","):
        found.append(target(c))
    return tuple(found)
