"""A text into statements, where psql's lexer (psqlscan.l) would cut it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemalint.syntax.tokens import IDENT_PART, IDENT_START, TAG_PART


class RawStatement(NamedTuple):
    """One statement of a text, by character offsets.

    start, end   half-open; without white space and comments before it, without white space after it, without the semicolon
    semicolon    whether one follows
    kind         sql; psql, a line with a backslash command; or copy-data, the rows between COPY FROM STDIN and `\\.`
    """

    start: int
    end: int
    semicolon: bool
    kind: str


_SPACE = " \t\n\r\f\v"
_COMMENT = r"--[^\r\n]*+|/\*(?:[^*/]|\*(?!/)|/(?!\*))*+\*/"

_TRIVIA = re.compile(rf"(?:[{_SPACE}]++|{_COMMENT})*+")
_OPAQUE = re.compile(rf"""'[^']*+'|"[^"]*+"|{_COMMENT}""")
_RUN = re.compile(rf"""(?:[^'"$;\\/-]++|(?<![eE])'[^']*+'|"[^"]*+"|{_COMMENT}|-|/(?!\*))*+""")
"""Text that needs no thought: up to a semicolon, a dollar, a backslash, a string that may have escapes, a comment in a
comment, or what never ends."""

_ROUTINE = re.compile(rf"(?:create|or|replace|function|procedure)(?!{IDENT_PART})", re.IGNORECASE)
_ROUTINE_STOP = re.compile(
    rf"""[()$;\\'"]|--[^\r\n]*+|/\*|(?<!{IDENT_PART})(?:begin|case|end)(?!{IDENT_PART})""", re.IGNORECASE
)
_ATOMIC = re.compile(rf"atomic(?!{IDENT_PART})", re.IGNORECASE)
_HEADS = frozenset(
    {
        ("create", "function"),
        ("create", "procedure"),
        ("create", "or", "replace", "function"),
        ("create", "or", "replace", "procedure"),
    }
)

_BETWEEN_STRINGS = r"(?:[ \t\f\v]|--[^\r\n]*+)*+[\r\n](?:[ \t\n\r\f\v]|--[^\r\n]*+)*+"
_ESCAPED = r"'(?:[^'\\]|\\.|'')*+'"
_ESCAPE_STRING = re.compile(rf"{_ESCAPED}(?:{_BETWEEN_STRINGS}{_ESCAPED})*+", re.DOTALL)
_DOLLAR = re.compile(rf"\$(?:{IDENT_START}{TAG_PART}*+)?\$")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_IS_IDENT = re.compile(IDENT_PART)

_COMMAND = re.compile(r"\\([^\s\\]*)")
_WHOLE_LINE = frozenset({"copy", "!", "h", "help", "ef", "ev", "sf", "sv", "sf+", "sv+"})
_SENDS = re.compile(r"\\(?:g(?:x|exec|set|desc)?|watch|crosstabview|parse|sendpipeline)(?![A-Za-z_])")
_COPY = re.compile(rf"\\?copy(?!{IDENT_PART})(?![{_SPACE}]*\()", re.IGNORECASE)
_FROM_STDIN = re.compile(
    rf"(?<!{IDENT_PART})from(?:[{_SPACE}]++|{_COMMENT})++(?:stdin|stdout)(?!{IDENT_PART})", re.IGNORECASE
)
_REST_OF_LINE = re.compile(r"[ \t\f\v]*(?:--[^\r\n]*)?\r?\n")
_END_OF_DATA = re.compile(r"^\\\.\r?$", re.MULTILINE)


def split_statements(text: str) -> Iterator[RawStatement]:
    """The statements of `text` in order. A quote or comment that never ends reaches to the end of the text."""
    end = len(text)
    at = 1 if text.startswith("\ufeff") else 0
    rows_follow = False
    last_rows = end  # no rows end after this offset
    while (at := _skip_trivia(text, at)) < end:
        start = at
        if text[at] == ";" or text.startswith(("\\;", "\\:"), at):
            at += 1 if text[at] == ";" else 2
            continue
        if text[at] == "\\":
            stop, at = _command_end(text, start)
            yield RawStatement(start, stop, False, "psql")
            rows_follow = rows_follow or _reads_rows(text, start, stop)
        else:
            stop, separator = _statement_end(text, start)
            at = stop + separator
            while text[stop - 1] in _SPACE:
                stop -= 1
            yield RawStatement(start, stop, separator > 0, "sql")
            rows_follow = _reads_rows(text, start, stop)
            if not separator:
                continue  # a backslash command sends it
        if rows_follow and at < last_rows:
            rows_follow = False
            begin = _REST_OF_LINE.match(text, at)
            terminator = _END_OF_DATA.search(text, begin.end()) if begin is not None else None
            if begin is not None and terminator is None:
                last_rows = at
            if begin is not None and terminator is not None:
                yield RawStatement(begin.end(), terminator.start(), False, "copy-data")
                at = terminator.end()


def _skip_trivia(text: str, at: int) -> int:
    """Where the first thing after `at` starts that is neither space nor a comment; a comment that never ends is a thing."""
    while True:
        at = _end(_TRIVIA, text, at)
        if not text.startswith("/*", at):
            return at
        stop = _comment_end(text, at)
        if stop is None:
            return at
        at = stop


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()


def _comment_end(text: str, at: int) -> int | None:
    """Where the comment at `at`, which may hold others, ends."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return None


def _statement_end(text: str, start: int) -> tuple[int, int]:
    """Where the statement that starts at `start` ends, and how long the semicolon after it is: 0 where there is none."""
    if _ROUTINE.match(text, start) is not None and _is_routine(text, start):
        return _routine_end(text, start)
    end = len(text)
    depth = 0
    runs: list[tuple[int, int]] = []
    at = start
    while True:
        stop = _end(_RUN, text, at)
        runs.append((at, stop))
        if stop >= end:
            return end, 0
        if text[stop] == ";":
            depth = _depth(text, runs, depth)
            if not depth:
                return stop, 1
            runs.clear()
            at = stop + 1
        elif text[stop] == "\\":
            ends, at = _at_backslash(text, stop)
            if ends:
                return stop, at - stop
        else:
            at = _opaque_end(text, stop)


def _depth(text: str, runs: list[tuple[int, int]], depth: int) -> int:
    """How many parentheses are open after these runs of text, when `depth` were before them."""
    for start, stop in runs:
        if text.find("(", start, stop) < 0 and text.find(")", start, stop) < 0:
            continue
        bare = _OPAQUE.sub("", text[start:stop])
        if not depth and bare.count("(") == bare.count(")"):
            continue
        for char in bare:
            if char == "(":
                depth += 1
            elif char == ")" and depth:
                depth -= 1
    return depth


def _is_routine(text: str, at: int) -> bool:
    """Whether a statement starts with CREATE [OR REPLACE] FUNCTION or PROCEDURE, whose body may be statements."""
    words: list[str] = []
    while len(words) < 4 and (match := _ROUTINE.match(text, at)) is not None:
        words.append(match[0].lower())
        at = _skip_trivia(text, match.end())
    return tuple(words) in _HEADS or tuple(words[:2]) in _HEADS


def _routine_end(text: str, start: int) -> tuple[int, int]:
    """As _statement_end, for a function or procedure: BEGIN ATOMIC ... END may hold statements, and CASE ... END in them."""
    depth = blocks = 0
    at = start
    while (match := _ROUTINE_STOP.search(text, at)) is not None:
        found = match[0].lower()
        at = match.end()
        if found == "(":
            depth += 1
        elif found == ")":
            depth = max(depth - 1, 0)
        elif found == ";":
            if not depth and not blocks:
                return match.start(), 1
        elif found == "\\":
            ends, at = _at_backslash(text, match.start())
            if ends:
                return match.start(), at - match.start()
        elif found == "begin":
            if not depth and not blocks and _ATOMIC.match(text, _skip_trivia(text, at)) is not None:
                blocks = 1
        elif found == "case":
            blocks += blocks > 0 and not depth
        elif found == "end":
            blocks -= blocks > 0 and not depth
        elif not found.startswith("--"):
            at = _opaque_end(text, match.start())
    return len(text), 0


def _opaque_end(text: str, at: int) -> int:
    """Where the quoted text or comment at `at` ends; what never ends reaches to the end of the text."""
    char = text[at]
    stop: int | None
    if char == "'":
        before = text[at - 1 : at]
        if before in ("e", "E") and not _is_ident(text, at - 2):
            match = _ESCAPE_STRING.match(text, at)
            return len(text) if match is None else match.end()
        stop = text.find("'", at + 1)
    elif char == '"':
        stop = text.find('"', at + 1)
    elif char == "$":
        tag = None if _is_ident(text, at - 1) else _DOLLAR.match(text, at)
        if tag is None:
            return at + 1
        stop = text.find(tag[0], tag.end())
        return len(text) if stop < 0 else stop + len(tag[0])
    else:
        stop = _comment_end(text, at)
        return len(text) if stop is None else stop
    return len(text) if stop < 0 else stop + 1


def _is_ident(text: str, at: int) -> bool:
    """Whether the character at `at` may be part of a name."""
    return at >= 0 and _IS_IDENT.match(text, at) is not None


# --- psql's commands and data


def _at_backslash(text: str, at: int) -> tuple[bool, int]:
    """A backslash within a statement: whether the statement ends there, and where to go on reading."""
    if text.startswith("\\;", at):
        return True, at + 2
    if text.startswith("\\:", at):
        return False, at + 2
    line = _line_end(text, at)
    if _SENDS.search(text, at, line) is not None:
        return True, at
    return False, line  # psql goes on with the statement in the next line


def _line_end(text: str, at: int) -> int:
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _command_end(text: str, at: int) -> tuple[int, int]:
    """Where the backslash command at `at` ends, and what follows it starts: the next line, or SQL after a second `\\\\`."""
    line = _line_end(text, at)
    stop = after = line
    name = _COMMAND.match(text, at)
    if name is not None and name[1] not in _WHOLE_LINE:
        separator = text.find("\\\\", at + 1, line)
        if separator >= 0:
            stop, after = separator, separator + 2
    while text[stop - 1] in _SPACE:
        stop -= 1
    return stop, after


def _reads_rows(text: str, start: int, stop: int) -> bool:
    """Whether a statement or command copies from the lines that follow it."""
    return _COPY.match(text, start) is not None and _FROM_STDIN.search(text, start, stop) is not None
