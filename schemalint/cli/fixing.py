"""`check --fix` and `--diff`: which edits, and what they do to the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import click

from schemalint.cli.reading import STDIN
from schemalint.diagnostics import Edit, Report
from schemalint.source import Source


def apply_fixes(report: Report, names: Collection[str], *, unsafe: bool) -> bool:
    """Write the edits into the checked files; whether there were any. Raises UserError."""
    from schemalint.cli.writing import write_edits

    made = [
        (source.name, edits)
        for source, edits in _edits(report, unsafe)
        if source.name in names and source.name != STDIN
    ]
    for name, edits in made:
        write_edits(name, edits)
        click.echo(f"schemalint: {name}: fixed", err=True)
    return bool(made)


def fix_diff(report: Report, *, unsafe: bool) -> Iterator[str]:
    """What apply_fixes would change as a unified diff, which patch and git apply read."""
    from difflib import unified_diff
    from pathlib import PurePath

    from schemalint.lint.fixes import apply_edits

    for source, edits in _edits(report, unsafe):
        name = PurePath(source.name).as_posix().removeprefix("./")
        line_end = "\r\n" if "\r\n" in source.text else "\n"
        new = apply_edits(source.text, [Edit(e.start, e.end, e.text.replace("\n", line_end)) for e in edits])
        before, after = source.text.splitlines(keepends=True), new.splitlines(keepends=True)
        for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _edits(report: Report, unsafe: bool) -> list[tuple[Source, list[Edit]]]:
    """The edits of each file that can be made together, each once."""
    from schemalint.lint.fixes import compatible_fixes

    allowed = frozenset(("safe", "review") if unsafe else ("safe",))
    found: dict[str, tuple[Source, dict[Edit, None]]] = {}
    for diagnostic, fix in compatible_fixes(report.diagnostics, allowed):
        found.setdefault(diagnostic.source.name, (diagnostic.source, {}))[1].update(dict.fromkeys(fix.edits))
    return [(source, list(edits)) for source, edits in found.values()]
