"""What leads back from a migration: it is checked as what leads forward is, and whether it undoes that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.catalog.compare import Difference, differing, state_of
from schemalint.catalog.drift import KINDS
from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import Engine
from schemalint.lint.files import File
from schemalint.lint.metadata import INCOMPLETE_DOWN
from schemalint.simulator.meaning import Analyzer

if TYPE_CHECKING:
    pass


MAX_SHOWN = 8
"""Differences that a finding names."""


def check_both_ways(engine: Engine, up: File, down: File) -> None:
    """Check a migration and its way back, compare what the two leave with what was there, and go on after the migration."""
    catalog = engine.simulator.catalog
    catalog.held = True
    try:
        start = catalog.mark()
        engine.check(up)
        engine.simulator.reconnect()  # the session's own things are gone before the way back is taken
        there = catalog.mark()
        back = engine.branch()
        back.check(down)
        back.simulator.reconnect()
        touched = [address for address, _ in catalog.changes_since(start)]
        analyzer = Analyzer()
        after = state_of(catalog, touched, analyzer)
        catalog.rollback(there)
        changes = catalog.changes_since_mark(start, {})
        catalog.rollback(start)
        before = state_of(catalog, touched, Analyzer())
        catalog.apply(changes)
    finally:
        catalog.held = False
    engine.simulator.reconnect()
    result = back.finish()
    engine.result.diagnostics += result.diagnostics
    engine.result.unchecked += result.unchecked
    engine.result.statements += result.statements
    sure = not result.unchecked and all(s.outcome.accepted for s in back.statements)
    if sure and (found := _that_count(differing(before, after))):
        engine.result.diagnostics.append(_finding(down, found))


def _that_count(found: list[Difference]) -> list[Difference]:
    """Without what is due to the numbers of columns that came back, which expressions on them hold."""
    moved = any(_only_order(d) for d in found)
    return [
        d for d in found if not (_only_order(d) or (moved and d.attribute in ("view", "expr", "index.exprs", "pred")))
    ]


def _only_order(d: Difference) -> bool:
    """A column that comes back is the last one: no statement can put it where it was."""
    if d.attribute != "columns" or d.before is None or d.after is None:
        return False
    return sorted(d.before.split(", ")) == sorted(d.after.split(", "))


def _finding(down: File, found: list[Difference]) -> Diagnostic:
    said = [_said(d) for d in found[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        said.append(f"{len(found) - MAX_SHOWN} more differences")
    start = next((part.start for part in down.ranges()), 0)
    line, _ = down.source.line_column(start)
    return Diagnostic(
        rule=INCOMPLETE_DOWN,
        category="robustness",
        severity="warning",
        message="this way back does not undo the migration",
        source=down.source,
        start=start,
        end=start + len(down.source.line_text(line)),
        help="undo all that the migration does, or say in a comment what cannot be undone",
        notes=tuple(said),
    )


def _said(d: Difference) -> str:
    what = f"{KINDS.get(d.classid, d.classid)} {d.identity}".rstrip()
    if not d.attribute:
        return f"{what} is {'lost' if d.after is None else 'left'}"
    return f"{d.attribute} of {what} was {_value(d.before)}, and is {_value(d.after)}"


def _value(value: str | None) -> str:
    return "not set" if value is None else value
