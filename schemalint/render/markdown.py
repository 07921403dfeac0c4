"""A comment on a pull request: what was found in numbers, then file by file, with what to write instead as a diff."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Diagnostic, Report, SeverityName, Unchecked
from schemalint.render.columns import shown
from schemalint.render.diff import changed_lines, sql_lines
from schemalint.render.text import describe_target

MAX_LENGTH = 60_000
"""Characters: a comment on GitHub may have 65,536."""

MAX_NOT_CHECKED = 20

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#])")
_ICONS: dict[SeverityName, str] = {"error": "🔴", "warning": "🟡", "info": "🔵"}


def render(report: Report) -> Iterator[str]:
    """The comment's lines; findings that would make it too long for a comment are counted, not shown."""
    head = [*_summary(report), *_not_checked(report.not_checked)]
    yield from head
    room = MAX_LENGTH - sum(len(line) + 1 for line in head)
    last = None
    for i, d in enumerate(report.diagnostics):
        lines = list(_finding(d))
        if d.source is not last:
            lines = [f"### {_text(d.source.name)}", "", *lines]
            last = d.source
        room -= sum(len(line) + 1 for line in lines)
        if room < 0:
            yield f"**{len(report.diagnostics) - i} more are not shown here.**"
            return
        yield from lines


def _summary(report: Report) -> Iterator[str]:
    against = "; ".join(describe_target(target) for target in report.targets)
    yield "## schemalint"
    yield ""
    yield f"Checked {report.statements} statements in {report.files} files against {_text(against)}."
    yield ""
    if not report.diagnostics:
        yield "Nothing found." if not report.not_checked else "Nothing found in what was checked."
        yield ""
        return
    found: dict[str, dict[SeverityName, int]] = {}
    for d in report.diagnostics:
        counts = found.setdefault(d.source.name, {})
        counts[d.severity] = counts.get(d.severity, 0) + 1
    yield "| File | " + " | ".join(f"{icon} {name}" for name, icon in _ICONS.items()) + " |"
    yield "|---|" + "--:|" * len(_ICONS)
    for name, counts in found.items():
        yield f"| {_text(name)} | " + " | ".join(str(counts.get(s, "")) for s in _ICONS) + " |"
    if len(found) > 1:
        yield "| **All** | " + " | ".join(str(report.count(s) or "") for s in _ICONS) + " |"
    yield ""


def _not_checked(items: tuple[Unchecked, ...]) -> Iterator[str]:
    if not items:
        return
    yield f"<details><summary>{len(items)} not checked</summary>"
    yield ""
    for item in items[:MAX_NOT_CHECKED]:
        where = ""
        if item.source is not None:
            line = f":{item.source.line_column(item.start)[0]}" if item.start >= 0 else ""
            where = f"{_text(item.source.name)}{line}: "
        yield f"- {where}{_text(item.reason)}"
    if len(items) > MAX_NOT_CHECKED:
        yield f"- and {len(items) - MAX_NOT_CHECKED} more"
    yield ""
    yield "</details>"
    yield ""


def _finding(d: Diagnostic) -> Iterator[str]:
    line = d.source.line_column(d.start)[0]
    state = f" (SQLSTATE {d.sqlstate})" if d.sqlstate else ""
    yield f"{_ICONS[d.severity]} **line {line}**: {_text(d.message)}{state} `{d.rule}`"
    yield ""
    yield from _fenced("sql", [shown(d.source.line_text(line).strip().expandtabs(4))])
    for label in d.labels:
        about = f"{_text(label.fact)} " if label.fact else ""
        place = ""
        if label.source is not None:
            place = f" ({_text(label.source.name)}:{label.source.line_column(label.start)[0]})"
        yield f"- {about}{_text(label.message)}{place}"
    yield from (f"- {_text(note)}" for note in d.notes)
    if d.targets:
        yield f"- on {_text(', '.join(d.targets))}"
    if d.help:
        yield f"- **{_text(d.help)}**"
    if d.labels or d.notes or d.targets or d.help:
        yield ""
    if d.fix is not None:
        if d.help is None or not d.fix.edits:
            yield f"{_text(d.fix.title)}:"
            yield ""
        if d.fix.edits:
            rows = changed_lines(d.source, d.fix.edits)
            yield from _fenced("diff", [f"{sign} {shown(text.expandtabs(4))}" for _, sign, text in rows])
        if rows_of_sql := sql_lines(d.fix):
            yield from _fenced("sql", [shown(row.expandtabs(4)) for row in rows_of_sql])


def _fenced(language: str, lines: list[str]) -> Iterator[str]:
    runs = (len(run) for line in lines for run in re.findall(r"`+", line))
    fence = "`" * max(3, *(run + 1 for run in runs), 3)
    yield f"{fence}{language}"
    yield from lines
    yield fence
    yield ""


def _text(text: str) -> str:
    """Text that is shown as it is: nothing in it is markup, a mention of somebody or a line's end."""
    plain = shown(" ".join(text.splitlines())).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain).replace("@", "&#64;")
