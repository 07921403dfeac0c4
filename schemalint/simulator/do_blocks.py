"""DO blocks: what their statements do to the catalog, as far as it can be told (pl_exec.c).

Conditions and strings are computed over the simulated catalog (evaluate.py). Where a condition is not known, both ways are possible:
the names that they mention become Unknown, and nothing in them is refused.
"""

from __future__ import annotations

from typing import Any

from schemalint.catalog import model
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.catalog_queries import named_rows
from schemalint.simulator.do_frame import (
    Exit,
    Frame,
    Return,
    evaluate_expr,
    forget_assigned,
    may_leave,
    maybe_run,
    parse_sql,
    statements_of,
    value_or_unknown,
)
from schemalint.simulator.do_statements import STATEMENTS, may_define
from schemalint.simulator.evaluate import UNKNOWN, Value
from schemalint.simulator.plpgsql_compile import compile_inline
from schemalint.simulator.session import Session
from schemalint.syntax import nodes as n
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.conditions import matches
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import STRING, tokenize

MAX_ITERATIONS = 10_000


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
    frame = Frame(session, text, at)
    outer = session.text
    session.text = text
    try:
        run_block(frame, block)
    finally:
        session.text = outer


def run_block(frame: Frame, block: pl.Block) -> None:
    """A whole body: what is left of it by RETURN, or by an EXIT that finds no loop."""
    try:
        _block(frame, block)
    except Return:
        pass
    except Exit as stray:
        raise (
            Refusal("2D000", "EXIT cannot be used outside a loop", at=frame.at)
            if not stray.again
            else Refusal("42601", "CONTINUE cannot be used outside a loop", at=frame.at)
        ) from None


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


def _block(frame: Frame, block: pl.Block) -> None:
    hidden = {d.name: frame.variables[d.name] for d in block.declarations if d.name in frame.variables}
    for declaration in block.declarations:
        _declare(frame, declaration)
    try:
        _guarded(frame, block)
    finally:
        frame.variables.update(hidden)


def _guarded(frame: Frame, block: pl.Block) -> None:
    if not block.handlers:
        _labelled(frame, block.body, block.label)
        return
    session = frame.session
    mark, effects, known = session.catalog.mark(), len(session.effects), len(session.undecided)
    try:
        _labelled(frame, block.body, block.label)
        if len(session.undecided) > known or any(map(_needs_rows, statements_of(block.body))):
            for handler in block.handlers:
                if any(map(may_define, statements_of(handler.body))):
                    maybe_run(frame, handler.body, Undecidable("whether an exception is raised is not known"))
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


def _needs_rows(statement: PLNode) -> bool:
    """Whether a statement may fail for what rows hold."""
    return isinstance(statement, pl.ExecSql | pl.Perform | pl.Execute) and not may_define(statement)


def _labelled(frame: Frame, body: tuple[PLNode, ...], label: str | None) -> None:
    try:
        _body(frame, body)
    except Exit as leaving:
        if label is None or leaving.label != label or leaving.again:
            raise


def _declare(frame: Frame, declaration: pl.Declaration) -> None:
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
        value = value_or_unknown(frame, declaration.default)
    frame.variables[declaration.name] = value


def _body(frame: Frame, body: tuple[PLNode, ...]) -> None:
    for i, statement in enumerate(body):
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
        except (Exit, Return) as leaving:
            if leaving.reason is not None:  # so what comes after it may run too
                maybe_run(frame, body[i + 1 :], leaving.reason)
            raise


def _if(frame: Frame, stmt: pl.If) -> None:
    for i, branch in enumerate(stmt.branches):
        try:
            taken = evaluate_expr(frame, branch.conditions[0])
        except Undecidable as reason:
            _either_way(frame, stmt.branches[i:], stmt.otherwise, reason)
            return
        if taken is True:
            _body(frame, branch.body)
            return
    if stmt.otherwise is not None:
        _body(frame, stmt.otherwise)


def _case(frame: Frame, stmt: pl.Case) -> None:
    try:
        subject = evaluate_expr(frame, stmt.value) if stmt.value is not None else True
        for branch in stmt.branches:
            if any(evaluate_expr(frame, c) == subject for c in branch.conditions):
                _body(frame, branch.body)
                return
    except Undecidable as reason:
        _either_way(frame, stmt.branches, stmt.otherwise, reason)
        return
    if stmt.otherwise is None:
        raise Refusal("20000", "case not found", hint="CASE statement is missing ELSE part.", at=frame.at)
    _body(frame, stmt.otherwise)


def _either_way(
    frame: Frame, branches: tuple[pl.Branch, ...], otherwise: tuple[PLNode, ...] | None, reason: Undecidable
) -> None:
    bodies = [*(branch.body for branch in branches), otherwise or ()]
    for body in bodies:
        maybe_run(frame, body, reason)
    for body in bodies:
        if (leaving := may_leave(body, reason)) is not None:
            raise leaving


def _loop(frame: Frame, stmt: pl.Loop) -> None:
    for _ in range(MAX_ITERATIONS):
        if stmt.condition is not None:
            try:
                again = evaluate_expr(frame, stmt.condition)
            except Undecidable as reason:
                _maybe_iterate(frame, stmt, reason)
                return
            if again is not True:
                return
        known = len(frame.session.undecided)
        if not _iterate(frame, stmt.body, stmt.label):
            return
        if stmt.condition is None and len(frame.session.undecided) > known:  # whether it is left here is not known
            _maybe_iterate(frame, stmt, Undecidable(frame.session.undecided[-1]))
            return
    raise NotModelled("a loop that takes too many steps")


def _iterate(frame: Frame, body: tuple[PLNode, ...], label: str | None) -> bool:
    """One turn of a loop; False when it is left."""
    try:
        _body(frame, body)
    except Return as leaving:
        if leaving.reason is not None:
            maybe_run(frame, body, leaving.reason)
        raise
    except Exit as leaving:
        if leaving.reason is not None:
            maybe_run(frame, body, leaving.reason)
        if leaving.label is not None and leaving.label != label:
            raise
        return leaving.again and leaving.reason is None
    return True


def _maybe_iterate(frame: Frame, stmt: pl.Loop | pl.ForInteger | pl.ForQuery | pl.ForEach, reason: Undecidable) -> None:
    """A loop of which it is not known how often it turns."""
    maybe_run(frame, stmt.body, reason)
    forget_assigned(frame, stmt)
    leaving = may_leave(stmt.body, reason)
    if isinstance(leaving, Return):
        raise leaving


def _for_integer(frame: Frame, stmt: pl.ForInteger) -> None:
    try:
        lower, upper = evaluate_expr(frame, stmt.lower), evaluate_expr(frame, stmt.upper)
        step = evaluate_expr(frame, stmt.step) if stmt.step is not None else 1
    except Undecidable as reason:
        _maybe_iterate(frame, stmt, reason)
        return
    turns = range(lower, upper - 1, -step) if stmt.reverse else range(lower, upper + 1, step)
    for value in turns:
        frame.variables[stmt.variable] = value
        if not _iterate(frame, stmt.body, stmt.label):
            return


def _for_query(frame: Frame, stmt: pl.ForQuery) -> None:
    try:
        if stmt.query is not None:
            query = parse_sql(frame, stmt.query.text, (stmt.query.start, stmt.query.end))
        elif stmt.dynamic is not None and not stmt.using:
            query = parse_sql(frame, str(evaluate_expr(frame, stmt.dynamic)), frame.at)
        else:
            raise Undecidable("rows of a cursor are not known")
        if not isinstance(query, n.SelectStmt):
            raise Undecidable("rows of this query are not known")
        rows = list(named_rows(frame.scope, query))
    except Undecidable as reason:
        _maybe_iterate(frame, stmt, reason)
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


def _for_each(frame: Frame, stmt: pl.ForEach) -> None:
    try:
        values = evaluate_expr(frame, stmt.array)
    except Undecidable as reason:
        _maybe_iterate(frame, stmt, reason)
        return
    if values is None:
        raise Refusal("22004", "FOREACH expression must not be null", at=frame.at)
    for value in values:
        frame.variables[stmt.targets[0].names[0]] = value
        if not _iterate(frame, stmt.body, stmt.label):
            return


def _exit(frame: Frame, stmt: pl.Exit) -> None:
    try:
        leaves = stmt.condition is None or evaluate_expr(frame, stmt.condition) is True
    except Undecidable as reason:
        raise Exit(stmt.label, stmt.again, reason) from None
    if leaves:
        raise Exit(stmt.label, stmt.again)


def _return(frame: Frame, stmt: pl.Return) -> None:
    if stmt.value is not None and not frame.in_function:
        raise Refusal("42804", "RETURN cannot have a parameter in function returning void", at=(stmt.start, stmt.end))
    raise Return


_HANDLERS: dict[type, Any] = STATEMENTS | {
    pl.Block: _block,
    pl.If: _if,
    pl.Case: _case,
    pl.Loop: _loop,
    pl.ForInteger: _for_integer,
    pl.ForQuery: _for_query,
    pl.ForEach: _for_each,
    pl.Exit: _exit,
    pl.Return: _return,
}
