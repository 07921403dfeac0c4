"""JSON_TABLE."""

from __future__ import annotations

from schemalint.syntax import expressions, sqljson, typenames
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import A_Const, JsonTable, JsonTableColumn, JsonTablePathSpec
from schemalint.syntax.tokens import STRING


def json_table(c: Cursor) -> JsonTable:
    """json_table."""
    start = c.start
    c.expect("json_table", "(")
    item = sqljson.value_expression(c)
    c.expect(",")
    path_start = c.start
    path = expressions.expression(c)
    path_end = c.end
    name = c.col_id() if c.take("as") else None
    spec_end = c.end
    variables = sqljson.passing(c)
    columns = _columns(c)
    error = sqljson.on_error(c)
    c.expect(")")
    if not (isinstance(path, A_Const) and path.kind == "String"):
        message = "only string constants are supported in JSON_TABLE path specification"
        raise ParseError(message, path_start, path_end, "0A000")
    spec = JsonTablePathSpec(string=path, name=name, start=path_start, end=spec_end)
    return JsonTable(
        context_item=item, pathspec=spec, passing=variables, columns=columns, on_error=error, start=start, end=c.end
    )


def _columns(c: Cursor) -> tuple[JsonTableColumn, ...]:
    c.expect("columns")
    return c.paren_list(_column)


def _column(c: Cursor) -> JsonTableColumn:
    """json_table_column_definition."""
    start = c.start
    if c.match[c.at] == "nested" and (c.match[c.at + 1] == "path" or c.tokens.kind[c.at + 1] == STRING):
        return _nested(c, start)
    name = c.col_id()
    if c.take("for"):
        c.expect("ordinality")
        return JsonTableColumn(coltype="JTC_FOR_ORDINALITY", name=name, start=start, end=c.end)
    typename = typenames.type_name(c)
    form = sqljson.format_clause(c)
    if form is None and c.take("exists"):
        path = _path(c)
        error = sqljson.on_error(c)
        return JsonTableColumn(
            coltype="JTC_EXISTS", name=name, typeName=typename, pathspec=path, format=sqljson.DEFAULT_FORMAT,
            wrapper="JSW_NONE", on_error=error, start=start, end=c.end,
        )  # fmt: skip
    path = _path(c)
    wrapper = sqljson.wrapper(c)
    quotes = sqljson.quotes(c)
    empty, error = sqljson.behaviors(c)
    return JsonTableColumn(
        coltype="JTC_REGULAR" if form is None else "JTC_FORMATTED",
        name=name,
        typeName=typename,
        pathspec=path,
        format=form or sqljson.DEFAULT_FORMAT,
        wrapper=wrapper,
        quotes=quotes,
        on_empty=empty,
        on_error=error,
        start=start,
        end=c.end,
    )


def _nested(c: Cursor, start: int) -> JsonTableColumn:
    """`NESTED [PATH] 'path' [AS name] COLUMNS (...)`."""
    c.at += 1
    c.take("path")
    path_start = c.start
    string = _string(c)
    name = c.col_id() if c.take("as") else None
    spec = JsonTablePathSpec(string=string, name=name, start=path_start, end=c.end)
    columns = _columns(c)
    return JsonTableColumn(coltype="JTC_NESTED", pathspec=spec, columns=columns, start=start, end=c.end)


def _path(c: Cursor) -> JsonTablePathSpec | None:
    """json_table_column_path_clause_opt."""
    if not c.take("path"):
        return None
    start = c.start
    return JsonTablePathSpec(string=_string(c), start=start, end=c.end)


def _string(c: Cursor) -> A_Const:
    start = c.start
    return A_Const(val=c.string(), kind="String", start=start, end=c.end)
