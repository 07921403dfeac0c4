"""Every statement in the table has a function that executes it."""

from __future__ import annotations

import pytest

from schemalint.simulator.dispatch import EXECUTORS, executor
from schemalint.syntax import nodes


@pytest.mark.parametrize("kind", EXECUTORS)
def test_the_statement_has_its_function(kind: str) -> None:
    assert hasattr(nodes, kind)
    assert callable(executor(kind))
