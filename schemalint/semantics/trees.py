"""Comparing and walking analyzed trees (equalfuncs.c, nodeFuncs.c)."""

from __future__ import annotations

from msgspec import Struct

_POSITIONS = frozenset(("start", "end"))


def equal(a: object, b: object) -> bool:
    """Whether two analyzed trees are the same but for where they stand (equal())."""
    if a is b:
        return True
    if isinstance(a, Struct) and isinstance(b, Struct):
        if type(a) is not type(b):
            return False
        return all(f in _POSITIONS or equal(getattr(a, f), getattr(b, f)) for f in a.__struct_fields__)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b) and isinstance(a, type(b))


def children(node: Struct) -> list[Struct]:
    """The nodes directly below an analyzed node (expression_tree_walker)."""
    found: list[Struct] = []
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, Struct):
            found.append(value)
        elif isinstance(value, tuple):
            _gather(value, found)
    return found


def _gather(values: tuple[object, ...], found: list[Struct]) -> None:
    for value in values:
        if isinstance(value, Struct):
            found.append(value)
        elif isinstance(value, tuple):
            _gather(value, found)
