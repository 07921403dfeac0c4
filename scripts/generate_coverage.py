"""Write docs/coverage.md: which rules of other tools are covered by which of ours, and why not where they are not.

python scripts/generate_coverage.py             write the page
python scripts/generate_coverage.py --missing   the faults that no rule covers and docs/coverage.toml does not explain

From `covers=` of the rules, docs/peers.toml (what the other tools' rules are about) and docs/coverage.toml (what we do without).
"""

from __future__ import annotations

import sys
import tomllib
from itertools import groupby
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from schemalint.lint.loader import load_findings, load_rules  # noqa: E402
from schemalint.lint.metadata import Rule  # noqa: E402

PAGE = CHECKOUT / "docs" / "coverage.md"
PEERS = CHECKOUT / "docs" / "peers.toml"
WITHOUT = CHECKOUT / "docs" / "coverage.toml"

NOT_YET = "not yet"


def faults() -> dict[str, list[str]]:
    """Fault -> the rules of other tools that look for it, as `tool:rule`."""
    return {name: fault["rules"] for name, fault in tomllib.loads(PEERS.read_text(encoding="utf-8")).items()}


def without() -> dict[str, str]:
    """Fault -> why no rule of ours looks for it."""
    entries = tomllib.loads(WITHOUT.read_text(encoding="utf-8"))["without"]
    return {name: entry["why"] for entry in entries for name in _names(entry["union"])}


def _names(union: str | list[str]) -> list[str]:
    return [union] if isinstance(union, str) else union


def covered() -> dict[str, list[Rule]]:
    """Rule of another tool -> ours that say the same."""
    found: dict[str, list[Rule]] = {}
    for rule in (load_rules() | load_findings()).values():
        for peer in rule.covers:
            found.setdefault(peer, []).append(rule)
    return found


def missing() -> list[tuple[str, list[str]]]:
    """(fault, its rules of other tools) that are neither covered nor explained."""
    ours, reasons = covered(), without()
    return [
        (name, rest)
        for name, peers in faults().items()
        if name not in reasons and (rest := [peer for peer in peers if peer not in ours])
    ]


def page() -> str:
    """The page's text."""
    ours, reasons = covered(), without()
    about: dict[str, list[str]] = {}
    for fault, rules in faults().items():
        for peer in rules:
            about.setdefault(peer, []).append(fault)
    done = sum(peer in ours for peer in about)
    explained = sum(peer not in ours and any(fault in reasons for fault in about[peer]) for peer in about)
    lines = [
        "# Coverage",
        "",
        "What other tools' rules find, and which rule of schemalint finds it. Written by `scripts/generate_coverage.py`.",
        "",
        f"Of {len(about)} rules for PostgreSQL of {len({_tool(peer) for peer in about})} tools, {done} are covered"
        f" and {explained} are left out, for now or for good, for the reason given"
        + (f"; {rest} are {NOT_YET} looked at." if (rest := len(about) - done - explained) else "."),
        "Rules that are only about other databases are not listed.",
    ]
    for tool, peers in groupby(sorted(about, key=_order), key=_tool):
        lines += ["", f"## {tool}", "", "| its rule | ours, or why not |", "| --- | --- |"]
        lines += [f"| {peer.split(':', 1)[1]} | {_said(peer, about[peer], ours, reasons)} |" for peer in peers]
    return "\n".join(lines) + "\n"


def _tool(peer: str) -> str:
    return peer.split(":", 1)[0]


def _order(peer: str) -> tuple[str, str]:
    return _tool(peer), peer.lower()


def _said(peer: str, about: list[str], ours: dict[str, list[Rule]], reasons: dict[str, str]) -> str:
    if peer in ours:
        links = sorted(f"[{r.name}](../{Path(r.page).relative_to(CHECKOUT).as_posix()})" for r in ours[peer])
        return ", ".join(links)
    said = [reasons[fault] for fault in about if fault in reasons]
    return "; ".join(dict.fromkeys(said)) or NOT_YET


def main() -> None:
    if sys.argv[1:] == ["--missing"]:
        for fault, peers in missing():
            print(f"{fault}: {', '.join(peers)}")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
