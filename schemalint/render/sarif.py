"""SARIF 2.1.0, which code scanning services read (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any

from schemalint import __version__
from schemalint.diagnostics import Diagnostic, Fix, Label, Report, SeverityName, Unchecked
from schemalint.errors import UserError
from schemalint.lint.fingerprints import fingerprints
from schemalint.lint.loader import page_of
from schemalint.lint.metadata import Rule
from schemalint.source import Source

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[SeverityName, str] = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, rules: Mapping[str, Rule]) -> str:
    """The report as a SARIF log, indented."""
    import json

    return json.dumps(to_object(report, rules), ensure_ascii=False, indent=2)


def to_object(report: Report, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The log as plain dicts and lists: one run, with the rules that found something."""
    named = sorted({d.rule for d in report.diagnostics})
    index = {name: i for i, name in enumerate(named)}
    categories = {d.rule: (d.category, d.severity) for d in report.diagnostics}
    driver = {
        "name": "schemalint",
        "semanticVersion": __version__,
        "rules": [_rule(name, rules.get(name), *categories[name]) for name in named],
    }
    marks = fingerprints(report.diagnostics)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "results": [_result(d, index[d.rule], mark) for d, mark in zip(report.diagnostics, marks, strict=True)],
            }
        ],
    }


def _rule(name: str, rule: Rule | None, category: str, severity: SeverityName) -> dict[str, Any]:
    if rule is None:
        return {
            "id": name,
            "shortDescription": {"text": name},
            "defaultConfiguration": {"level": LEVELS[severity]},
            "properties": {"category": category, "tags": [category]},
        }
    found: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": f"{rule.summary}."},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"category": rule.category, "tags": [rule.category]},
    }
    with suppress(UserError):  # a user's own rule need not have a page
        found["help"] = {"text": f"{rule.summary}.", "markdown": page_of(rule)}
    return found


def _invocation(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {"executionSuccessful": True}
    if report.not_checked:
        found["toolExecutionNotifications"] = [_notification(item) for item in report.not_checked]
    return found


def _notification(item: Unchecked) -> dict[str, Any]:
    found: dict[str, Any] = {"level": "note", "message": {"text": f"not checked: {item.reason}"}}
    if item.source is not None:
        span = (item.start, max(item.end, item.start)) if item.start >= 0 else None
        found["locations"] = [{"physicalLocation": _physical(item.source, span)}]
    return found


def _result(d: Diagnostic, rule_index: int, fingerprint: str) -> dict[str, Any]:
    said = [d.message + (f" (SQLSTATE {d.sqlstate})" if d.sqlstate else "")]
    said += [f"note: {note}" for note in d.notes]
    if d.targets:
        said.append(f"on: {', '.join(d.targets)}")
    if d.help:
        said.append(f"help: {d.help}")
    found: dict[str, Any] = {
        "ruleId": d.rule,
        "ruleIndex": rule_index,
        "level": LEVELS[d.severity],
        "message": {"text": "\n".join(said)},
        "locations": [{"physicalLocation": _physical(d.source, (d.start, d.end))}],
        "partialFingerprints": {"schemalint/v1": fingerprint},
    }
    if d.labels:
        found["relatedLocations"] = [_related(i, label) for i, label in enumerate(d.labels, 1)]
    if d.fix is not None and d.fix.edits:
        found["fixes"] = [_fix(d.source, d.fix)]
    if d.sqlstate:
        found["properties"] = {"sqlstate": d.sqlstate}
    return found


def _related(number: int, label: Label) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "message": {"text": label.message}}
    if label.source is not None:
        found["physicalLocation"] = _physical(label.source, (label.start, label.end))
    elif label.fact:
        found["logicalLocations"] = [{"fullyQualifiedName": label.fact}]
    return found


def _fix(source: Source, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(source, e.start, e.end), "insertedContent": {"text": e.text}} for e in fix.edits
    ]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": {"uri": uri(source.name)}, "replacements": replacements}],
    }


def _physical(source: Source, span: tuple[int, int] | None) -> dict[str, Any]:
    found: dict[str, Any] = {"artifactLocation": {"uri": uri(source.name)}}
    if span is not None:
        found["region"] = _region(source, *span)
    return found


def _region(source: Source, start: int, end: int) -> dict[str, int]:
    line, column = source.line_column(start)
    end_line, end_column = source.line_column(end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def uri(name: str) -> str:
    """A file's name as a URI reference: relative as it was given, absolute as file:."""
    from urllib.parse import quote

    path = PurePath(name)
    if path.is_absolute():
        return path.as_uri()
    return quote(path.as_posix(), safe="/", errors="surrogatepass")
