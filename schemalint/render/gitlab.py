"""GitLab's Code Quality report: a list of issues, told apart by their fingerprints."""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePath
from typing import Any

from schemalint.diagnostics import Diagnostic, Report, SeverityName
from schemalint.lint.fingerprints import fingerprints

SEVERITIES: dict[SeverityName, str] = {"error": "critical", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """The report as JSON, indented."""
    import json

    return json.dumps(to_object(report), ensure_ascii=False, indent=2)


def to_object(report: Report) -> list[dict[str, Any]]:
    """The issues as plain dicts."""
    marks = fingerprints(report.diagnostics)
    return [_issue(d, mark) for d, mark in zip(report.diagnostics, marks, strict=True)]


def _issue(d: Diagnostic, fingerprint: str) -> dict[str, Any]:
    path = PurePath(d.source.name).as_posix()
    begin, end = d.source.line_column(d.start)[0], d.source.line_column(d.end)[0]
    found: dict[str, Any] = {
        "type": "issue",
        "check_name": d.rule,
        "description": d.message + (f" (SQLSTATE {d.sqlstate})" if d.sqlstate else ""),
        "categories": [d.category],
        "severity": SEVERITIES[d.severity],
        "fingerprint": sha256(f"{path}\0{fingerprint}".encode("utf-8", "backslashreplace")).hexdigest(),
        "location": {"path": path, "lines": {"begin": begin, "end": end}},
    }
    body = [*d.notes, *([d.help] if d.help else [])]
    if body:
        found["content"] = {"body": "\n\n".join(body)}
    return found
