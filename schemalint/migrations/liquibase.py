"""Liquibase formatted SQL: changesets, in the order of the master changelog, each changeset in a transaction of its own."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

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


def grows(before: str, after: str) -> bool:
    """Whether all changesets are as they were, with others around them."""
    was, now = _changesets(before), _changesets(after)
    return was.items() <= now.items()


def _changesets(text: str) -> dict[str, str]:
    """What each changeset runs, without what leads back and white space at its end, by author and id."""
    return {match["id"]: _ROLLBACK.sub("", text[start:end]).strip() for match, start, end in sections(text, _CHANGESET)}


def listed(folder: Path) -> list[str] | None:
    """The stems of the files that the master changelog includes, in order; None where it is not found, names what is not there, or
    two of one name."""
    master = _master(folder)
    if master is None:
        return None
    files = _included(master, frozenset())
    stems = [path.stem for path in files]
    return stems if all(path.is_file() for path in files) and len(set(stems)) == len(stems) else None


_MASTERS = ("db.changelog-master", "changelog-master", "master", "changelog", "db.changelog")
_INCLUDE = re.compile(
    r"<include\s[^>]*?\bfile\s*=\s*\"(?P<xml>[^\"]+)\"|<includeAll\s[^>]*?\bpath\s*=\s*\"(?P<all>[^\"]+)\""
    r"|^[ \t-]*\"?file\"?\s*:\s*[\"']?(?P<yaml>[^\s\"',]+)"
    r"|includeAll\"?\s*:\s*\{?\s*\"?path\"?\s*:\s*[\"']?(?P<alls>[^\s\"',}]+)",
    re.MULTILINE,
)


def _master(folder: Path) -> Path | None:
    for above in (folder, folder.parent):
        for name in _MASTERS:
            for suffix in (".xml", ".yaml", ".yml", ".json"):
                if (above / f"{name}{suffix}").is_file():
                    return above / f"{name}{suffix}"
    return None


def _included(changelog: Path, above: frozenset[Path]) -> list[Path]:
    """The SQL files that a changelog includes, itself or by others; a file that is not there as it is named."""
    found: list[Path] = []
    for match in _INCLUDE.finditer(changelog.read_text(encoding="utf-8", errors="replace")):
        path = _found(changelog, match["xml"] or match["yaml"] or match["all"] or match["alls"])
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        for one in inside:
            if one.suffix.lower() == ".sql" or not one.is_file():
                found.append(one)
            elif one.suffix.lower() in (".xml", ".yaml", ".yml", ".json") and one not in above and one != changelog:
                found += _included(one, above | {changelog})
    return found


def _found(changelog: Path, name: str) -> Path:
    """A file that a changelog names: from its own folder, or from one above it, which is on the search path."""
    tried = [folder / name.removeprefix("classpath:").lstrip("/") for folder in changelog.parents][:8]
    return next((path for path in tried if path.exists()), tried[0])


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
    files=r"(?:^|/)(?P<version>[^/]+)\.sql$",
    read=read,
    fill=fill,
    grows=grows,
    listed=listed,
    checksums=True,
    unique=False,
    marks=(Mark("liquibase.properties"),),
    every=True,
    contents=r"\A\s*--\s*liquibase\s+formatted",
    leave_transaction="give it a changeset of its own with runInTransaction:false",
    ledger=Ledger("databasechangelog", "id", recorded="changeset"),
)
