"""`schemalint check`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from schemalint.cli.reading import STDIN, expand
from schemalint.cli.reports import wanted_reports, write_reports
from schemalint.cli.settings import read_config, with_options
from schemalint.cli.targets import Database, databases, read_file
from schemalint.config import check_rule_name
from schemalint.diagnostics import SEVERITIES, Diagnostic, Report, SeverityName, Unchecked
from schemalint.errors import UserError
from schemalint.lint.engine import File, Result, check_files
from schemalint.lint.rule import Rule
from schemalint.lint.suppressions import BUILT_IN, NOT_UNDERSTOOD, judge


def run_check(
    *,
    paths: tuple[str, ...],
    dsn: str | None,
    catalogs: tuple[str, ...],
    history: str | None,
    open_world: bool,
    pg_version: int | None,
    preset: str | None,
    config_file: str | None,
    reports: Sequence[tuple[str, str]],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: SeverityName | None,
    fix: bool,
) -> int:
    """Check files, write the report, and return the exit code. Raises UserError."""
    wanted = wanted_reports(reports)
    config, rules = read_config(config_file)
    config = with_options(config, preset=preset, pg_version=pg_version, history=history, catalogs=catalogs)
    names = expand(paths or nothing_named())
    whole = any(name != STDIN and Path(name).is_dir() for name in paths)
    files = [read_file(name) for name in names]
    chosen = choose_rules(rules, select or config.select, (*config.ignore, *ignore))
    targets = databases(config, dsn, open_world, names, whole)
    report, crashes = check_all(targets, chosen, files, config.severity)
    reported = names_on(BUILT_IN, select or config.select, (*config.ignore, *ignore))
    report = _without_allowed(report, files, rules, chosen, reported, config.severity)
    if fix:
        _apply_fixes(report, names)
    write_reports(wanted, report, rules, [f.source.name for f in files])
    for crash in crashes:
        click.echo(f"schemalint: {crash}", err=True)
    if crashes:
        return 2
    limit = SEVERITIES.index(fail_on or config.fail_on or "error")
    return int(any(SEVERITIES.index(d.severity) >= limit for d in report.diagnostics))


def nothing_named() -> tuple[str, ...]:
    """No path was given: raises UserError."""
    raise UserError("name the migrations to check: files, or directories of .sql files (- is standard input)")


def choose_rules(rules: dict[str, Rule], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[Rule]:
    """The rules to run: those that are on by default or the selected ones, without the ignored ones. Raises UserError."""
    for name in (*select, *ignore):
        check_rule_name(name, (*rules, *BUILT_IN))
    return [r for r in rules.values() if (r.name in select if select else r.default) and r.name not in ignore]


def names_on(names: Iterable[str], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[str]:
    """Those of the names that are on."""
    return [name for name in names if (not select or name in select) and name not in ignore]


def check_all(
    targets: list[Database], rules: list[Rule], files: list[File], severities: dict[str, SeverityName]
) -> tuple[Report, tuple[str, ...]]:
    """Check the files against every target; what only some of them say names those."""
    results = [check_files(t.simulator, rules, files, severities=severities) for t in targets]
    diagnostics = _merged([(t.target.source, r) for t, r in zip(targets, results, strict=True)])
    unchecked: dict[Any, Unchecked] = {}
    for item in (u for t, r in zip(targets, results, strict=True) for u in (*t.unchecked, *r.unchecked)):
        unchecked.setdefault((item.reason, item.source and item.source.name, item.start), item)
    report = Report(
        targets=tuple(t.target for t in targets),
        files=len(files),
        statements=results[0].statements,
        diagnostics=tuple(diagnostics),
        not_checked=tuple(unchecked.values()),
    )
    return report, tuple(dict.fromkeys(crash for result in results for crash in result.crashes))


def _merged(results: list[tuple[str, Result]]) -> Iterable[Diagnostic]:
    """Findings in order of files and places; one that several targets share stands once."""
    if len(results) == 1:
        return results[0][1].diagnostics
    found: dict[Any, tuple[Diagnostic, list[str]]] = {}
    for source, result in results:
        for d in result.diagnostics:
            key = (d.source.name, d.start, d.end, d.rule, d.message)
            found.setdefault(key, (d, []))[1].append(source)
    everywhere = len(results)
    merged = [d if len(on) == everywhere else replace(d, targets=tuple(on)) for d, on in found.values()]
    order = {d.source.name: i for _, result in results for i, d in enumerate(result.diagnostics)}
    return sorted(merged, key=lambda d: (order[d.source.name], d.sort_key))


def _without_allowed(
    report: Report,
    files: list[File],
    rules: dict[str, Rule],
    chosen: list[Rule],
    reported: list[str],
    severities: dict[str, SeverityName],
) -> Report:
    """The report without what comments in the files allow, and with what is wrong with those comments."""
    closed = all(target.closed for target in report.targets)  # else a comment may be needed where more is known
    judged = judge(
        report.diagnostics,
        files,
        known=(*rules, NOT_UNDERSTOOD),
        decided=[NOT_UNDERSTOOD, *(r.name for r in chosen)] if closed else (),
        reported=reported,
        unchecked=report.not_checked,
        severities=severities,
    )
    return replace(report, diagnostics=judged.diagnostics, allowed=judged.allowed)


def _apply_fixes(report: Report, names: list[str]) -> None:
    """Write the safe edits into the files."""
    from schemalint.cli.writing import write_edits
    from schemalint.lint.fixes import compatible_fixes

    by_file: dict[str, list[Any]] = {}
    for diagnostic, fix in compatible_fixes(report.diagnostics, frozenset(("safe",))):
        if diagnostic.source.name in names and diagnostic.source.name != STDIN:
            by_file.setdefault(diagnostic.source.name, []).extend(fix.edits)
    for name, edits in by_file.items():
        write_edits(name, edits)
        click.echo(f"schemalint: {name}: fixed", err=True)
