"""Comments that allow what a rule finds: `-- schemalint: allow rule-name (reason)`.

On a line with code it speaks for that line; on a line of its own for the next line, and for the whole statement that starts
there; before the first statement for the whole file. One that allows nothing, or gives no reason, is a finding itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from schemalint.diagnostics import Diagnostic, Edit, Fix, SeverityName, Unchecked
from schemalint.lint.files import File
from schemalint.lint.metadata import BUILT_IN, NO_REASON, UNUSED
from schemalint.source import Source
from schemalint.syntax.line_comments import line_comments
from schemalint.syntax.split import split_statements

_MARK = re.compile(r"--+\s*schemalint\s*:\s*(.*)", re.IGNORECASE)
_ALLOW = re.compile(r"allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(?:\((.*)\))?\s*", re.IGNORECASE)
_HOW = "write `-- schemalint: allow rule-name (reason)`"


class Suppression(Struct, frozen=True):
    """One comment. `line` is the line that it speaks for, None for the whole file; no rules: it cannot be read."""

    source: Source
    start: int
    end: int
    rules: tuple[str, ...]
    reason: str
    line: int | None

    def covers(self, d: Diagnostic | Unchecked) -> bool:
        """Whether it speaks for the place of a finding."""
        if d.source is None or d.source.name != self.source.name:
            return False
        if self.line is None or d.start < 0:
            return True
        if isinstance(d, Diagnostic) and d.statement is not None and d.statement.line == self.line:
            return _alone(self.source, self.start) or _touches(d, self.line)
        return _touches(d, self.line)


class Judged(Struct, frozen=True):
    """Findings without the allowed ones and with what is wrong with the comments; how many were allowed."""

    diagnostics: tuple[Diagnostic, ...]
    allowed: int


def suppressions(file: File) -> list[Suppression]:
    """The comments of a file, in order."""
    source = file.source
    text = source.text
    if "schemalint" not in text.lower() or not (parts := file.ranges()):
        return []
    begin, last_line = parts[0].start, source.line_column(parts[-1].end)[0]
    first = next((s.start for s in split_statements(text)), len(text))
    found = []
    for start, end in line_comments(text):
        mark = _MARK.fullmatch(text, start, end)
        if mark is None or (start >= first and not (begin <= start and source.line_column(start)[0] <= last_line)):
            continue  # what leads back is not checked
        said = _ALLOW.fullmatch(mark[1].strip())
        rules = tuple(re.split(r"\s*,\s*", said[1].lower())) if said is not None else ()
        reason = (said[2] or "").strip() if said is not None else ""
        line = None if start < first else _spoken_for(source, start)
        found.append(Suppression(source, start, end, rules, reason, line))
    return found


def judge(
    diagnostics: Iterable[Diagnostic],
    files: Sequence[File],
    *,
    known: Collection[str],
    decided: Collection[str],
    reported: Collection[str] = BUILT_IN,
    unchecked: Sequence[Unchecked] = (),
    severities: dict[str, SeverityName] | None = None,
) -> Judged:
    """Take away what comments allow, and say which comments allow nothing.

    known      all rules' names
    decided    the rules that ran and could know all they need: only of those can a comment be unused
    reported   which of BUILT_IN to report
    unchecked  what was not checked: a comment there may be needed after all
    """
    comments = [c for file in files for c in suppressions(file)]
    if not comments:
        return Judged(tuple(diagnostics), 0)
    kept: list[Diagnostic] = []
    used: set[tuple[int, str]] = set()
    given = list(diagnostics)
    for d in given:
        allowing = [i for i, c in enumerate(comments) if d.rule in c.rules and c.covers(d)]
        used.update((i, d.rule) for i in allowing)
        if not allowing:
            kept.append(d)
    allowed = len(given) - len(kept)
    for i, comment in enumerate(comments):
        unsure = any(comment.covers(item) for item in unchecked)
        sure = () if unsure else tuple(r for r in comment.rules if r in decided and (i, r) not in used)
        for found in _faults(comment, known, sure):
            if found.rule in reported:
                severity = (severities or {}).get(found.rule, found.severity)
                kept.append(_with_severity(found, severity))
    order = {file.source.name: i for i, file in enumerate(files)}
    kept.sort(key=lambda d: (order.get(d.source.name, len(order)), d.sort_key))
    return Judged(tuple(kept), allowed)


def _faults(comment: Suppression, known: Collection[str], unused: tuple[str, ...]) -> Iterator[Diagnostic]:
    if not comment.rules:
        yield _finding(UNUSED, comment, "this comment is not understood, so it allows nothing", _HOW)
        return
    for name in comment.rules:
        if name not in known:
            yield _finding(
                UNUSED, comment, f"there is no rule {name}, so this comment allows nothing", _nearest(name, known)
            )
    for name in unused:
        yield _finding(
            UNUSED,
            comment,
            f"{name} finds nothing that this comment could allow",
            "take the comment away",
            _removal(comment) if len(comment.rules) == 1 else None,
        )
    if not comment.reason:
        yield _finding(
            NO_REASON, comment, f"this comment does not say why {' and '.join(comment.rules)} is allowed", _HOW
        )


def _finding(rule: str, at: Suppression, message: str, help_: str | None, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        category="robustness",
        severity="warning",
        message=message,
        source=at.source,
        start=at.start,
        end=at.end,
        help=help_,
        fix=fix,
    )


def _with_severity(d: Diagnostic, severity: SeverityName) -> Diagnostic:
    from msgspec.structs import replace

    return replace(d, severity=severity)


def _nearest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else None


def _removal(comment: Suppression) -> Fix:
    """An edit that takes the comment away, with its line where nothing else is on it."""
    source, start, end = comment.source, comment.start, comment.end
    line = source.line_column(start)[0]
    begin = source.line_starts[line - 1]
    if _alone(source, start):
        start, end = begin, source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    else:
        start = begin + len(source.text[begin:start].rstrip())
    return Fix("take the comment away", "review", (Edit(start, end, ""),))


def _spoken_for(source: Source, start: int) -> int:
    """The line of the comment, or the next one that is no comment where it stands alone."""
    line = source.line_column(start)[0]
    if not _alone(source, start):
        return line
    line += 1
    while line <= len(source.line_starts) and source.line_text(line).lstrip().startswith("--"):
        line += 1
    return line


def _alone(source: Source, start: int) -> bool:
    return not source.text[source.line_starts[source.line_column(start)[0] - 1] : start].strip()


def _touches(d: Diagnostic | Unchecked, line: int) -> bool:
    assert d.source is not None
    return d.source.line_column(d.start)[0] <= line <= d.source.line_column(max(d.end - 1, d.start))[0]
