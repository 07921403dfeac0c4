"""All rules and what they say are alike: names, summaries, messages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import SEVERITIES, Diagnostic
from schemalint.errors import UserError
from schemalint.lint.engine import replay
from schemalint.lint.examples import read_page, run_example
from schemalint.lint.files import File
from schemalint.lint.loader import builtin_directory, load_findings, load_rule, load_rules, page_of, rule_files
from schemalint.lint.metadata import BUILT_IN, NOT_UNDERSTOOD
from schemalint.lint.rule import CATEGORIES, Rule
from schemalint.migrations.checks import FILE_RULES
from schemalint.simulator import Simulator
from schemalint.source import Source

RULES = load_rules()
CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def said(name: str) -> tuple[Diagnostic, ...]:
    """All that a rule says on its page."""
    page = read_page(page_of(RULES[name]))
    found: list[Diagnostic] = []
    for example in page.examples:
        simulator = Simulator(catalog=Catalog(load(18)))
        if page.preset is not None:
            preset = CHECKOUT / "schemalint" / "presets" / f"{page.preset}.sql"
            replay(simulator, File(Source(page.preset, preset.read_text())))
        found += run_example(page, example.sql, [RULES[name]], simulator).diagnostics
    return tuple(found)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_is_in_order(rule: Rule) -> None:
    assert rule.category in CATEGORIES
    assert rule.severity in SEVERITIES
    assert Path(rule.page).parent.name == rule.category
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert len(rule.summary) <= 100
    assert rule.summary[0].isupper() or rule.summary.startswith("auth.")
    assert "\n" not in rule.summary


@pytest.mark.parametrize("name", RULES)
def test_messages_are_one_clause(name: str) -> None:
    for d in said(name):
        assert d.message
        first = d.message.split()[0]
        named = first.strip("'").rstrip(",:") in d.source.text or "(" in first or "." in first
        assert d.message[0].islower() or not d.message[0].isalpha() or named or first.isupper(), d.message
        assert not d.message.endswith((".", "!", " "))
        assert "\n" not in d.message and "  " not in d.message
        for text in (d.help, *d.notes, *(label.message for label in d.labels)):
            assert text is None or ((text and not text.endswith((".", " "))) or text.endswith("...")), text


@pytest.mark.parametrize("name", RULES)
def test_places_are_within_the_text(name: str) -> None:
    for d in said(name):
        assert 0 <= d.start < d.end <= len(d.source.text)
        assert d.statement is not None
        for label in d.labels:
            assert label.source is None or 0 <= label.start < label.end <= len(label.source.text)
            assert label.source is not None or label.fact
        for edit in d.fix.edits if d.fix is not None else ():
            assert 0 <= edit.start <= edit.end <= len(d.source.text)
        assert d.fix is None or d.fix.edits or d.fix.sql or d.fix.steps
        assert d.fix is None or d.fix.title


@pytest.mark.parametrize("name", RULES)
def test_errors_are_what_the_server_refuses_or_what_cannot_work(name: str) -> None:
    for d in said(name):
        if d.sqlstate is not None:
            assert d.severity == "error"


def test_every_rule_file_has_a_page_and_every_page_a_rule() -> None:
    folder = builtin_directory()
    assert {p.with_suffix(".md") for p in rule_files(folder)} == set(folder.rglob("*.md")) - set(
        folder.glob("history/*.md")
    )


def test_what_is_found_without_a_rule_file_has_a_page() -> None:
    found = load_findings()
    assert set(found) == {*BUILT_IN, *FILE_RULES, NOT_UNDERSTOOD}
    assert not set(found) & set(RULES)
    for name, rule in found.items():
        assert rule.category in CATEGORIES and rule.severity in SEVERITIES
        assert len(rule.summary) <= 100 and "\n" not in rule.summary
        page = page_of(rule)
        assert (
            page.startswith(f"# {name}\n")
            and "## What to write instead" in page
            and "## When the finding is wrong" in page
        )


def test_the_checkout_prefers_its_own_rules() -> None:
    assert builtin_directory() == CHECKOUT / "rules"


def test_a_file_that_is_no_rule_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken_rule.py"
    broken.write_text("raise ValueError('no')")
    with pytest.raises(UserError, match=r"broken_rule\.py: ValueError: no"):
        load_rule(broken)
    broken.write_text('"""A summary."""\n')
    with pytest.raises(UserError, match="expected one function with @rule, found 0"):
        load_rule(broken)
    with pytest.raises(UserError, match="does not exist"):
        load_rules([tmp_path / "nowhere"])


def test_a_name_may_be_used_once(tmp_path: Path) -> None:
    source = next(path for path in rule_files(builtin_directory()) if path.stem == "refused")
    (tmp_path / "refused.py").write_text(source.read_text())
    with pytest.raises(UserError, match="a rule named refused exists already"):
        load_rules([tmp_path])
