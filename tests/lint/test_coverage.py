"""docs/coverage.md: what rules say they cover exists, and what is not covered has a reason."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from schemalint.lint.loader import load_findings, load_rules
from schemalint.lint.rule import Rule

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate_coverage.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_coverage", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("rule", (load_rules() | load_findings()).values(), ids=lambda rule: rule.name)
def test_what_a_rule_covers_is_known(rule: Rule, script: ModuleType) -> None:
    known = {peer for peers in script.faults().values() for peer in peers}
    assert set(rule.covers) <= known
    assert len(set(rule.covers)) == len(rule.covers)


def test_reasons_are_about_faults_that_are_known(script: ModuleType) -> None:
    reasons = script.without()
    assert set(reasons) <= set(script.faults())
    assert all(why and not why.endswith(".") for why in reasons.values())


def test_the_page_is_up_to_date(script: ModuleType) -> None:
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run scripts/generate_coverage.py"
