"""Cursors: DECLARE, FETCH, MOVE, CLOSE."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import ClosePortalStmt, DeclareCursorStmt, FetchStmt
from schemalint.syntax.queries import select_statement
from schemalint.syntax.tokens import INTEGER

_BINARY, _SCROLL, _NO_SCROLL, _INSENSITIVE, _ASENSITIVE, _HOLD, _FAST_PLAN = 1, 2, 4, 8, 16, 32, 256
"""CURSOR_OPT_ bits."""

_OPTIONS = {"scroll": _SCROLL, "binary": _BINARY, "asensitive": _ASENSITIVE, "insensitive": _INSENSITIVE}


def declare_cursor(c: Cursor) -> DeclareCursorStmt:
    """DeclareCursorStmt."""
    start = c.start
    c.expect("declare")
    name = c.col_id()
    options = 0
    while True:
        word = c.match[c.at] or ""
        if word == "no":
            c.expect("no", "scroll")
            options |= _NO_SCROLL
        elif word in _OPTIONS:
            c.at += 1
            options |= _OPTIONS[word]
        else:
            break
    c.expect("cursor")
    if c.take("with"):
        c.expect("hold")
        options |= _HOLD
    elif c.take("without"):
        c.expect("hold")
    c.expect("for")
    query = select_statement(c)
    return DeclareCursorStmt(portalname=name, options=options | _FAST_PLAN, query=query, start=start, end=c.end)


_ALL = 0x7FFFFFFFFFFFFFFF
"""FETCH_ALL."""

_FORWARD, _BACKWARD, _ABSOLUTE, _RELATIVE = "FETCH_FORWARD", "FETCH_BACKWARD", "FETCH_ABSOLUTE", "FETCH_RELATIVE"
_FIXED = {"next": (_FORWARD, 1), "prior": (_BACKWARD, 1), "first": (_ABSOLUTE, 1), "last": (_ABSOLUTE, -1)}
_COUNTED = {"absolute": _ABSOLUTE, "relative": _RELATIVE}
_OPTIONAL = {"forward": _FORWARD, "backward": _BACKWARD}


def fetch(c: Cursor) -> FetchStmt:
    """FetchStmt."""
    start = c.start
    ismove = c.next_value() == "move"
    direction, count = _direction(c)
    c.take_any("from", "in")
    return FetchStmt(direction=direction, howMany=count, portalname=c.col_id(), ismove=ismove, start=start, end=c.end)


def _direction(c: Cursor) -> tuple[str, int]:
    """What stands before the cursor's name; its words may be the name as well, when nothing follows."""
    word = c.match[c.at] or ""
    if _is_count(c):
        return _FORWARD, c.signed_integer()
    if c.take("all"):
        return _FORWARD, _ALL
    if c.kind(1) == "$" or c.peek(1) == ";":
        return _FORWARD, 1
    if word in _FIXED:
        c.at += 1
        return _FIXED[word]
    if word in _COUNTED:
        c.at += 1
        return _COUNTED[word], c.signed_integer()
    if word in _OPTIONAL:
        c.at += 1
        direction = _OPTIONAL[word]
        if c.take("all"):
            return direction, _ALL
        return direction, c.signed_integer() if _is_count(c) else 1
    return _FORWARD, 1


def _is_count(c: Cursor) -> bool:
    return c.kind() == INTEGER or c.match[c.at] in ("+", "-")


def close_portal(c: Cursor) -> ClosePortalStmt:
    """ClosePortalStmt."""
    start = c.start
    c.expect("close")
    name = None if c.take("all") else c.col_id()
    return ClosePortalStmt(portalname=name, start=start, end=c.end)
