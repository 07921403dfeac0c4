"""Values of configuration parameters that are texts (the check hooks of variable.c, tablespace.c, namespace.c...)."""

from __future__ import annotations

import re
from collections.abc import Callable

from schemalint.catalog.builtins import Setting
from schemalint.catalog.model import AccessMethod, Tablespace, TextSearch
from schemalint.errors import Refusal, Undecidable
from schemalint.simulator.session import Session

At = tuple[int, int] | None


def check_string(session: Session, setting: Setting, value: str, at: At) -> None:
    """Raise what a parameter of type string refuses."""
    check = _CHECKS.get(setting.name.lower())
    if check is not None:
        check(session, setting, value, at)


def _refuse(setting: Setting, value: str, at: At, detail: str | None = None) -> Refusal:
    return Refusal("22023", f'invalid value for parameter "{setting.name}": "{value}"', detail=detail, at=at)


_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.\d*)?\s*$")


def _timezone(session: Session, setting: Setting, value: str, at: At) -> None:
    """check_timezone: an interval, hours, or the name of a zone."""
    from schemalint.semantics.input.result import Undecided
    from schemalint.semantics.input.timezones import find_zone

    if value.lower().startswith("interval") or value.lower() in ("default", "local"):
        return
    if _NUMBER.match(value):
        if abs(float(value)) * 3600 > 167 * 3600 + 59 * 60 + 59:
            raise _refuse(setting, value, at, "UTC timezone offset is out of range.")
        return
    try:
        known = find_zone(value.lower()) is not None
    except Undecided:
        return
    if not known:
        raise _refuse(setting, value, at)


def _list(session: Session, setting: Setting, value: str, at: At) -> tuple[str, ...]:
    from schemalint.simulator.settings import split_identifiers

    names = split_identifiers(value)
    if names is None:
        raise _refuse(setting, value, at, "List syntax is invalid.")
    return names


def _datestyle(session: Session, setting: Setting, value: str, at: At) -> None:
    """check_datestyle."""
    styles: set[str] = set()
    orders: set[str] = set()
    for name in _list(session, setting, value, at):
        word = name.lower()
        if word in ("iso", "sql") or word.startswith(("postgres", "german")):
            styles.add(word[:6])
        elif word in ("ymd", "dmy", "mdy", "us") or word.startswith(("euro", "noneuro")):
            orders.add({"us": "mdy"}.get(word, "mdy" if word.startswith("non") else "dmy" if "euro" in word else word))
        elif word != "default":
            raise _refuse(setting, value, at, f'Unrecognized key word: "{name}".')
    if len(styles) > 1 or len(orders) > 1:
        shown = "DateStyle" if session.version >= 18 else "datestyle"
        raise _refuse(setting, value, at, f'Conflicting "{shown}" specifications.')


def _client_encoding(session: Session, setting: Setting, value: str, at: At) -> None:
    from schemalint.simulator.databases import is_encoding

    if not is_encoding(value):
        raise _refuse(setting, value, at)


def _text_search(session: Session, setting: Setting, value: str, at: At) -> None:
    names = tuple(value.split("."))
    if len(names) > 2:
        return
    schema = names[0] if len(names) == 2 else None
    if session.names.find(TextSearch, schema, f"config {names[-1]}") is None:
        try:
            session.names.unknown_or(names[-1], at)
        except Undecidable:
            return
        raise _refuse(setting, value, at)


def _access_method(session: Session, setting: Setting, value: str, at: At) -> None:
    if not value:
        shown = '"default_table_access_method"' if session.version >= 17 else "default_table_access_method"
        raise _refuse(setting, value, at, f"{shown} cannot be empty.")
    found = session.catalog.find(AccessMethod, 0, value)
    if found is None:
        raise _refuse(setting, value, at, f'Table access method "{value}" does not exist.')
    if found.type != "t":
        raise Refusal("55000", f'access method "{value}" is not of type TABLE', at=at, word=value)


def _tablespace(session: Session, setting: Setting, value: str, at: At) -> None:
    if value and session.catalog.find_oid(Tablespace.CLASS, 0, value) is None:
        raise _refuse(setting, value, at, f'Tablespace "{value}" does not exist.')


def _tablespaces(session: Session, setting: Setting, value: str, at: At) -> None:
    for name in _list(session, setting, value, at):
        if name and session.catalog.find_oid(Tablespace.CLASS, 0, name) is None:
            raise Refusal("42704", f'tablespace "{name}" does not exist', at=at, word=name)


def _words(*known: str) -> Callable[[Session, Setting, str, At], None]:
    def check(session: Session, setting: Setting, value: str, at: At) -> None:
        for name in _list(session, setting, value, at):
            if name.lower() not in known:
                raise _refuse(setting, value, at, f'Unrecognized key word: "{name}".')

    return check


_CHECKS: dict[str, Callable[[Session, Setting, str, At], None]] = {
    "timezone": _timezone,
    "log_timezone": _timezone,
    "datestyle": _datestyle,
    "client_encoding": _client_encoding,
    "default_text_search_config": _text_search,
    "default_table_access_method": _access_method,
    "default_tablespace": _tablespace,
    "temp_tablespaces": _tablespaces,
    "createrole_self_grant": _words("set", "inherit"),
    "restrict_nonsystem_relation_kind": _words("view", "foreign-table"),
}
