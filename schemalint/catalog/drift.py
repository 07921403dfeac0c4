"""What differs between two databases, as people read it: `schemalint drift A B`."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import groupby

import msgspec
from msgspec import Struct

from schemalint.catalog.compare import Analyzed, Difference, compare
from schemalint.catalog.store import Catalog

KINDS = {
    "pg_am": "access method",
    "pg_authid": "role",
    "pg_cast": "cast",
    "pg_class": "relation",
    "pg_collation": "collation",
    "pg_constraint": "constraint",
    "pg_conversion": "conversion",
    "pg_database": "database",
    "pg_default_acl": "default privileges",
    "pg_event_trigger": "event trigger",
    "pg_extension": "extension",
    "pg_foreign_data_wrapper": "foreign-data wrapper",
    "pg_foreign_server": "server",
    "pg_language": "language",
    "pg_namespace": "schema",
    "pg_opclass": "operator class",
    "pg_operator": "operator",
    "pg_opfamily": "operator family",
    "pg_policy": "policy",
    "pg_proc": "routine",
    "pg_publication": "publication",
    "pg_rewrite": "rule",
    "pg_statistic_ext": "statistics object",
    "pg_subscription": "subscription",
    "pg_tablespace": "tablespace",
    "pg_transform": "transform",
    "pg_trigger": "trigger",
    "pg_ts": "text search object",
    "pg_type": "type",
    "pg_user_mapping": "user mapping",
}
"""Catalogs -> what people call their objects."""


def drift(
    before: Catalog, after: Catalog, ignore: Iterable[str] = (), analyzed: Analyzed | None = None
) -> list[Difference]:
    """What differs (`analyzed` is compare's), but for objects that a pattern of `ignore` matches: `kind name` or `name`, with * and ? (`role *`, `audit.*`); with
    a colon also attributes (`*: comment`)."""
    patterns = tuple(ignore)
    return [
        found
        for found in compare(before, after, analyzed=analyzed)
        if not any(_matches(found, pattern) for pattern in patterns)
    ]


def _matches(found: Difference, pattern: str) -> bool:
    of_object, colon, of_attribute = pattern.partition(": ")
    if colon and not fnmatchcase(found.attribute, of_attribute):
        return False
    named = (found.identity, f"{KINDS.get(found.classid, found.classid)} {found.identity}")
    return any(fnmatchcase(name, of_object) for name in named)


def as_text(found: Iterable[Difference], before: str, after: str) -> list[str]:
    """Lines for a terminal: `-` only in the first, `+` only in the second, `~` in both and different."""
    lines = [f"--- {before}", f"+++ {after}"]
    for (classid, identity), group in groupby(found, key=lambda one: (one.classid, one.identity)):
        differences = list(group)
        what = f"{KINDS.get(classid, classid)} {identity}".rstrip()
        if not differences[0].attribute:
            lines.append(f"{'-' if differences[0].after is None else '+'} {what}")
            continue
        lines.append(f"~ {what}")
        lines += [f"    {one.attribute}: {_shown(one.before)} -> {_shown(one.after)}" for one in differences]
    return lines if len(lines) > 2 else ["no differences"]


def _shown(value: str | None) -> str:
    return "(not set)" if value is None else value


def as_json(found: Iterable[Difference], before: str, after: str, migrations: Struct | None = None) -> str:
    """One object: {"before": ..., "after": ..., "differences": [{"kind", "name", "attribute", "before", "after"}], "migrations": ...}."""
    differences = [
        {
            "kind": KINDS.get(one.classid, one.classid),
            "name": one.identity,
            "attribute": one.attribute or None,
            "before": one.before,
            "after": one.after,
        }
        for one in found
    ]
    report = {"before": before, "after": after, "differences": differences}
    return msgspec.json.encode(report if migrations is None else {**report, "migrations": migrations}).decode()


def as_markdown(found: Iterable[Difference], before: str, after: str) -> list[str]:
    """A table for a pull request."""
    lines = [f"| | {_cell(before)} | {_cell(after)} |", "|---|---|---|"]
    for one in found:
        what = f"{KINDS.get(one.classid, one.classid)} `{one.identity}`"
        if one.attribute:
            what += f" {one.attribute}"
        lines.append(f"| {_cell(what)} | {_cell(one.before or '')} | {_cell(one.after or '')} |")
    return lines if len(lines) > 2 else ["No differences."]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
