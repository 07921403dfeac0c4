"""Drift: what is shown of the differences between two databases, and what is ignored."""

from __future__ import annotations

import json

import pytest

from schemalint.catalog.builtins import load
from schemalint.catalog.drift import as_json, as_markdown, as_text, drift
from schemalint.catalog.model import Attribute, Namespace, Relation, Role
from schemalint.catalog.store import Catalog


@pytest.fixture
def catalogs() -> tuple[Catalog, Catalog]:
    left, right = Catalog(load(18)), Catalog(load(18))
    left.put(Relation(oid=20000, name="a", columns=(Attribute(num=1, name="id", type=23),)))
    right.put(Relation(oid=30000, name="a", columns=(Attribute(num=1, name="id", type=20),)))
    right.put(Relation(oid=30001, name="b"))
    left.put(Namespace(oid=20001, name="old"))
    right.put(Role(oid=30002, name="bob"))
    right.set_comment(right[Relation, 30000].address, "a | table")
    return left, right


def test_text(catalogs: tuple[Catalog, Catalog]) -> None:
    assert as_text(drift(*catalogs), "dev", "production") == [
        "--- dev",
        "+++ production",
        "+ role bob",
        "~ relation public.a",
        "    column id.type: int4 -> int8",
        "    comment: (not set) -> a | table",
        "+ relation public.b",
        "- schema old",
    ]
    assert as_text([], "dev", "production") == ["no differences"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        (["role *"], 4),
        (["*"], 0),
        (["public.*"], 2),
        (["*: comment"], 4),
        (["relation public.a: column *"], 4),
        (["old", "schema none"], 4),
    ],
)
def test_ignored(catalogs: tuple[Catalog, Catalog], ignore: list[str], left: int) -> None:
    assert len(drift(*catalogs, ignore=ignore)) == left


def test_json(catalogs: tuple[Catalog, Catalog]) -> None:
    found = json.loads(as_json(drift(*catalogs), "dev", "production"))
    assert found["before"] == "dev"
    assert found["differences"][1] == {
        "kind": "relation",
        "name": "public.a",
        "attribute": "column id.type",
        "before": "int4",
        "after": "int8",
    }


def test_markdown(catalogs: tuple[Catalog, Catalog]) -> None:
    lines = as_markdown(drift(*catalogs), "dev", "production")
    assert lines[0] == "| | dev | production |"
    assert "| relation `public.a` comment |  | a \\| table |" in lines
