"""Configuration parameters: which exist, who may set them, and which values they take (guc.c)."""

from __future__ import annotations

import re

from schemalint.catalog import model
from schemalint.catalog.builtins import Setting
from schemalint.errors import Refusal
from schemalint.simulator.session import Session

At = tuple[int, int] | None

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_NUMBER = re.compile(
    r"\s*([-+]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?))\s*([A-Za-z]*)\s*$"
)
_MEMORY = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_TIME = {"us": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
_BASE_MEMORY = {"B": 1, "kB": 1024, "8kB": 8192, "MB": 1024**2}
_CUSTOM_NAME = re.compile(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)+$")


def find_option(session: Session, name: str, at: At = None) -> Setting | None:
    """A known parameter, None for a customized one (`app.user_id`); raises 42704 for what is neither (find_option)."""
    found = session.catalog.builtins.settings.get(name.lower())
    if found is not None:
        return found
    if "." in name:
        if _CUSTOM_NAME.match(name) is None:
            raise Refusal(
                "42602",
                f'invalid configuration parameter name "{name}"',
                detail="Custom parameter names must be two or more simple identifiers separated by dots.",
                at=at,
            )
        return None
    raise Refusal("42704", f'unrecognized configuration parameter "{name}"', at=at, word=name)


def check_context(session: Session, setting: Setting, at: At) -> None:
    """Whether a session may change the parameter (set_config_with_handle)."""
    match setting.context:
        case "internal":
            raise Refusal("55P02", f'parameter "{setting.name}" cannot be changed', at=at)
        case "postmaster":
            raise Refusal("55P02", f'parameter "{setting.name}" cannot be changed without restarting the server', at=at)
        case "sighup":
            raise Refusal("55P02", f'parameter "{setting.name}" cannot be changed now', at=at)
        case "backend" | "superuser-backend":
            raise Refusal("55P02", f'parameter "{setting.name}" cannot be set after connection start', at=at)
        case "superuser":
            role = session.catalog.get(model.Role, session.role)
            if role is not None and not role.super:
                raise Refusal("42501", f'permission denied to set parameter "{setting.name}"', at=at)


def check_value(session: Session, setting: Setting, value: str, at: At) -> None:
    """Whether the parameter takes the value (parse_and_validate_value)."""
    match setting.vartype:
        case "bool":
            if _as_bool(value) is None:
                raise Refusal("22023", f'parameter "{setting.name}" requires a Boolean value', at=at)
        case "integer" | "real":
            _check_number(setting, value, at)
        case "enum":
            allowed = list(setting.enumvals)
            if value.lower() not in allowed and not _enum_alias(setting, value):
                shown = ", ".join(allowed)
                raise Refusal("22023", _invalid(setting, value), hint=f"Available values: {shown}.", at=at)
        case "string":
            _check_string(session, setting, value, at)


def check_stored_value(session: Session, setting: Setting | None, value: str | None, at: At) -> None:
    """Whether the value may be kept for later sessions or calls (validate_option_array_item)."""
    if setting is None:
        return
    check_context(session, setting, at)
    if value is not None and setting.name.lower() not in _LENIENT:
        check_value(session, setting, value, at)


_LENIENT = frozenset(
    ("default_table_access_method", "default_tablespace", "temp_tablespaces", "default_text_search_config")
)
"""What such a parameter names need not exist yet (PGC_S_TEST)."""


def _invalid(setting: Setting, value: str) -> str:
    return f'invalid value for parameter "{setting.name}": "{value}"'


def _as_bool(value: str) -> bool | None:
    """parse_bool: unique prefixes are taken, but `o` is not."""
    word = value.lower()
    if not word or word == "o":
        return None
    if any(w.startswith(word) for w in _TRUE):
        return True
    return False if any(w.startswith(word) for w in _FALSE) else None


def _enum_alias(setting: Setting, value: str) -> bool:
    """Enumerations hide aliases: Booleans for on/off/..., `debug` and older spellings."""
    word = value.lower()
    if "on" in setting.enumvals or "off" in setting.enumvals:
        return word in (*_TRUE, *_FALSE)
    return (
        word in ("debug", "info", "fatal", "panic", "log", "default", "read-committed") and "debug1" in setting.enumvals
    )


def _check_number(setting: Setting, value: str, at: At) -> None:
    match = _NUMBER.match(value)
    if match is None:
        raise Refusal("22023", _invalid(setting, value), at=at)
    digits, unit = match.groups()
    number = float(int(digits, 16)) if "x" in digits.lower() else float(digits)
    if unit:
        if setting.unit in _BASE_MEMORY and unit in _MEMORY:
            number = number * _MEMORY[unit] / _BASE_MEMORY[setting.unit]
        elif setting.unit in _TIME and unit in _TIME:
            number = number * _TIME[unit] / _TIME[setting.unit]
        else:
            hint = None
            if setting.unit in _BASE_MEMORY:
                hint = 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".'
            elif setting.unit in _TIME:
                hint = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
            raise Refusal("22023", _invalid(setting, value), hint=hint, at=at)
    if setting.vartype == "integer":
        number = float(round(number))
    low = float(setting.min_val) if setting.min_val is not None else float("-inf")
    high = float(setting.max_val) if setting.max_val is not None else float("inf")
    if not low <= number <= high:
        unit_text = f" {setting.unit}" if setting.unit else ""
        shown = f"{number:.0f}" if setting.vartype == "integer" else f"{number:g}"
        raise Refusal(
            "22023",
            f'{shown}{unit_text} is outside the valid range for parameter "{setting.name}" '
            f"({setting.min_val}{unit_text} .. {setting.max_val}{unit_text})",
            at=at,
        )


def _check_string(session: Session, setting: Setting, value: str, at: At) -> None:
    match setting.name.lower():
        case "timezone":
            from schemalint.semantics.input.timezones import find_zone

            if not re.match(r"[-+\d]|interval|default|local", value, re.IGNORECASE) and find_zone(value) is None:
                raise Refusal("22023", _invalid(setting, value), at=at)
        case "default_table_access_method":
            if session.catalog.find_oid("pg_am", 0, value) is None:
                raise Refusal(
                    "22023", _invalid(setting, value), detail=f'Table access method "{value}" does not exist.', at=at
                )
        case "default_tablespace":
            if value and session.catalog.find_oid("pg_tablespace", 0, value) is None:
                raise Refusal("22023", _invalid(setting, value), detail=f'Tablespace "{value}" does not exist.', at=at)
