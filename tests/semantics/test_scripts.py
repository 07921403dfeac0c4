"""Scripts of statements that build on each other: every one accepted, or refused with the server's SQLSTATE and words."""

from __future__ import annotations

from pathlib import Path

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

SCRIPTS = sorted(Path(__file__).with_name("scripts").glob("*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_agrees_with_the_server(script: Path, server: Server) -> None:
    assert_same_verdicts(server, script.read_text())
