"""One DO block being executed: its variables, its expressions, and what may or may not run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.evaluate import UNKNOWN, Scope, Value, evaluate
from schemalint.simulator.session import Session
from schemalint.syntax import nodes as n
from schemalint.syntax.errors import NotUnderstood, ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.plpgsql import nodes as pl
from schemalint.syntax.plpgsql.nodes import PLNode
from schemalint.syntax.tokens import QUOTED, STRING, WORD, tokenize


class Exit(Exception):
    """EXIT or CONTINUE on its way to its loop."""

    def __init__(self, label: str | None, again: bool, reason: Undecidable | None = None) -> None:
        self.label = label
        self.again = again
        self.reason = reason  # why it is not known whether the loop is left here


class Return(Exception):
    """RETURN; with a reason where it is not known whether it is reached."""

    def __init__(self, reason: Undecidable | None = None) -> None:
        self.reason = reason


class Frame:
    """One block being executed; `at` is where a refusal inside a computed string points."""

    def __init__(self, session: Session, text: str, at: tuple[int, int], in_function: bool = False) -> None:
        self.in_function = in_function
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


def value_or_unknown(frame: Frame, expr: pl.Expr) -> Value:
    try:
        return evaluate_expr(frame, expr)
    except Undecidable:
        return UNKNOWN


def evaluate_expr(frame: Frame, expr: pl.Expr) -> Value:
    return evaluate(frame.scope, expression_of(frame, expr))


def expression_of(frame: Frame, expr: pl.Expr) -> n.Node:
    node = parse_sql(frame, "SELECT " + expr.text, (expr.start, expr.end))
    if isinstance(node, n.SelectStmt) and len(node.targetList) == 1 and node.targetList[0].val is not None:
        if not (node.fromClause or node.whereClause):
            return node.targetList[0].val
        return n.SubLink("EXPR_SUBLINK", node)
    raise Undecidable("this expression is not evaluated")


def parse_sql(frame: Frame, text: str, at: tuple[int, int]) -> n.Node:
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


def is_constant(frame: Frame, expr: pl.Expr) -> bool:
    try:
        evaluate_expr(frame, expr)
    except (Undecidable, Refusal, NotModelled):
        return False
    return True


def maybe_run(frame: Frame, body: tuple[PLNode, ...], reason: Undecidable) -> None:
    """Statements that may or may not run: what they name may or may not exist, and what they assign is not known."""
    catalog = frame.session.catalog
    forget_assigned(frame, body)
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
        if isinstance(statement, pl.Execute) and not is_constant(frame, statement.query):
            catalog.make_unknown("", why)
        for kind, value in zip(tokens.kind, tokens.value, strict=True):
            if kind in (WORD, QUOTED):
                catalog.make_unknown(value, why)
            elif kind == STRING:
                for word in value.replace('"', " ").replace(".", " ").replace("(", " ").replace(")", " ").split():
                    catalog.make_unknown(word, why)


def forget_assigned(frame: Frame, *bodies: Any) -> None:
    """Leave open what the variables are that these statements assign."""
    for statement in statements_of(bodies):
        if isinstance(statement, pl.Target):
            frame.variables[statement.names[0]] = UNKNOWN


def may_leave(body: tuple[PLNode, ...], reason: Undecidable) -> Exit | Return | None:
    """How statements that may or may not run leave what is around them, if they do."""
    for statement in statements_of(body):
        if isinstance(statement, pl.Return):
            return Return(reason)
    left = (s for s in statements_of(body, inside_loops=False) if isinstance(s, pl.Exit))
    return next((Exit(stmt.label, stmt.again, reason) for stmt in left), None)


def statements_of(node: Any, inside_loops: bool = True) -> Iterator[PLNode]:
    """Every node of a body, those of inner blocks, branches and handlers too."""
    if isinstance(node, PLNode):
        yield node
        if not inside_loops and isinstance(node, pl.Loop | pl.ForInteger | pl.ForQuery | pl.ForEach):
            return
    if isinstance(node, Struct):
        for field in node.__struct_fields__:
            yield from statements_of(getattr(node, field), inside_loops)
    elif isinstance(node, tuple):
        for item in node:
            yield from statements_of(item, inside_loops)
