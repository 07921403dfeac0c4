"""Frames, carets and diffs where text is not plain ASCII of one column a character."""

from __future__ import annotations

import pytest

from schemalint.diagnostics import Diagnostic, Edit, Fix, Label, Report, Target, Unchecked
from schemalint.render import concise, text
from schemalint.render.columns import cut, lay_out, shown, text_width
from schemalint.render.diff import changed_lines
from schemalint.render.frame import Mark, frame
from schemalint.render.style import Style
from schemalint.source import Source

PLAIN = Style(width=80)


def framed(sql: str, *marks: tuple[str, str], width: int = 80) -> list[str]:
    source = Source("a.sql", sql)
    placed = []
    for i, (word, said) in enumerate(marks):
        start = sql.index(word)
        placed.append(Mark(start, start + len(word), said, primary=i == 0))
    return [row.rstrip() for row in frame(source, placed, 1, Style(width=width), "error")]


def test_caret_is_under_its_word() -> None:
    assert framed("SELECT a FROM t", ("a", "")) == ["  |", "1 | SELECT a FROM t", "  |        ^", "  |"]


def test_tabs_are_stops() -> None:
    assert framed("\tx\tSELECT a", ("a", "here"))[1:3] == ["1 |     x   SELECT a", "  |                ^ here"]


def test_wide_and_combining_characters_take_their_columns() -> None:
    assert framed("'日本' || e\u0301t\u00e9 || x", ("x", ""))[2] == "  |                  ^"
    assert framed("日本語", ("本", ""))[2] == "  |   ^^"


def test_control_and_bidi_characters_are_seen() -> None:
    row = framed("a\x1b[31m \u202eb c", ("c", ""))[1]
    assert "\x1b" not in row and "\u202e" not in row
    assert "␛[31m \\u202eb c" in row
    assert framed("a\x1b \u202eb c", ("c", ""))[2].index("^") == framed("a\x1b \u202eb c", ("c", ""))[1].index("c")


def test_labels_of_a_line_are_led_down() -> None:
    rows = framed("alpha beta gamma", ("beta", "the fault"), ("gamma", "one"), ("alpha", "two"))
    assert rows == [
        "  |",
        "1 | alpha beta gamma",
        "  | ----- ^^^^ ----- one",
        "  | |     the fault",
        "  | two",
        "  |",
    ]


def test_far_lines_are_left_out_and_a_single_one_is_shown() -> None:
    assert framed("a\nb\nc\nd\ne", ("e", ""), ("a", "x")) == [
        "  |", "1 | a", "  | - x", "...", "5 | e", "  | ^", "  |",
    ]  # fmt: skip
    assert "2 | b" in framed("a\nb\nc", ("c", ""), ("a", "x"))


def test_a_span_of_lines_is_marked_at_both_ends() -> None:
    assert framed("CREATE (\n  a,\n  b\n);", ("CREATE (\n  a,\n  b\n)", "all")) == [
        "  |", "1 | CREATE (", "  | ^^^^^^^^", "...", "4 | );", "  | ^ all", "  |",
    ]  # fmt: skip


def test_long_lines_are_cut_around_their_mark() -> None:
    rows = framed("x" * 300 + " HERE " + "y" * 300, ("HERE", "this"), width=60)
    assert all(text_width(row) <= 60 for row in rows)
    assert rows[1].startswith("1 | …") and rows[1].endswith("…")
    at = rows[1].index("HERE")
    assert rows[2][at : at + 9] == "^^^^ this"


@pytest.mark.parametrize("word", ["", "a", "日"])
def test_mark_at_the_end_of_the_text(word: str) -> None:
    source = Source("a.sql", f"SELECT {word}")
    rows = frame(source, [Mark(len(source.text), len(source.text) + 1, "here", primary=True)], 1, PLAIN, "error")
    assert "^ here" in rows[2]


def test_empty_text() -> None:
    assert frame(Source("a.sql", ""), [Mark(0, 1, "", primary=True)], 1, PLAIN, "error")[1] == "1 |"


def test_layout_gives_each_character_its_column() -> None:
    assert lay_out("a\tb") == ("a   b", [0, 1, 4, 5])
    assert lay_out("日b") == ("日b", [0, 2, 3])
    assert cut("日本語", 1, 5) == " 本 "
    assert shown("a\r\x7f") == "a␍␡"


def test_diff_shows_changed_lines_only() -> None:
    source = Source("a.sql", "a\nb\nc\nd\n")
    assert changed_lines(source, (Edit(2, 3, "B"),)) == [(2, "-", "b"), (2, "+", "B")]
    assert changed_lines(source, (Edit(2, 2, "x\n"), Edit(6, 7, "D"))) == [(2, "+", "x"), (4, "-", "d"), (5, "+", "D")]
    assert changed_lines(source, (Edit(2, 4, ""),)) == [(2, "-", "b")]


def diagnostic(**more: object) -> Diagnostic:
    source = Source("a.sql", "SELECT a;\nSELECT b;\n")
    values: dict[str, object] = {
        "rule": "some-rule", "category": "design", "severity": "warning", "message": "a is wrong", "source": source,
        "start": 7, "end": 8,
    } | more  # fmt: skip
    return Diagnostic(**values)  # type: ignore[arg-type]


def test_a_finding_from_head_to_fix() -> None:
    found = diagnostic(
        sqlstate="42703",
        help="write b",
        notes=("the server says: no",),
        labels=(Label("is text", fact="t.a"),),
        fix=Fix("write b", "review", (Edit(7, 8, "b"),)),
    )
    assert list(text.render_diagnostic(found, PLAIN)) == [
        "warning[some-rule]: a is wrong (SQLSTATE 42703)",
        " --> a.sql:1:8",
        "  |",
        "1 | SELECT a;",
        "  |        ^",
        "  |",
        "  = catalog: t.a is text",
        "  = note: the server says: no",
        "  = help: write b",
        "1 - SELECT a;",
        "1 + SELECT b;",
    ]


def test_a_label_in_another_file_has_its_own_frame() -> None:
    other = Source("b.sql", "CREATE TABLE t (a int);")
    rows = list(text.render_diagnostic(diagnostic(labels=(Label("made here", other, 13, 14),)), PLAIN))
    assert " ::: b.sql:1:14" in rows
    assert "  |              - made here" in rows


def test_colour_changes_nothing_but_colour() -> None:
    import re

    report = Report((Target("c", "18", True),), 1, 2, (diagnostic(help="x", fix=Fix("y", "safe", (Edit(7, 8, "b"),))),))
    colored = "\n".join(text.render(report, Style(color=True, width=80)))
    assert "\x1b[1;33mwarning" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == "\n".join(text.render(report, PLAIN))


def test_there_is_no_false_all_clear() -> None:
    source = Source("a.sql", "SELECT 1;")
    clean = Report((Target("c", "15.4", True),), 1, 1, ())
    assert list(text.render(clean, PLAIN)) == [
        "Checked 1 statement in 1 file against c (PostgreSQL 15.4).",
        "Nothing found.",
    ]
    unsure = Report((Target("c", "18", False, assumed=True),), 1, 1, (), (Unchecked("it is dark", source, 0, 8),) * 3)
    rows = list(text.render(unsure, PLAIN))
    assert rows[:3] == ["Not checked:", "  a.sql:1 and 2 more: it is dark", ""]
    assert rows[-1] == "Nothing found in what was checked."
    assert "may not be all that exists" in " ".join(rows)
    assert next(iter(concise.render(unsure))) == "a.sql:1: not checked: it is dark"
