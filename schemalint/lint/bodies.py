"""What stands in the bodies of functions and DO blocks: their statements and expressions, with their places in the source.

The server does not look into a PL/pgSQL body before it runs, so what is wrong there is found when it is called. Here the body is
cut at its keywords and each piece is read on its own; what cannot be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from schemalint.source import Span
from schemalint.syntax import nodes
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.nodes import Node
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.tokens import QUOTED, STRING, SYMBOL, WORD, Tokens, tokenize


class Body(Struct, frozen=True):
    """text[start:end] of a source is the body as it is run."""

    language: str
    start: int
    end: int


class Piece(Struct, frozen=True):
    """A statement of a body (or `SELECT expression`); add `shift` to the offsets of its nodes to get those of the source."""

    node: Node
    shift: int

    def span(self, node: Node) -> Span:
        return Span(node.start + self.shift, node.end + self.shift)


def body_of(stmt: Node, text: str) -> Body | None:
    """The body of a function, procedure or DO block that is written as a string; None where offsets cannot be told."""
    if isinstance(stmt, nodes.CreateFunctionStmt):
        options = {option.defname: option for option in stmt.options}
        language = options.get("language")
        where, named = options.get("as"), str(language.arg).lower() if language is not None else "sql"
        values = where.arg if where is not None else ()
        if where is None or not isinstance(values, tuple) or len(values) != 1:
            return None
    elif isinstance(stmt, nodes.DoStmt):
        found = {option.defname: option for option in stmt.args}
        where = found.get("as")
        named = str(found["language"].arg).lower() if "language" in found else "plpgsql"
        if where is None:
            return None
    else:
        return None
    return _quoted(text, where.start, where.end, named)


def _quoted(text: str, start: int, end: int, language: str) -> Body | None:
    tokens = tokenize(text, start, end)
    for i, kind in enumerate(tokens.kind):
        if kind != STRING:
            continue
        at, to = tokens.start[i], tokens.end[i]
        if text[at] == "$":
            tag = text.index("$", at + 1) + 1 - at
            return Body(language, at + tag, to - tag)
        if text[at] == "'" and text[at + 1 : to - 1] == tokens.value[i]:
            return Body(language, at + 1, to - 1)
        return None
    return None


# --- PL/pgSQL

_STARTERS = frozenset("insert update delete merge select with perform values".split())
_OPENERS = frozenset("begin then else loop declare".split())
_CONDITIONS = {"if": "then", "elsif": "then", "elseif": "then", "while": "loop", "when": "then"}


@lru_cache(maxsize=256)  # several rules ask about one body, and again at the end of the batch
def pieces(text: str, body: Body, version: int) -> tuple[Piece, ...]:
    """The statements and expressions of a body that can be read."""
    return tuple(_pieces(text, body, version))


def _pieces(text: str, body: Body, version: int) -> Iterator[Piece]:
    try:
        tokens = tokenize(text, body.start, body.end, version=version)
    except ParseError:
        return
    if body.language == "sql":
        for start, end in _between_semicolons(tokens, body):
            yield from _parsed(text[start:end], start, version)
    elif body.language == "plpgsql":
        for start, end in _between_semicolons(tokens, body):
            yield from _plpgsql(text, start, end, version)


def _between_semicolons(tokens: Tokens, body: Body) -> Iterator[tuple[int, int]]:
    start, depth = body.start, 0
    for i, match in enumerate(tokens.match):
        if match in ("(", "["):
            depth += 1
        elif match in (")", "]"):
            depth -= 1
        elif match == ";" and depth <= 0:
            yield start, tokens.start[i]
            start, depth = tokens.end[i], 0
    if text_left := body.end - start:
        assert text_left > 0
        yield start, body.end


def _plpgsql(text: str, start: int, end: int, version: int) -> Iterator[Piece]:
    tokens = tokenize(text, start, end, version=version)
    match, count = tokens.match, len(tokens.kind) - 2
    i = count if count and match[0] == "get" else 0  # GET DIAGNOSTICS knows no expressions
    while i < count:
        word = match[i]
        fresh = i == 0 or match[i - 1] in _OPENERS or match[i - 1] == ">>"
        if word in _CONDITIONS and (fresh or word != "if"):
            stop = _index(match, _CONDITIONS[word], i + 1, count)
            if stop > i + 1:
                yield from _expression(text, tokens.start[i + 1], tokens.start[stop], version)
            i = stop
        elif fresh and word in _STARTERS:
            yield from _sql(text, tokens, i, end, version)
            return
        elif fresh and word == "return":
            yield from _return(text, tokens, i, count, end, version)
            return
        elif match[i] in (":=", "=") and i > 0 and not _in_for(match, i):
            yield from _expression(text, tokens.end[i], end, version)
            return
        elif word == "in" and match[0] in ("for", "foreach") and i + 1 < count and match[i + 1] in ("select", "with"):
            stop = _index(match, "loop", i + 1, count)
            yield from _parsed(text[tokens.start[i + 1] : tokens.start[stop]], tokens.start[i + 1], version)
            i = stop
        else:
            i += 1


def _in_for(match: list[str | None], i: int) -> bool:
    return "for" in match[:i] or "cursor" in match[:i]


def _index(match: list[str | None], word: str, start: int, count: int) -> int:
    depth = 0
    for i in range(start, count):
        if match[i] == "case":
            depth += 1
        elif match[i] == "end" and depth:
            depth -= 1
        elif match[i] == word and not depth:
            return i
    return count


def _return(text: str, tokens: Tokens, i: int, count: int, end: int, version: int) -> Iterator[Piece]:
    if i + 1 >= count:
        return
    after = tokens.match[i + 1]
    if after == "query" and i + 2 < count and tokens.match[i + 2] != "execute":
        yield from _parsed(text[tokens.start[i + 2] : end], tokens.start[i + 2], version)
    elif after == "next" and i + 2 < count:
        yield from _expression(text, tokens.start[i + 2], end, version)
    elif after not in ("query", "next"):
        yield from _expression(text, tokens.start[i + 1], end, version)


def _sql(text: str, tokens: Tokens, i: int, end: int, version: int) -> Iterator[Piece]:
    """One statement: PERFORM is a SELECT, and INTO takes its row apart."""
    start = tokens.start[i]
    sql = text[start:end]
    if tokens.match[i] == "perform":
        sql = "SELECT " + sql[len("perform") :]
    yield from _parsed(_without_into(sql, tokens, i, start), start, version)


def _without_into(sql: str, tokens: Tokens, i: int, start: int) -> str:
    """Blank out INTO [STRICT] target, ... of SELECT and RETURNING; INSERT INTO and MERGE INTO stay."""
    depth = 0
    for j in range(i + 1, len(tokens.kind) - 2):
        match = tokens.match[j]
        if match == "(":
            depth += 1
        elif match == ")":
            depth -= 1
        elif match == "into" and not depth and tokens.match[j - 1] not in ("insert", "merge"):
            stop = _end_of_targets(tokens, j + 1)
            begin, finish = tokens.start[j] - start, tokens.end[stop - 1] - start
            return sql[:begin] + " " * (finish - begin) + sql[finish:]
    return sql


def _end_of_targets(tokens: Tokens, j: int) -> int:
    if tokens.match[j] == "strict":
        j += 1
    while tokens.kind[j] in (WORD, QUOTED):
        j += 1
        while tokens.match[j] == "." and tokens.kind[j] == SYMBOL:
            j += 2
        if tokens.match[j] != ",":
            break
        j += 1
    return j


def _expression(text: str, start: int, end: int, version: int) -> Iterator[Piece]:
    yield from _parsed("SELECT " + text[start:end], start - len("SELECT "), version)


def _parsed(sql: str, shift: int, version: int) -> Iterator[Piece]:
    try:
        node = parse_statement(sql, 0, len(sql), version)
    except (ParseError, NotUnderstood):
        return
    if node is not None:
        yield Piece(node, shift)
