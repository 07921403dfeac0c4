"""Projects with several directories of migrations, and files for which rules differ: [[roots]] and [[overrides]] of the configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec.structs import replace

from schemalint.cli.reading import STDIN
from schemalint.config import Config, Root
from schemalint.diagnostics import Diagnostic, Report


def by_root(config: Config, paths: tuple[str, ...]) -> list[tuple[Config, tuple[str, ...]]]:
    """What to check together, and under what configuration: the paths of each root, and those of none.

    Without paths, and for a directory that holds roots: all of those.
    """
    if not config.roots:
        return [(config, paths)]
    groups: dict[Root | None, list[str]] = {}
    for name in paths or (str(Path()),):
        at = Path(name).resolve()
        inside = [root for root in config.roots if name != STDIN and at.is_relative_to(root.path.resolve())]
        below = [root for root in config.roots if name != STDIN and root.path.resolve().is_relative_to(at)]
        if inside:
            nearest = max(inside, key=lambda root: len(root.path.resolve().parts))
            groups.setdefault(nearest, []).append(name)
        elif below:
            for root in below:
                groups.setdefault(root, []).append(os.path.relpath(root.path))
        else:
            groups.setdefault(None, []).append(name)
    return [(config if root is None else config.of_root(root), tuple(names)) for root, names in groups.items()]


def as_one(reports: Sequence[Report]) -> Report:
    """The reports of several roots as that of one run."""
    if len(reports) == 1:
        return reports[0]
    return replace(
        reports[0],
        targets=tuple(dict.fromkeys(target for r in reports for target in r.targets)),
        files=sum(r.files for r in reports),
        statements=sum(r.statements for r in reports),
        diagnostics=tuple(d for r in reports for d in r.diagnostics),
        not_checked=tuple(item for r in reports for item in r.not_checked),
        runner=", ".join(dict.fromkeys(r.runner for r in reports)),
    )


def with_overrides(report: Report, config: Config) -> Report:
    """The report with the severities of the configuration, and what it says for some files."""
    if config.path is None or not (config.overrides or config.severity):
        return report
    top = config.path.parent.resolve()
    found = (_overridden(d, config, top) for d in report.diagnostics)
    return replace(report, diagnostics=tuple(d for d in found if d is not None))


def _overridden(d: Diagnostic, config: Config, top: Path) -> Diagnostic | None:
    if d.rule in config.severity:
        d = replace(d, severity=config.severity[d.rule])
    if not config.overrides:
        return d
    name = Path(os.path.relpath(Path(d.source.name).resolve(), top)).as_posix()
    for override in config.overrides:
        if any(fnmatchcase(name, pattern) for pattern in override.paths):
            if d.rule in override.ignore:
                return None
            if d.rule in override.severity:
                d = replace(d, severity=override.severity[d.rule])
    return d
