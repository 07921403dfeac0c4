"""The examples of a rule's page: fenced blocks `sql catalog`, `sql bad` and `sql good`, which are the rule's tests.

```sql catalog preset=supabase      what exists already, on top of a preset
```sql catalog rows=5000000          and how many rows each of the block's tables has
```sql bad unindexed-foreign-key    must raise the page's rule; the rules that are named may be raised, too
```sql good                         must raise no rule at all
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

from schemalint.catalog.builtins import load
from schemalint.catalog.model import Relation
from schemalint.catalog.store import Catalog
from schemalint.diagnostics import Diagnostic
from schemalint.errors import UserError
from schemalint.lint.engine import Result, check_files, replay
from schemalint.lint.files import File
from schemalint.lint.fixes import apply_edits
from schemalint.lint.metadata import Rule
from schemalint.simulator import Simulator
from schemalint.source import Source
from schemalint.syntax.errors import ParseError
from schemalint.syntax.parser import parse_statement
from schemalint.syntax.split import split_statements

_FENCE = re.compile(r"^```sql (catalog|bad|good)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(Struct, frozen=True):
    """A block that is to be checked; `line` is where it begins on its page, `allowed` the other rules that it may raise."""

    kind: str
    sql: str
    line: int
    allowed: frozenset[str]


class Page(Struct, frozen=True):
    """What a page's examples are checked against, and the examples; `rows` of each table, None where it is not known."""

    preset: str | None
    catalog: str
    examples: tuple[Example, ...]
    rows: float | None = None


def read_page(text: str) -> Page:
    """The examples of a page."""
    preset, rows, catalog, examples = None, None, [], []
    for found in _FENCE.finditer(text):
        kind, words, sql = found[1], found[2].split(), found[3]
        if kind == "catalog":
            catalog.append(sql)
            preset = next((word.removeprefix("preset=") for word in words if word.startswith("preset=")), preset)
            rows = next((float(word.removeprefix("rows=")) for word in words if word.startswith("rows=")), rows)
        else:
            line = text.count("\n", 0, found.start(3)) + 1
            examples.append(Example(kind, sql, line, frozenset(words)))
    return Page(preset, "\n".join(catalog), tuple(examples), rows)


def simulator_for(preset: str | None, version: int = 18) -> Simulator:
    """An empty database of a server major, or one that holds a preset's objects. Raises UserError where there is no such preset."""
    made = Simulator(catalog=Catalog(load(version)))
    if preset is not None:
        file = files("schemalint") / "presets" / f"{preset}.sql"
        if not file.is_file():
            raise UserError(f"there is no preset {preset}")
        replay(made, File(Source(preset, file.read_text(encoding="utf-8"))))
    return made


def run_example(page: Page, sql: str, rules: Iterable[Rule], simulator: Simulator) -> Result:
    """Check a block on the page's catalog; `simulator` holds the preset's objects."""
    problems = replay(simulator, File(Source("<catalog>", page.catalog)))
    if page.rows is not None:
        for relation in simulator.catalog.all(Relation):
            if relation.kind in "rm":
                simulator.catalog.put(replace(relation, rows=page.rows))
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


SECTIONS = ("What happens", "Why it hurts", "What to write instead", "When it is wrong", "Versions", "Examples")
"""What every page says, in this order."""


def page_problems(rule: Rule, text: str, others: Iterable[str]) -> Iterator[str]:
    """What is wrong with a page itself; `others` are the names of all rules."""
    page = read_page(text)
    if not text.startswith(f"# {rule.name}\n\n{rule.summary}.\n"):
        yield f"does not begin with `# {rule.name}` and the summary, {rule.summary}."
    if tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) != SECTIONS:
        yield f"its sections are not {', '.join(SECTIONS)}"
    yield from (f"has no block `sql {kind}`" for kind in ("bad", "good") if kind not in {e.kind for e in page.examples})
    if len(re.findall(r"^```", text, re.MULTILINE)) != 2 * len(re.findall(r"^```sql (?:catalog|bad|good)", text, re.M)):
        yield "has a block that is not `sql catalog`, `sql bad` or `sql good`"
    named = {word for example in page.examples for word in example.allowed}
    yield from (f"an example names {word}, which is no rule" for word in sorted(named - set(others)))


def fix_problems(
    rule: Rule, page: Page, example: Example, rules: Iterable[Rule], simulator: Callable[[], Simulator]
) -> Iterator[str]:
    """What is wrong with a bad example once the rule's fix is made: it is to be read, silent, and raise nothing else."""
    before = run_example(page, example.sql, rules, simulator())
    for finding in before.diagnostics:
        mended = fixed(example.sql, finding) if finding.rule == rule.name else None
        if mended is None:
            continue
        try:
            for raw in split_statements(mended):
                parse_statement(mended, raw.start, raw.end)
        except ParseError as error:
            yield f"its fix makes what cannot be read: {error}"
            continue
        after = run_example(page, mended, rules, simulator()).diagnostics
        if (finding.rule, finding.message) in [(d.rule, d.message) for d in after]:
            yield f"its fix does not silence it: {finding.message}"
        new = {d.rule for d in after} - {d.rule for d in before.diagnostics}
        yield from (f"its fix raises {name}" for name in sorted(new))


def check_page(
    rule: Rule, text: str, rules: dict[str, Rule], simulator: Callable[[str | None], Simulator]
) -> list[str]:
    """All that is wrong with a page, as `line: what`; `simulator` makes one that holds a preset's objects."""
    page = read_page(text)
    found = [f"1: {what}" for what in page_problems(rule, text, rules)]
    for example in page.examples:
        result = run_example(page, example.sql, rules.values(), simulator(page.preset))
        said = problems(rule, example, result)
        if example.kind == "bad":
            said += fix_problems(rule, page, example, rules.values(), lambda: simulator(page.preset))
        found += [f"{example.line}: {what}" for what in said]
    return found
