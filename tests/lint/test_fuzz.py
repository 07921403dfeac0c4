"""Broken input: no statement, rule or renderer fails, and fixes fit together."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Report, Target
from schemalint.lint.engine import check_files, replay
from schemalint.lint.files import File
from schemalint.lint.fixes import apply_edits, compatible_fixes
from schemalint.lint.loader import load_rules
from schemalint.render import concise, json, text
from schemalint.render.style import Style
from schemalint.simulator import Simulator
from schemalint.source import Source

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TEXTS = [path.read_text() for path in sorted(FIXTURES.rglob("*.sql"))]
WORDS = sorted({word for sql in TEXTS for word in sql.split()})
NOISE = ("", "'", "(", ")", ";", "$$", "--", "/*", "\u202e日", "\t", "::", ".")


def broken(seed: int) -> str:
    chance = random.Random(seed)
    sql = chance.choice(TEXTS)
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(sql))
        new = chance.choice(
            (chance.choice(NOISE), chance.choice(WORDS), f"{chance.choice(WORDS)} {chance.choice(WORDS)}")
        )
        sql = sql[:start] + new + sql[start + chance.choice((0, 1, 3, 20, 100)) :]
    return sql


@pytest.mark.parametrize("seed", range(40))
def test_broken_scripts_are_checked_and_shown(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEMALINT_DEBUG", "1")  # what fails, fails
    sql = broken(seed)
    simulator = Simulator(catalog=Catalog(load(18)))
    replay(simulator, File(Source("catalog.sql", (FIXTURES / "projects" / "tsrc" / "catalog.sql").read_text())))
    result = check_files(simulator, load_rules().values(), [File(Source("a.sql", sql))])
    assert result.crashes == ()
    report = Report(
        (Target("c", "18", True),), 1, result.statements, tuple(result.diagnostics), tuple(result.unchecked)
    )
    assert json.render(report)
    assert [*text.render(report, Style(width=80)), *concise.render(report)]
    fixes = compatible_fixes(result.diagnostics, frozenset(("safe", "review")))
    assert apply_edits(sql, [edit for _, fix in fixes for edit in fix.edits]) is not None
