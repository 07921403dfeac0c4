"""`schemalint rules`."""

from __future__ import annotations

import os
from pathlib import Path

from schemalint.cli.jobs import cache_of
from schemalint.cli.output import style_for, write
from schemalint.cli.settings import read_config
from schemalint.config import check_rule_name
from schemalint.lint.loader import load_findings, page_of
from schemalint.lint.metadata import CATEGORIES, Rule


def run_rules(name: str | None, format_: str, config_file: str | None) -> int:
    """List the rules by category, or print one's page. Raises UserError."""
    _, rules = read_config(config_file, cache_of(os.environ))
    rules = rules | load_findings()
    if name is not None:
        check_rule_name(name, tuple(rules))
        if format_ == "json":
            write([_json(_entry(rules[name]) | {"page": page_of(rules[name])})], None)
        else:
            write([page_of(rules[name]).rstrip("\n")], None)
    elif format_ == "json":
        write([_json([_entry(rule) for rule in rules.values()])], None)
    else:
        write(_listed(list(rules.values())), None)
    return 0


def run_page_tests(directory: str, config_file: str | None) -> int:
    """Check the pages of the rules in a directory, with all rules on; 1 when something is wrong. Raises UserError."""
    from functools import partial

    from schemalint.lint.examples import check_page, simulator_for
    from schemalint.lint.loader import load_rules, rule_files

    folder = Path(directory)
    config, rules = read_config(config_file)
    if folder.resolve() not in {Path(known).resolve() for known in config.rules}:
        rules = load_rules([*map(Path, config.rules), folder])

    version = config.pg_version or 18
    own = {path.resolve() for path in rule_files(folder)}
    tested = [rule for rule in rules.values() if rule.file and Path(rule.file).resolve() in own]
    lines = []
    for rule in tested:
        for what in check_page(rule, page_of(rule), rules, partial(simulator_for, version=version)):
            line, said = what.split(": ", 1)
            lines.append(f"{rule.page}:{line}: {said}")
    write([*lines, f"{len(tested)} {'rule' if len(tested) == 1 else 'rules'}, {len(lines) or 'no'} problems"], None)
    return 1 if lines else 0


def _listed(rules: list[Rule]) -> list[str]:
    style = style_for(None)
    width = max(len(rule.name) for rule in rules)
    needs = max(len(" ".join(rule.needs)) for rule in rules)
    lines: list[str] = []
    for category in CATEGORIES:
        group = [rule for rule in rules if rule.category == category]
        if not group:
            continue
        lines += [style.bold(category), ""]
        for rule in group:
            marks = (
                f"{'fix' if rule.fixable else '':<3} {' '.join(rule.needs):<{needs}} {'' if rule.default else '(off) '}"
            )
            severity = style.severity(f"{rule.severity:<7}", rule.severity)
            lines.append(f"  {rule.name:<{width}}  {severity} {marks} {rule.summary}")
        lines.append("")
    lines.append("schemalint rules NAME explains one.")
    return lines


def _entry(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity,
        "summary": rule.summary,
        "default": rule.default,
        "fixable": rule.fixable,
        "needs": list(rule.needs),
        "covers": list(rule.covers),
    }


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=2)
