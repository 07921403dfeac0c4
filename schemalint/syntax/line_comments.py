"""The line comments of a text, those within function bodies included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.syntax.split import _opaque_end

_STOP = re.compile(r"""--[^\r\n]*+|/\*|['"$]""")
_TAG = re.compile(r"\$[^$]*\$")


def line_comments(text: str) -> Iterator[tuple[int, int]]:
    """Where each comment from `--` to the end of its line starts and ends, in order; what looks like one in a string is none."""
    yield from _within(text, 0, len(text))


def _within(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    while (match := _STOP.search(text, at, end)) is not None:
        start = match.start()
        if match[0].startswith("--"):
            yield start, match.end()
            at = match.end()
            continue
        at = _opaque_end(text, start)
        if match[0] == "$" and at > start + 1 and (tag := _TAG.match(text, start)) is not None:
            yield from _within(text, tag.end(), min(at, end) - len(tag[0]))
