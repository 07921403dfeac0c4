"""The grammar of PL/pgSQL (pl_gram.y), over the same tokens as SQL.

The body stays where it is in the source text, so that every offset is one into the file.
"""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql import pieces
from schemalint.syntax.plpgsql.declarations import declaration
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.plpgsql.statements import SIMPLE_STATEMENTS, assignment, sql_statement
from schemalint.syntax.tokens import END, QUOTED, WORD, tokenize


def parse_body(text: str, start: int, end: int, version: int = 18) -> pl.Block:
    """The block of a body that stands in text[start:end]. Raises ParseError."""
    c = Cursor(tokenize(text, start, end, psql_variables=False, version=version), version)
    while c.take("#"):  # compiler options: #option dump, #variable_conflict use_column
        c.next_value()
        c.next_value()
    label = pieces.label_before(c)
    block = _block(c, label)
    c.take(";")
    if c.kind() != END:
        raise c.error()
    return block


def _block(c: Cursor, label: str | None) -> pl.Block:
    start = c.start
    declarations: list[pl.Declaration] = []
    while c.take("declare"):
        while c.peek() not in ("begin", "declare"):
            if c.peek() == "<<":
                raise ParseError("block label must be placed before DECLARE, not after", c.start, c.start + 2)
            declarations.append(declaration(c))
    c.expect("begin")
    body = _statements(c, ("end", "exception"))
    handlers: list[pl.Handler] = []
    if c.take("exception"):
        while c.peek() == "when":
            handlers.append(_handler(c))
        if not handlers:
            raise c.error()
    c.expect("end")
    pieces.end_label(c, label)
    return pl.Block(label, tuple(declarations), body, tuple(handlers), start=start, end=c.end)


def _handler(c: Cursor) -> pl.Handler:
    start = c.start
    c.expect("when")
    conditions = [pieces.condition(c)]
    while c.take("or"):
        conditions.append(pieces.condition(c))
    c.expect("then")
    return pl.Handler(tuple(conditions), _statements(c, ("when", "end")), start=start, end=c.end)


# --- statements


def _statements(c: Cursor, ends: tuple[str, ...]) -> tuple[PLNode, ...]:
    found: list[PLNode] = []
    while c.peek() not in ends or _is_assignment(c):
        if c.kind() == END:
            raise c.error()
        found.append(_statement(c))
    return tuple(found)


def _is_assignment(c: Cursor) -> bool:
    return c.kind() in (WORD, QUOTED) and c.peek(1) in ("=", ":=", "[", ".")


def _statement(c: Cursor) -> PLNode:
    if c.peek() == "<<":
        label = pieces.label_before(c)
        if c.peek() in ("declare", "begin"):
            return _sub_block(c, label)
        loop = {"loop": _loop, "while": _while, "for": _for, "foreach": _foreach}.get(c.peek() or "")
        if loop is None:
            raise c.error()
        return loop(c, label)
    word = c.peek()
    if word is not None and c.kind() == WORD:
        if word in _LABELLED and not _is_assignment(c):
            return _LABELLED[word](c, None)
        if word in _STATEMENTS and not _is_assignment(c):
            return _STATEMENTS[word](c)
    if c.kind() == "p" or _is_assignment(c):
        return assignment(c)
    return sql_statement(c)


def _sub_block(c: Cursor, label: str | None) -> PLNode:
    block = _block(c, label)
    c.expect(";")
    return block


def _if(c: Cursor) -> PLNode:
    start = c.start
    branches: list[pl.Branch] = []
    otherwise: tuple[PLNode, ...] | None = None
    c.at += 1
    while True:
        at = c.start
        condition = pieces.expression(c, "then")
        c.expect("then")
        branches.append(
            pl.Branch((condition,), _statements(c, ("elsif", "elseif", "else", "end")), start=at, end=c.end)
        )
        if c.take_any("elsif", "elseif") is None:
            break
    if c.take("else"):
        otherwise = _statements(c, ("end",))
    c.expect("end", "if", ";")
    return pl.If(tuple(branches), otherwise, start=start, end=c.end)


def _case(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    value = None if c.peek() == "when" else pieces.expression(c, "when")
    branches: list[pl.Branch] = []
    otherwise: tuple[PLNode, ...] | None = None
    while c.peek() == "when":
        at = c.start
        c.at += 1
        conditions = pieces.expression_list(c, "then") if value is not None else (pieces.expression(c, "then"),)
        c.expect("then")
        branches.append(pl.Branch(conditions, _statements(c, ("when", "else", "end")), start=at, end=c.end))
    if not branches:
        raise c.error()
    if c.take("else"):
        otherwise = _statements(c, ("end",))
    c.expect("end", "case", ";")
    return pl.Case(value, tuple(branches), otherwise, start=start, end=c.end)


def _loop_body(c: Cursor, label: str | None) -> tuple[PLNode, ...]:
    c.expect("loop")
    body = _statements(c, ("end",))
    c.expect("end", "loop")
    pieces.end_label(c, label)
    c.expect(";")
    return body


def _loop(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    return pl.Loop(label, _loop_body(c, label), start=start, end=c.end)


def _while(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    condition = pieces.expression(c, "loop")
    return pl.Loop(label, _loop_body(c, label), condition, start=start, end=c.end)


def _for(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    targets = pieces.targets(c)
    c.expect("in")
    if c.take("execute"):
        dynamic = pieces.expression(c, "loop", "using")
        using = pieces.expression_list(c, "loop") if c.take("using") else ()
        body = _loop_body(c, label)
        return pl.ForQuery(label, targets, body, dynamic=dynamic, using=using, start=start, end=c.end)
    reverse = c.peek() == "reverse" and c.take("reverse")
    first = c.at
    pieces.skip_to(c, ("..", "loop"))
    is_range = c.peek() == ".."
    c.at = first
    if is_range:
        lower = pieces.expression(c, "..")
        c.at += 1
        upper = pieces.expression(c, "loop", "by")
        step = pieces.expression(c, "loop") if c.take("by") else None
        body = _loop_body(c, label)
        if len(targets) > 1:
            raise ParseError("integer FOR loop must have only one target variable", targets[0].start, targets[-1].end)
        return pl.ForInteger(label, targets[0].names[0], lower, upper, step, reverse, body, start=start, end=c.end)
    if (
        c.kind() in (WORD, QUOTED)
        and (c.peek(1) in ("loop", "("))
        and c.peek() not in ("select", "with", "values", "table")
    ):
        cursor = pieces.any_identifier(c)
        pieces.skip_to(c, ("loop",))
        return pl.ForQuery(label, targets, _loop_body(c, label), cursor=cursor, start=start, end=c.end)
    query = pieces.sql_until(c, "loop")
    return pl.ForQuery(label, targets, _loop_body(c, label), query=query, start=start, end=c.end)


def _foreach(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    targets = pieces.targets(c)
    depth = c.integer() if c.take("slice") else 0
    c.expect("in", "array")
    array = pieces.expression(c, "loop")
    return pl.ForEach(label, targets, depth, array, _loop_body(c, label), start=start, end=c.end)


def _exit(c: Cursor) -> PLNode:
    start = c.start
    again = c.next_value() == "continue"
    label = None if c.peek() in (";", "when") else pieces.any_identifier(c)
    condition = pieces.expression(c, ";") if c.take("when") else None
    c.expect(";")
    return pl.Exit(again, label, condition, start=start, end=c.end)


def _return(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    if c.take("next"):
        value = None if c.peek() == ";" else pieces.expression(c, ";")
        c.expect(";")
        return pl.ReturnNext(value, start=start, end=c.end)
    if c.take("query"):
        if c.take("execute"):
            dynamic = pieces.expression(c, ";", "using")
            using = pieces.expression_list(c, ";") if c.take("using") else ()
            c.expect(";")
            return pl.ReturnQuery(None, dynamic, using, start=start, end=c.end)
        query = pieces.sql_until(c, ";")
        c.expect(";")
        return pl.ReturnQuery(query, start=start, end=c.end)
    value = None if c.peek() == ";" else pieces.expression(c, ";")
    c.expect(";")
    return pl.Return(value, start=start, end=c.end)


_LABELLED = {
    "declare": _sub_block,
    "begin": _sub_block,
    "loop": _loop,
    "while": _while,
    "for": _for,
    "foreach": _foreach,
}
_STATEMENTS = SIMPLE_STATEMENTS | {"if": _if, "case": _case, "exit": _exit, "continue": _exit, "return": _return}
