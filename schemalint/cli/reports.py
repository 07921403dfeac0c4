"""The reports of one run, each in its format and to its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from schemalint.cli.output import style_for, write
from schemalint.diagnostics import Report
from schemalint.errors import UserError
from schemalint.lint.metadata import Rule


class Wanted(Struct, frozen=True):
    """A report that was asked for; `output` None is standard output."""

    format: str
    output: str | None = None


def wanted_reports(given: Sequence[tuple[str, str]], default: str = "text") -> list[Wanted]:
    """What --format and --output ask for; a file is for the format named last before it.

    `given` is (formats or outputs, value) in the order of the command line. A format without a file goes to standard output; a file without a format is for the one that follows, or the default.
    Raises UserError where two reports would go to the same place.
    """
    wanted: list[Wanted] = []
    format_, waiting = None, None
    for option, value in given:
        if option == "formats":
            if format_ is not None:
                wanted.append(Wanted(format_))
            format_ = value
            if waiting is not None:
                wanted.append(Wanted(value, waiting))
                format_ = waiting = None
        elif format_ is not None:
            wanted.append(Wanted(format_, value))
            format_ = None
        elif wanted:
            wanted.append(Wanted(wanted[-1].format, value))
        elif waiting is not None:
            wanted.append(Wanted(default, waiting))
            waiting = value
        else:
            waiting = value
    if format_ is not None:
        wanted.append(Wanted(format_))
    if waiting is not None:
        wanted.append(Wanted(default, waiting))
    places = [w.output for w in wanted]
    for place in places:
        if places.count(place) > 1:
            there = "standard output" if place is None else place
            raise UserError(f"two reports would go to {there}: give each --format an --output of its own")
    return wanted or [Wanted(default)]


def write_reports(wanted: Iterable[Wanted], report: Report, rules: Mapping[str, Rule], files: Sequence[str]) -> None:
    """Write the report in each format. Raises UserError."""
    for one in wanted:
        write(_rendered(one, report, rules, files), one.output)
        if one.format == "github":
            _write_step_summary(report)


def _rendered(wanted: Wanted, report: Report, rules: Mapping[str, Rule], files: Sequence[str]) -> Iterable[str]:
    match wanted.format:  # a format's code is read when it is asked for
        case "json":
            from schemalint.render import json

            return [json.render(report)]
        case "concise":
            from schemalint.render import concise

            return concise.render(report)
        case "sarif":
            from schemalint.render import sarif

            return [sarif.render(report, rules)]
        case "github":
            from schemalint.render import github

            return github.render(report)
        case "gitlab":
            from schemalint.render import gitlab

            return [gitlab.render(report)]
        case "junit":
            from schemalint.render import junit

            return junit.render(report, files)
        case "markdown":
            from schemalint.render import markdown

            return markdown.render(report)
    from schemalint.render import text

    return text.render(report, style_for(wanted.output))


def _write_step_summary(report: Report) -> None:
    """What GitHub shows on a run's page; a step's file, to which every command adds."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    from schemalint.render import markdown

    try:
        with Path(name).open("a", encoding="utf-8", newline="\n", errors="backslashreplace") as out:
            out.writelines(f"{line}\n" for line in markdown.render(report))
    except OSError as error:
        raise UserError(f"{name}: {(error.strerror or 'cannot be written').lower()}") from None
