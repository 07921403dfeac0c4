"""The identifiers of a script."""

from __future__ import annotations

import pytest

from schemalint.catalog.mentioned import identifiers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ALTER TABLE Orders", {"alter", "table", "orders"}),
        ('DROP VIEW "Mixed Case", "a""b"', {"Mixed Case", 'a"b'}),
        ("DO $$ BEGIN PERFORM 'app.größe'; END $$", {"app", "größe"}),
        ("a.b(c)::d[]", {"a", "b", "c", "d"}),
        ("x" * 70, {"x" * 63}),
        ("", set()),
    ],
)
def test_identifiers(text: str, names: set[str]) -> None:
    assert names <= identifiers([text])
