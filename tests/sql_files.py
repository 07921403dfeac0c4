"""Files of SQL as a server is to get them: one statement after the other, each with the line that it begins on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pglast

BLANKS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$))*")
COMMENT_EDGE = re.compile(r"/\*|\*/")


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each statement, without the comments before it; where one ends, PostgreSQL's scanner says."""
    for piece in pglast.split(text, with_parser=False, only_slices=True):
        start = _first_token(text, piece.start)
        yield text.count("\n", 0, start) + 1, text[start : piece.stop]


def _first_token(text: str, offset: int) -> int:
    while True:
        blanks = BLANKS.match(text, offset)
        assert blanks is not None
        offset = blanks.end()
        if not text.startswith("/*", offset):
            return offset
        offset = _end_of_comment(text, offset)


def _end_of_comment(text: str, offset: int) -> int:
    depth = 0
    for edge in COMMENT_EDGE.finditer(text, offset):  # comments nest
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    raise AssertionError(f"the comment at offset {offset} does not end")
