"""Sizes: what they change in severities, and what is said of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import check_files
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules
from schemalint.lint.sizes import Thresholds, duration, for_size
from schemalint.simulator import Simulator
from schemalint.source import Source


def found(rows: float | None, thresholds: Thresholds | None = None) -> Diagnostic:
    """What is said of an index on a table of so many rows."""
    simulator = Simulator(server_version=18)
    simulator.execute("CREATE TABLE visits (state text)")
    table = simulator.session.names.find(model.Relation, None, "visits")
    assert table is not None
    simulator.catalog.put(replace(table, rows=rows, bytes=None if rows is None else int(rows * 100)))
    rule = load_rules()["blocking-index-build"]
    file = File(Source("a.sql", "CREATE INDEX visits_state ON visits (state);"))
    (diagnostic,) = check_files(simulator, [rule], [file], thresholds=thresholds).diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("rows", "severity", "said"),
    [
        (None, "warning", "its size is not known"),
        (9_999, "info", "about 9999 rows, 976 kB; building the index takes less than a second"),
        (500_000, "warning", "about 500 thousand rows, 47.7 MB; building the index takes less than a second"),
        (40e6, "error", "about 40 million rows, 3.73 GB; building the index takes minutes"),
    ],
)
def test_the_size_changes_the_severity(rows: float | None, severity: str, said: str) -> None:
    diagnostic = found(rows)
    assert (diagnostic.severity, [label.message for label in diagnostic.labels]) == (severity, [said])


def test_the_configuration_says_what_is_small_and_large() -> None:
    assert found(9_999, Thresholds(small=100)).severity == "warning"
    assert found(9_999, Thresholds(small=100, large=1_000)).severity == "error"


def test_severities_end_somewhere() -> None:
    assert for_size("info", 5, Thresholds()) == "info"
    assert for_size("error", 5e6, Thresholds()) == "error"


def test_durations_are_orders_of_magnitude() -> None:
    assert duration("rewrite", None, 500 * 10**9) == "writing it anew takes hours"
    assert duration("scan", 1e7, None) == "reading it takes seconds"
    assert duration("scan", None, None) == ""
