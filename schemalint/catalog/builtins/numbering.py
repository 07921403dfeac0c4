"""Give objects other identifiers, wherever a struct names one: its own, those it refers to, those in its parts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct, structs

S = TypeVar("S", bound=Struct)


def renumbered(value: S, numbers: Mapping[int, int]) -> S:
    """The struct with each identifier replaced that is a key of `numbers`. What identifies is a field annotated with Oid."""
    changes: dict[str, Any] = {}
    for field, identifies in _fields_to_visit(type(value)):
        old = getattr(value, field)
        if not old:
            continue
        new = _renumbered_field(old, identifies, numbers)
        if new is not old:
            changes[field] = new
    return structs.replace(value, **changes) if changes else value


@cache
def _fields_to_visit(struct: type[Struct]) -> tuple[tuple[str, bool], ...]:
    """(Field, whether it holds identifiers) for each field that holds identifiers or other structs."""
    found: list[tuple[str, bool]] = []
    for base in reversed(struct.__mro__):
        for field, annotation in getattr(base, "__annotations__", {}).items():
            words = str(annotation).replace("[", " ").replace("]", " ").replace(",", " ").split()
            nested = any(word[0].isupper() and word not in ("ClassVar", "Any", "None", "Oid") for word in words)
            if field in struct.__struct_fields__ and ("Oid" in words or nested):
                found.append((field, "Oid" in words))
    return tuple(found)


def _renumbered_field(value: Any, identifies: bool, numbers: Mapping[int, int]) -> Any:
    if isinstance(value, Struct):
        return renumbered(value, numbers)
    if isinstance(value, tuple):
        new = tuple(_renumbered_field(item, identifies, numbers) for item in value)
        return new if any(item is not old for item, old in zip(new, value, strict=True)) else value
    if isinstance(value, dict):
        items = {key: _renumbered_field(item, identifies, numbers) for key, item in value.items()}
        return {numbers.get(key, key) if isinstance(key, int) else key: item for key, item in items.items()}
    return numbers.get(value, value) if identifies and type(value) is int else value
