"""What each statement does: accepted or refused, what it locks, reads, writes anew, makes, changes and drops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemalint import __version__
from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject
from schemalint.diagnostics import Target
from schemalint.lint.context import Context, Statement
from schemalint.lint.sizes import Work, duration
from schemalint.render.columns import shown
from schemalint.render.style import Style
from schemalint.render.text import describe_target
from schemalint.simulator.effects import (
    LOCK_MODES,
    Changed,
    Created,
    Dropped,
    IndexBuilt,
    Locked,
    Noted,
    Rewritten,
    Scanned,
    Skipped,
    Truncated,
)
from schemalint.source import Source

BLOCKS = {
    1: "ACCESS EXCLUSIVE only",
    2: "locks of whole tables",
    3: "locks of whole tables",
    4: "other schema changes and VACUUM",
    5: "writes",
    6: "writes",
    7: "writes and locking reads",
    8: "reads and writes",
}
"""Lock number -> what others cannot do meanwhile, in users' words."""

Steps = list[tuple[Source, list[dict[str, Any]]]]
"""Each file with what its statements do."""

_SHOWN_FROM = 4
"""Weaker locks are those of every query."""


def step(statement: Statement, context: Context) -> dict[str, Any]:
    """What a statement does; call it while the catalog is as the statement leaves it."""
    outcome = statement.outcome
    refusal = statement.refusals[0] if statement.refusals else None
    found: dict[str, Any] = {
        "index": statement.index,
        "line": statement.source.line_column(statement.start)[0],
        "kind": statement.kind,
        "statement": _first_line(statement),
        "verdict": "refused" if refusal else "accepted" if outcome.understood else "not understood",
        "sqlstate": refusal.sqlstate if refusal else None,
        "message": refusal.message if refusal else "; ".join(outcome.undecided) or None,
        "transaction": "its file's" if statement.wrapped else "a block" if statement.in_block else "its own",
        "locks": [],
        "scans": [],
        "rewrites": [],
        "builds": [],
        "creates": [],
        "changes": [],
        "drops": [],
        "notices": [],
    }
    if refusal is None:
        whole = {e.object.oid for e in statement.effects if isinstance(e, (Created, Dropped)) and _is_table(e.object)}
        for effect in statement.effects:
            if not (isinstance(effect, (Created, Dropped)) and _is_part(effect, whole)):
                _add(found, effect, context)
    for key in ("creates", "changes", "drops"):
        found[key] = list(dict.fromkeys(found[key]))
    return found


def _is_table(obj: CatalogObject) -> bool:
    return isinstance(obj, model.Relation) and obj.kind not in "iIS"


def _is_part(effect: Created | Dropped, whole: set[int]) -> bool:
    """Whether an object comes and goes with a table of the same statement, so that it need not be said."""
    obj = effect.object
    if isinstance(effect, Dropped) and effect.column is not None:
        return False
    if isinstance(obj, model.Type):
        return bool(whole)
    if isinstance(obj, model.Relation):
        return (obj.kind == "S" and bool(whole)) or (obj.index is not None and obj.index.relid in whole)
    return getattr(obj, "relid", 0) in whole


def _first_line(statement: Statement) -> str:
    text = " ".join(statement.text.split())
    return text if len(text) <= 90 else text[:89] + "…"


def _add(found: dict[str, Any], effect: object, context: Context) -> None:
    match effect:
        case Locked():
            new = context.is_new(effect.relation)
            found["locks"].append(
                {
                    "table": context.table(effect.relation),
                    "mode": LOCK_MODES[effect.mode],
                    "blocks": None if new else BLOCKS[effect.mode],
                    "new": new,
                }
            )
        case Scanned():
            found["scans"].append(_of_table(effect.relation, effect.why, context, "scan"))
        case Rewritten():
            found["rewrites"].append(_of_table(effect.relation, effect.why, context, "rewrite"))
        case IndexBuilt():
            index = context.table(effect.index) if effect.index else "an index"
            built = _of_table(effect.relation, index, context, "build")
            if not any(b["table"] == built["table"] and b["why"] == built["why"] for b in found["builds"]):
                found["builds"].append(built | {"concurrently": effect.concurrently})
        case Created():
            found["creates"].append(_described(effect.object, context))
        case Changed():
            if not isinstance(effect.after, model.Type):
                found["changes"].append(_described(effect.after, context))
        case Dropped():
            what = _described(effect.object, context)
            column = f"column {effect.column} of {what}" if effect.column is not None else what
            found["drops"].append(column + (" (by CASCADE)" if effect.cascade else ""))
        case Truncated():
            found["drops"].append(f"all rows of {context.table(effect.relation)}")
        case Skipped():
            word = "exists already" if effect.exists else "does not exist"
            found["notices"].append(f"{effect.name} {word}: nothing is done")
        case Noted():
            found["notices"].append(effect.message)


def _of_table(oid: int, why: str, context: Context, work: Work) -> dict[str, Any]:
    rows, size, new = context.rows(oid), context.bytes(oid), context.is_new(oid)
    return {
        "table": context.table(oid),
        "why": why,
        "rows": rows,
        "bytes": size,
        "size": None if new else context.size_of(oid),
        "takes": None if new else duration(work, rows, size) or None,
        "new": new,
    }


def _described(obj: CatalogObject, context: Context) -> str:
    if isinstance(obj, model.Relation):
        return context.describe_relation(obj)
    relation = context.relation(getattr(obj, "relid", 0))
    if isinstance(obj, (model.Constraint, model.Trigger, model.Policy, model.RewriteRule)) and relation is not None:
        word = {"pg_constraint": "constraint", "pg_trigger": "trigger", "pg_policy": "policy", "pg_rewrite": "rule"}
        return f"{word[obj.CLASS]} {obj.name} on {context.shown(relation)}"
    if isinstance(obj, model.Proc):
        return f"function {obj.name}({', '.join(context.type_name(oid) for oid in obj.argtypes)})"
    if context.catalog.at(obj.address) is not None:
        return context.describe(obj.address)
    return f"{obj.CLASS.removeprefix('pg_')} {obj.name}"


def to_object(target: Target, files: Steps) -> dict[str, Any]:
    """The plan as plain dicts and lists."""
    return {
        "schemalint": __version__,
        "catalog": {"source": target.source, "server_version": target.server_version, "closed": target.closed},
        "files": [{"file": source.name, "statements": steps} for source, steps in files],
    }


def render(target: Target, files: Steps, style: Style) -> Iterator[str]:
    """The plan for people."""
    yield f"On {describe_target(target)}:"
    for source, steps in files:
        yield ""
        yield style.bold(shown(source.name))
        width = max((len(str(s["line"])) for s in steps), default=1)
        for entry in steps:
            yield from _entry(entry, width, style)


def _entry(entry: dict[str, Any], width: int, style: Style) -> Iterator[str]:
    verdict = {
        "accepted": style.help("accepted"),
        "refused": style.severity("refused", "error"),
        "not understood": style.severity("not understood", "warning"),
    }[entry["verdict"]]
    yield f"{style.frame(str(entry['line']).rjust(width) + ' |')} {shown(entry['statement'])}"
    pad = " " * width + " " + style.frame("|") + "   "
    said = f"{verdict}" + (f": {entry['sqlstate']}, {entry['message']}" if entry["sqlstate"] else "")
    if entry["verdict"] == "not understood":
        said = f"{verdict}: {entry['message']}"
    yield pad + said + _where(entry)
    for line in _details(entry):
        yield pad + shown(line)


def _where(entry: dict[str, Any]) -> str:
    """The transaction that it runs in, where that is more than itself; what is not known of its verdict."""
    found = (
        "" if entry["transaction"] == "its own" else f", in {entry['transaction']}'s transaction".replace("'s's", "'s")
    )
    found = ", inside BEGIN ... COMMIT" if entry["transaction"] == "a block" else found
    if entry["verdict"] == "accepted" and entry["message"]:
        found += f"; as far as is known: {entry['message']}"
    return found


def to_markdown(target: Target, files: Steps) -> Iterator[str]:
    """The plan as a comment on a pull request: a table for each file."""
    yield "## Plan"
    yield ""
    yield f"On {_escaped(describe_target(target))}:"
    for source, steps in files:
        yield ""
        yield f"### {_escaped(source.name)}"
        yield ""
        yield "| Line | Statement | Verdict | What it does |"
        yield "|--:|---|---|---|"
        for entry in steps:
            refused = f": {entry['sqlstate']}, {_escaped(entry['message'])}" if entry["sqlstate"] else ""
            verdict = f"**refused**{refused}" if entry["sqlstate"] else entry["verdict"]
            does = "<br>".join(_escaped(line) for line in _details(entry))
            where = _escaped(_where(entry))
            yield f"| {entry['line']} | `{_code(entry['statement'])}` | {verdict}{where} | {does} |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]|~#<>])", r"\\\1", shown(text)).replace("\n", " ")


def _code(text: str) -> str:
    """Text within backquotes in a table."""
    return shown(text).replace("`", "'").replace("|", "\\|").replace("\n", " ")


def _details(entry: dict[str, Any]) -> Iterator[str]:
    strong = [lock for lock in entry["locks"] if LOCK_MODES.index(lock["mode"]) >= _SHOWN_FROM and not lock["new"]]
    for lock in strong:
        yield f"locks {lock['table']} in {lock['mode']}, which blocks {lock['blocks']}"
    for scan in entry["scans"]:
        if not scan["new"]:
            yield f"reads all of {scan['table']}{_size(scan)} for {scan['why']}"
    for rewrite in entry["rewrites"]:
        if not rewrite["new"]:
            yield f"writes all of {rewrite['table']} anew{_size(rewrite)} for {rewrite['why']}"
    for build in entry["builds"]:
        if not build["new"]:
            how = " concurrently" if build["concurrently"] else ""
            yield f"builds {build['why']} over {build['table']}{how}{_size(build)}"
    for verb in ("creates", "changes", "drops"):
        if entry[verb]:
            yield f"{verb} {', '.join(entry[verb])}"
    for notice in entry["notices"]:
        yield f"notice: {notice}"


def _size(item: dict[str, Any]) -> str:
    if item["size"] is None or (item["rows"] is None and item["bytes"] is None):
        return ""
    return f" ({item['size']})" if item["takes"] is None else f" ({item['size']}; {item['takes']})"
