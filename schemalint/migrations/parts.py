"""The transaction that a part of a file runs in: one around it, that of a string sent at once, or each statement's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from schemalint.lint.files import Part
from schemalint.migrations.runner import Script

if TYPE_CHECKING:
    from schemalint.syntax.split import RawStatement

NOT_IN_TRANSACTION = re.compile(
    r"(?:CREATE\s+(?:UNIQUE\s+)?|DROP\s+)INDEX\s+CONCURRENTLY\b"
    r"|REINDEX\b[^;]*?\b(?:CONCURRENTLY|SCHEMA|DATABASE|SYSTEM)\b"
    r"|ALTER\s+TABLE\b[^;]*?\bDETACH\s+PARTITION\b[^;]*?\bCONCURRENTLY\b"
    r"|VACUUM\b|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)\b|ALTER\s+SYSTEM\b|DISCARD\s+ALL\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)


def statements(text: str, start: int, end: int) -> list[RawStatement]:
    """The SQL statements of text[start:end], with the offsets of `text`."""
    from schemalint.syntax.split import split_statements  # which most files do not need

    before = re.sub(r"[^\n]", " ", text[:start])
    return [raw for raw in split_statements(before + text[start:end]) if raw.kind == "sql"]


def wrapped(text: str, start: int = 0, end: int | None = None) -> tuple[Part, ...]:
    """BEGIN, the part, COMMIT."""
    return (Part(start, len(text) if end is None else end, True),)


def separate(text: str, start: int = 0, end: int | None = None) -> tuple[Part, ...]:
    """Each statement by itself."""
    return (Part(start, len(text) if end is None else end, False),)


def one_string(text: str, start: int = 0, end: int | None = None) -> tuple[Part, ...]:
    """Sent as one string: several statements are one transaction, unless they open one themselves (exec_simple_query)."""
    end = len(text) if end is None else end
    if text.find(";", start, end) < 0:
        return (Part(start, end, False),)
    sent = statements(text, start, end)
    opens = any(_OPENS.match(text, raw.start) for raw in sent)
    return (Part(start, end, len(sent) > 1 and not opens),)


def pipeline(text: str) -> tuple[Part, ...]:
    """Sent as one pipeline: as one string, but the first statement may be one that is refused in a transaction."""
    (part,) = one_string(text)
    if not part.transaction:
        return (part,)
    first, second = statements(text, 0, len(text))[:2]
    if NOT_IN_TRANSACTION.match(text, first.start) is None:
        return (part,)
    return (Part(0, second.start, False), *one_string(text, second.start))


def sections(text: str, marker: str) -> Iterator[tuple[re.Match[str], int, int]]:
    """(marker, start, end) of what stands below each marker line; what stands above the first belongs to none."""
    found = list(re.finditer(marker, text, re.IGNORECASE | re.MULTILINE))
    for i, match in enumerate(found):
        yield match, match.start(), found[i + 1].start() if i + 1 < len(found) else len(text)


def marked(text: str, marker: str, no_transaction: str, otherwise: object = None) -> Script:
    """A file whose marker lines have the group `way` (up or down); `no_transaction` is looked for in the up marker's line.

    A file without a marker leads forward as a whole.
    """
    up: tuple[Part, ...] = ()
    down: tuple[Part, ...] = ()
    some = False
    alone = otherwise if callable(otherwise) else separate
    for match, start, end in sections(text, marker):
        some = True
        line_end = text.find("\n", start)
        line = text[start : len(text) if line_end < 0 else line_end]
        free = bool(no_transaction) and re.search(no_transaction, line, re.IGNORECASE) is not None
        made = alone(text, start, end) if free else wrapped(text, start, end)
        if match["way"].lower() == "up":
            up += made
        else:
            down += made
    return Script(up, down) if some else Script(wrapped(text))


_PLACEHOLDER = re.compile(r"\$\{([\w.:-]+)\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values for ${name}, as long as it was: spaces follow a short value. What has no room, stands within a word or
    a quoted text, or has no value is left, and is said to be unknown."""

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1])
        around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
        if value is None or len(value) > len(match[0]) or "\n" in value:
            return match[0]
        if len(value) < len(match[0]) and _IN_WORD.search(around):
            return match[0]
        return value.ljust(len(match[0]))

    return _PLACEHOLDER.sub(value_of, text)


_IN_WORD = re.compile(r"[\w$'\"]")
