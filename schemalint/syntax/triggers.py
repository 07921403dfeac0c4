"""CREATE TRIGGER and CREATE CONSTRAINT TRIGGER."""

from __future__ import annotations

from schemalint.syntax.common import func_name
from schemalint.syntax.constraint_attributes import (
    DEFERRABLE,
    DEFERRED,
    check_attributes,
    constraint_attributes,
)
from schemalint.syntax.constraints import parenthesized
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import CreateTrigStmt, Node, RangeVar, TriggerTransition
from schemalint.syntax.queries import range_var
from schemalint.syntax.tokens import FLOAT, INTEGER, STRING

_TIMINGS = {"before": 2, "after": 0, "instead": 64}
_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}
_UPDATE = 16


def create_trigger(c: Cursor) -> CreateTrigStmt:
    """CreateTrigStmt."""
    start = c.start
    c.expect("create")
    replace = c.take("or")
    if replace:
        c.expect("replace")
    if c.match[c.at] == "constraint":
        return _create_constraint_trigger(c, start, replace)
    c.expect("trigger")
    name = c.col_id()
    timing = _timing(c)
    events, columns = _events(c)
    c.expect("on")
    relation = range_var(c)
    transitions = _referencing(c)
    row = _for_spec(c)
    when = parenthesized(c) if c.take("when") else None
    function, args = _call(c)
    return CreateTrigStmt(
        trigname=name,
        relation=relation,
        funcname=function,
        args=args,
        row=row,
        timing=timing,
        events=events,
        columns=columns,
        whenClause=when,
        replace=replace,
        transitionRels=transitions,
        start=start,
        end=c.end,
    )


def _create_constraint_trigger(c: Cursor, start: int, replace: bool) -> CreateTrigStmt:
    c.expect("constraint", "trigger")
    name = c.col_id()
    c.expect("after")
    events, columns = _events(c)
    c.expect("on")
    relation = range_var(c)
    referenced: RangeVar | None = range_var(c) if c.take("from") else None
    attributes = c.start
    bits = constraint_attributes(c)
    attributes_end = c.end
    c.expect("for", "each", "row")
    when: Node | None = parenthesized(c) if c.take("when") else None
    function, args = _call(c)
    if replace:
        message = "CREATE OR REPLACE CONSTRAINT TRIGGER is not supported"
        raise ParseError(message, start, c.end, "0A000")
    check_attributes(c, bits, DEFERRABLE | DEFERRED, "TRIGGER", attributes, attributes_end)
    return CreateTrigStmt(
        trigname=name,
        relation=relation,
        funcname=function,
        args=args,
        row=True,
        timing=_TIMINGS["after"],
        events=events,
        columns=columns,
        whenClause=when,
        isconstraint=True,
        deferrable=bits & (DEFERRABLE | DEFERRED) != 0,
        initdeferred=bits & DEFERRED != 0,
        constrrel=referenced,
        start=start,
        end=c.end,
    )


def _timing(c: Cursor) -> int:
    """TriggerActionTime."""
    word = c.take_any("before", "after", "instead")
    if word is None:
        raise c.error()
    if word == "instead":
        c.expect("of")
    return _TIMINGS[word]


def _events(c: Cursor) -> tuple[int, tuple[str, ...]]:
    """TriggerEvents: the bits, and the columns of UPDATE OF."""
    events, columns = _event(c)
    while c.take("or"):
        event, more = _event(c)
        if events & event:  # the server has read one token more to see whether OF or a comma follows UPDATE
            at = c.at if event == _UPDATE else c.at - 1
            raise _near(c, "duplicate trigger events specified", at)
        events |= event
        columns += more
    return events, columns


def _near(c: Cursor, message: str, at: int) -> ParseError:
    error = c.error(at - c.at)
    return ParseError(error.message.replace("syntax error", message, 1), error.start, error.end)


def _event(c: Cursor) -> tuple[int, tuple[str, ...]]:
    """TriggerOneEvent."""
    event = _EVENTS.get(c.match[c.at] or "")
    if event is None:
        raise c.error()
    c.at += 1
    return event, c.names() if event == _UPDATE and c.take("of") else ()


def _referencing(c: Cursor) -> tuple[TriggerTransition, ...]:
    """TriggerReferencing."""
    if not c.take("referencing"):
        return ()
    transitions = [_transition(c)]
    while c.match[c.at] in ("new", "old"):
        transitions.append(_transition(c))
    return tuple(transitions)


def _transition(c: Cursor) -> TriggerTransition:
    """TriggerTransition."""
    start = c.start
    age = c.take_any("new", "old")
    if age is None:
        raise c.error()
    what = c.take_any("table", "row")
    if what is None:
        raise c.error()
    c.take("as")
    return TriggerTransition(name=c.col_id(), isNew=age == "new", isTable=what == "table", start=start, end=c.end)


def _for_spec(c: Cursor) -> bool:
    """TriggerForSpec: whether the trigger runs for each row."""
    if not c.take("for"):
        return False
    c.take("each")
    what = c.take_any("row", "statement")
    if what is None:
        raise c.error()
    return what == "row"


def _call(c: Cursor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`EXECUTE FUNCTION name ( args )`."""
    c.expect("execute")
    if c.take_any("function", "procedure") is None:
        raise c.error()
    name = func_name(c)
    c.expect("(")
    args: tuple[str, ...] = ()
    if c.match[c.at] != ")":
        c.take(",")  # the grammar takes an empty list before the first comma
        args = c.list_of(_argument)
    c.expect(")")
    return name, args


def _argument(c: Cursor) -> str:
    """TriggerFuncArg."""
    return c.next_value() if c.kind() in (INTEGER, FLOAT, STRING) else c.col_label()
