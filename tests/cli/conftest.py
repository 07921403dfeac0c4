"""Run the command line within the test's process."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemalint.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: what an earlier test left must not change what a later one sees."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cache_directory: Path) -> Iterator[Run]:
    """`run("check", path)`: exit code, standard output and standard error; nothing of the machine's environment is seen."""
    for name in ("SCHEMALINT_DSN", "NO_COLOR", "FORCE_COLOR", "SCHEMALINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("SCHEMALINT_CACHE_DIR", str(cache_directory))

    def command(*args: object) -> Ran:
        with pytest.raises(SystemExit) as done:
            main([str(arg) for arg in args])
        gc.enable()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert isinstance(done.value.code, int)
        return Ran(done.value.code, said.out, said.err)

    yield command
    gc.enable()
