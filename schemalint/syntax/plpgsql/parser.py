"""The grammar of PL/pgSQL (pl_gram.y), over the same tokens as SQL.

The body stays where it is in the source text, so that every offset is one into the file.
"""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import TypeName
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import END, INTEGER, QUOTED, STRING, WORD, tokenize

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


def parse_body(text: str, start: int, end: int, version: int = 18) -> pl.Block:
    """The block of a body that stands in text[start:end]. Raises ParseError."""
    c = Cursor(tokenize(text, start, end, psql_variables=False, version=version), version)
    while c.take("#"):  # compiler options: #option dump, #variable_conflict use_column
        c.next_value()
        c.next_value()
    label = _label(c)
    block = _block(c, label)
    c.take(";")
    if c.kind() != END:
        raise c.error()
    return block


def _label(c: Cursor) -> str | None:
    if not c.take("<<"):
        return None
    name = _any_identifier(c)
    c.expect(">>")
    return name


def _any_identifier(c: Cursor) -> str:
    if c.kind() not in (WORD, QUOTED):
        raise c.error()
    return c.next_value()


def _block(c: Cursor, label: str | None) -> pl.Block:
    start = c.start
    declarations: list[pl.Declaration] = []
    while c.take("declare"):
        while c.peek() not in ("begin", "declare"):
            if c.peek() == "<<":
                raise ParseError("block label must be placed before DECLARE, not after", c.start, c.start + 2)
            declarations.append(_declaration(c))
    c.expect("begin")
    body = _statements(c, ("end", "exception"))
    handlers: list[pl.Handler] = []
    if c.take("exception"):
        while c.peek() == "when":
            handlers.append(_handler(c))
        if not handlers:
            raise c.error()
    c.expect("end")
    _end_label(c, label)
    return pl.Block(label, tuple(declarations), body, tuple(handlers), start=start, end=c.end)


def _end_label(c: Cursor, label: str | None) -> None:
    if c.kind() not in (WORD, QUOTED):
        return
    at, end = c.start, c.tokens.end[c.at]
    name = c.next_value()
    if label is None:
        raise ParseError(f'end label "{name}" specified for unlabeled block', at, end)
    if name != label:
        raise ParseError(f'end label "{name}" differs from block\'s label "{label}"', at, end)


def _handler(c: Cursor) -> pl.Handler:
    start = c.start
    c.expect("when")
    conditions = [_condition(c)]
    while c.take("or"):
        conditions.append(_condition(c))
    c.expect("then")
    return pl.Handler(tuple(conditions), _statements(c, ("when", "end")), start=start, end=c.end)


def _condition(c: Cursor) -> str:
    if c.peek() == "sqlstate":
        c.at += 1
        at = c.start
        code = c.string()
        if len(code) != 5 or not code.isalnum() or code != code.upper():
            raise ParseError("invalid SQLSTATE code", at, c.end)
        return code
    return _any_identifier(c)


def _declaration(c: Cursor) -> pl.Declaration:
    start = c.start
    name = _any_identifier(c)
    if c.take("alias"):
        c.expect("for")
        if c.kind() == "p":
            alias = "$" + c.next_value()
        else:
            alias = _any_identifier(c)
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
        default = _expression(c, ";")
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
            argument = _any_identifier(c)
            arguments.append((argument, type_name(c)))
            if not c.take(","):
                break
        c.expect(")")
    if c.take_any("is", "for") is None:
        raise c.error()
    query = _sql_until(c, ";")
    c.expect(";")
    return pl.Declaration(name, cursor=query, arguments=tuple(arguments), start=start, end=c.end)


# --- pieces of SQL


def _skip_to(c: Cursor, stops: tuple[str, ...]) -> tuple[int, int, int]:
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
                raise ParseError("mismatched parentheses" + _near(c), c.start, c.start + 1)
            break
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth -= 1
            if depth < 0:
                raise ParseError("mismatched parentheses" + _near(c), c.start, c.start + 1)
        c.at += 1
    if c.at == first:
        return first, c.start, c.start
    return first, c.tokens.start[first], c.end


def _near(c: Cursor) -> str:
    return c.error().message.removeprefix("syntax error")


def _expression(c: Cursor, *stops: str) -> pl.Expr:
    """An expression up to (not including) one of `stops` (read_sql_construct)."""
    first, start, end = _skip_to(c, stops)
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


def _sql_until(c: Cursor, *stops: str) -> pl.Sql:
    _, start, end = _skip_to(c, stops)
    if c.peek() not in stops:
        found = c.error()
        raise ParseError(
            f'missing "{stops[0]}" at end of SQL statement' + found.message.removeprefix("syntax error"),
            found.start,
            found.end,
        )
    return pl.Sql(c.tokens.text[start:end], start=start, end=end)


def _expression_list(c: Cursor, *stops: str) -> tuple[pl.Expr, ...]:
    found = [_expression(c, ",", *stops)]
    while c.take(","):
        found.append(_expression(c, ",", *stops))
    return tuple(found)


def _target(c: Cursor) -> pl.Target:
    start = c.start
    if c.kind() == "p":
        names = ["$" + c.next_value()]
    else:
        names = [_any_identifier(c)]
    depth = 0
    while True:
        if c.peek() == "." and not depth:
            c.at += 1
            names.append(_any_identifier(c))
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


def _targets(c: Cursor) -> tuple[pl.Target, ...]:
    found = [_target(c)]
    while c.take(","):
        found.append(_target(c))
    return tuple(found)


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
        label = _label(c)
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
        return _assignment(c)
    return _sql_statement(c)


def _sub_block(c: Cursor, label: str | None) -> PLNode:
    block = _block(c, label)
    c.expect(";")
    return block


def _assignment(c: Cursor) -> PLNode:
    start, first = c.start, c.at
    target = _target(c)
    if c.take_any("=", ":=") is None:
        c.at = first
        return _sql_statement(c)
    value = _expression(c, ";")
    c.expect(";")
    return pl.Assign(target, value, start=start, end=c.end)


def _if(c: Cursor) -> PLNode:
    start = c.start
    branches: list[pl.Branch] = []
    otherwise: tuple[PLNode, ...] | None = None
    c.at += 1
    while True:
        at = c.start
        condition = _expression(c, "then")
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
    value = None if c.peek() == "when" else _expression(c, "when")
    branches: list[pl.Branch] = []
    otherwise: tuple[PLNode, ...] | None = None
    while c.peek() == "when":
        at = c.start
        c.at += 1
        conditions = _expression_list(c, "then") if value is not None else (_expression(c, "then"),)
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
    _end_label(c, label)
    c.expect(";")
    return body


def _loop(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    return pl.Loop(label, _loop_body(c, label), start=start, end=c.end)


def _while(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    condition = _expression(c, "loop")
    return pl.Loop(label, _loop_body(c, label), condition, start=start, end=c.end)


def _for(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    targets = _targets(c)
    c.expect("in")
    if c.take("execute"):
        dynamic = _expression(c, "loop", "using")
        using = _expression_list(c, "loop") if c.take("using") else ()
        body = _loop_body(c, label)
        return pl.ForQuery(label, targets, body, dynamic=dynamic, using=using, start=start, end=c.end)
    reverse = c.peek() == "reverse" and c.take("reverse")
    first = c.at
    _skip_to(c, ("..", "loop"))
    is_range = c.peek() == ".."
    c.at = first
    if is_range:
        lower = _expression(c, "..")
        c.at += 1
        upper = _expression(c, "loop", "by")
        step = _expression(c, "loop") if c.take("by") else None
        body = _loop_body(c, label)
        if len(targets) > 1:
            raise ParseError("integer FOR loop must have only one target variable", targets[0].start, targets[-1].end)
        return pl.ForInteger(label, targets[0].names[0], lower, upper, step, reverse, body, start=start, end=c.end)
    if (
        c.kind() in (WORD, QUOTED)
        and (c.peek(1) in ("loop", "("))
        and c.peek() not in ("select", "with", "values", "table")
    ):
        cursor = _any_identifier(c)
        _skip_to(c, ("loop",))
        return pl.ForQuery(label, targets, _loop_body(c, label), cursor=cursor, start=start, end=c.end)
    query = _sql_until(c, "loop")
    return pl.ForQuery(label, targets, _loop_body(c, label), query=query, start=start, end=c.end)


def _foreach(c: Cursor, label: str | None) -> PLNode:
    start = c.start
    c.at += 1
    targets = _targets(c)
    depth = c.integer() if c.take("slice") else 0
    c.expect("in", "array")
    array = _expression(c, "loop")
    return pl.ForEach(label, targets, depth, array, _loop_body(c, label), start=start, end=c.end)


def _exit(c: Cursor) -> PLNode:
    start = c.start
    again = c.next_value() == "continue"
    label = None if c.peek() in (";", "when") else _any_identifier(c)
    condition = _expression(c, ";") if c.take("when") else None
    c.expect(";")
    return pl.Exit(again, label, condition, start=start, end=c.end)


def _return(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    if c.take("next"):
        value = None if c.peek() == ";" else _expression(c, ";")
        c.expect(";")
        return pl.ReturnNext(value, start=start, end=c.end)
    if c.take("query"):
        if c.take("execute"):
            dynamic = _expression(c, ";", "using")
            using = _expression_list(c, ";") if c.take("using") else ()
            c.expect(";")
            return pl.ReturnQuery(None, dynamic, using, start=start, end=c.end)
        query = _sql_until(c, ";")
        c.expect(";")
        return pl.ReturnQuery(query, start=start, end=c.end)
    value = None if c.peek() == ";" else _expression(c, ";")
    c.expect(";")
    return pl.Return(value, start=start, end=c.end)


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
            args.append(_expression(c, ",", ";", "using"))
        needed = message.replace("%%", "").count("%")
        if len(args) != needed:
            few = "few" if len(args) < needed else "many"
            raise ParseError(f"too {few} parameters specified for RAISE", start, c.end)
    elif c.peek() == "sqlstate":
        condition = _condition(c)
    elif c.peek() != "using" and c.peek() != ";":
        condition = _any_identifier(c)
    if c.take("using"):
        while True:
            name = _any_identifier(c)
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
            options.append((name, _expression(c, ",", ";")))
            if not c.take(","):
                break
    c.expect(";")
    return pl.Raise(level, message, condition, tuple(args), tuple(options), start=start, end=c.end)


def _assert(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    condition = _expression(c, ",", ";")
    message = _expression(c, ";") if c.take(",") else None
    c.expect(";")
    return pl.Assert(condition, message, start=start, end=c.end)


def _perform(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    query = _sql_until(c, ";")
    c.expect(";")
    return pl.Perform(pl.Sql("SELECT " + query.text, start=query.start, end=query.end), start=start, end=c.end)


def _execute(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    query = _expression(c, "into", "using", ";")
    into: tuple[pl.Target, ...] = ()
    using: tuple[pl.Expr, ...] = ()
    strict = False
    while c.peek() in ("into", "using"):
        if c.next_value() == "into":
            strict = c.take("strict")
            into = _targets(c)
        else:
            using = _expression_list(c, ";", "into")
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
        target = _target(c)
        if c.take_any("=", ":=") is None:
            raise c.error()
        items.append((target, _any_identifier(c)))
        if not c.take(","):
            break
    c.expect(";")
    return pl.GetDiagnostics(stacked, tuple(items), start=start, end=c.end)


def _open(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    cursor = _any_identifier(c)
    if c.take("("):
        arguments = _expression_list(c, ")")
        c.expect(")")
        c.expect(";")
        return pl.Open(cursor, arguments=arguments, start=start, end=c.end)
    c.take("no")
    c.take("scroll")
    if c.take("for"):
        if c.take("execute"):
            dynamic = _expression(c, "using", ";")
            using = _expression_list(c, ";") if c.take("using") else ()
            c.expect(";")
            return pl.Open(cursor, dynamic=dynamic, using=using, start=start, end=c.end)
        query = _sql_until(c, ";")
        c.expect(";")
        return pl.Open(cursor, query, start=start, end=c.end)
    c.expect(";")
    return pl.Open(cursor, start=start, end=c.end)


def _fetch(c: Cursor) -> PLNode:
    start = c.start
    move = c.next_value() == "move"
    if c.peek() in _FETCH_DIRECTIONS and c.peek(1) not in ("into", ";"):
        _skip_to(c, ("from", "in", "into"))
    c.take_any("from", "in")
    cursor = _any_identifier(c)
    into: tuple[pl.Target, ...] = ()
    if not move:
        c.expect("into")
        into = _targets(c)
    c.expect(";")
    return pl.Fetch(cursor, move, into, start=start, end=c.end)


def _close(c: Cursor) -> PLNode:
    start = c.start
    c.at += 1
    cursor = _any_identifier(c)
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


def _sql_statement(c: Cursor) -> PLNode:
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
            into = _targets(c)
            cut = (at, c.end)
            continue
        c.at += 1
    end = c.end
    text = c.tokens.text[start:end]
    if into:
        text = text[: cut[0] - start] + " " * (cut[1] - cut[0]) + text[cut[1] - start :]
    c.expect(";")
    return pl.ExecSql(pl.Sql(text, start=start, end=end), into, strict, start=start, end=c.end)


_LABELLED = {
    "declare": _sub_block,
    "begin": _sub_block,
    "loop": _loop,
    "while": _while,
    "for": _for,
    "foreach": _foreach,
}
_STATEMENTS = {
    "if": _if,
    "case": _case,
    "exit": _exit,
    "continue": _exit,
    "return": _return,
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
