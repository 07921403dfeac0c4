"""Where a report goes, and how it may look there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from schemalint.errors import UserError
from schemalint.render.style import Style

MIN_WIDTH, MAX_WIDTH = 60, 140


def style_for(output: str | None) -> Style:
    """Colour on a terminal, unless NO_COLOR says no or FORCE_COLOR yes; the terminal's width."""
    if output is not None:
        return Style()
    color = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if os.environ.get("NO_COLOR"):
        color = False
    elif os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        color = True
    return Style(color, terminal_width())


def terminal_width() -> int:
    """Columns to write in: those of the terminal within reason, 100 where there is none."""
    from shutil import get_terminal_size

    return min(max(get_terminal_size((100, 24)).columns, MIN_WIDTH), MAX_WIDTH)


def write(lines: Iterable[str], output: str | None) -> None:
    """Print lines, or write them to a file. Raises UserError."""
    text = "".join(f"{line}\n" for line in lines)
    if output is not None:
        try:
            Path(output).write_text(text, encoding="utf-8", newline="\n", errors="backslashreplace")
        except OSError as error:
            raise UserError(f"{output}: {(error.strerror or 'cannot be written').lower()}") from None
        return
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False, color=True)
