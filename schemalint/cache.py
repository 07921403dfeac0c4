"""What runs leave for later ones: files in a directory of the user's own, found by what they were made from (docs/decisions/cache.md).

Nothing here is needed: an entry that is missing, damaged or of another version is made anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from msgspec import MsgspecError, msgpack

T = TypeVar("T")

MAX_ENTRIES = 200
"""Files that the directory holds at most, about; the oldest ones go."""

_SEAL = 16
"""Bytes at an entry's beginning that tell whether the rest is as it was written."""


class Cache:
    """A directory of entries. One that others may write to is not used: what they say would be believed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def code(self) -> str:
        """What tells this program from any other: its files, and those of the tokenizer and of Python that it runs on."""
        tokenizer = find_spec("sqlglot")
        below = Path(tokenizer.origin).parent if tokenizer is not None and tokenizer.origin else None
        return digest(
            sys.version, stamp(Path(__file__).resolve().parent), None if below is None else stamp(below, deep=False)
        )

    def read(self, kind: str, key: str, of: type[T], dec_hook: Callable[[type, Any], Any] | None = None) -> T | None:
        """What was written under a key, or None."""
        try:
            if not _is_own(self.directory):
                return None
            data = (self.directory / f"{kind}-{key}").read_bytes()
            if _seal(data[_SEAL:]) != data[:_SEAL]:
                return None
            return msgpack.decode(data[_SEAL:], type=of, dec_hook=dec_hook)
        except (OSError, MsgspecError):
            return None

    def write(self, kind: str, key: str, value: object, enc_hook: Callable[[Any], Any] | None = None) -> None:
        """Leave something for later runs, if that is possible; other runs see all of it or nothing."""
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own(self.directory):
                return
            data = msgpack.encode(value, enc_hook=enc_hook)
            made = self.directory / f".{os.getpid()}-{kind}-{key}"
            try:
                made.write_bytes(_seal(data) + data)
                made.replace(self.directory / f"{kind}-{key}")
            finally:
                made.unlink(missing_ok=True)
            self._tidy()

    def _tidy(self) -> None:
        entries = list(self.directory.iterdir())
        if len(entries) > MAX_ENTRIES:
            entries.sort(key=lambda path: path.stat().st_mtime)
            for path in entries[: MAX_ENTRIES // 4]:
                path.unlink(missing_ok=True)


def digest(*values: object) -> str:
    """A name for what the values say: plain data, structs and paths."""
    return blake2b(msgpack.encode(values, enc_hook=_plain), digest_size=20).hexdigest()


def stamp(folder: Path, *, deep: bool = True) -> list[tuple[str, int, int]]:
    """(path, time of the last change in ns, bytes) of the files in a folder, in a fixed order; `deep`: also in those below."""
    return sorted(_stamped(str(folder), deep=deep))


def _stamped(folder: str, *, deep: bool) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                status = entry.stat()
                yield entry.path, status.st_mtime_ns, status.st_size
            elif deep and entry.name != "__pycache__":
                yield from _stamped(entry.path, deep=True)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no plain data")


def _seal(data: bytes) -> bytes:
    return blake2b(data, digest_size=_SEAL).digest()


def _is_own(directory: Path) -> bool:
    """Whether nobody but the user can have written there; Windows keeps each user's directory for itself."""
    if os.name != "posix":
        return True
    status = directory.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022
