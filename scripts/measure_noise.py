"""Write docs/noise.md: what the rules say of real projects' newest migrations, per 100 statements.

python scripts/measure_noise.py DIRECTORY            write the page
python scripts/measure_noise.py DIRECTORY --show     print the findings instead

DIRECTORY holds index.json (the projects, with their `prelude`), one PROJECT.jsonl each (a statement a line: its `file` and `sql`,
`wrapped` where the runner put the file into a transaction, `ok` where a server of 15 took it), and preludes/*.sql. They are not part of this repository. The oldest nine tenths
of a project's files are replayed, as what its database has already; the rest is checked.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from schemalint.diagnostics import SEVERITIES, Diagnostic  # noqa: E402
from schemalint.lint.engine import File, check_files, replay  # noqa: E402
from schemalint.lint.examples import simulator_for  # noqa: E402
from schemalint.lint.loader import load_rules  # noqa: E402
from schemalint.lint.metadata import Rule  # noqa: E402
from schemalint.source import Source  # noqa: E402

PAGE = CHECKOUT / "docs" / "noise.md"
MAJOR = 15


class Migration(Struct):
    """A file of a project: its statements one below the other, and which offsets are those that the server refused."""

    file: File
    statements: int
    refused: list[tuple[int, int]]


def migrations(project: dict[str, Any], directory: Path) -> list[Migration]:
    """A project's files, in the order in which they were applied."""
    with (directory / f"{project['project']}.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    made = []
    for name, group in groupby(records, key=lambda record: record["file"]):
        text, refused, count, wrapped = "", [], 0, False
        for record in group:
            if not record["ok"]:
                refused.append((len(text), len(text) + len(record["sql"])))
            wrapped = bool(record.get("wrapped"))
            text += record["sql"] + "\n;\n"
            count += 1
        made.append(Migration(File(Source(name, text), transaction=wrapped), count, refused))
    return made


def measure(
    project: dict[str, Any], directory: Path, rules: list[Rule]
) -> tuple[int, list[Diagnostic], list[Diagnostic]]:
    """(statements that are new, what is found in them, the errors among it at statements that the server took)."""
    simulator = simulator_for(None, MAJOR)
    if project["prelude"]:
        text = (directory / "preludes" / f"{project['prelude']}.sql").read_text(encoding="utf-8")
        replay(simulator, File(Source("prelude", text)))
    files = migrations(project, directory)
    new = files[-max(1, len(files) // 10) :]
    for migration in files[: -len(new)]:
        replay(simulator, migration.file)
    result = check_files(simulator, rules, [migration.file for migration in new])
    for crash in result.crashes:
        print(f"{project['project']}: {crash}", file=sys.stderr)
    refused = {migration.file.source.name: migration.refused for migration in new}
    false = [
        d
        for d in result.diagnostics
        if d.severity == "error" and not any(a <= d.start <= b for a, b in refused[d.source.name])
    ]
    return sum(migration.statements for migration in new), result.diagnostics, false


def page(counts: Counter[tuple[str, str]], statements: int, projects: int, false: int) -> str:
    """The page's text."""
    found = Counter[str]()
    for (_, severity), number in counts.items():
        found[severity] += number
    said = ", ".join(f"{100 * found[s] / statements:.1f} {s}s" for s in reversed(SEVERITIES))
    lines = [
        "# Noise",
        "",
        "How much the rules say of migrations that real projects have released. Written by `scripts/measure_noise.py`.",
        "",
        f"The oldest nine tenths of the files of {projects} projects are replayed, the rest, {statements} statements, is checked"
        " with the rules that are on by default, without sizes of tables, so that nothing is lowered for a small one.",
        f"Of 100 statements: {said}. Errors at statements that the server takes: {false}.",
        "",
        "| rule | severity | findings | per 100 statements |",
        "| --- | --- | --: | --: |",
    ]
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"| {name} | {severity} | {n} | {100 * n / statements:.2f} |" for (name, severity), n in ordered]
    return "\n".join(lines) + "\n"


def main() -> None:
    directory, show = Path(sys.argv[1]), sys.argv[2:] == ["--show"]
    rules = [rule for rule in load_rules().values() if rule.default]
    projects = json.loads((directory / "index.json").read_text(encoding="utf-8"))
    counts, statements, wrong = Counter[tuple[str, str]](), 0, 0
    for project in projects:
        number, found, false = measure(project, directory, rules)
        statements, wrong = statements + number, wrong + len(false)
        counts.update((d.rule, d.severity) for d in found)
        for d in found if show else ():
            line = " ".join(d.source.text[max(0, d.start - 60) : d.end + 60].split())
            mark = "FALSE " if d in false else ""
            print(f"{d.rule}\t{mark}{d.severity}\t{project['project']}\t{d.source.name}\t{d.message}\t{line}")
    if not show:
        PAGE.write_text(page(counts, statements, len(projects), wrong), encoding="utf-8")


if __name__ == "__main__":
    main()
