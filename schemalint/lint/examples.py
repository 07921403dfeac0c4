"""The examples of a rule's page: fenced blocks `sql catalog`, `sql bad` and `sql good`, which are the rule's tests.

```sql catalog preset=supabase      what exists already, on top of a preset
```sql bad unindexed-foreign-key    must raise the page's rule; the rules that are named may be raised, too
```sql good                         must raise no rule at all
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from schemalint.diagnostics import Diagnostic
from schemalint.lint.engine import Result, check_files, replay
from schemalint.lint.files import File
from schemalint.lint.fixes import apply_edits
from schemalint.lint.metadata import Rule
from schemalint.simulator import Simulator
from schemalint.source import Source

_FENCE = re.compile(r"^```sql (catalog|bad|good)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(Struct, frozen=True):
    """A block that is to be checked; `line` is where it begins on its page, `allowed` the other rules that it may raise."""

    kind: str
    sql: str
    line: int
    allowed: frozenset[str]


class Page(Struct, frozen=True):
    """What a page's examples are checked against, and the examples."""

    preset: str | None
    catalog: str
    examples: tuple[Example, ...]


def read_page(text: str) -> Page:
    """The examples of a page."""
    preset, catalog, examples = None, [], []
    for found in _FENCE.finditer(text):
        kind, words, sql = found[1], found[2].split(), found[3]
        if kind == "catalog":
            catalog.append(sql)
            preset = next((word.removeprefix("preset=") for word in words if word.startswith("preset=")), preset)
        else:
            line = text.count("\n", 0, found.start(3)) + 1
            examples.append(Example(kind, sql, line, frozenset(words)))
    return Page(preset, "\n".join(catalog), tuple(examples))


def run_example(page: Page, sql: str, rules: Iterable[Rule], simulator: Simulator) -> Result:
    """Check a block on the page's catalog; `simulator` holds the preset's objects."""
    problems = replay(simulator, File(Source("<catalog>", page.catalog)))
    result = check_files(simulator, rules, [File(Source("<example>", sql))])
    result.unchecked[:0] = problems
    return result


def problems(rule: Rule, example: Example, result: Result) -> list[str]:
    """What is wrong with what an example raised."""
    raised = {d.rule for d in result.diagnostics}
    wanted = {rule.name} if example.kind == "bad" else set()
    found = [f"does not raise {name}" for name in wanted - raised]
    found += [f"raises {d.rule}: {d.message}" for d in result.diagnostics if d.rule not in wanted | example.allowed]
    found += [f"is not checked: {item.reason}" for item in result.unchecked]
    found += list(result.crashes)
    return found


def fixed(sql: str, finding: Diagnostic) -> str | None:
    """The block with the finding's edits made; None where it has none."""
    return apply_edits(sql, finding.fix.edits) if finding.fix is not None and finding.fix.edits else None
