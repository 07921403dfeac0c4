"""sqitch: deploy/<change>.sql in the order of sqitch.plan, run by psql; revert/ leads back, verify/ checks."""

from __future__ import annotations

from pathlib import Path, PurePath

from schemalint.migrations.parts import separate
from schemalint.migrations.runner import Ledger, Mark, Runner, Script


def read(path: PurePath, text: str) -> Script:
    """What transactions there are, the file opens."""
    return Script(separate(text))


def plan(folder: Path) -> list[str] | None:
    """The changes of sqitch.plan, in order."""
    try:
        text = (folder.parent / "sqitch.plan").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    lines = (line.strip() for line in text.splitlines())
    return [line.split()[0] for line in lines if line and line[0] not in "%#@"]


RUNNER = Runner(
    name="sqitch",
    files=r"(?:^|/)(?P<way>deploy|revert|verify)/(?P<version>[^/]+)\.sql$",
    read=read,
    marks=(Mark("sqitch.plan"),),
    folders=("deploy",),
    listed=plan,
    leave_transaction="leave out the BEGIN and COMMIT of its deploy script",
    ledger=Ledger("sqitch.changes", "change"),
)
