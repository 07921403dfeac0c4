"""`schemalint check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from schemalint.cli.ages import parse_age
from schemalint.cli.baseline import apply_baseline, find_baseline, write_into
from schemalint.cli.fixing import apply_fixes, fix_diff
from schemalint.cli.jobs import Job, cache_of, checked
from schemalint.cli.reading import STDIN
from schemalint.cli.reports import wanted_reports, write_reports
from schemalint.cli.roots import by_root
from schemalint.cli.selection import select_files
from schemalint.cli.settings import read_config, with_options
from schemalint.config import check_rule_name
from schemalint.diagnostics import SEVERITIES, Report, SeverityName
from schemalint.errors import UserError
from schemalint.lint.metadata import BUILT_IN, NOT_UNDERSTOOD, Rule
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
    no_cache: bool = False,
    role: str | None = None,
    data: bool = False,
    down: bool = False,
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
    cache = None if no_cache else cache_of(os.environ)
    config, rules = read_config(config_file, cache)
    config = with_options(config, preset=preset, pg_version=pg_version, history=history, catalogs=catalogs)
    if not paths and config.roots and base is None:
        from schemalint.migrations.git import base_of_ci

        base = base_of_ci(os.environ)
    chosen = choose_rules(rules, select or config.select, (*config.ignore, *ignore), config.profile)
    selections = [
        (of_root, select_files(names_given, runner or of_root.runner, base, os.environ, dsn))
        for of_root, names_given in by_root(config, paths)
    ]
    reported = names_on((*BUILT_IN, *FILE_RULES), select or config.select, (*config.ignore, *ignore))
    ran = [*reported, NOT_UNDERSTOOD, *(r.name for r in chosen)]
    job = Job(
        config, selections, chosen, tuple(rules), ran, dsn, targets_file, open_world, limit_of_age, role, data, down
    )
    report, sources, crashes = checked(job, cache)
    names = [STDIN if name == "<stdin>" else name for name in sources]
    report, holds = _without_baseline(report, baseline, write_baseline, config.path, names, ran, crashed=bool(crashes))
    if fix and apply_fixes(report, names, unsafe=unsafe) and STDIN not in names:
        return None
    if diff:
        click.echo("".join(fix_diff(report, unsafe=unsafe)), nl=False)
        wanted = [w for w in wanted if w.output is not None]
    write_reports(wanted, report, rules, sources)
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
