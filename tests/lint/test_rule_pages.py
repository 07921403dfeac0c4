"""Every rule's page: its examples raise what they say with all rules on, and its fixes silence what they mend."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.lint.engine import replay
from schemalint.lint.examples import Example, Page, fixed, problems, read_page, run_example
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules, page_of
from schemalint.lint.rule import Rule
from schemalint.simulator import Simulator
from schemalint.source import Source
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import split_statements

RULES = load_rules()
PAGES = {name: read_page(page_of(rule)) for name, rule in RULES.items()}
PRESETS = Path(__file__).resolve().parents[2] / "schemalint" / "presets"
SECTIONS = ("What happens", "Why it hurts", "What to write instead", "When it is wrong", "Versions", "Examples")


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(RULES[name], page, example, id=f"{name}-{example.line}")
        for name, page in PAGES.items()
        for example in page.examples
        if example.kind == kind
    ]


def simulator(preset: str | None, version: int = 18) -> Simulator:
    made = Simulator(catalog=Catalog(load(version)))
    if preset is not None:
        replay(made, File(Source(preset, (PRESETS / f"{preset}.sql").read_text())))
    return made


@pytest.mark.parametrize(("rule", "page", "example"), examples("bad"))
def test_bad_example_raises_its_rule_and_no_other(rule: Rule, page: Page, example: Example) -> None:
    result = run_example(page, example.sql, RULES.values(), simulator(page.preset))
    assert problems(rule, example, result) == []


@pytest.mark.parametrize(("rule", "page", "example"), examples("good"))
def test_good_example_raises_nothing(rule: Rule, page: Page, example: Example) -> None:
    result = run_example(page, example.sql, RULES.values(), simulator(page.preset))
    assert problems(rule, example, result) == []


@pytest.mark.parametrize(("rule", "page", "example"), examples("bad"))
def test_fix_is_read_accepted_and_silences_its_finding(rule: Rule, page: Page, example: Example) -> None:
    result = run_example(page, example.sql, RULES.values(), simulator(page.preset))
    for finding in result.diagnostics:
        mended = fixed(example.sql, finding)
        if finding.rule != rule.name or mended is None:
            continue
        for raw in split_statements(mended):
            parse_statement(mended, raw.start, raw.end)
        again = run_example(page, mended, RULES.values(), simulator(page.preset))
        place = (finding.rule, finding.message)
        assert place not in [(d.rule, d.message) for d in again.diagnostics], mended
        before = [d.rule for d in result.diagnostics]
        assert [d.rule for d in again.diagnostics if before.count(d.rule) == 0] == [], mended


@pytest.mark.parametrize("rule", [pytest.param(r, id=name) for name, r in RULES.items() if r.fixable])
def test_a_rule_that_says_fixable_shows_a_fix_in_an_example(rule: Rule) -> None:
    page = PAGES[rule.name]
    bad = [e for e in page.examples if e.kind == "bad"]
    found = [
        d
        for e in bad
        for d in run_example(page, e.sql, [rule], simulator(page.preset)).diagnostics
        if d.fix is not None and d.fix.edits
    ]
    assert found


@pytest.mark.parametrize("name", RULES)
def test_page_has_its_parts(name: str) -> None:
    text = page_of(RULES[name])
    assert text.startswith(f"# {name}\n\n{RULES[name].summary}.\n")
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS
    kinds = {example.kind for example in PAGES[name].examples}
    assert kinds == {"bad", "good"}
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(
        re.findall(r"^```sql (?:catalog|bad|good)", text, re.MULTILINE)
    )


def test_examples_name_rules_that_exist() -> None:
    named = {word for page in PAGES.values() for example in page.examples for word in example.allowed}
    assert named <= set(RULES)
