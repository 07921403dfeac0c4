"""For people: each finding with the source it is about, and what was checked and what was not."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Diagnostic, Fix, Report, SeverityName, Target, Unchecked
from schemalint.render.columns import shown, text_width
from schemalint.render.diff import changed_lines, sql_lines
from schemalint.render.frame import Mark, frame, last_line
from schemalint.render.style import Style
from schemalint.source import Source

MAX_FIX_LINES = 8
MAX_NOT_CHECKED = 5


def render(report: Report, style: Style) -> Iterator[str]:
    """Lines of the whole report."""
    for diagnostic in report.diagnostics:
        yield from render_diagnostic(diagnostic, style)
        yield ""
    yield from render_summary(report, style)


def render_diagnostic(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    """One finding: headline, place, source, remarks, help, fix."""
    severity, source = diagnostic.severity, diagnostic.source
    marks = _marks(diagnostic)
    elsewhere = _elsewhere(diagnostic)
    fixed = changed_lines(source, diagnostic.fix.edits) if diagnostic.fix is not None else []
    greatest = (
        max(
            last_line(source, marks),
            *(last_line(s, m) for s, m in elsewhere),
            *(row[0] for row in fixed[:MAX_FIX_LINES]),
        )
        if elsewhere or fixed
        else last_line(source, marks)
    )
    gutter = len(str(greatest))
    head = f"{severity}[{diagnostic.rule}]"
    said = diagnostic.message + (f" (SQLSTATE {diagnostic.sqlstate})" if diagnostic.sqlstate else "")
    yield from _headline(head, said, severity, style)
    yield _place("-->", source, diagnostic.start, gutter, style)
    yield from frame(source, marks, gutter, style, severity)
    for other, other_marks in elsewhere:
        yield _place(":::", other, other_marks[0].start, gutter, style)
        yield from frame(other, other_marks, gutter, style, severity)
    for message, facts in _facts(diagnostic):
        yield from _remark("catalog", _about(message, facts), gutter, style, style.label)
    for note in diagnostic.notes:
        yield from _remark("note", note, gutter, style, style.bold)
    if diagnostic.targets:
        yield from _remark("on", ", ".join(diagnostic.targets), gutter, style, style.bold)
    if diagnostic.help:
        yield from _remark("help", diagnostic.help, gutter, style, style.help)
    if diagnostic.fix is not None:
        titled = diagnostic.help is None or not diagnostic.fix.edits  # else the help says what the edit does
        yield from _fix(diagnostic.fix, fixed, gutter, style, titled=titled)


def _headline(head: str, said: str, severity: SeverityName, style: Style) -> Iterator[str]:
    width = max(style.width, 40)
    if text_width(head) + 2 + text_width(said.partition(" ")[0]) > width:
        yield style.severity(head, severity) + style.bold(":")
        yield from (f"  {style.bold(line)}" for line in _wrap(shown(said), width, 2, 2))
        return
    lines = _wrap(shown(said), width, text_width(head) + 2, 2)
    yield f"{style.severity(head, severity)}{style.bold(': ' + lines[0])}"
    for line in lines[1:]:
        yield f"  {style.bold(line)}"


def _place(arrow: str, source: Source, offset: int, gutter: int, style: Style) -> str:
    line, column = source.line_column(offset)
    return f"{' ' * gutter}{style.frame(arrow)} {shown(source.name)}:{line}:{column}"


def _marks(diagnostic: Diagnostic) -> list[Mark]:
    marks = [Mark(diagnostic.start, diagnostic.end, primary=True)]
    for label in diagnostic.labels:
        if label.source is diagnostic.source:
            if (label.start, label.end) == (diagnostic.start, diagnostic.end):
                marks[0] = Mark(diagnostic.start, diagnostic.end, label.message, primary=True)
            else:
                marks.append(Mark(label.start, label.end, label.message))
    return marks


def _elsewhere(diagnostic: Diagnostic) -> list[tuple[Source, list[Mark]]]:
    """Labels in other files than the finding's."""
    found: list[tuple[Source, list[Mark]]] = []
    for label in diagnostic.labels:
        if label.source is None or label.source is diagnostic.source:
            continue
        mark = Mark(label.start, label.end, label.message)
        for source, marks in found:
            if source is label.source:
                marks.append(mark)
                break
        else:
            found.append((label.source, [mark]))
    return found


def _facts(diagnostic: Diagnostic) -> list[tuple[str, list[str]]]:
    """Remarks about the catalog; what the same is said of stands together."""
    found: dict[str, list[str]] = {}
    for label in diagnostic.labels:
        if label.source is None:
            found.setdefault(label.message, []).append(label.fact or "")
    return list(found.items())


def _about(message: str, facts: list[str]) -> str:
    if len(facts) == 1:
        return f"{facts[0]} {message}" if facts[0] else message
    return f"{message}:\n" + "\n".join(facts)


def _remark(word: str, text: str, gutter: int, style: Style, paint: object) -> Iterator[str]:
    assert callable(paint)
    lead = f"{' ' * gutter} {style.frame('=')} {paint(word + ':')} "
    indent = gutter + 3 + len(word) + 2
    parts = [shown(part) for part in text.splitlines()] or [""]
    first = True
    for part in parts:
        for line in _wrap(part, max(style.width, 40), indent, indent):
            yield (lead if first else " " * indent) + line
            first = False


def _wrap(text: str, width: int, first: int, others: int) -> list[str]:
    """Words in lines; `first` and `others` columns are taken already."""
    lines: list[str] = []
    room, line = width - first, ""
    for word in text.split(" "):
        if line and text_width(line) + 1 + text_width(word) > room:
            lines.append(line)
            line, room = word, width - others
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _fix(fix: Fix, changed: list[tuple[int, str, str]], gutter: int, style: Style, *, titled: bool) -> Iterator[str]:
    if titled:
        yield from _remark("fix", fix.title, gutter, style, style.help)
    for number, sign, text in changed[:MAX_FIX_LINES]:
        paint = style.removed if sign == "-" else style.added
        yield f"{style.frame(f'{number:>{gutter}}')} {paint(f'{sign} {shown(text.expandtabs(4))}')}".rstrip()
    if len(changed) > MAX_FIX_LINES:
        yield f"{' ' * gutter} {style.frame('...')}"
    for row in sql_lines(fix):
        yield f"{' ' * gutter} {style.added('| ' + shown(row.expandtabs(4)))}".rstrip()


# --- what was checked


def render_summary(report: Report, style: Style) -> Iterator[str]:
    """What was checked, against what, what was found, and what was not checked."""
    yield from _not_checked(report.not_checked, style)
    checked = f"{_count(report.statements, 'statement')} in {_count(report.files, 'file')}"
    against = "; ".join(describe_target(target) for target in report.targets)
    how = f", runner: {report.runner}" if report.runner != "plain" else ""
    since = f" (what is not on {report.base})" if report.base is not None else ""
    yield from _wrap(
        f"Checked {checked}{since}{how}, against {against}."
        if how or since
        else f"Checked {checked} against {against}.",
        max(style.width, 40),
        0,
        0,
    )
    if report.allowed:
        yield f"{_count(report.allowed, 'finding')} {'is' if report.allowed == 1 else 'are'} allowed and not shown."
    if not report.diagnostics:
        yield (
            style.help("Nothing found.") if not report.not_checked else style.bold("Nothing found in what was checked.")
        )
        return
    parts = []
    severities: tuple[SeverityName, ...] = ("error", "warning", "info")
    for severity in severities:
        if count := report.count(severity):
            parts.append(style.severity(_count(count, severity), severity))
    yield f"Found {_and(parts)}."
    if fixable := _fixable(report):
        yield from _wrap(fixable, max(style.width, 40), 0, 0)


def describe_target(target: Target) -> str:
    """A target in a few words."""
    version = f"PostgreSQL {target.server_version}{', assumed' if target.assumed else ''}"
    open_world = "" if target.closed else ", which may not be all that exists"
    return f"{target.source} ({version}){open_world}"


def _fixable(report: Report) -> str:
    edits = [d.fix.applicability for d in report.diagnostics if d.fix is not None and d.fix.edits]
    safe = edits.count("safe")
    if not edits:
        return ""
    if safe:
        more = f", {len(edits) - safe} more have an edit to review" if len(edits) > safe else ""
        return f"{safe} can be fixed with --fix{more}."
    return f"{_count(len(edits), 'finding')} {'has' if len(edits) == 1 else 'have'} an edit to review."


def _not_checked(items: tuple[Unchecked, ...], style: Style) -> Iterator[str]:
    if not items:
        return
    grouped: dict[str, list[Unchecked]] = {}
    for item in items:
        grouped.setdefault(item.reason, []).append(item)
    yield style.bold("Not checked:")
    for reason, group in list(grouped.items())[:MAX_NOT_CHECKED]:
        where = _where(group[0])
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        for i, line in enumerate(
            _wrap(f"{where}{more}{': ' if where else ''}{shown(reason)}", max(style.width, 40), 2, 4)
        ):
            yield ("  " if i == 0 else "    ") + line
    if len(grouped) > MAX_NOT_CHECKED:
        rest = sum(len(group) for group in list(grouped.values())[MAX_NOT_CHECKED:])
        yield f"  and {rest} more (--format json lists them all)"
    yield ""


def _where(item: Unchecked) -> str:
    if item.source is None:
        return ""
    if item.start < 0:
        return shown(item.source.name)
    return f"{shown(item.source.name)}:{item.source.line_column(item.start)[0]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
