"""How messages put things."""

from __future__ import annotations

from collections.abc import Sequence


def cased(name: str, like: str) -> str:
    """A type's or keyword's text in capitals where the text that it replaces is."""
    return name.upper() if like.isupper() and '"' not in name else name


def listed(items: Sequence[str], last: str = "and", most: int = 6) -> str:
    """`a, b and c`; beyond `most` of them, `a, b and 5 more`."""
    if len(items) > most:
        return f"{', '.join(items[: most - 1])} {last} {len(items) - most + 1} more"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def quoted(text: str, most: int = 60) -> str:
    """A text as an SQL string, shortened."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return "'" + shown.replace("'", "''") + "'"
