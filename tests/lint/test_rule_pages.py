"""Every rule's page: its examples raise what they say with all rules on, and its fixes silence what they mend."""

from __future__ import annotations

from typing import Any

import pytest

from schemalint.lint.examples import (
    Example,
    Page,
    fix_problems,
    page_problems,
    problems,
    read_page,
    run_example,
    simulator_for,
)
from schemalint.lint.loader import load_rules, page_of
from schemalint.lint.rule import Rule

RULES = load_rules()
PAGES = {name: read_page(page_of(rule)) for name, rule in RULES.items()}


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(RULES[name], page, example, id=f"{name}-{example.line}")
        for name, page in PAGES.items()
        for example in page.examples
        if example.kind == kind
    ]


@pytest.mark.parametrize(("rule", "page", "example"), examples("bad"))
def test_bad_example_raises_its_rule_and_no_other(rule: Rule, page: Page, example: Example) -> None:
    result = run_example(page, example.sql, RULES.values(), simulator_for(page.preset))
    assert problems(rule, example, result) == []


@pytest.mark.parametrize(("rule", "page", "example"), examples("good"))
def test_good_example_raises_nothing(rule: Rule, page: Page, example: Example) -> None:
    result = run_example(page, example.sql, RULES.values(), simulator_for(page.preset))
    assert problems(rule, example, result) == []


@pytest.mark.parametrize(("rule", "page", "example"), examples("bad"))
def test_fix_is_read_accepted_and_silences_its_finding(rule: Rule, page: Page, example: Example) -> None:
    assert list(fix_problems(rule, page, example, RULES.values(), lambda: simulator_for(page.preset))) == []


@pytest.mark.parametrize("rule", [pytest.param(r, id=name) for name, r in RULES.items() if r.fixable])
def test_a_rule_that_says_fixable_shows_a_fix_in_an_example(rule: Rule) -> None:
    page = PAGES[rule.name]
    bad = [e for e in page.examples if e.kind == "bad"]
    found = [
        d
        for e in bad
        for d in run_example(page, e.sql, [rule], simulator_for(page.preset)).diagnostics
        if d.fix is not None and d.fix.edits
    ]
    assert found


@pytest.mark.parametrize("name", RULES)
def test_page_has_its_parts(name: str) -> None:
    assert list(page_problems(RULES[name], page_of(RULES[name]), RULES)) == []
