"""How old a snapshot may be: `check --max-age`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from schemalint.diagnostics import Unchecked
from schemalint.errors import UserError

if TYPE_CHECKING:
    from schemalint.cli.targets import Database  # which knows the simulator

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_age(text: str) -> timedelta:
    """`12h`, `7d` or `2w`. Raises UserError."""
    found = re.fullmatch(r"(\d{1,5})([hdw])", text.strip())
    if found is None:
        raise UserError(f"--max-age {text} is no age: write 12h, 7d or 2w")
    return int(found[1]) * UNITS[found[2]]


def with_age(database: Database, limit: timedelta, now: datetime | None = None) -> Database:
    """The database, with a remark when it is read from a snapshot older than the limit."""
    catalog = database.simulator.catalog
    try:
        made = datetime.fromisoformat(catalog.made_at).astimezone(UTC)
    except ValueError:  # no snapshot, or one that does not say
        return database
    age = (now or datetime.now(UTC)) - made
    if age <= limit:
        return database
    old = Unchecked(
        f"what changed since {catalog.source} was made {described(age)} ago; make it again with schemalint snapshot"
    )
    return replace(database, unchecked=(*database.unchecked, old))


def described(age: timedelta) -> str:
    """An age in its largest whole unit."""
    hours = int(age / UNITS["h"])
    count, unit = (hours, "hour") if hours < 48 else (age.days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'}"
