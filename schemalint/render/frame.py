"""A piece of source with line numbers and with marks under it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from schemalint.diagnostics import SeverityName
from schemalint.render.columns import cut, lay_out, shown, text_width
from schemalint.render.style import Style
from schemalint.source import Source

LEAD = 24
"""Columns that stay visible before a mark when a long line has to be cut."""


class Mark(Struct, frozen=True):
    """Characters start to end of the source, and what is said about them; `primary` is the finding itself."""

    start: int
    end: int
    text: str = ""
    primary: bool = False


class _Piece(Struct, frozen=True):
    """A mark's part on one line, in columns."""

    start: int
    end: int
    text: str
    primary: bool


def frame(source: Source, marks: Iterable[Mark], gutter: int, style: Style, severity: SeverityName) -> list[str]:
    """The marked lines with their numbers, right-aligned in `gutter` columns; `...` stands for lines that are left out."""
    by_line: dict[int, list[_Piece]] = {}
    for mark in marks:
        for line, piece in _pieces(source, mark):
            by_line.setdefault(line, []).append(piece)
    empty = f"{' ' * gutter} {style.frame('|')}"
    rows = [empty]
    previous = 0
    for line in sorted(by_line):
        if previous and line == previous + 2:
            rows.append(_source_row(source, previous + 1, gutter, style, 0))
        elif previous and line > previous + 2:
            rows.append(style.frame("..."))
        rows.extend(_line(source, line, by_line[line], gutter, style, severity))
        previous = line
    rows.append(empty)
    return rows


def last_line(source: Source, marks: Iterable[Mark]) -> int:
    """The greatest line number that the frame shows."""
    return max(line for mark in marks for line, _ in _pieces(source, mark))


def _pieces(source: Source, mark: Mark) -> list[tuple[int, _Piece]]:
    """A mark by lines: one that spans several is marked on its first and its last."""
    first, column = source.line_column(mark.start)
    last, _ = source.line_column(max(mark.end - 1, mark.start))
    text, columns = lay_out(source.line_text(first))
    start = min(column - 1, len(columns) - 1)
    if first == last:
        end = min(start + max(mark.end - mark.start, 1), len(columns) - 1)
        return [(first, _Piece(columns[start], max(columns[end], columns[start] + 1), mark.text, mark.primary))]
    from_ = _Piece(columns[start], max(text_width(text), columns[start] + 1), "", mark.primary)
    tail = source.line_text(last)
    _, tail_columns = lay_out(tail)
    stop = min(mark.end - source.line_starts[last - 1], len(tail_columns) - 1)
    begin = min(len(tail) - len(tail.lstrip()), max(stop - 1, 0))
    to = _Piece(tail_columns[begin], max(tail_columns[stop], tail_columns[begin] + 1), mark.text, mark.primary)
    return [(first, from_), (last, to)]


def _source_row(source: Source, line: int, gutter: int, style: Style, shift: int) -> str:
    text, _ = lay_out(source.line_text(line))
    room = max(style.width - gutter - 3, 20)
    visible = cut(text, shift, shift + room)
    if shift:
        visible = "…" + cut(visible, 1, room)
    if text_width(text) > shift + room:
        visible = cut(visible, 0, room - 1) + "…"
    return f"{style.frame(f'{line:>{gutter}} |')} {visible}".rstrip()


def _line(
    source: Source, line: int, pieces: list[_Piece], gutter: int, style: Style, severity: SeverityName
) -> list[str]:
    room = max(style.width - gutter - 3, 20)
    shift = _shift(pieces, room)
    moved = [
        _Piece(min(max(p.start - shift, 0), room - 1), min(max(p.end - shift, 1), room), p.text, p.primary)
        for p in pieces
    ]
    rows = [_source_row(source, line, gutter, style, shift)]
    prefix = f"{' ' * gutter} {style.frame('|')} "
    rows.extend((prefix + row).rstrip() for row in _mark_rows(moved, room, style, severity))
    return rows


def _shift(pieces: list[_Piece], room: int) -> int:
    """How many columns of a line to leave out on the left, so that its marks are seen."""
    if max(p.end for p in pieces) <= room:
        return 0
    primary = next((p for p in pieces if p.primary), pieces[0])
    return max(min(primary.start, *(p.start for p in pieces if p.start > primary.start - room // 2)) - LEAD, 0)


def _mark_rows(pieces: list[_Piece], room: int, style: Style, severity: SeverityName) -> list[str]:
    """The row of marks with the text of the last one behind it, then rows that lead down to the other texts."""
    pieces = sorted(pieces, key=lambda p: (p.start, p.primary))
    cells: list[tuple[str, bool]] = [(" ", False)] * max(p.end for p in pieces)
    for piece in sorted(pieces, key=lambda p: p.primary):
        for at in range(piece.start, piece.end):
            cells[at] = ("^" if piece.primary else "-", piece.primary)
    marks = _paint(cells, style, severity)
    last = pieces[-1]
    behind = last if max(p.end for p in pieces) == last.end and _fits(last, last.end + 1, room) else None
    rows = [f"{marks} {_text(behind, style, severity)}" if behind is not None and behind.text else marks]
    waiting = [p for p in pieces if p.text and p is not behind]
    while waiting:
        piece = waiting.pop()
        stems = sorted({p.start for p in waiting if p.start < piece.start})
        lead = _stems(stems, style)
        for part in _wrapped(piece.text, max(room - piece.start, 20)):
            rows.append(
                lead + " " * (piece.start - (stems[-1] + 1 if stems else 0)) + _paint_text(part, piece, style, severity)
            )
    return rows


def _fits(piece: _Piece, at: int, room: int) -> bool:
    return at + text_width(piece.text) <= room


def _stems(columns: list[int], style: Style) -> str:
    row, at = "", 0
    for column in columns:
        row += " " * (column - at) + style.label("|")
        at = column + 1
    return row


def _wrapped(text: str, room: int) -> list[str]:
    if text_width(text) <= room:
        return [text]
    from textwrap import wrap

    return wrap(text, room) or [text]


def _text(piece: _Piece, style: Style, severity: SeverityName) -> str:
    return _paint_text(piece.text, piece, style, severity)


def _paint_text(text: str, piece: _Piece, style: Style, severity: SeverityName) -> str:
    return style.severity(shown(text), severity) if piece.primary else style.label(shown(text))


def _paint(cells: list[tuple[str, bool]], style: Style, severity: SeverityName) -> str:
    row, at = "", 0
    while at < len(cells):
        stop = at
        while stop < len(cells) and cells[stop] == cells[at]:
            stop += 1
        text = cells[at][0] * (stop - at)
        row += text if text[0] == " " else style.severity(text, severity) if cells[at][1] else style.label(text)
        at = stop
    return row
