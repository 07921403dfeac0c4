"""Lines for psql: which of them may run statements that are not seen here."""

from __future__ import annotations

_HARMLESS = frozenset(
    "a C conninfo copyright d echo encoding errverbose f getenv H help html o out p password prompt pset qecho r reset restrict "
    "s set setenv t T timing unset unrestrict warn w write x z ; : .".split()
)
"""Commands that change how psql shows things, its variables or its buffer."""


def hides_statements(command: str) -> bool:
    r"""Whether `\command ...` may run, leave out or redirect statements (`\i`, `\gexec`, `\if`, `\connect`...)."""
    words = command[1:].split(None, 1)
    name = words[0] if words else ""
    return name not in _HARMLESS and not name.startswith(("d", "?"))
