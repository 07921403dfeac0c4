"""Comments that allow findings: where they speak, and what is said of those that are wrong."""

from __future__ import annotations

import pytest

from schemalint.diagnostics import Diagnostic, StatementRef, Unchecked
from schemalint.lint.files import File, Part
from schemalint.lint.fixes import apply_edits
from schemalint.lint.suppressions import Judged, judge, suppressions
from schemalint.source import Source
from schemalint.syntax.line_comments import line_comments
from schemalint.syntax.split import split_statements

RULES = ("bad-drop", "bad-type", "not-run")


def judged(sql: str, *found: str, rule: str = "bad-drop", unchecked: bool = False, decided: bool = True) -> Judged:
    """Judge findings of `rule` at these words of a file."""
    source = Source("a.sql", sql)
    diagnostics = []
    for word in found:
        start = sql.index(word)
        line = next(source.line_column(raw.start)[0] for raw in split_statements(sql) if start < raw.end)
        reference = StatementRef(1, line, "X")
        diagnostics.append(
            Diagnostic(rule, "design", "error", word, source, start, start + len(word), statement=reference)
        )
    left = (Unchecked("why", source, 0, len(sql)),) if unchecked else ()
    return judge(diagnostics, [File(source)], known=RULES, decided=RULES[:2] if decided else (), unchecked=left)


def said(result: Judged) -> list[str]:
    return [d.rule for d in result.diagnostics]


ALLOW = "-- schemalint: allow bad-drop (nobody reads it)"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT 1;\nDROP TABLE t; {ALLOW}\n",
        f"SELECT 1;\n{ALLOW}\nDROP TABLE t;\n",
        f"SELECT 1;\n{ALLOW}\n-- and more to say\nDROP TABLE t;\n",
        f"SELECT 1;\n{ALLOW}\nDROP TABLE\n  a,\n  t;\n",
        f"SELECT 1;\nDROP TABLE\n  a,\n  {ALLOW}\n  t;\n",
        f"{ALLOW}\n\nSELECT 1;\nSELECT 2;\nDROP TABLE t;\n",
        f"SELECT 1;\r\n{ALLOW}\r\nDROP TABLE t;\r\n",
        "SELECT 1;\n--SCHEMALINT:allow bad-type , bad-drop(a (good) reason)\nDROP TABLE t;",
    ],
)
def test_comment_allows(sql: str) -> None:
    result = judged(sql, " t;")
    assert result.allowed == 1
    assert [d.rule for d in result.diagnostics if d.rule == "bad-drop"] == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT 1;\n{ALLOW}\n\nDROP TABLE t;\n",
        f"SELECT 1; {ALLOW}\nDROP TABLE t;\n",
        f"SELECT 1;\nDROP TABLE t;\n{ALLOW}\n",
        "SELECT 1;\n-- schemalint: allow bad-type (why)\nDROP TABLE t;\n",
    ],
)
def test_comment_speaks_for_something_else(sql: str) -> None:
    result = judged(sql, " t;")
    assert sorted(said(result)) == ["bad-drop", "unused-suppression"]
    assert result.allowed == 0


@pytest.mark.parametrize(
    "sql", [f"SELECT '\n{ALLOW}\n', t;", f"/*\n{ALLOW}\n*/ SELECT t;", f'SELECT "\n{ALLOW}\n", t;']
)
def test_what_is_no_comment_says_nothing(sql: str) -> None:
    assert said(judged(sql, " t;")) == ["bad-drop"]


def test_comments_in_bodies_speak() -> None:
    sql = f"SELECT 1;\nDO $x$ BEGIN\n  PERFORM ''';\n{ALLOW}\n  DROP TABLE t;\nEND $x$;"
    sql = sql.replace("''';", "'a';")
    assert said(judged(sql, " t;")) == []


def test_reason_is_asked_for() -> None:
    for comment in ("-- schemalint: allow bad-drop", "-- schemalint: allow bad-drop ()"):
        result = judged(f"SELECT 1;\nDROP TABLE t; {comment}", " t;")
        assert said(result) == ["suppression-without-reason"]
        assert result.allowed == 1


@pytest.mark.parametrize("comment", ["ignore bad-drop", "allow", "allow bad-drop because", "disable"])
def test_what_is_not_understood_allows_nothing(comment: str) -> None:
    result = judged(f"SELECT 1;\nDROP TABLE t; -- schemalint: {comment}", " t;")
    assert said(result) == ["bad-drop", "unused-suppression"]
    assert "not understood" in result.diagnostics[1].message


def test_unknown_rule_is_named_with_the_nearest() -> None:
    [found] = judged("-- schemalint: allow bad-dorp (why)\nSELECT 1;").diagnostics
    assert found.message == "there is no rule bad-dorp, so this comment allows nothing"
    assert found.help == "did you mean bad-drop?"


def test_unused_is_said_only_where_it_is_certain() -> None:
    sql = f"{ALLOW}\nSELECT 1;"
    assert said(judged(sql)) == ["unused-suppression"]
    assert said(judged(sql, unchecked=True)) == []
    assert said(judged(sql, decided=False)) == []
    assert said(judged(sql.replace("bad-drop", "not-run"))) == []


def test_unused_comment_can_be_taken_away() -> None:
    for sql, left in (
        (f"{ALLOW}\nSELECT 1;\n", "SELECT 1;\n"),
        (f"SELECT 1;\nSELECT 2; {ALLOW}\n", "SELECT 1;\nSELECT 2;\n"),
    ):
        [found] = judged(sql).diagnostics
        assert found.fix is not None
        assert apply_edits(sql, found.fix.edits) == left


def test_comments_of_what_leads_back_are_left_alone() -> None:
    sql = f"{ALLOW}\n-- up\nSELECT 1; {ALLOW}\n-- down\nSELECT 2; {ALLOW}\n"
    source = Source("a.sql", sql)
    up = Part(sql.index("-- up"), sql.index("-- down"), True)
    assert [c.line for c in suppressions(File(source, parts=(up,)))] == [None, 3]
    tight = Part(sql.index("SELECT 1"), sql.index("SELECT 1") + 8, True)
    assert [c.line for c in suppressions(File(source, parts=(tight,)))] == [None, 3]
    assert [c.line for c in suppressions(File(source, end=up.end - 1))] == [None, 3]
    assert suppressions(File(source, parts=())) == []


@pytest.mark.parametrize("text", ["", "--", "$$", "$$--x", "'--", "/*--", "$a$ -- b $a$ -- c", "$1 -- x"])
def test_line_comments_never_fail(text: str) -> None:
    for start, end in line_comments(text):
        assert text[start:end].startswith("--")
