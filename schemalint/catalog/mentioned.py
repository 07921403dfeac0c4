"""The identifiers that a script may name objects by: all of its words, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z_\x80-\U0010ffff][\w$]*")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')

NAMEDATALEN = 64


def identifiers(texts: Iterable[str]) -> set[str]:
    """Words of the texts, folded and as written, and what stands in double quotes; cut to the length of a name. Words in strings,
    comments and function bodies count, too: a body is a string, and what is fetched in vain costs little."""
    found: set[str] = set()
    for text in texts:
        words = set(_WORD.findall(text))
        found |= words
        found |= {word.lower() for word in words}
        found |= {name.replace('""', '"') for name in _QUOTED.findall(text)}
    return {_cut(name) for name in found}


def _cut(name: str) -> str:
    raw = name.encode()
    return name if len(raw) < NAMEDATALEN else raw[: NAMEDATALEN - 1].decode(errors="ignore")
