"""goose: <version>_<name>.sql by version as numbers, with `-- +goose Up` and `-- +goose Down`."""

from __future__ import annotations

import re
from pathlib import PurePath

from schemalint.lint.files import Part
from schemalint.migrations.parts import marked
from schemalint.migrations.runner import Ledger, Runner, Script

_NO_TRANSACTION = re.compile(r"^--\s*\+goose\s+no\s+transaction\b", re.IGNORECASE | re.MULTILINE)


def read(path: PurePath, text: str) -> Script:
    """One transaction a part; `-- +goose NO TRANSACTION` anywhere in the file leaves each statement its own."""
    script = marked(text, r"^--\s*\+goose\s+(?P<way>up|down)\b", "")
    if _NO_TRANSACTION.search(text) is None:
        return script
    return Script(tuple(map(_free, script.up)), tuple(map(_free, script.down)))


def _free(part: Part) -> Part:
    return Part(part.start, part.end, False)


RUNNER = Runner(
    name="goose",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*\.sql$",
    read=read,
    numeric=True,
    every=True,
    contents=r"^--\s*\+goose\s+up\b",
    leave_transaction="put `-- +goose NO TRANSACTION` at the file's top",
    ledger=Ledger("goose_db_version", "version_id", applied="is_applied", order="id", beginnings=("0",)),
)
