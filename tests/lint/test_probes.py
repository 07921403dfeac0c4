"""What the heads of the probes expect is what is said about them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.lint.engine import Result, check_files, replay
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules
from schemalint.migrations.layout import read_script
from schemalint.simulator import Simulator
from schemalint.source import Source

CHECKOUT = Path(__file__).resolve().parents[2]
PROBES = CHECKOUT / "fixtures" / "probes"
EXPECTATION = re.compile(r"^-- expect: ([a-z-]+)(?: ([0-9A-Z]{5}))? line ([0-9]+)$", re.MULTILINE)


def source(path: Path) -> File:
    script = read_script(path.read_text())
    return File(Source(path.name, path.read_text()), transaction=script.transaction, end=len(script.text))


@cache
def checked(path: Path) -> Result:
    simulator = Simulator(catalog=Catalog(load(18)))
    preset = re.search(r"^-- preset: (\w+)$", path.read_text(), re.MULTILINE)
    if preset is not None:
        assert replay(simulator, source(CHECKOUT / "schemalint" / "presets" / f"{preset[1]}.sql")) == []
    assert replay(simulator, source(PROBES / "catalog.sql")) == []
    return check_files(simulator, [rule for rule in load_rules().values() if rule.default], [source(path)])


@pytest.mark.parametrize("path", sorted((PROBES / "faulty").glob("*.sql")), ids=lambda p: p.stem)
def test_faulty_probe_is_spoken_about(path: Path) -> None:
    result = checked(path)
    said = [(d.rule, d.sqlstate, d.source.line_column(d.start)[0]) for d in result.diagnostics]
    expected = [(rule, state or None, int(line)) for rule, state, line in EXPECTATION.findall(path.read_text())]
    for finding in expected:
        assert finding in said
    assert {s for _, s, _ in said} == {s for _, s, _ in expected} | (
        {None} if None in {s for _, s, _ in said} else set()
    )
    assert result.crashes == ()


@pytest.mark.parametrize("path", sorted((PROBES / "silent").glob("*.sql")), ids=lambda p: p.stem)
def test_silent_probe_is_not(path: Path) -> None:
    """What is only worth knowing may be said."""
    result = checked(path)
    assert [(d.rule, d.message) for d in result.diagnostics if d.severity != "info"] == []
    assert result.unchecked == []
    assert result.crashes == ()
