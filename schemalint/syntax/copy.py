"""COPY."""

from __future__ import annotations

from schemalint.syntax.common import boolean_or_string, is_boolean_or_string, is_numeric_only, numeric_only
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.dml import preparable_statement
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import A_Star, CopyStmt, DefArg, DefElem
from schemalint.syntax.queries import range_var


def copy(c: Cursor) -> CopyStmt:
    """CopyStmt."""
    start = c.start
    c.expect("copy")
    if c.match[c.at] == "(":
        return _copy_query(c, start)
    options: tuple[DefElem, ...] = ()
    at = c.start
    if c.take("binary"):
        options = (DefElem(defname="format", arg="binary", start=at, end=c.end),)
    relation = range_var(c)
    columns = c.column_list() if c.match[c.at] == "(" else ()
    direction = c.take_any("from", "to")
    if direction is None:
        raise c.error()
    is_program, filename = _file(c, 1)
    options += _delimiter(c)
    c.take("with")
    options += _options(c)
    where = None
    at = c.start
    if c.take("where"):
        where = expression(c)
        if direction == "to":
            raise ParseError("WHERE clause not allowed with COPY TO", at, c.end)
    return CopyStmt(
        relation=relation,
        attlist=columns,
        is_from=direction == "from",
        is_program=is_program,
        filename=filename,
        options=options,
        whereClause=where,
        start=start,
        end=c.end,
    )


def _copy_query(c: Cursor, start: int) -> CopyStmt:
    c.expect("(")
    query = preparable_statement(c)
    c.expect(")", "to")
    is_program, filename = _file(c, 0)
    c.take("with")
    options = _options(c)
    return CopyStmt(query=query, is_program=is_program, filename=filename, options=options, start=start, end=c.end)


def _file(c: Cursor, blame: int) -> tuple[bool, str | None]:
    """opt_program copy_file_name. The server blames a program of STDIN on what follows it; on TO where a query is copied."""
    to = c.end - 2
    is_program = c.take("program")
    if c.is_string():
        return is_program, c.string()
    if c.take_any("stdin", "stdout") is None:
        raise c.error()
    if is_program:
        start = c.start if blame else to
        raise ParseError("STDIN/STDOUT not allowed with PROGRAM", start, max(start, c.end))
    return False, None


def _delimiter(c: Cursor) -> tuple[DefElem, ...]:
    """copy_delimiter."""
    if c.take("using") and c.match[c.at] != "delimiters":
        raise c.error()
    at = c.start
    if not c.take("delimiters"):
        return ()
    return (DefElem(defname="delimiter", arg=c.string(), start=at, end=c.end),)


def _options(c: Cursor) -> tuple[DefElem, ...]:
    """copy_options."""
    if c.match[c.at] == "(":
        return c.paren_list(_generic_option)
    options = []
    while (option := _option(c)) is not None:
        options.append(option)
    return tuple(options)


_STRINGS = frozenset({"delimiter", "null", "quote", "escape"})
_FLAGS: dict[str, tuple[str, DefArg]] = {
    "binary": ("format", "binary"),
    "csv": ("format", "csv"),
    "freeze": ("freeze", True),
    "header": ("header", True),
}


def _option(c: Cursor) -> DefElem | None:
    """copy_opt_item: the form without parentheses; None when another word is next."""
    start = c.start
    word = c.match[c.at] or ""
    if word in _FLAGS:
        c.at += 1
        name, value = _FLAGS[word]
        return DefElem(defname=name, arg=value, start=start, end=c.end)
    if word in _STRINGS:
        c.at += 1
        c.take("as")
        return DefElem(defname=word, arg=c.string(), start=start, end=c.end)
    if word == "encoding":
        c.at += 1
        return DefElem(defname=word, arg=c.string(), start=start, end=c.end)
    if word != "force":
        return None
    c.at += 1
    name = "force_null"
    if c.take("quote"):
        name = "force_quote"
    else:
        if c.take("not"):
            name = "force_not_null"
        c.expect("null")
    at = c.start
    if (name == "force_quote" or c.version >= 17) and c.take("*"):
        return DefElem(defname=name, arg=A_Star(start=at, end=c.end), start=start, end=c.end)
    return DefElem(defname=name, arg=c.names(), start=start, end=c.end)


def _generic_option(c: Cursor) -> DefElem:
    """copy_generic_opt_elem."""
    start = c.start
    name = c.col_label()
    arg: DefArg = None
    at = c.start
    if is_boolean_or_string(c):
        arg = boolean_or_string(c)
    elif c.version >= 17 and c.take("default"):
        arg = "default"
    elif is_numeric_only(c):
        arg = numeric_only(c)
    elif c.take("*"):
        arg = A_Star(start=at, end=c.end)
    elif c.match[c.at] == "(":
        arg = c.paren_list(boolean_or_string)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)
