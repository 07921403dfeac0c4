"""The TSRC case: every fault of FAULTS.toml is said where it stands, by its rule, with its SQLSTATE; knock-ons are not."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import Result, check_files, replay
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules
from schemalint.simulator import Simulator
from schemalint.source import Source

CHECKOUT = Path(__file__).resolve().parents[2]
TSRC = CHECKOUT / "fixtures" / "projects" / "tsrc"
FAULTS = tomllib.loads((TSRC / "FAULTS.toml").read_text())
MAJORS = (14, 15, 16, 17, 18)


def source(path: Path) -> File:
    return File(Source(path.name, path.read_text()))


@cache
def checked(folder: str, major: int = 18, preset: str | None = None) -> Result:
    simulator = Simulator(catalog=Catalog(load(major)))
    if preset is not None:
        replay(simulator, source(CHECKOUT / "schemalint" / "presets" / f"{preset}.sql"))
    assert replay(simulator, source(TSRC / "catalog.sql")) == []
    files = [source(path) for path in sorted((TSRC / folder).glob("*.sql"))]
    return check_files(simulator, load_rules().values(), files)


def places(d: Diagnostic) -> list[tuple[str, int]]:
    """File and line of a finding, and those of the same fault that its labels point at."""
    own = [(d.source.name, d.source.line_column(d.start)[0])]
    return own + [
        (label.source.name, label.source.line_column(label.start)[0])
        for label in d.labels
        if label.source is d.source and label.message == "and here"
    ]


def meets(d: Diagnostic, text: str, line: int) -> bool:
    """Whether a finding's span and the fault's text on that line touch."""
    at = d.source.line_starts[line - 1] + d.source.line_text(line).index(text)
    return d.start < at + len(text) and at < d.end


def fault_id(fault: dict[str, Any]) -> str:
    return f"{fault['file']}:{fault['line']}-{fault['rule']}"


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("fault", FAULTS["fault"], ids=fault_id)
def test_fault_is_found(fault: dict[str, Any], major: int) -> None:
    if "message" in fault and "security_invoker" in fault["what"] and major < 15:
        pytest.skip("of PostgreSQL 15")
    found = [
        d
        for d in checked("migrations", major).diagnostics
        if d.rule == fault["rule"]
        and (fault["file"], fault["line"]) in places(d)
        and meets(d, fault["at"], fault["line"])
    ]
    assert len(found) == 1
    assert found[0].sqlstate == fault.get("sqlstate")
    if "message" in fault:
        said = (found[0].message, *found[0].notes)
        assert any(fault["message"] in text for text in said)
    for line in fault.get("also", ()):
        everywhere = [
            place for d in checked("migrations", major).diagnostics if d.rule == fault["rule"] for place in places(d)
        ]
        assert (fault["file"], line) in everywhere
    for victim in fault.get("takes", ()):
        assert victim in [label.fact for label in found[0].labels]


@pytest.mark.parametrize("major", MAJORS)
def test_nothing_else_is_refused(major: int) -> None:
    refused = {
        (d.source.name, d.source.line_column(d.start)[0], d.sqlstate)
        for d in checked("migrations", major).diagnostics
        if d.sqlstate is not None
    }
    expected = {(f["file"], f["line"], f["sqlstate"]) for f in FAULTS["fault"] if "sqlstate" in f}
    assert refused == expected


def test_everything_is_understood() -> None:
    assert [d.message for d in checked("migrations").diagnostics if d.rule == "not-understood"] == []


@pytest.mark.parametrize("major", [major for major in MAJORS if major >= 15])
def test_corrected_migrations_are_silent(major: int) -> None:
    result = checked("migrations_fixed", major)
    assert [(d.rule, d.message) for d in result.diagnostics if d.severity != "info"] == []
    assert result.unchecked == []


def test_on_supabase_it_is_the_comparison_that_is_refused() -> None:
    result = checked("migrations", preset="supabase")
    for fault in FAULTS["fault"]:
        if "preset" in fault:
            found = [
                d
                for d in result.diagnostics
                if d.rule == fault["rule"] and places(d)[0] == (fault["file"], fault["line"])
            ]
            assert [d.sqlstate for d in found] == [fault["preset"][1]]
    assert not [d for d in result.diagnostics if d.rule == "unknown-function" and "auth" in d.message]
