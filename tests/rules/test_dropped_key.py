"""Many foreign keys that one file drops are one finding."""

from __future__ import annotations

import pytest

from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.examples import simulator_for
from schemalint.lint.loader import load_rules
from schemalint.source import Source

COLUMNS = "klmno"


@pytest.mark.parametrize(("dropped", "findings"), [(1, 1), (3, 3), (4, 1), (5, 1)])
def test_many_foreign_keys_of_a_file_are_told_of_together(dropped: int, findings: int) -> None:
    simulator = simulator_for(None)
    columns = ", ".join(f"{c} int CONSTRAINT {c}_key REFERENCES crews" for c in COLUMNS)
    catalog = f"CREATE TABLE crews (id int PRIMARY KEY); CREATE TABLE duties (id int PRIMARY KEY, {columns});"
    assert replay(simulator, File(Source("catalog.sql", catalog))) == []
    sql = "".join(f"ALTER TABLE duties DROP CONSTRAINT {c}_key;\n" for c in COLUMNS[:dropped])
    found = check_files(simulator, [load_rules()["dropped-key"]], [File(Source("new.sql", sql))]).diagnostics
    assert len(found) == findings
    if findings < dropped:
        assert f"{dropped - 1} more foreign keys" in found[0].message
