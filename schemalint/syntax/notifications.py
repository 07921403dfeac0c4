"""LISTEN, UNLISTEN, NOTIFY."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import ListenStmt, NotifyStmt, UnlistenStmt


def listen(c: Cursor) -> ListenStmt:
    """ListenStmt."""
    start = c.start
    c.expect("listen")
    return ListenStmt(conditionname=c.col_id(), start=start, end=c.end)


def unlisten(c: Cursor) -> UnlistenStmt:
    """UnlistenStmt."""
    start = c.start
    c.expect("unlisten")
    name = None if c.take("*") else c.col_id()
    return UnlistenStmt(conditionname=name, start=start, end=c.end)


def notify(c: Cursor) -> NotifyStmt:
    """NotifyStmt."""
    start = c.start
    c.expect("notify")
    name = c.col_id()
    payload = c.string() if c.take(",") else None
    return NotifyStmt(conditionname=name, payload=payload, start=start, end=c.end)
