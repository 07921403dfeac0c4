"""Source text and positions in it: half-open character offsets everywhere, lines and columns only when shown."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of character offsets into one source text."""

    start: int
    end: int


class Source:
    """One text to check. `name` is what the user calls it (a path as given, or `<stdin>`)."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of each line; LF, CRLF and lone CR end a line."""
        if self._lines is None:
            starts, at, text = [0], 0, self.text
            if "\r" in text:
                for at, ch in enumerate(text):
                    if ch == "\n" or (ch == "\r" and text[at + 1 : at + 2] != "\n"):
                        starts.append(at + 1)
            else:
                while (at := text.find("\n", at) + 1) > 0:
                    starts.append(at)
            self._lines = starts
        return self._lines

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Text of a line (from 1) without its line end."""
        starts = self.line_starts
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")
