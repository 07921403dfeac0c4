"""DECLARE, FETCH, MOVE and CLOSE (portalcmds.c)."""

from __future__ import annotations

from msgspec import Struct

from schemalint.errors import Refusal
from schemalint.simulator.queries import analyze_statement, run_query
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ClosePortalStmt, DeclareCursorStmt, FetchStmt

SCROLL, NO_SCROLL, HOLD = 0x2, 0x4, 0x20
"""Bits of DeclareCursorStmt.options (CURSOR_OPT_...)."""


class Cursor(Struct, frozen=True):
    """An open cursor. `hold`: it outlives its transaction."""

    hold: bool
    scroll: bool | None


def perform_cursor_open(session: Session, stmt: DeclareCursorStmt) -> None:
    """DECLARE CURSOR (PerformCursorOpen)."""
    at = (stmt.start, stmt.end)
    if not stmt.portalname:
        raise Refusal("34000", "invalid cursor name: must not be empty", at=at)
    hold = bool(stmt.options & HOLD)
    query = analyze_statement(session, stmt)
    if not hold and not session.in_transaction_block:
        raise Refusal("25P01", "DECLARE CURSOR can only be used in transaction blocks", at=at)
    run_query(session, query)
    if f"cursor {stmt.portalname}" in session.vars:
        raise Refusal("42P03", f'cursor "{stmt.portalname}" already exists', at=at, word=stmt.portalname)
    scroll = True if stmt.options & SCROLL else False if stmt.options & NO_SCROLL else None
    session.set_var(f"cursor {stmt.portalname}", Cursor(hold, scroll))


def _find(session: Session, name: str, at: tuple[int, int]) -> Cursor:
    found: Cursor | None = session.var(f"cursor {name}")
    if found is None:
        raise Refusal("34000", f'cursor "{name}" does not exist', at=at, word=name)
    return found


def perform_portal_fetch(session: Session, stmt: FetchStmt) -> None:
    """FETCH and MOVE (PerformPortalFetch)."""
    at = (stmt.start, stmt.end)
    if not stmt.portalname:
        raise Refusal("34000", "invalid cursor name: must not be empty", at=at)
    cursor = _find(session, stmt.portalname, at)
    if cursor.scroll is False and (stmt.direction == "FETCH_BACKWARD" and stmt.howMany != 0):
        raise Refusal(
            "55000",
            "cursor can only scan forward",
            hint="Declare it with SCROLL option to enable backward scan.",
            at=at,
        )


def perform_portal_close(session: Session, stmt: ClosePortalStmt) -> None:
    """CLOSE (PerformPortalClose)."""
    at = (stmt.start, stmt.end)
    if stmt.portalname is None:
        for key in [k for k in session.vars if k.startswith("cursor ")]:
            session.set_var(key, None)
        return
    _find(session, stmt.portalname, at)
    session.set_var(f"cursor {stmt.portalname}", None)
