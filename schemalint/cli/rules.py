"""`schemalint rules`."""

from __future__ import annotations

from schemalint.cli.output import style_for, write
from schemalint.cli.settings import read_config
from schemalint.config import check_rule_name
from schemalint.lint.loader import load_findings, page_of
from schemalint.lint.metadata import CATEGORIES, Rule


def run_rules(name: str | None, format_: str, config_file: str | None) -> int:
    """List the rules by category, or print one's page. Raises UserError."""
    _, rules = read_config(config_file)
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


def _listed(rules: list[Rule]) -> list[str]:
    style = style_for(None)
    width = max(len(rule.name) for rule in rules)
    lines: list[str] = []
    for category in CATEGORIES:
        group = [rule for rule in rules if rule.category == category]
        if not group:
            continue
        lines += [style.bold(category), ""]
        for rule in group:
            marks = f"{'fix' if rule.fixable else '':<3} {'' if rule.default else '(off) '}"
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
