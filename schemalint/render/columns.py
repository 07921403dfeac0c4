"""How wide text is on a terminal, and what of a source line may be shown there."""

from __future__ import annotations

import unicodedata

TAB = 4
"""Tab stops of shown source lines."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder what is shown: a reader must see that they are there."""


def width(char: str) -> int:
    """Columns that a character takes: 0 for combining ones, 2 for wide ones."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def text_width(text: str) -> int:
    """Columns that a text takes."""
    return len(text) if text.isascii() else sum(map(width, text))


def shown_char(char: str) -> str:
    """A character as it may be sent to a terminal: control characters as their pictures, invisible ones as escapes."""
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return chr(0x2421 if code == 0x7F else 0x2400 + code)
    if 0x80 <= code < 0xA0 or char in _BIDI or 0xD800 <= code < 0xE000:
        return f"\\u{code:04x}"
    return char


def shown(text: str) -> str:
    """A text of one line that may be sent to a terminal."""
    return text if text.isascii() and text.isprintable() else "".join(map(shown_char, text))


def lay_out(line: str) -> tuple[str, list[int]]:
    """(the line as shown, the column from 0 where each of its characters starts, and where the line ends)."""
    if line.isascii() and line.isprintable():
        return line, list(range(len(line) + 1))
    parts: list[str] = []
    columns: list[int] = []
    at = 0
    for char in line:
        columns.append(at)
        piece = " " * (TAB - at % TAB) if char == "\t" else shown_char(char)
        parts.append(piece)
        at += text_width(piece)
    columns.append(at)
    return "".join(parts), columns


def cut(text: str, start: int, end: int) -> str:
    """Columns start to end of a text; a wide character that lies across an edge becomes a space."""
    if text.isascii():
        return text[start:end]
    parts: list[str] = []
    at = 0
    for char in text:
        size = width(char)
        if at >= start and at + size <= end:
            parts.append(char)
        elif at + size > start and at < end and size:
            parts.append(" " * (min(at + size, end) - max(at, start)))
        at += size
    return "".join(parts)
