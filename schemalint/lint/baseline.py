"""Findings that were there before, kept in a file beside the migrations: applied ones are checksummed, so no comment may go there.

An entry names rule, file and fingerprint, gives a reason, and may expire. What matches no finding any more has to go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from schemalint.diagnostics import Diagnostic
from schemalint.errors import UserError
from schemalint.lint.fingerprints import fingerprints

VERSION = 1
FIRST_REASON = "there when the baseline was written"


class Entry(Struct, frozen=True):
    """One finding that is allowed; `file` from the baseline's directory on, with slashes. It is void after `expires`."""

    rule: str
    file: str
    fingerprint: str
    reason: str
    expires: date | None = None


class Matched(Struct, frozen=True):
    """What is left of a run's findings, the entries that are used, have expired, or match nothing any more."""

    diagnostics: tuple[Diagnostic, ...]
    used: tuple[Entry, ...] = ()
    expired: tuple[Entry, ...] = ()
    stale: tuple[Entry, ...] = ()


def match(
    diagnostics: Sequence[Diagnostic],
    entries: Iterable[Entry],
    *,
    name_of: Callable[[str], str],
    today: date,
    decided: Callable[[Entry], bool],
) -> Matched:
    """Take away what the entries allow.

    name_of  a source's name -> what an entry calls it
    decided  whether this run would have found what an entry allows: its file was checked, its rule ran
    """
    by_key = {(e.rule, e.file, e.fingerprint): e for e in entries}
    kept, used, expired = [], [], []
    for d, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True):
        entry = by_key.pop((d.rule, name_of(d.source.name), fingerprint), None)
        if entry is None:
            kept.append(d)
        elif entry.expires is not None and entry.expires < today:
            kept.append(d)
            expired.append(entry)
        else:
            used.append(entry)
    stale = [e for e in by_key.values() if decided(e)]
    return Matched(tuple(kept), tuple(used), tuple(expired), tuple(stale))


def made_of(
    diagnostics: Sequence[Diagnostic],
    name_of: Callable[[str], str],
    old: Collection[Entry],
    keep: Callable[[Entry], bool],
) -> list[Entry]:
    """Entries for all these findings; reason and expiry of an old one stay, and so do the old ones that `keep` wants."""
    known = {(e.rule, e.file, e.fingerprint): e for e in old}
    found: dict[tuple[str, str, str], Entry] = {key: e for key, e in known.items() if keep(e)}
    for d, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True):
        key = (d.rule, name_of(d.source.name), fingerprint)
        found[key] = known.get(key) or Entry(*key, FIRST_REASON)
    return sorted(found.values(), key=lambda e: (e.file, e.rule, e.fingerprint))


def dump(entries: Iterable[Entry]) -> str:
    """A baseline's text."""
    import json

    rows = [
        {"rule": e.rule, "file": e.file, "fingerprint": e.fingerprint, "reason": e.reason}
        | ({"expires": e.expires.isoformat()} if e.expires is not None else {})
        for e in entries
    ]
    return json.dumps({"version": VERSION, "entries": rows}, ensure_ascii=False, indent=2) + "\n"


def parse(text: str, name: str) -> list[Entry]:
    """The entries of a baseline. Raises UserError that names the entry."""
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        raise UserError(f"{name}: not valid JSON: {error}") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("entries"), list):
        raise UserError(f'{name}: not a baseline: expected {{"version": {VERSION}, "entries": [...]}}')
    return [_entry(row, f"{name}: entry {i}") for i, row in enumerate(data["entries"], 1)]


def _entry(row: Any, where: str) -> Entry:
    if not isinstance(row, dict):
        raise UserError(f"{where}: expected an object")
    for key in row:
        if key not in Entry.__struct_fields__:
            raise UserError(f"{where}: unknown key {key}")
    for key in ("rule", "file", "fingerprint", "reason"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise UserError(f"{where}: {key} must be a text that says something")
    expires = row.get("expires")
    try:
        day = None if expires is None else date.fromisoformat(expires)
    except (TypeError, ValueError):
        raise UserError(f"{where}: expires must be a date like 2030-12-31, not {expires!r}") from None
    return Entry(row["rule"], row["file"], row["fingerprint"], row["reason"], day)
