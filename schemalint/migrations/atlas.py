"""Atlas: <version>_<name>.sql beside atlas.sum, by name."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path, PurePath

from schemalint.migrations.parts import separate, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script

_NO_TRANSACTION = re.compile(r"^--\s*atlas:txmode\s+none\b", re.IGNORECASE | re.MULTILINE)


def read(path: PurePath, text: str) -> Script:
    """One transaction a file; `-- atlas:txmode none` leaves each statement its own."""
    return Script(separate(text) if _NO_TRANSACTION.search(text) else wrapped(text))


_NO_SUM = re.compile(rb"^--\s*atlas:sum\s+ignore\b", re.MULTILINE)
_LISTED = re.compile(r"^(?P<name>\S.*?) h1:(?P<hash>\S+)$", re.MULTILINE)


def mismatch(folder: Path) -> tuple[Path, bool] | None:
    """The first migration that is not as atlas.sum says, and whether it is listed there at all.

    Each checksum is of the names and texts of all files so far, so that those after the first say no more.
    """
    try:
        said = (folder / "atlas.sum").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    listed = {match["name"]: match["hash"] for match in _LISTED.finditer(said)}
    so_far = hashlib.sha256()
    for path in sorted(folder.glob("*.sql"), key=lambda path: path.name.encode()):
        data = path.read_bytes()
        so_far.update(path.name.encode())
        if _NO_SUM.search(data):
            continue
        so_far.update(data)
        if listed.get(path.name) != base64.b64encode(so_far.digest()).decode():
            return path, path.name in listed
    return None


RUNNER = Runner(
    name="atlas",
    files=r"(?:^|/)(?P<version>[^/_.]+)[^/]*\.sql$",
    read=read,
    checksums=True,
    mismatch=mismatch,
    marks=(Mark("atlas.sum"), Mark("atlas.hcl")),
    contents=r"^--\s*atlas:(?:txmode|nolint|checkpoint)\b",
    leave_transaction="put `-- atlas:txmode none` at the file's top, with an empty line below it",
    ledger=Ledger("atlas_schema_revisions.atlas_schema_revisions", "version"),
)
