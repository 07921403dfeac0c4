"""Workflow commands of GitHub Actions: each finding becomes an annotation of the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from schemalint.diagnostics import Diagnostic, Report, SeverityName, Unchecked
from schemalint.render.text import describe_target

COMMANDS: dict[SeverityName, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> Iterator[str]:
    """One command for each finding and each thing that was not checked, then what was checked as plain text."""
    for d in report.diagnostics:
        yield _finding(d)
    for item in report.not_checked:
        yield _not_checked(item)
    counts = ", ".join(f"{report.count(s)} {s}" for s in COMMANDS)
    against = "; ".join(describe_target(target) for target in report.targets)
    yield _plain(f"schemalint: {report.statements} statements in {report.files} files against {against}: {counts}")


def _finding(d: Diagnostic) -> str:
    line, column = d.source.line_column(d.start)
    end_line, end_column = d.source.line_column(d.end)
    place = {"file": PurePath(d.source.name).as_posix(), "line": line, "endLine": end_line, "col": column}
    if end_line == line:
        place["endColumn"] = max(end_column - 1, column)  # the last column, not the one behind it
    said = [d.message + (f" (SQLSTATE {d.sqlstate})" if d.sqlstate else ""), *d.notes]
    if d.targets:
        said.append(f"on: {', '.join(d.targets)}")
    if d.help:
        said.append(f"help: {d.help}")
    return _command(COMMANDS[d.severity], {**place, "title": d.rule}, "\n".join(said))


def _not_checked(item: Unchecked) -> str:
    place: dict[str, object] = {}
    if item.source is not None:
        place["file"] = PurePath(item.source.name).as_posix()
        if item.start >= 0:
            place["line"] = item.source.line_column(item.start)[0]
    return _command("notice", {**place, "title": "not checked"}, item.reason)


def _command(name: str, properties: dict[str, object], message: str) -> str:
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """Text that is no command, whatever it holds."""
    return " ".join(text.split())
