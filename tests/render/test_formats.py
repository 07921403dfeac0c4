"""What other programs read: each format has the shape that its readers ask for, whatever a migration holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

import pytest
from sarif_schema import LOG

from schemalint.diagnostics import Diagnostic, Edit, Fix, Label, Report, Target, Unchecked
from schemalint.lint.fingerprints import fingerprints
from schemalint.lint.loader import load_rules
from schemalint.render import github, gitlab, junit, markdown, sarif
from schemalint.source import Source

jsonschema = pytest.importorskip("jsonschema")

SQL = 'CREATE TABLE t (\n  a timestamp, -- ```\n  b text\n);\nDROP TABLE "u\x01|<b>@all 100%";\n'
SOURCE = Source("db/my migrations/1 a,b:c.sql", SQL)


def finding(word: str, **more: Any) -> Diagnostic:
    start = SQL.index(word)
    given = {"rule": "some-rule", "category": "design", "severity": "warning", "message": f"what of {word}", **more}
    return Diagnostic(source=SOURCE, start=start, end=start + len(word), **given)


def report(*found: Diagnostic, unchecked: tuple[Unchecked, ...] = ()) -> Report:
    return Report((Target("catalog.sql", "18", closed=True),), 1, 2, found, unchecked)


FIX = Fix("say timestamptz", "review", (Edit(SQL.index("timestamp"), SQL.index("timestamp") + 9, "timestamptz"),))
FULL = report(
    finding("timestamp", rule="timestamp-without-time-zone", fix=FIX, help="write timestamptz", notes=("a\nnote",)),
    finding(
        "DROP TABLE",
        severity="error",
        sqlstate="42P01",
        labels=(Label("is made here", SOURCE, 0, 12), Label("has rows", fact="table u")),
        targets=("one", "two"),
    ),
    finding('"u\x01|<b>@all 100%"', severity="info", fix=Fix("text", "show", sql="SELECT 1;")),
    unchecked=(Unchecked("why\nnot", SOURCE, 0, 5), Unchecked("no catalog"), Unchecked("all of it", SOURCE)),
)
EMPTY = report()


def text(lines: Iterable[str]) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize("of", [FULL, EMPTY])
def test_sarif_has_the_schemas_shape(of: Report) -> None:
    jsonschema.validate(json.loads(sarif.render(of, load_rules())), LOG)


def test_sarif_says_all_that_is_known() -> None:
    [run] = sarif.to_object(FULL, load_rules())["runs"]
    rules = run["tool"]["driver"]["rules"]
    first, second, third = run["results"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert [r["level"] for r in run["results"]] == ["warning", "error", "note"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "db/my%20migrations/1%20a%2Cb%3Ac.sql"},
        "region": {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 14},
    }
    [replacement] = first["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "timestamptz"}
    assert "fixes" not in third
    assert [("physicalLocation" in place) for place in second["relatedLocations"]] == [True, False]
    assert "SQLSTATE 42P01" in second["message"]["text"] and "on: one, two" in second["message"]["text"]
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 3


def test_sarif_brings_the_rules_page() -> None:
    page = sarif.to_object(report(finding("b text", rule="fk-type-mismatch")), load_rules())
    [rule] = page["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"].startswith("# fk-type-mismatch")


def test_github_commands_are_one_line_each_and_escaped() -> None:
    lines = list(github.render(FULL))
    assert len(lines) == 3 + 3 + 1
    assert [line.split(" ")[0] for line in lines[:6]] == ["::warning", "::error", "::notice", *["::notice"] * 3]
    assert lines[0] == (
        "::warning file=db/my migrations/1 a%2Cb%3Ac.sql,line=2,endLine=2,col=5,endColumn=13,"
        "title=timestamp-without-time-zone::what of timestamp%0Aa%0Anote%0Ahelp: write timestamptz"
    )
    assert "100%25" in lines[2]
    assert not lines[-1].startswith("::") and "1 error, 1 warning, 1 info" in lines[-1]


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "fingerprint": {"type": "string", "minLength": 1},
            "location": {
                "required": ["path", "lines"],
                "properties": {"lines": {"required": ["begin"], "properties": {"begin": {"type": "integer"}}}},
            },
        },
    },
}


def test_gitlab_issues_have_their_shape_and_differ() -> None:
    twice = report(*FULL.diagnostics, *FULL.diagnostics)
    issues = json.loads(gitlab.render(twice))
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == 6
    assert [issue["severity"] for issue in issues[:3]] == ["minor", "critical", "info"]
    assert json.loads(gitlab.render(EMPTY)) == []


def test_junit_is_xml_and_counts_right() -> None:
    root = ElementTree.fromstring(text(junit.render(FULL, [SOURCE.name, "clean.sql"])))
    assert root.get("tests") == str(len(list(root.iter("testcase")))) == "7"
    assert root.get("failures") == str(len(list(root.iter("failure")))) == "2"
    assert root.get("skipped") == str(len(list(root.iter("skipped")))) == "3"
    assert [suite.get("name") for suite in root] == [SOURCE.name, "clean.sql", "catalog"]
    assert [case.get("name") for case in root[1]] == ["nothing found"]


def test_markdown_has_a_table_and_diffs() -> None:
    said = text(markdown.render(FULL))
    assert "| db/my migrations/1 a,b:c.sql | 1 | 1 | 1 |" in said
    assert "\n````diff\n-   a timestamp, -- ```\n+   a timestamptz, -- ```\n````\n" in said
    assert "<b>@all" not in said.replace('DROP TABLE "u␁|<b>@all 100%";', "")
    assert "<details><summary>3 not checked</summary>" in said
    assert "Nothing found." in text(markdown.render(EMPTY))


def test_markdown_keeps_to_the_length_of_a_comment() -> None:
    said = text(markdown.render(report(*[finding("timestamp", help="x" * 900)] * 200)))
    assert len(said) < 65_536
    assert "more are not shown here" in said


def test_fingerprints_survive_moved_lines_and_new_sizes() -> None:
    moved = Source(SOURCE.name, "-- a line more\n\n" + SQL.replace("  a", "\ta"))
    start = moved.text.index("timestamp")
    before = finding("timestamp", message="it holds 1000 rows")
    after = finding("timestamp", message="it holds 2500 rows")
    after = Diagnostic(
        after.rule, after.category, after.severity, after.message, moved, start, start + len("timestamp")
    )
    assert fingerprints([before]) == fingerprints([after])
    assert fingerprints([before]) != fingerprints([finding("b text")])
    assert len(set(fingerprints([before, before, before]))) == 3
