"""Two processes say what one says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemalint.diagnostics import Diagnostic, Label
from schemalint.lint import engine, parallel
from schemalint.lint.engine import Result, check_files
from schemalint.lint.files import File
from schemalint.lint.loader import load_rules
from schemalint.lint.packing import pack, unpack
from schemalint.simulator import Simulator
from schemalint.source import Source

CHECKOUT = Path(__file__).resolve().parents[2]
FILES = sorted((CHECKOUT / "fixtures").rglob("*.sql"))[:60]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has one process")


def batch() -> list[File]:
    return [
        File(Source(str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8")), transaction=True)
        for path in FILES
    ]


def in_one(monkeypatch: pytest.MonkeyPatch, files: list[File]) -> Result:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "share_of", lambda files, engine: 0)
        return check_files(Simulator(), load_rules().values(), files)


def in_two(monkeypatch: pytest.MonkeyPatch, files: list[File], count: int) -> Result:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "share_of", lambda files, engine: count)
        return check_files(Simulator(), load_rules().values(), files)


def said(result: Result) -> tuple[bytes, bytes, int, tuple[str, ...]]:
    none = lambda name: None  # noqa: E731
    return pack(result.diagnostics, none), pack(result.unchecked, none), result.statements, result.crashes


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_two_processes_say_what_one_says(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    files = batch()
    alone = in_one(monkeypatch, files)
    assert len(alone.diagnostics) > 50
    count = round(len(files) * share)
    assert said(in_two(monkeypatch, files, count)) == said(alone)


def test_a_short_batch_is_checked_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine.Engine(Simulator(), ())
    monkeypatch.setattr(parallel, "_processors", lambda: 2)
    monkeypatch.setattr(parallel.threading, "active_count", lambda: 1)
    short = [File(Source(f"{i}.sql", "SELECT 1;")) for i in range(100)]
    assert parallel.share_of(short, made) == 0
    long = [File(Source(f"{i}.sql", "SELECT 1;" * 300)) for i in range(100)]
    assert parallel.share_of(long, made) == 67
    assert parallel.share_of([File(Source("a.sql", "SELECT 1;" * 30_000))], made) == 0
    assert parallel.share_of([File(f.source, back=f) for f in long], made) == 0
    monkeypatch.setattr(parallel, "_processors", lambda: 1)
    assert parallel.share_of(long, made) == 0


def test_a_second_process_that_fails_is_no_clean_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine.Engine(Simulator(), ())
    here = os.getpid()

    def fail(file: File) -> None:
        if os.getpid() != here:
            raise MemoryError

    monkeypatch.setattr(made, "check", fail)
    with pytest.raises(ChildProcessError, match="ended before its share was checked"):
        parallel.check_in_two(made, batch(), 30)


def test_what_is_packed_comes_back() -> None:
    known, other = Source("a.sql", "SELECT 1;"), Source("b.sql", "SELECT 2;")
    found = Diagnostic(
        "r", "design", "info", "m", known, 0, 6, labels=(Label("l", other, 0, 6), Label("m", known, 1, 2))
    )
    packed = pack([found], {"a.sql": known}.get)
    [back] = unpack(packed, list[Diagnostic], {"a.sql": known}.get) or []
    assert back.source is known and back.labels[1].source is known
    assert back.labels[0].source is not None and back.labels[0].source.text == other.text
    assert unpack(packed, list[Diagnostic], lambda name: None) is None
    assert unpack(packed[:-3], list[Diagnostic], {"a.sql": known}.get) is None
    assert unpack(b"", list[Diagnostic], {"a.sql": known}.get) is None
