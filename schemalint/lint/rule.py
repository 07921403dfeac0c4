"""All that a rule's author needs.

A rule is one generator in a file of its own:

    \"\"\"Building an index without CONCURRENTLY blocks writes until it ends.\"\"\"

    @rule(on=IndexBuilt, severity="warning", category="locking")
    def check(built: IndexBuilt, ctx: Context) -> Iterator[Finding]:
        ...

`on` says what it looks at: an effect of an accepted statement (schemalint.simulator.effects), a kind of statement (a node of
schemalint.syntax.nodes), Refused (the server would not take the statement), or Batch (once, after the last statement).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from schemalint.diagnostics import Edit, Fix, Label, SeverityName, Step
from schemalint.lint.context import Batch, Context, Refused
from schemalint.lint.metadata import CATEGORIES, Category, Rule
from schemalint.lint.sizes import Work
from schemalint.simulator import effects
from schemalint.simulator.effects import (
    Changed,
    Created,
    Dropped,
    Effect,
    Granted,
    IndexBuilt,
    Locked,
    Noted,
    Rewritten,
    Scanned,
    Skipped,
    Truncated,
)

Where = object
"""Where a finding points: anything with `start` and `end` (a node, an analyzed expression, a Span), or None for the statement."""


class Finding(Struct, frozen=True):
    """What a rule yields.

    at        a node or span; with `word`, the name within it that is meant
    severity  overrides the rule's own where the facts ask for it
    statement where the finding belongs to an earlier statement than the current one (rules on Batch must say it)
    relation  the oid of a table whose size lowers or raises the severity by one, and is said with the finding
    work      what is done to that table's rows while it is locked; how long that takes is said, too
    """

    message: str
    at: Any = None
    word: str | None = None
    help: str | None = None
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    fix: Fix | None = None
    severity: SeverityName | None = None
    sqlstate: str | None = None
    statement: Any = None
    relation: int | None = None
    work: Work | None = None


class Marked(Struct, frozen=True):
    """A generator that `@rule` made a rule; the name, summary and page of `rule` are those of its file, which the loader knows."""

    rule: Rule
    check: Callable[[Any, Context], Iterator[Finding]]


def rule(
    *,
    on: type | tuple[type, ...],
    severity: SeverityName,
    category: Category,
    default: bool = True,
    needs: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
    fixable: bool = False,
    sqlstates: tuple[str, ...] = (),
    kinds: tuple[type, ...] = (),
) -> Callable[[Callable[[Any, Context], Iterator[Finding]]], Marked]:
    """Make a generator a rule.

    default   False for a rule that only runs when selected
    needs     what it cannot do without: "catalog" (a complete one), "sizes"
    covers    rules of other tools that say the same, as `tool:rule`
    fixable   some of its findings have an edit
    sqlstates with `on=Refused`: only refusals with one of these
    kinds     with `on` an effect: only of statements of these kinds (nodes); with Batch: only batches that hold one
    """

    def wrap(check: Callable[[Any, Context], Iterator[Finding]]) -> Marked:
        said = Rule(
            on=tuple(kind.__name__ for kind in (on if isinstance(on, tuple) else (on,))),
            severity=severity,
            category=category,
            default=default,
            needs=needs,
            covers=covers,
            fixable=fixable,
            sqlstates=sqlstates,
            kinds=tuple(kind.__name__ for kind in kinds),
        )
        return Marked(said, check)

    return wrap


def insert_after(at: Any, text: str, title: str, applicability: Any = "review") -> Fix:
    """A fix that inserts `text` behind a node or span."""
    return Fix(title, applicability, (Edit(at.end, at.end, text),))


def replace_at(at: Any, text: str, title: str, applicability: Any = "review") -> Fix:
    """A fix that writes `text` over a node or span."""
    return Fix(title, applicability, (Edit(at.start, at.end, text),))


__all__ = [
    "CATEGORIES",
    "Batch",
    "Changed",
    "Context",
    "Created",
    "Dropped",
    "Edit",
    "Effect",
    "Finding",
    "Fix",
    "Granted",
    "IndexBuilt",
    "Label",
    "Locked",
    "Marked",
    "Noted",
    "Refused",
    "Rewritten",
    "Rule",
    "Scanned",
    "Skipped",
    "Step",
    "Truncated",
    "effects",
    "insert_after",
    "replace_at",
    "rule",
]
