"""Baselines: what an entry takes away, and when it has to go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemalint.diagnostics import Diagnostic
from schemalint.errors import UserError
from schemalint.lint.baseline import FIRST_REASON, Entry, dump, made_of, match, parse
from schemalint.source import Source

TODAY = date(2030, 1, 15)


def finding(sql: str = "DROP TABLE t;", at: str = "DROP", rule: str = "bad-drop") -> Diagnostic:
    start = sql.index(at)
    return Diagnostic(rule, "design", "error", "this is bad", Source("m/a.sql", sql), start, start + len(at))


def matched(found: list[Diagnostic], entries: list[Entry], decided: bool = True) -> Any:
    return match(found, entries, name_of=str, today=TODAY, decided=lambda entry: decided)


def entries(*found: Diagnostic) -> list[Entry]:
    return made_of(found, str, [], lambda entry: False)


def test_what_is_written_is_read_and_takes_all_away() -> None:
    found = [finding(), finding(rule="other"), finding()]
    kept = parse(dump(entries(*found)), "b.json")
    assert [e.reason for e in kept] == [FIRST_REASON] * 3
    result = matched(found, kept)
    assert (result.diagnostics, len(result.used), result.stale) == ((), 3, ())


def test_lines_may_move() -> None:
    assert matched([finding("SELECT 1;\n\n  DROP   TABLE t;")], entries(finding())).diagnostics == ()


def test_one_more_of_the_same_is_new() -> None:
    result = matched([finding(), finding()], entries(finding()))
    assert len(result.diagnostics) == 1


def test_what_matches_nothing_is_stale_if_it_was_looked_for() -> None:
    [entry] = entries(finding())
    assert matched([finding("DROP TABLE u;")], [entry]).stale == (entry,)
    assert matched([], [entry], decided=False).stale == ()


def test_expired_entries_allow_nothing() -> None:
    [entry] = entries(finding())
    for day, gone in ((date(2030, 1, 14), True), (TODAY, False)):
        dated = Entry(entry.rule, entry.file, entry.fingerprint, "later", day)
        result = matched([finding()], [dated])
        assert (len(result.diagnostics), result.expired == (dated,)) == (int(gone), gone)
        assert parse(dump([dated]), "b.json") == [dated]


def test_reasons_stay_when_it_is_written_again() -> None:
    [entry] = entries(finding())
    old = Entry(entry.rule, entry.file, entry.fingerprint, "we know", date(2031, 1, 1))
    other = Entry("bad-drop", "elsewhere.sql", "0", "not checked now")
    again = made_of([finding(), finding("DROP TABLE u;")], str, [old, other], lambda e: e.file == "elsewhere.sql")
    assert old in again and other in again and len(again) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a baseline"),
        ('{"version": 2, "entries": []}', "not a baseline"),
        ('{"version": 1, "entries": [1]}', "entry 1: expected an object"),
        ('{"version": 1, "entries": [{"rule": "a", "file": "b", "fingerprint": "c"}]}', "reason must be"),
        ('{"version": 1, "entries": [{"rule": "a", "why": "b"}]}', "unknown key why"),
        (
            '{"version": 1, "entries": [{"rule": "a", "file": "b", "fingerprint": "c", "reason": "d", "expires": "soon"}]}',
            "expires must be a date",
        ),
    ],
)
def test_what_is_no_baseline_is_said(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse(text, "b.json")
