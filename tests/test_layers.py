"""Imports point down only, and what a room is for stays in it (docs: CONTRIBUTING, "Working on it")."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "schemalint"
LAYERS = (
    ("source", "errors", "cache", "py"),
    ("diagnostics",),
    ("syntax",),
    ("catalog",),
    ("semantics",),
    ("simulator",),
    ("lint",),
    ("render", "migrations"),
    ("config",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
HOME = {"sqlglot": ("syntax/",), "psycopg": ("catalog/live.py", "catalog/connection_errors.py"), "click": ("cli/",)}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports, within functions too; those under TYPE_CHECKING are for readers only."""
    tree = ast.parse(path.read_text())
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "schemalint" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in ("__init__", "__main__", "presets", "rules"):
        return
    assert room in LEVEL, f"{room} is in no layer"
    for module in imports(path):
        other = room_of(module)
        if other is not None:
            assert other == room or LEVEL[other] <= LEVEL[room], f"{room} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    inside = str(path.relative_to(PACKAGE))
    for module in imports(path):
        homes = HOME.get(module.split(".")[0])
        assert homes is None or inside.startswith(homes), f"{inside} imports {module}"
        assert module.split(".")[0] != "rules", f"{inside} imports a rule"


@pytest.mark.parametrize("path", sorted((CHECKOUT / "rules").rglob("*.py")), ids=lambda path: path.stem)
def test_rules_see_no_sqlglot_and_print_nothing(path: Path) -> None:
    for module in imports(path):
        assert module.split(".")[0] in {
            "__future__",
            "re",
            "collections",
            "schemalint",
            "msgspec",
            "functools",
            "typing",
        }, module
        assert room_of(module) not in ("cli", "render", "config", "migrations"), module
