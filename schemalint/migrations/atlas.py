"""Atlas: <version>_<name>.sql beside atlas.sum, by name."""

from __future__ import annotations

import re
from pathlib import PurePath

from schemalint.migrations.parts import separate, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script

_NO_TRANSACTION = re.compile(r"^--\s*atlas:txmode\s+none\b", re.IGNORECASE | re.MULTILINE)


def read(path: PurePath, text: str) -> Script:
    """One transaction a file; `-- atlas:txmode none` leaves each statement its own."""
    return Script(separate(text) if _NO_TRANSACTION.search(text) else wrapped(text))


RUNNER = Runner(
    name="atlas",
    files=r"(?:^|/)(?P<version>[^/_.]+)[^/]*\.sql$",
    read=read,
    checksums=True,
    marks=(Mark("atlas.sum"), Mark("atlas.hcl")),
    contents=r"^--\s*atlas:(?:txmode|nolint|checkpoint)\b",
    leave_transaction="put `-- atlas:txmode none` at the file's top, with an empty line below it",
    ledger=Ledger("atlas_schema_revisions.atlas_schema_revisions", "version"),
)
