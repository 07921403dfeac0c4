"""`schemalint check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from schemalint.cli.ages import parse_age, with_age
from schemalint.cli.baseline import apply_baseline, find_baseline, write_into
from schemalint.cli.fixing import apply_fixes, fix_diff
from schemalint.cli.reading import STDIN
from schemalint.cli.reports import wanted_reports, write_reports
from schemalint.cli.roots import as_one, by_root, with_overrides
from schemalint.cli.selection import files_found, select_files
from schemalint.cli.settings import read_config, with_options
from schemalint.cli.targets import Database, databases, databases_listed, read_file
from schemalint.config import check_rule_name
from schemalint.diagnostics import SEVERITIES, Diagnostic, Report, SeverityName, Target, Unchecked
from schemalint.errors import UserError
from schemalint.lint.engine import File, Result, check_files
from schemalint.lint.metadata import Rule
from schemalint.lint.sizes import Thresholds
from schemalint.lint.suppressions import BUILT_IN, NOT_UNDERSTOOD, judge
from schemalint.migrations.checks import FILE_RULES


def run_check(**options: Any) -> int:
    """Check files, write the report, and return the exit code; after fixes, the code and report of what they leave. Raises UserError."""
    code = _check_once(**options)
    if code is None:
        code = _check_once(**{**options, "fix": False, "unsafe": False})
    return int(code or 0)


def _check_once(
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
    baseline: str | None,
    write_baseline: str | None,
    fix: bool,
    unsafe: bool,
    diff: bool,
    runner: str | None = None,
    base: str | None = None,
    max_age: str | None = None,
    targets_file: str | None = None,
) -> int | None:
    """Check files, write the report, and return the exit code; None where files were changed instead. Raises UserError."""
    wanted = wanted_reports(reports)
    if targets_file is not None and (dsn is not None or catalogs):
        raise UserError("--targets, --dsn and --catalog are answers to one question: give one of them")
    limit_of_age = None if max_age is None else parse_age(max_age)
    if unsafe and not (fix or diff):
        raise UserError("--unsafe says which edits --fix or --diff are about: name one of them")
    if fix and (diff or write_baseline):
        raise UserError(f"--fix and {'--diff' if diff else '--write-baseline'} do not go together")
    config, rules = read_config(config_file)
    config = with_options(config, preset=preset, pg_version=pg_version, history=history, catalogs=catalogs)
    if not paths and config.roots and base is None:
        from schemalint.migrations.git import base_of_ci

        base = base_of_ci(os.environ)
    chosen = choose_rules(rules, select or config.select, (*config.ignore, *ignore), config.profile)
    files: list[File] = []
    reports_of: list[Report] = []
    crashes: tuple[str, ...] = ()
    for of_root, names_given in by_root(config, paths):
        selection = select_files(names_given, runner or of_root.runner, base, os.environ)
        checked = [read_file(name, selection.runner) for name in selection.names]
        unreadable: list[str] = []
        targets: Iterable[Database] = (
            databases(of_root, dsn, open_world, selection)
            if targets_file is None
            else databases_listed(targets_file, of_root, open_world, selection, unreadable)
        )
        if limit_of_age is not None:
            targets = map(partial(with_age, limit=limit_of_age), targets)
        report, failed = check_all(targets, chosen, checked, config.severity, config.thresholds)
        reports_of.append(
            files_found(report, selection, select or config.select, (*config.ignore, *ignore), config.severity)
        )
        files += checked
        crashes += (*failed, *unreadable)
    report = with_overrides(as_one(reports_of), config)
    names = [STDIN if file.source.name == "<stdin>" else file.source.name for file in files]
    reported = names_on((*BUILT_IN, *FILE_RULES), select or config.select, (*config.ignore, *ignore))
    ran = [*reported, NOT_UNDERSTOOD, *(r.name for r in chosen)]
    report = _without_allowed(report, files, rules, ran, config.severity)
    report, holds = _without_baseline(report, baseline, write_baseline, config.path, names, ran, crashed=bool(crashes))
    if fix and apply_fixes(report, names, unsafe=unsafe) and STDIN not in names:
        return None
    if diff:
        click.echo("".join(fix_diff(report, unsafe=unsafe)), nl=False)
        wanted = [w for w in wanted if w.output is not None]
    write_reports(wanted, report, rules, [f.source.name for f in files])
    for crash in crashes:
        click.echo(f"schemalint: {crash}", err=True)
    if crashes:
        return 2
    limit = SEVERITIES.index(fail_on or config.fail_on or "error")
    return int(not holds or any(SEVERITIES.index(d.severity) >= limit for d in report.diagnostics))


def choose_rules(
    rules: dict[str, Rule], select: tuple[str, ...], ignore: tuple[str, ...], profile: str = "recommended"
) -> list[Rule]:
    """The rules to run: those of the profile or the selected ones, without the ignored ones. Raises UserError."""
    for name in (*select, *ignore):
        check_rule_name(name, (*rules, *BUILT_IN, *FILE_RULES))
    return [r for r in rules.values() if (r.name in select if select else _is_in(r, profile)) and r.name not in ignore]


def _is_in(rule: Rule, profile: str) -> bool:
    if profile == "strict":
        return True
    return rule.default and (profile != "relaxed" or rule.severity != "info")


def names_on(names: Iterable[str], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[str]:
    """Those of the names that are on."""
    return [name for name in names if (not select or name in select) and name not in ignore]


def check_all(
    targets: Iterable[Database],
    rules: list[Rule],
    files: list[File],
    severities: dict[str, SeverityName],
    thresholds: Thresholds,
) -> tuple[Report, tuple[str, ...]]:
    """Check the files against every target; what only some of them say names those."""
    checked: list[Target] = []
    results: list[Result] = []
    unread: list[Unchecked] = []
    for target in targets:
        results.append(check_files(target.simulator, rules, files, severities, thresholds))
        checked.append(target.target)
        unread += (*target.unchecked, *results[-1].unchecked)
        target.simulator.catalog.close()
    diagnostics = _merged([(target.source, r) for target, r in zip(checked, results, strict=True)])
    unchecked: dict[Any, Unchecked] = {}
    for item in unread:
        unchecked.setdefault((item.reason, item.source and item.source.name, item.start), item)
    report = Report(
        targets=tuple(checked),
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


def _without_baseline(
    report: Report,
    name: str | None,
    written: str | None,
    config: Path | None,
    files: list[str],
    ran: list[str],
    *,
    crashed: bool,
) -> tuple[Report, bool]:
    """(the report without what the baseline allows, whether all that the baseline says is still true)."""
    if written is not None:
        if crashed:
            raise UserError(
                f"{written}: not written, because a rule failed (run without --write-baseline to see which)"
            )
        return write_into(report, Path(written), files, ran), True
    path = find_baseline(name, config)
    return (report, True) if path is None else apply_baseline(report, path, files, ran)


def _without_allowed(
    report: Report,
    files: list[File],
    rules: dict[str, Rule],
    ran: list[str],
    severities: dict[str, SeverityName],
) -> Report:
    """The report without what comments in the files allow, and with what is wrong with those comments."""
    closed = all(target.closed for target in report.targets)  # else a comment may be needed where more is known
    judged = judge(
        report.diagnostics,
        files,
        known=(*rules, *FILE_RULES, NOT_UNDERSTOOD),
        decided=[name for name in ran if name not in FILE_RULES]
        if closed
        else (),  # those depend on what else is there
        reported=ran,
        unchecked=report.not_checked,
        severities=severities,
    )
    return replace(report, diagnostics=judged.diagnostics, allowed=judged.allowed)
