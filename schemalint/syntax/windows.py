"""Windows: FILTER, OVER, WINDOW and their frames."""

from __future__ import annotations

from schemalint.syntax import expressions, queries
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import Node, WindowDef

# FRAMEOPTION_ bits (parsenodes.h); a bound's END_ bit is its START_ bit shifted by one
_NONDEFAULT = 0x1
_MODES = {"range": 0x2, "rows": 0x4, "groups": 0x8}
_BETWEEN = 0x10
_START_UNBOUNDED_PRECEDING = 0x20
_END_UNBOUNDED_PRECEDING = 0x40
_START_UNBOUNDED_FOLLOWING = 0x80
_START_CURRENT_ROW = 0x200
_END_CURRENT_ROW = 0x400
_START_OFFSET_PRECEDING = 0x800
_END_OFFSET_PRECEDING = 0x1000
_START_OFFSET_FOLLOWING = 0x2000
_EXCLUDE_CURRENT_ROW = 0x8000
_EXCLUDE_GROUP = 0x10000
_EXCLUDE_TIES = 0x20000
_DEFAULTS = 0x2 | _START_UNBOUNDED_PRECEDING | _END_CURRENT_ROW

_AFTER_COLUMN = frozenset({"::", ".", "[", "collate"})
"""Before these, BETWEEN in a frame is a column."""
_NO_WINDOW_NAME = frozenset({"partition", "range", "rows", "groups"})


def filter_clause(c: Cursor) -> Node | None:
    """filter_clause."""
    if not c.take("filter"):
        return None
    c.expect("(", "where")
    condition = expressions.expression(c)
    c.expect(")")
    return condition


def over_clause(c: Cursor) -> WindowDef | None:
    """over_clause."""
    if not c.take("over"):
        return None
    if c.match[c.at] == "(":
        return _window_specification(c, None, c.start)
    start = c.start
    name = c.col_id()
    return WindowDef(name=name, frameOptions=_DEFAULTS, start=start, end=c.end)


def window_clause(c: Cursor) -> tuple[WindowDef, ...]:
    """window_clause."""
    return c.list_of(_window_definition) if c.take("window") else ()


def _window_definition(c: Cursor) -> WindowDef:
    start = c.start
    name = c.col_id()
    c.expect("as")
    return _window_specification(c, name, start)


def _window_specification(c: Cursor, name: str | None, start: int) -> WindowDef:
    c.expect("(")
    refname = c.next_value() if c.is_col_id() and c.match[c.at] not in _NO_WINDOW_NAME else None
    partition = expressions.expression_list(c) if c.take("partition", "by") else ()
    if c.match[c.at] == "partition":
        raise c.error(1)
    order = queries.sort_clause(c) if c.match[c.at] == "order" else ()
    options, first, last = _frame(c)
    c.expect(")")
    return WindowDef(
        name=name,
        refname=refname,
        partitionClause=partition,
        orderClause=order,
        frameOptions=options,
        startOffset=first,
        endOffset=last,
        start=start,
        end=c.end,
    )


def _frame(c: Cursor) -> tuple[int, Node | None, Node | None]:
    """opt_frame_clause: its options and its two offsets."""
    mode = c.match[c.at]
    if mode not in _MODES:
        return _DEFAULTS, None, None
    assert mode is not None
    c.at += 1
    if c.match[c.at] == "between" and c.match[c.at + 1] not in _AFTER_COLUMN:
        c.at += 1
        options, first, last = _between(c)
    else:
        options, first, last = _single_bound(c)
    return options | _NONDEFAULT | _MODES[mode] | _exclusion(c), first, last


def _single_bound(c: Cursor) -> tuple[int, Node | None, Node | None]:
    start = c.start
    options, offset = _bound(c)
    if options & _START_UNBOUNDED_FOLLOWING:
        raise ParseError("frame start cannot be UNBOUNDED FOLLOWING", start, c.end, "42P20")
    if options & _START_OFFSET_FOLLOWING:
        message = "frame starting from following row cannot end with current row"
        raise ParseError(message, start, c.end, "42P20")
    return options | _END_CURRENT_ROW, offset, None


def _between(c: Cursor) -> tuple[int, Node | None, Node | None]:
    start = c.start
    first, first_offset = _bound(c)
    first_end = c.end
    c.expect("and")
    second_start = c.start
    second, last_offset = _bound(c)
    options = first | second << 1 | _BETWEEN
    message = None
    if options & _START_UNBOUNDED_FOLLOWING:
        raise ParseError("frame start cannot be UNBOUNDED FOLLOWING", start, first_end, "42P20")
    if options & _END_UNBOUNDED_PRECEDING:
        message = "frame end cannot be UNBOUNDED PRECEDING"
    elif options & _START_CURRENT_ROW and options & _END_OFFSET_PRECEDING:
        message = "frame starting from current row cannot have preceding rows"
    elif options & _START_OFFSET_FOLLOWING and options & (_END_OFFSET_PRECEDING | _END_CURRENT_ROW):
        message = "frame starting from following row cannot have preceding rows"
    if message is not None:
        raise ParseError(message, second_start, c.end, "42P20")
    return options, first_offset, last_offset


def _bound(c: Cursor) -> tuple[int, Node | None]:
    """frame_bound, as if it were the frame's start."""
    if c.match[c.at] == "unbounded" and c.match[c.at + 1] in ("preceding", "following"):
        preceding = c.match[c.at + 1] == "preceding"
        c.at += 2
        return _START_UNBOUNDED_PRECEDING if preceding else _START_UNBOUNDED_FOLLOWING, None
    if c.take("current", "row"):
        return _START_CURRENT_ROW, None
    offset = expressions.expression(c)
    if c.take("preceding"):
        return _START_OFFSET_PRECEDING, offset
    c.expect("following")
    return _START_OFFSET_FOLLOWING, offset


def _exclusion(c: Cursor) -> int:
    """opt_window_exclusion_clause."""
    if not c.take("exclude"):
        return 0
    if c.take("current"):
        c.expect("row")
        return _EXCLUDE_CURRENT_ROW
    if c.take("group"):
        return _EXCLUDE_GROUP
    if c.take("ties"):
        return _EXCLUDE_TIES
    c.expect("no", "others")
    return 0
