"""JUnit's XML, which every CI system shows: a suite for each file, a case for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from schemalint.diagnostics import Diagnostic, Report, Unchecked
from schemalint.render.columns import shown


def render(report: Report, files: Iterable[str]) -> Iterator[str]:
    """The report's lines. `files` are the names of all that was checked: one where nothing is found is a case that passes."""
    found: dict[str, list[Diagnostic]] = {name: [] for name in files}
    for d in report.diagnostics:
        found.setdefault(d.source.name, []).append(d)
    skipped: dict[str, list[Unchecked]] = {}
    for item in report.not_checked:
        skipped.setdefault(item.source.name if item.source is not None else "catalog", []).append(item)
    names = [*found, *(name for name in skipped if name not in found)]
    tests = sum(len(d) for d in found.values()) + sum(len(u) for u in skipped.values())
    tests += sum(not d and name not in skipped for name, d in found.items())
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    totals = f'tests="{tests}" failures="{_failures(report.diagnostics)}" errors="0"'
    yield f'<testsuites name="schemalint" {totals} skipped="{len(report.not_checked)}">'
    for name in names:
        yield from _suite(name, found.get(name, []), skipped.get(name, []))
    yield "</testsuites>"


def _failures(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(d.severity != "info" for d in diagnostics)


def _suite(name: str, found: list[Diagnostic], skipped: list[Unchecked]) -> Iterator[str]:
    tests = len(found) + len(skipped) or 1
    counts = f'tests="{tests}" failures="{_failures(found)}" errors="0" skipped="{len(skipped)}"'
    yield f"  <testsuite name={_attribute(name)} {counts}>"
    for d in found:
        yield from _case(d)
    for item in skipped:
        line = item.source.line_column(item.start)[0] if item.source is not None and item.start >= 0 else None
        where = f"not checked, line {line}" if line is not None else "not checked"
        yield f"    <testcase name={_attribute(where)} classname={_attribute(name)}>"
        yield f"      <skipped message={_attribute(item.reason)}/>"
        yield "    </testcase>"
    if not found and not skipped:
        yield f'    <testcase name="nothing found" classname={_attribute(name)}/>'
    yield "  </testsuite>"


def _case(d: Diagnostic) -> Iterator[str]:
    line, column = d.source.line_column(d.start)
    place = f"{d.source.name}:{line}:{column}"
    said = [f"{place}: {d.severity}: {d.message}" + (f" (SQLSTATE {d.sqlstate})" if d.sqlstate else "")]
    said += [f"note: {note}" for note in d.notes]
    if d.help:
        said.append(f"help: {d.help}")
    text = escape("\n".join(shown(row) for part in said for row in part.splitlines()))
    title = _attribute(f"{d.rule}, line {line}, column {column}")
    yield f'    <testcase name={title} classname={_attribute(d.source.name)} file={_attribute(d.source.name)} line="{line}">'
    if d.severity == "info":
        yield f"      <system-out>{text}</system-out>"
    else:
        yield f"      <failure type={_attribute(d.rule)} message={_attribute(d.message)}>{text}</failure>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(shown(" ".join(text.splitlines())))
