"""A fix as the lines that it changes."""

from __future__ import annotations

from schemalint.diagnostics import Edit, Fix
from schemalint.lint.fixes import apply_edits
from schemalint.source import Source


def changed_lines(source: Source, edits: tuple[Edit, ...]) -> list[tuple[int, str, str]]:
    """(line number, `-` or `+`, text) of what a fix takes away and puts there, hunk by hunk; unchanged lines are left out."""
    rows: list[tuple[int, str, str]] = []
    shift = 0
    for hunk in _hunks(source, edits):
        first = source.line_column(hunk[0].start)[0]
        last = source.line_column(max(max(e.end for e in hunk), hunk[0].start))[0]
        begin = source.line_starts[first - 1]
        end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
        before = source.text[begin:end]
        after = apply_edits(before, (Edit(e.start - begin, e.end - begin, e.text) for e in hunk))
        old, new = before.splitlines(), after.splitlines()
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        rows.extend((first + head + i, "-", text) for i, text in enumerate(old[head : len(old) - tail]))
        rows.extend((first + shift + head + i, "+", text) for i, text in enumerate(new[head : len(new) - tail]))
        shift += len(new) - len(old)
    return rows


def _hunks(source: Source, edits: tuple[Edit, ...]) -> list[list[Edit]]:
    """Edits in order, those on the same lines together."""
    hunks: list[list[Edit]] = []
    last_line = -1
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        line = source.line_column(edit.start)[0]
        if hunks and line <= last_line:
            hunks[-1].append(edit)
        else:
            hunks.append([edit])
        last_line = max(last_line, source.line_column(max(edit.end, edit.start))[0])
    return hunks


def sql_lines(fix: Fix) -> list[str]:
    """The SQL that a fix shows beside its edits, line by line; steps under a comment that names their deployment."""
    lines = fix.sql.splitlines() if fix.sql else []
    several = len({step.deployment for step in fix.steps}) > 1
    last = 0
    for step in fix.steps:
        title = ": ".join(
            filter(None, (f"deployment {step.deployment}" if several and step.deployment != last else "", step.why))
        )
        if title:
            lines.append(f"-- {title}")
        last = step.deployment
        lines.extend(step.sql.splitlines())
    return lines
