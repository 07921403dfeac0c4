"""A project that keeps its times without zone may go on so."""

from __future__ import annotations

import pytest

from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.examples import simulator_for
from schemalint.lint.loader import load_rules
from schemalint.source import Source


@pytest.mark.parametrize(
    ("catalog", "found"),
    [
        ("", 2),
        ("CREATE TABLE visits (id int PRIMARY KEY, at timestamp);", 0),
        ("CREATE TABLE visits (id int PRIMARY KEY, at timestamptz);", 2),
        ("CREATE TABLE visits (id int PRIMARY KEY, a timestamp, b timestamptz, c timestamptz);", 2),
    ],
)
def test_what_the_database_does_already_is_left_alone(catalog: str, found: int) -> None:
    simulator = simulator_for(None)
    assert replay(simulator, File(Source("catalog.sql", catalog))) == []
    sql = (
        "CREATE TABLE a (id int PRIMARY KEY, at timestamp); CREATE TABLE b (id int PRIMARY KEY, at timetz, till time);"
    )
    result = check_files(simulator, [load_rules()["time-without-zone"]], [File(Source("new.sql", sql))])
    assert result.crashes == ()
    assert len(result.diagnostics) == found
