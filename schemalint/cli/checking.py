"""Check what a job names against its databases."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from msgspec.structs import replace

from schemalint.cli.ages import with_age
from schemalint.cli.jobs import Checked, Job
from schemalint.cli.roles import with_role
from schemalint.cli.roots import as_one, with_overrides
from schemalint.cli.selection import files_found, without_boundary
from schemalint.cli.targets import Database, databases, databases_listed, read_selected
from schemalint.diagnostics import Diagnostic, Report, SeverityName, Target, Unchecked
from schemalint.lint.engine import Result, check_files
from schemalint.lint.files import File
from schemalint.lint.metadata import NOT_UNDERSTOOD, Rule
from schemalint.lint.sizes import Thresholds
from schemalint.lint.suppressions import judge
from schemalint.migrations.checks import FILE_RULES


def check_job(job: Job) -> Checked:
    """Check the files of each root. Raises UserError."""
    config = job.config
    files: list[File] = []
    reports: list[Report] = []
    crashes: tuple[str, ...] = ()
    for of_root, selection in job.selections:
        here = read_selected(selection)
        missing: list[Unchecked] = []
        if job.down:
            from schemalint.cli.downs import both_ways, with_ways_back

            here, missing = with_ways_back(here, selection.names, selection.runner)
        unreadable: list[str] = []
        targets: Iterable[Database] = (
            databases(of_root, job.dsn, job.open_world, selection)
            if job.targets_file is None
            else databases_listed(job.targets_file, of_root, job.open_world, selection, unreadable)
        )
        if job.limit_of_age is not None:
            targets = map(partial(with_age, limit=job.limit_of_age), targets)
        targets = map(partial(with_role, role=job.role), targets)
        report, failed = check_all(targets, job.chosen, here, config.severity, config.thresholds, data=job.data)
        if (remark := without_boundary(selection, report, of_root.preset)) is not None:
            missing.append(remark)
        report = replace(report, not_checked=(*missing, *report.not_checked))
        reports.append(files_found(report, selection, job.ran, config.severity))
        files += both_ways(here) if job.down else here
        crashes += (*failed, *unreadable)
    report = _without_allowed(with_overrides(as_one(reports), config), files, job)
    return Checked(report, tuple(file.source.name for file in files), crashes)


def check_all(
    targets: Iterable[Database],
    rules: list[Rule],
    files: list[File],
    severities: dict[str, SeverityName],
    thresholds: Thresholds,
    *,
    data: bool = False,
) -> tuple[Report, tuple[str, ...]]:
    """Check the files against every target; what only some of them say names those."""
    checked: list[Target] = []
    results: list[Result] = []
    unread: list[Unchecked] = []
    for target in targets:
        result = check_files(target.simulator, rules, files, severities, thresholds, asks=data)
        if data:
            from schemalint.cli.rows import with_answers

            with_answers(result, target.simulator.catalog, files, severities)
        results.append(result)
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


def _without_allowed(report: Report, files: list[File], job: Job) -> Report:
    """The report without what comments in the files allow, and with what is wrong with those comments."""
    closed = all(target.closed for target in report.targets)  # else a comment may be needed where more is known
    judged = judge(
        report.diagnostics,
        files,
        known=(*job.known, *FILE_RULES, NOT_UNDERSTOOD),
        decided=[name for name in job.ran if name not in FILE_RULES]
        if closed
        else (),  # those depend on what else is there
        reported=job.ran,
        unchecked=report.not_checked,
        severities=job.config.severity,
    )
    return replace(report, diagnostics=judged.diagnostics, allowed=judged.allowed)
