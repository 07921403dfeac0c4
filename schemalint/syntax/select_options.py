"""ORDER BY, LIMIT, OFFSET, FETCH, FOR UPDATE and WITH as a query takes them (insertSelectOptions)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.syntax import expressions, operands, queries
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import A_Const, A_Expr, LockingClause, Node, RangeVar, SelectStmt, WithClause
from schemalint.syntax.relations import range_var
from schemalint.syntax.tokens import SYMBOL


class _Limit:
    """LIMIT and OFFSET as they are read, with where each stands (SelectLimit)."""

    def __init__(self) -> None:
        self.offset: Node | None = None
        self.count: Node | None = None
        self.ties = False
        self.offset_at = self.count_at = self.ties_at = (0, 0)


def put_options(c: Cursor, query: SelectStmt, with_: WithClause | None, start: int) -> SelectStmt:
    """ORDER BY, LIMIT, OFFSET, FOR UPDATE and WITH put into a query (insertSelectOptions)."""
    match = c.match
    changes: dict[str, object] = {}
    order = queries.sort_clause(c) if match[c.at] == "order" else ()
    locking: tuple[LockingClause, ...] = ()
    limit = None
    if match[c.at] == "for":
        locking = _locking_clauses(c)
        limit = _select_limit(c) if match[c.at] in _LIMITS else None
    elif match[c.at] in _LIMITS:
        limit = _select_limit(c)
        locking = _locking_clauses(c) if match[c.at] == "for" else ()
    if order:
        if query.sortClause:
            raise ParseError("multiple ORDER BY clauses not allowed", order[0].start, order[0].end)
        changes["sortClause"] = order
    if locking:
        changes["lockingClause"] = locking = query.lockingClause + locking
    if limit is not None:
        _put_limit(c, query, limit, bool(order or query.sortClause), locking or query.lockingClause, changes)
    if with_ is not None:
        if query.withClause is not None:
            raise ParseError("multiple WITH clauses not allowed", with_.start, with_.end)
        changes["withClause"] = with_
    return replace(query, **changes, start=start, end=c.end) if changes else query


def _put_limit(
    c: Cursor,
    query: SelectStmt,
    limit: _Limit,
    sorted_: bool,
    locking: tuple[LockingClause, ...],
    changes: dict[str, object],
) -> None:
    if limit.offset is not None:
        if query.limitOffset is not None:
            raise ParseError("multiple OFFSET clauses not allowed", *limit.offset_at)
        changes["limitOffset"] = limit.offset
    if limit.count is not None:
        if query.limitCount is not None:
            raise ParseError("multiple LIMIT clauses not allowed", *limit.count_at)
        changes["limitCount"] = limit.count
    if limit.ties:
        if not sorted_:
            raise ParseError("WITH TIES cannot be specified without ORDER BY clause", *limit.ties_at)
        if any(clause.waitPolicy == "LockWaitSkip" for clause in locking):
            raise ParseError("SKIP LOCKED and WITH TIES options cannot be used together", *limit.ties_at)
    changes["limitOption"] = "LIMIT_OPTION_WITH_TIES" if limit.ties else "LIMIT_OPTION_COUNT"


_LIMITS = frozenset({"limit", "offset", "fetch"})


def _select_limit(c: Cursor) -> _Limit:
    """select_limit: LIMIT or FETCH, and OFFSET, each once and in either order."""
    limit = _Limit()
    for _ in range(2):
        word = c.match[c.at]
        start = c.start
        if word == "offset" and limit.offset is None:
            c.at += 1
            limit.offset = _offset_value(c)
            limit.offset_at = (start, c.end)
        elif word in ("limit", "fetch") and limit.count is None:
            c.at += 1
            limit.count_at = (start, start + 5)
            if word == "limit":
                limit.count = _limit_value(c, start)
            else:
                _fetch(c, limit)
    return limit


def _limit_value(c: Cursor, start: int) -> Node:
    at = c.start
    if c.take("all"):
        return A_Const(val=None, kind="Null", start=at, end=c.end)
    count = expressions.expression(c)
    if c.take(","):
        expressions.expression(c)
        raise ParseError("LIMIT #,# syntax is not supported", start, start + 5)
    return count


def _offset_value(c: Cursor) -> Node:
    """select_offset_value, or a value before ROW or ROWS."""
    start = c.start
    if c.match[c.at] in ("+", "-") and c.match[c.at + 2] in ("row", "rows"):
        value = _fetch_value(c)
        c.at += 1
        return value
    if c.tokens.kind[c.at] == SYMBOL and c.match[c.at] != "(":
        return expressions.expression(c)
    if c.match[c.at] in ("not", "default", "unique", "operator"):
        return expressions.expression(c)
    value = operands.c_expr(c)
    if c.take_any("row", "rows") is not None:
        return value
    return expressions.continue_expression(c, value, start)


def _fetch_value(c: Cursor) -> Node:
    """select_fetch_first_value."""
    start = c.start
    sign = c.take_any("+", "-")
    if sign is None:
        return operands.c_expr(c)
    if not c.is_number():
        raise c.error()
    number = operands.c_expr(c)
    if sign == "-":
        return expressions.negated(c, number, start)
    return A_Expr(kind="AEXPR_OP", name=("+",), lexpr=None, rexpr=number, location=start, start=start, end=c.end)


def _fetch(c: Cursor, limit: _Limit) -> None:
    """`FETCH FIRST n ROWS ONLY` or `WITH TIES`, the cursor after FETCH."""
    if c.take_any("first", "next") is None:
        raise c.error()
    if c.match[c.at] in ("row", "rows") and c.match[c.at + 1] in ("only", "with"):
        limit.count = A_Const(val=1, kind="Integer")
    else:
        limit.count = _fetch_value(c)
    if c.take_any("row", "rows") is None:
        raise c.error()
    if c.take("only"):
        return
    start = c.start
    c.expect("with", "ties")
    limit.ties = True
    limit.ties_at = (start, c.end)


_STRENGTHS = {
    "update": (("update",), "LCS_FORUPDATE"),
    "no": (("no", "key", "update"), "LCS_FORNOKEYUPDATE"),
    "share": (("share",), "LCS_FORSHARE"),
    "key": (("key", "share"), "LCS_FORKEYSHARE"),
}


def _locking_clauses(c: Cursor) -> tuple[LockingClause, ...]:
    """for_locking_clause."""
    if c.take("for", "read"):
        c.expect("only")
        return ()
    clauses = []
    while c.match[c.at] == "for":
        clauses.append(_locking_clause(c))
    return tuple(clauses)


def _locking_clause(c: Cursor) -> LockingClause:
    start = c.start
    c.at += 1
    found = _STRENGTHS.get(c.match[c.at] or "")
    if found is None:
        raise c.error()
    words, strength = found
    c.expect(*words)
    relations: tuple[RangeVar, ...] = c.list_of(range_var) if c.take("of") else ()
    policy = "LockWaitBlock"
    if c.take("nowait"):
        policy = "LockWaitError"
    elif c.take("skip"):
        c.expect("locked")
        policy = "LockWaitSkip"
    return LockingClause(strength=strength, lockedRels=relations, waitPolicy=policy, start=start, end=c.end)
