"""Django: <app>/migrations/<number>_<name>.py, as the SQL of `manage.py sqlmigrate`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path, PurePath

from schemalint.migrations.parts import separate
from schemalint.migrations.runner import Mark, Runner, Script

_PROGRAM = """
import inspect, io, json
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
if connection.vendor != "postgresql":
    raise SystemExit(f"the default database is {connection.vendor}, not postgresql")
graph = MigrationLoader(None).graph
made = []
for app, name in {node: None for leaf in graph.leaf_nodes() for node in graph.forwards_plan(leaf)}:
    out = io.StringIO()
    call_command("sqlmigrate", app, name, stdout=out, no_color=True)
    made.append((inspect.getfile(type(graph.nodes[app, name])), out.getvalue()))
print("\\n" + json.dumps(made))
"""


def read(path: PurePath, text: str) -> Script:
    """sqlmigrate writes BEGIN and COMMIT around a migration that is atomic."""
    return Script(separate(text))


def made(path: Path) -> dict[Path, str]:
    """The SQL of each migration of the project that a path is in, all apps', in order. Raises UserError."""
    from schemalint.migrations.programs import above

    return _made(above(path, "manage.py"))


@cache
def _made(project: Path) -> dict[Path, str]:
    from schemalint.migrations.programs import run_python

    text = run_python(
        project,
        ("manage.py", "shell", "-v", "0", "-c", _PROGRAM),
        "django",
        "check what `manage.py sqlmigrate` writes",
    )
    return {Path(name): sql for name, sql in json.loads(text.splitlines()[-1])}


RUNNER = Runner(
    name="django",
    files=r"(?:^|/)migrations/(?P<version>\d+)[^/]*\.py$",
    read=read,
    made=made,
    unique=False,
    marks=(Mark("manage.py"),),
    leave_transaction="set atomic = False in the migration's class",
)
