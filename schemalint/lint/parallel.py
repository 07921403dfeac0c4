"""Two processes for a long batch: both follow all statements, as each builds on those before, but each applies the rules to a share.

Following takes about as long as applying the rules, so the second process takes two thirds of the files and this one the rest.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from schemalint.diagnostics import Diagnostic
from schemalint.lint.files import File
from schemalint.lint.packing import pack, unpack

if TYPE_CHECKING:
    from schemalint.lint.engine import Engine

MIN_CHARACTERS = 100_000
"""Of all files together; below that a second process does not pay."""

SHARE = 2 / 3


class Share(Struct, frozen=True):
    """What the rules found in a share of the files, and which of them crashed."""

    diagnostics: list[Diagnostic]
    crashes: tuple[str, ...]


def share_of(files: Sequence[File], engine: Engine) -> int:
    """How many of the files, from the first, a second process should take; 0 where it should not or cannot be."""
    total = sum(len(file.source.text) for file in files)
    if total < MIN_CHARACTERS or not hasattr(os, "fork") or _processors() < 2 or threading.active_count() > 1:
        return 0
    if engine.simulator.catalog.loader is not None or any(file.back is not None for file in files):
        return 0  # a connection has one user, and ways back are undone
    count = seen = 0
    while seen < total * SHARE:
        seen += len(files[count].source.text)
        count += 1
    return count if count < len(files) else 0


def check_in_two(engine: Engine, files: Sequence[File], count: int) -> None:
    """Check the files, the first `count` of them in another process as far as rules are concerned."""
    sources = {file.source.name: file.source for file in files}

    def first_share() -> bytes:
        for file in files[:count]:
            engine.check(file)
        return pack(Share(engine.result.diagnostics, engine.result.crashes), sources.get)

    with _Second(first_share) as second:
        engine.follow(files[:count])
        for file in files[count:]:
            engine.check(file)
        found = unpack(second.answer(), Share, sources.get)
    if found is None:
        raise ChildProcessError("the second process ended before its share was checked")
    engine.result.diagnostics[:0] = found.diagnostics
    engine.result.crashes = found.crashes + engine.result.crashes


class _Second:
    """A copy of this process that works something out and ends."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        reader, writer = os.pipe()
        self.process = os.fork()
        if not self.process:
            code = 1
            with suppress(BaseException):  # nothing of this process may run twice: no handlers, no buffers written
                os.close(reader)
                with os.fdopen(writer, "wb") as out:
                    out.write(work())
                code = 0
            os._exit(code)
        os.close(writer)
        self.reader = reader

    def __enter__(self) -> _Second:
        return self

    def answer(self) -> bytes:
        """What it has worked out, once it has; less than that where it has failed."""
        with os.fdopen(os.dup(self.reader), "rb") as said:
            return said.read()

    def __exit__(self, *_: object) -> None:
        os.close(self.reader)  # should it still be writing, it ends
        os.waitpid(self.process, 0)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
