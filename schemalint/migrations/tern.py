"""tern: <version>_<name>.sql by version as numbers; the way back stands below `---- create above / drop below ----`."""

from __future__ import annotations

import re
from pathlib import PurePath

from schemalint.migrations.parts import separate, wrapped
from schemalint.migrations.runner import Ledger, Mark, Runner, Script

_BELOW = re.compile(r"^---- create above / drop below ----", re.MULTILINE)
_NO_TRANSACTION = re.compile(r"^---- tern: disable-tx ----", re.MULTILINE)


def read(path: PurePath, text: str) -> Script:
    """One transaction a part; `---- tern: disable-tx ----` leaves each statement its own."""
    made = separate if _NO_TRANSACTION.search(text) else wrapped
    below = _BELOW.search(text)
    if below is None:
        return Script(made(text))
    return Script(made(text, 0, below.start()), made(text, below.start()))


RUNNER = Runner(
    name="tern",
    files=r"(?:^|/)(?P<version>\d+)_[^/]*\.sql$",
    read=read,
    numeric=True,
    marks=(Mark("tern.conf"),),
    contents=r"^---- (?:create above / drop below|tern: disable-tx) ----",
    leave_transaction="put `---- tern: disable-tx ----` at the file's top",
    ledger=Ledger("public.schema_version", "version", only_last=True),
)
