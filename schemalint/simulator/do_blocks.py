"""DO blocks: what their statements do to the catalog, as far as it can be told (pl_exec.c).

Conditions and strings are computed over the simulated catalog (evaluate.py). Where a condition is not known, both ways are possible:
the names that they mention become Unknown, and nothing in them is refused.
"""

from __future__ import annotations

from typing import Any

from schemalint.catalog import model
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.catalog_queries import named_rows, select
from schemalint.simulator.dispatch import execute_node
from schemalint.simulator.evaluate import UNKNOWN, Scope, Value, evaluate
from schemalint.simulator.plpgsql_compile import compile_inline
from schemalint.simulator.session import Session
from schemalint.syntax import nodes as n
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.conditions import SQLSTATES, matches
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import QUOTED, STRING, WORD, tokenize

MAX_ITERATIONS = 10_000


class _Exit(Exception):
    """EXIT or CONTINUE on its way to its loop."""

    def __init__(self, label: str | None, again: bool, reason: Undecidable | None = None) -> None:
        self.label = label
        self.again = again
        self.reason = reason  # why it is not known whether the loop is left here


class _Return(Exception):
    """RETURN."""


class _Frame:
    """One block being executed; `at` is where a refusal inside a computed string points."""

    def __init__(self, session: Session, text: str, at: tuple[int, int]) -> None:
        self.session = session
        self.text = text
        self.at = at
        self.variables: dict[str, Value] = {}
        self.error: Refusal | None = None
        self.steps = 0
        self.parsed: dict[str, n.Node] = {}

    @property
    def scope(self) -> Scope:
        return Scope(self.session, self.variables)


def execute_do(session: Session, stmt: n.DoStmt) -> None:
    """DO (ExecuteDoStmt)."""
    at = (stmt.start, stmt.end)
    language, body = "plpgsql", None
    for option in stmt.args:
        if option.defname == "language":
            language = str(option.arg)
        elif option.defname == "as":
            body = option
    if body is None:
        raise Refusal("42601", "no inline code specified", at=at)
    found = session.catalog.find(model.Language, 0, language)
    if found is None:
        raise session.names.missing("42704", f'language "{language}" does not exist', None, language, at)
    if not found.inline:
        raise Refusal("0A000", f'language "{language}" does not support inline code execution', at=at)
    if language != "plpgsql":
        session.catalog.make_unknown("", f"a DO block in {language} may have made it")
        raise Undecidable(f"a DO block in {language} is not read", at)
    text, start, end = body_of(session.text, body)
    block = compile_inline(session, text, start, end, at)
    session.catalog_rows.clear()
    frame = _Frame(session, text, at)
    outer = session.text
    session.text = text
    try:
        _block(frame, block)
    except _Return:
        pass
    except _Exit as stray:
        raise (
            Refusal("2D000", "EXIT cannot be used outside a loop", at=at)
            if not stray.again
            else Refusal("42601", "CONTINUE cannot be used outside a loop", at=at)
        ) from None
    finally:
        session.text = outer


def body_of(text: str, option: n.DefElem) -> tuple[str, int, int]:
    """(text, start, end) of a body: in place when it is dollar-quoted, so that offsets are the file's; else its value alone."""
    value = option.arg[0] if isinstance(option.arg, tuple) else option.arg
    body = str(value)
    if option.start >= 0:
        tokens = tokenize(text, option.start, option.end)
        for i, kind in enumerate(tokens.kind):
            if kind == STRING and tokens.value[i] == body and text[tokens.start[i]] == "$":
                start = text.index("$", tokens.start[i] + 1) + 1
                return text, start, start + len(body)
    return body, 0, len(body)


# --- blocks and control


def _block(frame: _Frame, block: pl.Block) -> None:
    for declaration in block.declarations:
        _declare(frame, declaration)
    if not block.handlers:
        _labelled(frame, block.body, block.label)
        return
    session = frame.session
    mark, effects = session.catalog.mark(), len(session.effects)
    try:
        _labelled(frame, block.body, block.label)
    except Refusal as refusal:
        for handler in block.handlers:
            if any(matches(c, refusal.sqlstate) for c in handler.conditions):
                session.catalog.rollback(mark)
                session.catalog_rows.clear()
                del session.effects[effects:]
                session.prepare()
                held, frame.error = frame.error, refusal
                frame.variables["sqlerrm"], frame.variables["sqlstate"] = refusal.message, refusal.sqlstate
                _body(frame, handler.body)
                frame.error = held
                return
        raise


def _labelled(frame: _Frame, body: tuple[PLNode, ...], label: str | None) -> None:
    try:
        _body(frame, body)
    except _Exit as leaving:
        if label is None or leaving.label != label or leaving.again:
            raise


def _declare(frame: _Frame, declaration: pl.Declaration) -> None:
    session = frame.session
    if declaration.type is not None:
        from schemalint.semantics.types import typename_type_id_and_mod
        from schemalint.simulator.stored import session_parsestate

        if declaration.type.names[-1] not in ("record", "refcursor"):
            typename_type_id_and_mod(session_parsestate(session), declaration.type)
    value: Value = UNKNOWN
    is_record = declaration.rowtype or (declaration.type is not None and declaration.type.names[-1] == "record")
    if (declaration.type is not None or declaration.reference) and not is_record:
        value = None
    if declaration.default is not None:
        value = _value_or_unknown(frame, declaration.default)
    frame.variables[declaration.name] = value


def _value_or_unknown(frame: _Frame, expr: pl.Expr) -> Value:
    try:
        return _evaluate(frame, expr)
    except Undecidable:
        return UNKNOWN


def _evaluate(frame: _Frame, expr: pl.Expr) -> Value:
    return evaluate(frame.scope, _expression(frame, expr))


def _expression(frame: _Frame, expr: pl.Expr) -> n.Node:
    node = _parse(frame, "SELECT " + expr.text, (expr.start, expr.end))
    if isinstance(node, n.SelectStmt) and len(node.targetList) == 1 and node.targetList[0].val is not None:
        if not (node.fromClause or node.whereClause):
            return node.targetList[0].val
        return n.SubLink("EXPR_SUBLINK", node)
    raise Undecidable("this expression is not evaluated")


def _parse(frame: _Frame, text: str, at: tuple[int, int]) -> n.Node:
    if text in frame.parsed:
        return frame.parsed[text]
    try:
        node = parse_statement(text, version=frame.session.version)
    except ParseError as error:
        place = at if frame.text is frame.session.text else frame.at
        raise Refusal(error.sqlstate, error.message, at=place) from None
    except NotUnderstood as error:
        raise NotModelled(error.message) from None
    if node is None:
        raise Refusal("42601", "query string is empty", at=at)
    frame.parsed[text] = node
    return node


def _body(frame: _Frame, body: tuple[PLNode, ...]) -> None:
    for statement in body:
        frame.steps += 1
        if frame.steps > MAX_ITERATIONS:
            raise NotModelled("a DO block that takes too many steps")
        handler = _HANDLERS.get(type(statement))
        if handler is None:
            raise NotModelled(type(statement).__name__)
        try:
            handler(frame, statement)
        except Undecidable as reason:
            frame.session.undecided.append(reason.reason)


def _if(frame: _Frame, stmt: pl.If) -> None:
    for i, branch in enumerate(stmt.branches):
        try:
            taken = _evaluate(frame, branch.conditions[0])
        except Undecidable as reason:
            _either_way(frame, stmt.branches[i:], stmt.otherwise, reason)
            return
        if taken is True:
            _body(frame, branch.body)
            return
    if stmt.otherwise is not None:
        _body(frame, stmt.otherwise)


def _case(frame: _Frame, stmt: pl.Case) -> None:
    try:
        subject = _evaluate(frame, stmt.value) if stmt.value is not None else True
        for branch in stmt.branches:
            if any(_evaluate(frame, c) == subject for c in branch.conditions):
                _body(frame, branch.body)
                return
    except Undecidable as reason:
        _either_way(frame, stmt.branches, stmt.otherwise, reason)
        return
    if stmt.otherwise is None:
        raise Refusal("20000", "case not found", hint="CASE statement is missing ELSE part.", at=frame.at)
    _body(frame, stmt.otherwise)


def _either_way(
    frame: _Frame, branches: tuple[pl.Branch, ...], otherwise: tuple[PLNode, ...] | None, reason: Undecidable
) -> None:
    for branch in branches:
        _maybe(frame, branch.body, reason)
    if otherwise is not None:
        _maybe(frame, otherwise, reason)


def _maybe(frame: _Frame, body: tuple[PLNode, ...], reason: Undecidable) -> None:
    """Statements that may or may not run: what they name may or may not exist."""
    catalog = frame.session.catalog
    frame.session.undecided.append(reason.reason)
    why = "a DO block may have changed it"
    for statement in body:
        if isinstance(statement, pl.Raise | pl.Null):
            continue
        text = frame.text[statement.start : statement.end]
        try:
            tokens = tokenize(text)
        except ParseError:
            catalog.make_unknown("", why)
            continue
        if isinstance(statement, pl.Execute) and not _constant(frame, statement.query):
            catalog.make_unknown("", why)
        for kind, value in zip(tokens.kind, tokens.value, strict=True):
            if kind in (WORD, QUOTED):
                catalog.make_unknown(value, why)
            elif kind == STRING:
                for word in value.replace('"', " ").replace(".", " ").replace("(", " ").replace(")", " ").split():
                    catalog.make_unknown(word, why)


def _constant(frame: _Frame, expr: pl.Expr) -> bool:
    try:
        _evaluate(frame, expr)
    except (Undecidable, Refusal, NotModelled):
        return False
    return True


def _loop(frame: _Frame, stmt: pl.Loop) -> None:
    for _ in range(MAX_ITERATIONS):
        if stmt.condition is not None:
            try:
                again = _evaluate(frame, stmt.condition)
            except Undecidable as reason:
                _maybe(frame, stmt.body, reason)
                return
            if again is not True:
                return
        known = len(frame.session.undecided)
        if not _iterate(frame, stmt.body, stmt.label):
            return
        if stmt.condition is None and len(frame.session.undecided) > known:  # whether it is left here is not known
            _maybe(frame, stmt.body, Undecidable(frame.session.undecided[-1]))
            return
    raise NotModelled("a loop that takes too many steps")


def _iterate(frame: _Frame, body: tuple[PLNode, ...], label: str | None) -> bool:
    """One turn of a loop; False when it is left."""
    try:
        _body(frame, body)
    except _Exit as leaving:
        if leaving.label is not None and leaving.label != label:
            raise
        if leaving.reason is not None:
            _maybe(frame, body, leaving.reason)
            return False
        return leaving.again
    return True


def _for_integer(frame: _Frame, stmt: pl.ForInteger) -> None:
    try:
        lower, upper = _evaluate(frame, stmt.lower), _evaluate(frame, stmt.upper)
        step = _evaluate(frame, stmt.step) if stmt.step is not None else 1
    except Undecidable as reason:
        _maybe(frame, stmt.body, reason)
        return
    turns = range(lower, upper - 1, -step) if stmt.reverse else range(lower, upper + 1, step)
    for value in turns:
        frame.variables[stmt.variable] = value
        if not _iterate(frame, stmt.body, stmt.label):
            return


def _for_query(frame: _Frame, stmt: pl.ForQuery) -> None:
    try:
        if stmt.query is not None:
            query = _parse(frame, stmt.query.text, (stmt.query.start, stmt.query.end))
        elif stmt.dynamic is not None and not stmt.using:
            query = _parse(frame, str(_evaluate(frame, stmt.dynamic)), frame.at)
        else:
            raise Undecidable("rows of a cursor are not known")
        if not isinstance(query, n.SelectStmt):
            raise Undecidable("rows of this query are not known")
        rows = list(named_rows(frame.scope, query))
    except Undecidable as reason:
        _maybe(frame, stmt.body, reason)
        return
    for row in rows:
        values = list(row.values())
        if len(stmt.targets) == 1 and (len(values) > 1 or frame.variables.get(stmt.targets[0].names[0]) is UNKNOWN):
            frame.variables[stmt.targets[0].names[0]] = row
        else:
            for target, value in zip(stmt.targets, values, strict=False):
                frame.variables[target.names[0]] = value
        if not _iterate(frame, stmt.body, stmt.label):
            return


def _for_each(frame: _Frame, stmt: pl.ForEach) -> None:
    try:
        values = _evaluate(frame, stmt.array)
    except Undecidable as reason:
        _maybe(frame, stmt.body, reason)
        return
    if values is None:
        raise Refusal("22004", "FOREACH expression must not be null", at=frame.at)
    for value in values:
        frame.variables[stmt.targets[0].names[0]] = value
        if not _iterate(frame, stmt.body, stmt.label):
            return


def _exit(frame: _Frame, stmt: pl.Exit) -> None:
    try:
        leaves = stmt.condition is None or _evaluate(frame, stmt.condition) is True
    except Undecidable as reason:
        raise _Exit(stmt.label, stmt.again, reason) from None
    if leaves:
        raise _Exit(stmt.label, stmt.again)


def _return(frame: _Frame, stmt: pl.Return) -> None:
    if stmt.value is not None:
        raise Refusal("42804", "RETURN cannot have a parameter in function returning void", at=(stmt.start, stmt.end))
    raise _Return


# --- statements that do something


def _assign(frame: _Frame, stmt: pl.Assign) -> None:
    if len(stmt.target.names) == 1 and stmt.target.text == stmt.target.names[0]:
        frame.variables[stmt.target.names[0]] = _value_or_unknown(frame, stmt.value)
    else:
        frame.variables[stmt.target.names[0]] = UNKNOWN


def _exec_sql(frame: _Frame, stmt: pl.ExecSql) -> None:
    session = frame.session
    if stmt.into:
        _into(frame, _parse(frame, stmt.sql.text, (stmt.sql.start, stmt.sql.end)), stmt.into)
        return
    try:
        node = parse_statement(frame.text, stmt.sql.start, stmt.sql.end, session.version)
    except ParseError as error:
        raise Refusal(error.sqlstate, error.message, at=(error.start, error.end)) from None
    except NotUnderstood as error:
        raise NotModelled(error.message) from None
    if node is not None:
        _run(frame, node)


def _run(frame: _Frame, node: n.Node) -> None:
    """Execute one SQL statement of the block."""
    session = frame.session
    if isinstance(node, n.TransactionStmt):
        raise Refusal("0A000", "unsupported transaction command in PL/pgSQL", at=(node.start, node.end))
    if isinstance(node, n.CopyStmt):
        raise Refusal("0A000", "cannot COPY to/from client in PL/pgSQL", at=(node.start, node.end))
    if isinstance(node, n.SelectStmt) and node.intoClause is None:
        raise Refusal(
            "42601",
            "query has no destination for result data",
            hint="If you want to discard the results of a SELECT, use PERFORM instead.",
            at=(node.start, node.end),
        )
    session.prepare()
    if isinstance(node, n.InsertStmt | n.UpdateStmt | n.DeleteStmt | n.MergeStmt) and frame.variables:
        _run_with_variables(frame, node)
    else:
        execute_node(session, node)
    session.prepare()


def _run_with_variables(frame: _Frame, node: n.Node) -> None:
    """A query may mean the block's variables where it writes a bare name, so an unknown column is no refusal."""
    try:
        execute_node(frame.session, node)
    except Refusal as refusal:
        if refusal.sqlstate in ("42703", "42702", "42883", "42804"):
            raise Undecidable("a query over the block's variables is not checked") from None
        raise


def _into(frame: _Frame, node: n.Node, targets: tuple[pl.Target, ...]) -> None:
    try:
        if not isinstance(node, n.SelectStmt):
            raise Undecidable("what the statement returns is not known")
        row = next(select(frame.scope, node), None)
    except Undecidable:
        for target in targets:
            frame.variables[target.names[0]] = UNKNOWN
        return
    for i, target in enumerate(targets):
        frame.variables[target.names[0]] = None if row is None else row[i] if i < len(row) else None


def _perform(frame: _Frame, stmt: pl.Perform) -> None:
    node = _parse(frame, stmt.sql.text, (stmt.sql.start, stmt.sql.end))
    session = frame.session
    held, session.text = session.text, stmt.sql.text
    try:
        execute_node(session, node)
    except Refusal as refusal:
        if refusal.sqlstate in ("42703", "42702", "42883", "42804") and frame.variables:
            return
        raise Refusal(refusal.sqlstate, refusal.message, at=(stmt.start, stmt.end), word=refusal.word) from None
    finally:
        session.text = held


def _execute(frame: _Frame, stmt: pl.Execute) -> None:
    session = frame.session
    text = _evaluate_or_fog(frame, stmt)
    if text is None:
        raise Refusal("22004", "query string argument of EXECUTE is null", at=(stmt.start, stmt.end))
    node = _parse(frame, text, (stmt.start, stmt.end))
    if stmt.into:
        _into(frame, node, stmt.into)
        return
    if stmt.using:
        return
    held, session.text = session.text, text
    try:
        if not isinstance(node, n.SelectStmt):
            _run(_Frame(session, text, (stmt.start, stmt.end)), node)
        else:
            execute_node(session, node)
    except Refusal as refusal:
        raise Refusal(
            refusal.sqlstate,
            refusal.message,
            at=(stmt.start, stmt.end),
            detail=refusal.detail,
            hint=refusal.hint,
            objects=refusal.objects,
        ) from None
    finally:
        session.text = held


def _evaluate_or_fog(frame: _Frame, stmt: pl.Execute) -> Any:
    try:
        value = _evaluate(frame, stmt.query)
    except Undecidable as reason:
        frame.session.catalog.make_unknown("", "a DO block executes a string that is not known")
        raise Undecidable(
            f"the string that EXECUTE runs is not known: {reason.reason}", (stmt.start, stmt.end)
        ) from None
    return None if value is None else str(value)


def _raise(frame: _Frame, stmt: pl.Raise) -> None:
    if stmt.level == "reraise":
        if frame.error is None:
            raise Refusal("0Z002", "RAISE without parameters cannot be used outside an exception handler", at=frame.at)
        raise frame.error
    if stmt.level != "exception":
        return
    sqlstate, message = "P0001", stmt.message or stmt.condition or "P0001"
    if stmt.condition is not None:
        sqlstate = SQLSTATES.get(stmt.condition, stmt.condition)
        if len(sqlstate) != 5:
            raise Refusal("42704", f'unrecognized exception condition "{stmt.condition}"', at=(stmt.start, stmt.end))
    for name, expr in stmt.options:
        value = _value_or_unknown(frame, expr)
        if name == "errcode" and isinstance(value, str):
            sqlstate = SQLSTATES.get(value, value)
        elif name == "message" and isinstance(value, str):
            message = value
    args = [_value_or_unknown(frame, arg) for arg in stmt.args]
    for arg in args:
        message = message.replace("%", "..." if arg is UNKNOWN else str(arg), 1)
    raise Refusal(sqlstate, message, at=(stmt.start, stmt.end))


def _assert(frame: _Frame, stmt: pl.Assert) -> None:
    if _value_or_unknown(frame, stmt.condition) in (False, None):
        raise Refusal("P0004", "assertion failed", at=(stmt.start, stmt.end))


def _get_diagnostics(frame: _Frame, stmt: pl.GetDiagnostics) -> None:
    for target, _ in stmt.items:
        frame.variables[target.names[0]] = UNKNOWN


def _fetch(frame: _Frame, stmt: pl.Fetch) -> None:
    for target in stmt.into:
        frame.variables[target.names[0]] = UNKNOWN


def _nothing(frame: _Frame, stmt: PLNode) -> None:
    pass


_HANDLERS: dict[type, Any] = {
    pl.Block: _block,
    pl.If: _if,
    pl.Case: _case,
    pl.Loop: _loop,
    pl.ForInteger: _for_integer,
    pl.ForQuery: _for_query,
    pl.ForEach: _for_each,
    pl.Exit: _exit,
    pl.Return: _return,
    pl.Assign: _assign,
    pl.ExecSql: _exec_sql,
    pl.Perform: _perform,
    pl.Execute: _execute,
    pl.Raise: _raise,
    pl.Assert: _assert,
    pl.GetDiagnostics: _get_diagnostics,
    pl.Fetch: _fetch,
    pl.Open: _nothing,
    pl.Close: _nothing,
    pl.Null: _nothing,
    pl.Transaction: _nothing,
}
