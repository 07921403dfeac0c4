"""No runner, or none that is known: all .sql files by name, numbers by value; markers of any runner are followed."""

from __future__ import annotations

from pathlib import PurePath

from schemalint.lint.files import Part
from schemalint.migrations.layout import read_script
from schemalint.migrations.runner import Runner, Script


def read(path: PurePath, text: str) -> Script:
    """No transaction but what a marker says."""
    script = read_script(text)
    up = (Part(0, len(script.text), script.transaction),)
    return Script(up, (Part(len(script.text), len(text), script.transaction),) if script.has_way_back else ())


RUNNER = Runner(
    name="plain",
    files=r"(?:^|/)(?P<version>\d*)[^/]*?(?:\.(?P<way>down|undo))?\.sql$|(?:^|/)(?P<back>U)\d[\d._]*__[^/]*\.sql$",
    read=read,
    numeric=True,
    unique=False,
)
