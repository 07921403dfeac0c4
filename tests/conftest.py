"""Fixtures that every test may use: real servers, started on first use, one set per pytest-xdist worker.

`server18` is PostgreSQL 18 and always there. A test that takes `server` runs once for each major that this machine has
(and for each server that SCHEMALINT_TEST_SERVERS names). `servers` is all of those majors at once, started as they are asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that a test can say `from servers import Server`

from servers import Server, available_binaries, external_servers, started

EXTERNAL = "external-"


class Servers(Mapping[int, Server]):
    """Major -> its server; a server starts when it is first looked up and runs until the session ends."""

    def __init__(self, exits: ExitStack) -> None:
        self._exits = exits
        self._binaries = available_binaries()
        self._started: dict[int, Server] = {}

    def __getitem__(self, major: int) -> Server:
        if major not in self._started:
            self._started[major] = self._exits.enter_context(started(self._binaries[major]))
        return self._started[major]

    def __iter__(self) -> Iterator[int]:
        return iter(self._binaries)

    def __len__(self) -> int:
        return len(self._binaries)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="write the expected output of golden tests anew")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        majors = [f"pg{major}" for major in available_binaries()]
        external = [f"{EXTERNAL}{index}" for index in range(len(external_servers()))]
        metafunc.parametrize("server", majors + external, indirect=True, scope="session")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with ExitStack() as exits:
        yield Servers(exits)


@pytest.fixture(scope="session")
def server18(servers: Servers) -> Server:
    return servers[18]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    name: str = request.param
    if name.startswith(EXTERNAL):
        return external_servers()[int(name.removeprefix(EXTERNAL))]
    return servers[int(name.removeprefix("pg"))]
