"""Write docs/locks.md: what each statement of tests/simulator/locks.toml locks, reads and writes anew, by server version.

The page is made of what the simulator says; tests/simulator/test_locks_live.py holds the same against real servers.

    python scripts/generate_locks.py
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemalint.catalog.model import Relation
from schemalint.render.plan import BLOCKS
from schemalint.simulator import Simulator
from schemalint.simulator.effects import LOCK_MODES, IndexBuilt, Locked, Rewritten, Scanned, Truncated

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = CHECKOUT / "tests" / "simulator" / "locks.toml"
PAGE = CHECKOUT / "docs" / "locks.md"
MAJORS = (14, 15, 16, 17, 18)

HEAD = """# What statements lock

For each statement: the locks that it takes on tables and other relations that exist, what that keeps others from, and whether
all rows are read, written anew, or put into an index, which is what makes a lock last. A statement that only changes the catalog
is done in a moment, once it has its lock; but while it waits for it, all that come later and do not get along with it wait, too.

Each line is checked against real servers of the versions 14 to 18 by `tests/simulator/test_locks_live.py`: locks as `pg_locks` has
them, rows that are read as `pg_stat_xact_user_tables` counts them, rows that are written anew by their file. Made by
`scripts/generate_locks.py` of `tests/simulator/locks.toml`, where the objects are defined that the statements name.

| Lock | What it blocks |
|---|---|
"""


@dataclass
class Facts:
    """What a statement does, by names of relations; `sqlstate` when the server refuses it."""

    sqlstate: str | None = None
    locks: dict[str, int] = field(default_factory=dict)
    scans: set[str] = field(default_factory=set)
    rewrites: set[str] = field(default_factory=set)
    builds: set[tuple[str, str]] = field(default_factory=set)
    truncated: set[str] = field(default_factory=set)


def read() -> dict[str, Any]:
    """The data: `setup`, and per group a title, statements, and those that cannot run inside a transaction (`alone`)."""
    with DATA.open("rb") as file:
        return tomllib.load(file)


def prepared(major: int, setup: str) -> Simulator:
    """A simulated database with the objects."""
    simulator = Simulator(server_version=major)
    for outcome in simulator.execute_script(setup):
        assert outcome.accepted and not outcome.undecided, outcome
    return simulator


def simulated(major: int, setup: str, statement: str, *, alone: bool) -> Facts:
    """What the simulator says of a statement, about relations that exist before it."""
    simulator = prepared(major, setup)
    names = {r.oid: r for r in simulator.catalog.all(Relation)}
    if not alone:
        simulator.execute("BEGIN")
    outcome = simulator.execute(statement)
    assert outcome.understood and not outcome.undecided, (statement, outcome)
    found = Facts(outcome.sqlstate)
    for effect in outcome.effects:
        match effect:
            case Locked(relation=oid, mode=mode) if oid in names and names[oid].kind not in "iI":
                name = names[oid].name
                found.locks[name] = max(found.locks.get(name, 0), mode)
            case Scanned(relation=oid) if oid in names:
                found.scans.add(names[oid].name)
            case Rewritten(relation=oid) if oid in names:
                found.rewrites.add(names[oid].name)
            case Truncated(relation=oid) if oid in names:
                found.truncated.add(names[oid].name)
            case IndexBuilt(index=index, relation=oid) if oid in names:
                relation = names.get(index) or simulator.catalog.get(Relation, index)
                found.builds.add((relation.name if relation is not None else "", names[oid].name))
    return found


def page() -> str:
    """The page's text."""
    data = read()
    lines = [f"| {LOCK_MODES[mode]} | {BLOCKS[mode]} |" for mode in sorted(BLOCKS)]
    text = HEAD + "\n".join(lines) + "\n"
    for group in data["group"]:
        text += f"\n## {group['title']}\n\n| Statement | Locks | Blocked | Rows |\n|---|---|---|---|\n"
        for alone, statements in ((False, group["statements"]), (True, group.get("alone", ()))):
            for statement in statements:
                text += "".join(_rows(data["setup"], statement, alone))
    return text


def _rows(setup: str, statement: str, alone: bool) -> list[str]:
    """A line for each range of versions that say the same."""
    said: list[tuple[list[int], tuple[str, str, str]]] = []
    for major in MAJORS:
        cells = _cells(simulated(major, setup, statement, alone=alone))
        if said and said[-1][1] == cells:
            said[-1][0].append(major)
        else:
            said.append(([major], cells))
    rows = []
    for majors, cells in said:
        since = "" if len(said) == 1 else f" ({majors[0]} to {majors[-1]})" if len(majors) > 1 else f" ({majors[0]})"
        rows.append(f"| `{statement.replace('|', chr(92) + '|')}`{since} | {' | '.join(cells)} |\n")
    return rows


def _cells(facts: Facts) -> tuple[str, str, str]:
    if facts.sqlstate is not None:
        return f"refused ({facts.sqlstate})", "", ""
    modes: dict[int, list[str]] = {}
    for name, mode in facts.locks.items():
        modes.setdefault(mode, []).append(name)
    locks = "; ".join(f"{LOCK_MODES[mode]} on {', '.join(sorted(modes[mode]))}" for mode in sorted(modes, reverse=True))
    waits = BLOCKS[max(modes)] if modes else "nothing"
    rebuilt = {table for _, table in facts.builds if table not in facts.rewrites}
    indexes = {table: sum(1 for _, of in facts.builds if of == table) for table in rebuilt}
    work = [f"all of {name} written anew" for name in sorted(facts.rewrites)]
    work += [
        f"{'an index' if count == 1 else f'{count} indexes'} of {name} built" for name, count in sorted(indexes.items())
    ]
    work += [f"all of {name} read" for name in sorted(facts.scans - facts.rewrites)]
    work += [f"all of {name} gone" for name in sorted(facts.truncated)]
    return locks or "none", waits, "; ".join(work) or "none"


if __name__ == "__main__":
    PAGE.write_text(page())
