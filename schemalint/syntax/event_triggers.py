"""Event triggers."""

from __future__ import annotations

from schemalint.syntax.common import func_name
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import AlterEventTrigStmt, CreateEventTrigStmt, DefElem, Node
from schemalint.syntax.rename import OWNER, RENAME, change_object


def create_event_trigger(c: Cursor) -> CreateEventTrigStmt:
    """CreateEventTrigStmt."""
    start = c.start
    c.expect("create", "event", "trigger")
    name = c.col_id()
    c.expect("on")
    event = c.col_label()
    conditions: list[DefElem] = []
    if c.take("when"):
        conditions.append(_condition(c))
        while c.take("and"):
            conditions.append(_condition(c))
    c.expect("execute")
    if c.take_any("function", "procedure") is None:
        raise c.error()
    function = func_name(c)
    c.expect("(", ")")
    return CreateEventTrigStmt(
        trigname=name, eventname=event, whenclause=tuple(conditions), funcname=function, start=start, end=c.end
    )


def _condition(c: Cursor) -> DefElem:
    """event_trigger_when_item."""
    start = c.start
    name = c.col_id()
    c.expect("in")
    return DefElem(defname=name, arg=c.paren_list(Cursor.string), start=start, end=c.end)


def alter_event_trigger(c: Cursor) -> Node:
    """AlterEventTrigStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "event", "trigger")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_EVENT_TRIGGER", name, RENAME | OWNER)
    if found is not None:
        return found
    word = c.take_any("enable", "disable")
    if word is None:
        raise c.error()
    state = "D"
    if word == "enable":
        state = {"replica": "R", "always": "A"}.get(c.take_any("replica", "always") or "", "O")
    return AlterEventTrigStmt(trigname=name, tgenabled=state, start=start, end=c.end)
