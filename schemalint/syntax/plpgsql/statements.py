"""Statements of PL/pgSQL that hold no other statements."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql import pieces
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import END, QUOTED, STRING, WORD

_LEVELS = {
    "debug": "debug",
    "log": "log",
    "info": "info",
    "notice": "notice",
    "warning": "warning",
    "exception": "exception",
}
_RAISE_OPTIONS = frozenset(
    ("errcode", "message", "detail", "hint", "column", "constraint", "datatype", "table", "schema")
)
_FETCH_DIRECTIONS = frozenset(("next", "prior", "first", "last", "absolute", "relative", "forward", "backward", "all"))


def _raise(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    if c.take(";"):
        return pl.Raise("reraise", start=start, end=c.end)
    level = "exception"
    if c.peek() in _LEVELS:
        level = _LEVELS[c.next_value()]
    message = condition = None
    args: list[pl.Expr] = []
    options: list[tuple[str, pl.Expr]] = []
    if c.kind() == STRING:
        message = c.next_value()
        while c.take(","):
            args.append(pieces.expression(c, ",", ";", "using"))
        needed = message.replace("%%", "").count("%")
        if len(args) != needed:
            few = "few" if len(args) < needed else "many"
            raise ParseError(f"too {few} parameters specified for RAISE", start, c.end)
    elif c.peek() == "sqlstate":
        condition = pieces.condition(c)
    elif c.peek() != "using" and c.peek() != ";":
        condition = pieces.any_identifier(c)
    if c.take("using"):
        while True:
            name = pieces.any_identifier(c)
            if name not in _RAISE_OPTIONS:
                c.at -= 1
                found = c.error()
                raise ParseError(
                    "unrecognized RAISE statement option" + found.message.removeprefix("syntax error"),
                    found.start,
                    found.end,
                )
            if c.take_any("=", ":=") is None:
                raise c.error()
            options.append((name, pieces.expression(c, ",", ";")))
            if not c.take(","):
                break
    c.expect(";")
    return pl.Raise(level, message, condition, tuple(args), tuple(options), start=start, end=c.end)


def _assert(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    condition = pieces.expression(c, ",", ";")
    message = pieces.expression(c, ";") if c.take(",") else None
    c.expect(";")
    return pl.Assert(condition, message, start=start, end=c.end)


def _perform(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    query = pieces.sql_until(c, ";")
    c.expect(";")
    return pl.Perform(pl.Sql("SELECT " + query.text, start=query.start, end=query.end), start=start, end=c.end)


def _execute(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    query = pieces.expression(c, "into", "using", ";")
    into: tuple[pl.Target, ...] = ()
    using: tuple[pl.Expr, ...] = ()
    strict = False
    while c.peek() in ("into", "using"):
        if c.next_value() == "into":
            strict = c.take("strict")
            into = pieces.targets(c)
        else:
            using = pieces.expression_list(c, ";", "into")
    c.expect(";")
    return pl.Execute(query, into, strict, using, start=start, end=c.end)


def _get(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    stacked = c.take("stacked")
    c.take("current")
    c.expect("diagnostics")
    items: list[tuple[pl.Target, str]] = []
    while True:
        target = pieces.target(c)
        if c.take_any("=", ":=") is None:
            raise c.error()
        items.append((target, pieces.any_identifier(c)))
        if not c.take(","):
            break
    c.expect(";")
    return pl.GetDiagnostics(stacked, tuple(items), start=start, end=c.end)


def _open(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    cursor = pieces.any_identifier(c)
    if c.take("("):
        arguments = pieces.expression_list(c, ")")
        c.expect(")")
        c.expect(";")
        return pl.Open(cursor, arguments=arguments, start=start, end=c.end)
    c.take("no")
    c.take("scroll")
    if c.take("for"):
        if c.take("execute"):
            dynamic = pieces.expression(c, "using", ";")
            using = pieces.expression_list(c, ";") if c.take("using") else ()
            c.expect(";")
            return pl.Open(cursor, dynamic=dynamic, using=using, start=start, end=c.end)
        query = pieces.sql_until(c, ";")
        c.expect(";")
        return pl.Open(cursor, query, start=start, end=c.end)
    c.expect(";")
    return pl.Open(cursor, start=start, end=c.end)


def _fetch(c: Cursor) -> PLNode:
    start = c.start
    move = c.next_value() == "move"
    if c.peek() in _FETCH_DIRECTIONS and c.peek(1) not in ("into", ";"):
        pieces.skip_to(c, ("from", "in", "into"))
    c.take_any("from", "in")
    cursor = pieces.any_identifier(c)
    into: tuple[pl.Target, ...] = ()
    if not move:
        c.expect("into")
        into = pieces.targets(c)
    c.expect(";")
    return pl.Fetch(cursor, move, into, start=start, end=c.end)


def _close(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    cursor = pieces.any_identifier(c)
    c.expect(";")
    return pl.Close(cursor, start=start, end=c.end)


def _transaction(c: Cursor) -> PLNode:
    start = c.start
    kind = c.next_value()
    if c.take("and"):
        c.take("no")
        c.expect("chain")
    c.expect(";")
    return pl.Transaction(kind, start=start, end=c.end)


def _null(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    c.expect(";")
    return pl.Null(start=start, end=c.end)


def assignment(c: Cursor) -> PLNode:
    start, first = c.start, c.at
    target = pieces.target(c)
    if c.take_any("=", ":=") is None:
        c.at = first
        return sql_statement(c)
    value = pieces.expression(c, ";")
    c.expect(";")
    return pl.Assign(target, value, start=start, end=c.end)


def sql_statement(c: Cursor) -> PLNode:
    """An SQL statement up to its semicolon; an INTO outside brackets that is not INSERT's or MERGE's is taken out (make_execsql_stmt)."""
    if c.kind() not in (WORD, QUOTED):
        raise c.error()
    start, first = c.start, c.at
    into: tuple[pl.Target, ...] = ()
    strict, cut = False, (0, 0)
    depth = begin = 0
    while True:
        word = c.peek()
        if c.kind() == END:
            raise c.error()
        if word in ("(", "["):
            depth += 1
        elif word in (")", "]"):
            depth -= 1
        elif word == "begin" and c.match[first] == "create":
            begin += 1
        elif word == "end" and begin:
            begin -= 1
        elif word == ";" and not begin:
            break
        elif (
            word == "into"
            and not depth
            and c.match[c.at - 1] not in ("insert", "merge")
            and c.match[first] not in ("create", "import")
        ):
            if into:
                raise ParseError("INTO specified more than once", c.start, c.start + 4)
            at = c.start
            c.at += 1
            strict = c.take("strict")
            into = pieces.targets(c)
            cut = (at, c.end)
            continue
        c.at += 1
    end = c.end
    text = c.tokens.text[start:end]
    if into:
        text = text[: cut[0] - start] + " " * (cut[1] - cut[0]) + text[cut[1] - start :]
    c.expect(";")
    return pl.ExecSql(pl.Sql(text, start=start, end=end), into, strict, start=start, end=c.end)


SIMPLE_STATEMENTS = {
    "raise": _raise,
    "assert": _assert,
    "perform": _perform,
    "execute": _execute,
    "get": _get,
    "open": _open,
    "fetch": _fetch,
    "move": _fetch,
    "close": _close,
    "commit": _transaction,
    "rollback": _transaction,
    "null": _null,
}
"""First word -> the statement."""
