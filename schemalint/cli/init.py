"""`schemalint init`: a configuration and a workflow to start from."""

from __future__ import annotations

from pathlib import Path

import click

from schemalint.errors import UserError
from schemalint.migrations.detect import default_folders, detect

CONFIG = """\
# What runs the migrations; without this line it is found out each time
runner = "{runner}"

# The major version of the server, where no snapshot or server says it: 14 to 18
# pg-version = 18

# What the database holds, if not what the migrations before make: a snapshot (schemalint snapshot) or a dump of its schema
# catalog = ["schema.sql"]
"""

WORKFLOW = """\
name: schemalint
on:
  pull_request:
    paths: ["{folder}/**"]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{ fetch-depth: 0 }}
      - uses: actions/setup-python@v5
        with: {{ python-version: "3.12" }}
      - run: pip install 'schemalint[fast]'
      - run: schemalint check {folder} --base "origin/$GITHUB_BASE_REF" --format github
"""


def run_init(*, force: bool) -> int:
    """Write what is not there yet into the current directory; with `force`, over what is. Raises UserError."""
    here = Path.cwd()
    found = default_folders(here)
    if found:
        path, runner = found[0]
        if held := sorted(file for file in path.rglob("*") if file.is_file()):
            runner = detect(held).name  # several runners share a folder's name
        folder = path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
        click.echo(f"schemalint: migrations of {runner} in {folder}", err=True)
    else:
        folder, runner = "migrations", "plain"
        click.echo("schemalint: no migrations found; written for .sql files in migrations/", err=True)
    _write(here / "schemalint.toml", CONFIG.format(runner=runner), force)
    _write(here / ".github" / "workflows" / "schemalint.yml", WORKFLOW.format(folder=folder), force)
    return 0


def _write(path: Path, text: str, force: bool) -> None:
    name = path.relative_to(Path.cwd()).as_posix()
    if path.exists() and not force:
        click.echo(f"schemalint: {name}: left as it is (--force writes it anew)", err=True)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{name}: {(error.strerror or 'cannot be written').lower()}") from None
    click.echo(f"schemalint: {name}: written", err=True)
