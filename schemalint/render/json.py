"""For programs: one object, keys and order as docs promise; lines and columns from 1, offsets of edits in characters from 0."""

from __future__ import annotations

from typing import Any

from schemalint import __version__
from schemalint.diagnostics import Diagnostic, Fix, Label, Report, Target, Unchecked
from schemalint.source import Source


def render(report: Report) -> str:
    """The report as JSON, indented."""
    import json

    return json.dumps(to_object(report), ensure_ascii=False, indent=2)


def to_object(report: Report) -> dict[str, Any]:
    """The report as plain dicts and lists."""
    found: dict[str, Any] = {"schemalint": __version__, "catalog": _target(report.targets[0])}
    if len(report.targets) > 1:
        found["catalogs"] = [_target(target) for target in report.targets]
    found["summary"] = {
        "files": report.files,
        "statements": report.statements,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
        "not_checked": [_unchecked(item) for item in report.not_checked],
    }
    if report.allowed:
        found["summary"]["allowed"] = report.allowed
    if report.runner != "plain":
        found["summary"]["runner"] = report.runner
    if report.base is not None:
        found["summary"]["base"] = report.base
    found["findings"] = [_finding(d) for d in report.diagnostics]
    return found


def _target(target: Target) -> dict[str, Any]:
    return {"source": target.source, "server_version": target.server_version, "closed": target.closed}


def _finding(d: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rule": d.rule,
        "category": d.category,
        "severity": d.severity,
        "sqlstate": d.sqlstate,
        "message": d.message,
        "help": d.help,
        **_place(d.source, d.start, d.end),
        "statement": None
        if d.statement is None
        else {"index": d.statement.index, "line": d.statement.line, "kind": d.statement.kind},
        "labels": [_label(label) for label in d.labels],
        "notes": list(d.notes),
        "fix": None if d.fix is None else _fix(d.fix),
    }
    if d.targets:
        found["targets"] = list(d.targets)
    return found


def _place(source: Source, start: int, end: int) -> dict[str, Any]:
    line, column = source.line_column(start)
    end_line, end_column = source.line_column(end)
    return {"file": source.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _label(label: Label) -> dict[str, Any]:
    if label.source is None:
        return {"message": label.message, "fact": label.fact}
    return {"message": label.message, **_place(label.source, label.start, label.end)}


def _fix(fix: Fix) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [{"start": e.start, "end": e.end, "text": e.text} for e in fix.edits],
    }
    if fix.sql is not None:
        found["sql"] = fix.sql
    if fix.steps:
        found["steps"] = [{"deployment": s.deployment, "sql": s.sql, "why": s.why} for s in fix.steps]
    return found


def _unchecked(item: Unchecked) -> dict[str, Any]:
    if item.source is None:
        return {"reason": item.reason}
    if item.start < 0:
        return {"reason": item.reason, "file": item.source.name}
    return {"reason": item.reason, **_place(item.source, item.start, max(item.end, item.start))}
