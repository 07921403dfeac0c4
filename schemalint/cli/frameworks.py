"""Which migrations a run checks where they are programs of a framework, which knows their order and makes SQL of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from schemalint.cli.reading import read_source
from schemalint.cli.selection import Selection
from schemalint.errors import UserError
from schemalint.migrations import checks
from schemalint.migrations.runner import Runner


def select_programs(runner: Runner, paths: Sequence[Path], rev: str | None) -> Selection:
    """Those of the project's migrations that the paths name, and that are not on `rev`; the others before them are history.

    Raises UserError.
    """
    assert runner.made is not None
    sql = runner.made(paths[0])
    every = list(sql)
    named = [path.resolve() for path in paths]
    wanted = [path for path in every if any(path.resolve().is_relative_to(name) for name in named)]
    if not wanted:
        raise UserError(f"{runner.name} knows no migration in {', '.join(map(str, paths))}")
    found = []
    if rev is not None:
        from schemalint.migrations.git import compare

        base = compare(rev, list(dict.fromkeys(path.parent for path in wanted)))
        names = {path: base.name_of(path) for path in wanted}
        found = [checks.edited(runner, read_source(_shown(path)), rev) for path in wanted if names[path] in base.edited]
        wanted = [path for path in wanted if names[path] not in base.known]
    last = every.index(wanted[-1]) if wanted else len(every)
    before = [path for path in every[:last] if path not in wanted]
    return Selection(
        replace(runner, made=lambda path: sql),  # migrations of installed packages are in no folder of the project
        tuple(map(_shown, wanted)),
        tuple(map(_shown, before)),
        whole=True,  # the framework knows all of the migrations, so that nothing else comes before
        findings=tuple(found),
        base=rev,
    )


def _shown(path: Path) -> str:
    """A path as people name it: from here on, where it is below."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
