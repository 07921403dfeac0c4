"""An index that the catalog knows to be invalid is a warning; what might come to be so is said once."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.lint.engine import File, check_files, replay
from schemalint.lint.examples import simulator_for
from schemalint.lint.loader import load_rules
from schemalint.source import Source

CATALOG = "CREATE TABLE laps (id int PRIMARY KEY, a int, b int); CREATE INDEX laps_a ON laps (a);"
SQL = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS laps_b ON laps (b);
CREATE INDEX CONCURRENTLY IF NOT EXISTS laps_ab ON laps (a, b);
CREATE INDEX CONCURRENTLY IF NOT EXISTS laps_a ON laps (a);
"""


def test_an_invalid_index_is_told_of_for_sure() -> None:
    for valid, expected in ((True, [("info", 2)]), (False, [("info", 2), ("warning", 4)])):
        simulator = simulator_for(None)
        assert replay(simulator, File(Source("catalog.sql", CATALOG))) == []
        index = simulator.session.names.find(model.Relation, None, "laps_a")
        assert index is not None and index.index is not None
        simulator.catalog.put(replace(index, index=replace(index.index, valid=valid)))
        result = check_files(simulator, [load_rules()["kept-invalid-index"]], [File(Source("new.sql", SQL))])
        assert result.crashes == ()
        assert [(d.severity, d.source.line_column(d.start)[0]) for d in result.diagnostics] == expected
