"""What a table's size means for people: how severe a finding is, and about how long a lock is held."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemalint.diagnostics import SEVERITIES, SeverityName

Work = Literal["scan", "rewrite", "build"]
"""What is done to every row: read, written anew, or put into an index."""


class Thresholds(Struct, frozen=True):
    """Rows below which a table is small, and above which it is large."""

    small: int = 10_000
    large: int = 1_000_000


_BYTES_PER_SECOND: dict[Work, float] = {"scan": 300e6, "rewrite": 40e6, "build": 60e6}
"""Of the table; orders of magnitude on ordinary disks, with rows of ordinary width."""

_ROW = 150
"""Bytes of a row, where only their number is known."""

_DONE: dict[Work, str] = {"scan": "reading it", "rewrite": "writing it anew", "build": "building the index"}


def for_size(severity: SeverityName, rows: float | None, thresholds: Thresholds) -> SeverityName:
    """One less for a small table, one more for a large one; a size that is not known changes nothing."""
    if rows is None:
        return severity
    step = -1 if rows < thresholds.small else 1 if rows > thresholds.large else 0
    return SEVERITIES[min(max(SEVERITIES.index(severity) + step, 0), len(SEVERITIES) - 1)]


def duration(work: Work, rows: float | None, size: int | None) -> str:
    """About how long it takes, in words: `reading it takes minutes`; nothing where the size is not known."""
    known = size if size is not None else None if rows is None else rows * _ROW
    if known is None:
        return ""
    seconds = known / _BYTES_PER_SECOND[work]
    for limit, words in (
        (1, "less than a second"),
        (10, "seconds"),
        (60, "tens of seconds"),
        (600, "minutes"),
        (3600, "tens of minutes"),
    ):
        if seconds < limit:
            return f"{_DONE[work]} takes {words}"
    return f"{_DONE[work]} takes hours"
