"""No runner, or none that is known: all .sql files by name, numbers by value; markers of any runner are followed."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.lint.engine import Part
from schemalint.migrations.layout import read_script
from schemalint.migrations.runner import Runner, Script


def read(path: PurePath, text: str) -> Script:
    """No transaction but what a marker says."""
    script = read_script(text)
    return Script((Part(0, len(script.text), script.transaction),))


RUNNER = Runner(
    name="plain",
    files=r"(?:^|/)(?P<version>\d*)[^/]*?(?:\.(?P<way>down|undo))?\.sql$|(?:^|/)(?P<back>U)\d[\d._]*__[^/]*\.sql$",
    read=read,
    numeric=True,
    unique=False,
)
