"""What a finding is recognised by in a later run: lines may have moved, the file may have been reindented."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from schemalint.diagnostics import Diagnostic

_NUMBER = re.compile(r"\d+")


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """One for each finding, in their order; those of a file differ, also where the same is said of the same text twice."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for d in diagnostics:
        value = _fingerprint(d)
        count = seen[d.source.name, value] = seen.get((d.source.name, value), 0) + 1
        found.append(value if count == 1 else f"{value}-{count}")
    return found


def _fingerprint(d: Diagnostic) -> str:
    """The rule, what it points at, the line around that, and what it says but for numbers: sizes change from day to day."""
    line = d.source.line_text(d.source.line_column(d.start)[0])
    parts = (d.rule, d.source.text[d.start : d.end], line, _NUMBER.sub("0", d.message))
    text = "\0".join(" ".join(part.split()) for part in parts)
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]
