"""Flyway: V1_2__name.sql by version as numbers, then R__name.sql by name; U files undo. One transaction a file where it can be."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePath

from schemalint.migrations.checksums import crc32_of_lines
from schemalint.migrations.parts import NOT_IN_TRANSACTION, filled, separate, statements, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script, marker_of


def read(path: PurePath, text: str) -> Script:
    """A file of statements that are refused in a transaction has none; <file>.conf may say executeInTransaction=false."""
    conf = Path(f"{path}.conf")
    if conf.is_file() and re.search(
        r"^\s*executeInTransaction\s*=\s*false", conf.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    ):
        return Script(separate(text))
    if NOT_IN_TRANSACTION.search(text) and any(
        NOT_IN_TRANSACTION.match(text, raw.start) for raw in statements(text, 0, len(text))
    ):
        return Script(separate(text))
    return Script(wrapped(text))


def mixed(path: Path, text: str) -> int | None:
    """Where the first statement stands that Flyway refuses beside the others, unless `mixed` is set: one that cannot run in a
    transaction, or with such ones first, any other. <file>.conf changes nothing in that."""
    if not NOT_IN_TRANSACTION.search(text):
        return None
    first: bool | None = None
    for raw in statements(text, 0, len(text)):
        outside = NOT_IN_TRANSACTION.match(text, raw.start) is not None
        if first is not None and outside != first:
            said = _said(path).get("mixed", "")
            return None if said.lower() == "true" else raw.start
        first = outside
    return None


_CONFIGURED = re.compile(r"^\s*flyway\.(?P<key>[\w.:-]+)\s*=[ \t]*(?P<value>[^\r\n]*?)\s*$", re.MULTILINE)


def fill(path: Path, text: str) -> str:
    """Placeholders that flyway.conf or flyway.toml gives a value, and the default schema."""
    if "${" not in text:
        return text
    said = _said(path)
    if str(said.get("placeholderReplacement", "true")).lower() == "false":
        return text
    values = {key.removeprefix("placeholders."): v for key, v in said.items() if key.startswith("placeholders.")}
    schemas = said.get("schemas", "public").split(",")
    return filled(text, {"flyway:defaultSchema": said.get("defaultSchema") or schemas[0].strip(), **values})


def _said(path: Path) -> dict[str, str]:
    settings = marker_of(RUNNER, path.absolute().parent)
    return {} if settings is None else _settings(settings, settings.stat().st_mtime_ns)


@cache
def _settings(path: Path, changed: int) -> dict[str, str]:
    """The settings of a configuration, with the names that flyway.conf gives them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return _of_toml(text) if path.suffix == ".toml" else dict(_CONFIGURED.findall(text))


def _of_toml(text: str) -> dict[str, str]:
    import tomllib

    try:
        said = tomllib.loads(text).get("flyway", {})
    except tomllib.TOMLDecodeError:
        return {}
    found = {key: ",".join(v) if isinstance(v, list) else str(v) for key, v in said.items() if not isinstance(v, dict)}
    return found | {f"placeholders.{key}": str(value) for key, value in said.get("placeholders", {}).items()}


RUNNER = Runner(
    name="flyway",
    files=r"(?:^|/)(?:[VB]|(?P<way>U))(?P<version>\d+(?:[._]\d+)*)__[^/]*\.sql$|(?:^|/)(?P<repeatable>R)__[^/]*\.sql$",
    read=read,
    fill=fill,
    checksums=True,
    numeric=True,
    marks=(Mark("flyway.toml"), Mark("flyway.conf"), Mark("conf/flyway.conf")),
    folders=("src/main/resources/db/migration", "db/migration"),
    names=r"(?:^|/)(?:[VBU]\d+(?:[._]\d+)*|R)__[^/]*\.sql$",
    mixed=mixed,
    leave_transaction="move it into a migration of its own, with no other statement",
    ledger=Ledger(
        "flyway_schema_history",
        "version",
        applied="success AND type NOT IN ('UNDO_SQL', 'DELETE')",
        order="installed_rank",
        file="script",
        checksum="checksum",
        hashed=crc32_of_lines,
    ),
)
