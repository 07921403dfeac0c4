"""Liquibase formatted SQL: changesets, each in a transaction of its own. The master changelog's order is not read."""

from __future__ import annotations

import re
from pathlib import PurePath

from schemalint.lint.files import Part
from schemalint.migrations.parts import filled, one_string, sections, separate, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script

_CHANGESET = r"^[ \t]*--[ \t]*changeset[ \t]+(?P<id>[^\s:]+:[^\s]+)(?P<attributes>[^\r\n]*)"
_ROLLBACK = re.compile(
    r"^[ \t]*--[ \t]*rollback[ \t]+(?!(?:not required|empty|changesetid:)\b)(?P<line>[^\r\n]+)"
    r"|/\*[ \t]*liquibase rollback\b(?P<block>.*?)\*/",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"(\w+):(\"[^\"]*\"|\S+)")


def read(path: PurePath, text: str) -> Script:
    """Ways back are comments (--rollback), each line a statement. Changesets for other database systems do not run."""
    up: tuple[Part, ...] = ()
    down: tuple[Part, ...] = ()
    for match, start, end in sections(text, _CHANGESET):
        said = {name.lower(): value.strip('"').lower() for name, value in _ATTRIBUTE.findall(match["attributes"])}
        systems = [system.strip() for system in said.get("dbms", "postgresql").split(",")]
        if not any(system in ("postgresql", "all") or system.startswith("!") for system in systems):
            continue
        if said.get("runintransaction") != "false":
            up += wrapped(text, start, end)
        elif said.get("splitstatements") == "false":
            up += one_string(text, start, end)
        else:
            up += separate(text, start, end)
        spans = (found.span(found.lastgroup or 0) for found in _ROLLBACK.finditer(text, start, end))
        down = (*(Part(*span, False) for span in spans), *down)
    return Script(up, down)


_PROPERTY = re.compile(r"^[ \t]*--[ \t]*property[ \t]+(?P<attributes>[^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def fill(path: PurePath, text: str) -> str:
    """${name} of --property name:n value:v; the first value of a name stays."""
    values: dict[str, str] = {}
    for match in _PROPERTY.finditer(text):
        said = {name.lower(): value.strip('"') for name, value in _ATTRIBUTE.findall(match["attributes"])}
        if "name" in said and "value" in said and said.get("dbms", "postgresql") == "postgresql":
            values.setdefault(said["name"], said["value"])
    return filled(text, values) if values else text


RUNNER = Runner(
    name="liquibase",
    files=r"\.sql$",
    read=read,
    fill=fill,
    checksums=True,
    unique=False,
    marks=(Mark("liquibase.properties"),),
    every=True,
    contents=r"\A\s*--\s*liquibase\s+formatted",
    leave_transaction="give it a changeset of its own with runInTransaction:false",
    ledger=Ledger("databasechangelog", "id", recorded="changeset"),
)
