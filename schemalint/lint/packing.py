"""Findings as bytes, for another process or a later run. Sources are written by what they are called, and their text only where the
reader does not have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import MsgspecError, Raw, Struct, msgpack

from schemalint.source import Source

T = TypeVar("T")

Find = Callable[[str], Source | None]
"""The source of a name, where the reader has one."""


class _Packed(Struct, frozen=True):
    """A source in `value` is its place among `sources`: (name, text; None: that of the reader)."""

    sources: list[tuple[str, str | None]]
    value: Raw


def pack(value: object, find: Find) -> bytes:
    """Structs that hold sources, as bytes."""
    places: dict[int, int] = {}
    sources: list[tuple[str, str | None]] = []

    def place(source: Any) -> int:
        if id(source) not in places:
            places[id(source)] = len(sources)
            known = find(source.name)
            sources.append((source.name, None if known is not None and known.text == source.text else source.text))
        return places[id(source)]

    return msgpack.encode(_Packed(sources, Raw(msgpack.encode(value, enc_hook=place))))


def unpack(data: bytes, of: type[T], find: Find) -> T | None:
    """What was packed; None where that cannot be read."""
    try:
        packed = msgpack.decode(data, type=_Packed)
        sources = [find(name) if text is None else Source(name, text) for name, text in packed.sources]
        if None in sources:
            return None
        return msgpack.decode(packed.value, type=of, dec_hook=lambda _, place: sources[place])
    except (MsgspecError, IndexError, TypeError):
        return None
