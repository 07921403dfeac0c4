"""Files written anew: whole or not at all, with their encoding and line ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from schemalint.cli.reading import encoding_of
from schemalint.diagnostics import Edit
from schemalint.errors import UserError
from schemalint.lint.fixes import apply_edits


def write_edits(name: str, edits: Iterable[Edit]) -> None:
    """Apply edits to a file; the new text replaces the file at once. Raises UserError."""
    path = Path(name).resolve()
    try:
        data = path.read_bytes()
        mark, encoding = encoding_of(data)
        text = data[len(mark) :].decode(encoding)
        line_end = "\r\n" if "\r\n" in text else "\n"
        new = [Edit(e.start, e.end, e.text.replace("\n", line_end)) for e in dict.fromkeys(edits)]
        _replace(path, mark + apply_edits(text, new).encode(encoding))
    except OSError as error:
        raise UserError(f"{name}: {(error.strerror or 'cannot be written').lower()}") from None


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).chmod(path.stat().st_mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
