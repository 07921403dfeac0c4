"""Configuration parameters: which exist, who may set them, and which values they take (guc.c)."""

from __future__ import annotations

import re

from schemalint.catalog import model
from schemalint.catalog.builtins import Setting
from schemalint.errors import Refusal
from schemalint.simulator.session import Session

At = tuple[int, int] | None

INT_MAX = 2**31 - 1

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_INTEGER = re.compile(r"\s*([-+]?(?:0[xX][0-9a-fA-F]+|\d+))(?![.eE\d])\s*([A-Za-z]*)\s*$")
_REAL = re.compile(r"\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)\s*$")
_MEMORY = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_TIME = {"us": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
_BASE_MEMORY = {"B": 1, "kB": 1024, "8kB": 8192, "MB": 1024**2}
_CUSTOM_NAME = re.compile(r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)+$")

OLD_NAMES = {"sort_mem": "work_mem", "vacuum_mem": "maintenance_work_mem"}
"""Names that parameters once had, and that are still taken (map_old_guc_names)."""


def find_option(session: Session, name: str, at: At = None) -> Setting | None:
    """A known parameter, None for a customized one (`app.user_id`); raises 42704 for what is neither (find_option)."""
    settings = session.catalog.builtins.settings
    key = name.lower()
    found = settings.get(key) or settings.get(OLD_NAMES.get(key, key))
    if found is not None:
        return found
    if "." not in name:
        raise Refusal("42704", f'unrecognized configuration parameter "{name}"', at=at, word=name)
    prefix = key.partition(".")[0]
    detail = None
    if _CUSTOM_NAME.match(name) is None:
        detail = "Custom parameter names must be two or more simple identifiers separated by dots."
    elif prefix in session.loaded and session.version >= 15:
        detail = f'"{prefix}" is a reserved prefix.'
    if detail is not None:
        raise Refusal("42602", f'invalid configuration parameter name "{name}"', detail=detail, at=at, word=name)
    return None


def check_context(session: Session, setting: Setting, at: At) -> None:
    """Whether a session may change the parameter (set_config_with_handle)."""
    name = setting.name
    match setting.context:
        case "internal":
            raise Refusal("55P02", f'parameter "{name}" cannot be changed', at=at)
        case "postmaster":
            raise Refusal("55P02", f'parameter "{name}" cannot be changed without restarting the server', at=at)
        case "sighup":
            raise Refusal("55P02", f'parameter "{name}" cannot be changed now', at=at)
        case "backend" | "superuser-backend":
            raise Refusal("55P02", f'parameter "{name}" cannot be set after connection start', at=at)
        case "superuser":
            role = session.catalog.get(model.Role, session.role)
            granted = session.var(f"parameter_acl {name.lower()}")
            if role is not None and not role.super and not granted:
                raise Refusal("42501", f'permission denied to set parameter "{name}"', at=at)


def check_value(session: Session, setting: Setting, value: str, at: At, name: str | None = None) -> None:
    """Whether the parameter takes the value (parse_and_validate_value); `name` is how the statement spells it."""
    shown = setting.name if session.version >= 18 or name is None else name
    match setting.vartype:
        case "bool":
            flag = as_bool(value)
            if flag is None:
                raise Refusal("22023", f'parameter "{shown}" requires a Boolean value', at=at)
            if flag and setting.name == "default_with_oids":
                raise Refusal("0A000", "tables declared WITH OIDS are not supported", at=at)
        case "integer" | "real":
            _check_number(session, setting, value, at)
        case "enum":
            if value.lower() not in map(str.lower, setting.enumvals) and not _enum_alias(setting, value):
                hint = f"Available values: {', '.join(setting.enumvals)}."
                raise Refusal("22023", _invalid(shown, value), hint=hint, at=at)
        case "string":
            from schemalint.simulator.guc_strings import check_string

            check_string(session, setting, value, at)


_LENIENT = frozenset(
    ("default_table_access_method", "default_tablespace", "temp_tablespaces", "default_text_search_config")
)
"""What such a parameter names need not exist yet when it is kept for later (PGC_S_TEST)."""


def check_stored_value(session: Session, setting: Setting | None, value: str | None, at: At) -> None:
    """Whether the value may be kept for later sessions or calls (validate_option_array_item)."""
    if setting is None:
        return
    check_context(session, setting, at)
    if value is not None and setting.name.lower() not in _LENIENT:
        check_value(session, setting, value, at)


def _invalid(name: str, value: str) -> str:
    return f'invalid value for parameter "{name}": "{value}"'


def as_bool(value: str) -> bool | None:
    """parse_bool: unique prefixes are taken, but `o` is not."""
    word = value.lower()
    if not word or word == "o":
        return None
    if any(w.startswith(word) for w in _TRUE):
        return True
    return False if any(w.startswith(word) for w in _FALSE) else None


_HIDDEN = {
    "client_min_messages": ("debug", "info"),
    "log_min_messages": ("debug",),
    "log_min_error_statement": ("debug",),
    "icu_validation_level": ("debug", "info"),
    "wal_level": ("archive", "hot_standby"),
}
"""Values that pg_settings does not list."""


def _enum_alias(setting: Setting, value: str) -> bool:
    word = value.lower()
    if "on" in setting.enumvals and "off" in setting.enumvals and word in (*_TRUE, *_FALSE):
        return True
    return word in _HIDDEN.get(setting.name, ())


# --- Numbers


def _check_number(session: Session, setting: Setting, value: str, at: At) -> None:
    """parse_int and parse_real, then the range."""
    integer = setting.vartype == "integer"
    found = (_INTEGER.match(value) if integer else None) or _REAL.match(value)
    if found is None:
        raise Refusal("22023", _invalid(setting.name, value), at=at)
    digits, unit = found.groups()
    number = float(_c_integer(digits)) if found.re is _INTEGER else float(digits)
    if unit:
        number = _convert(setting, number, unit, value, at)
    if integer:
        number = float(round(number))
        if abs(number) > INT_MAX:
            raise Refusal("22023", _invalid(setting.name, value), hint="Value exceeds integer range.", at=at)
    low = float(setting.min_val) if setting.min_val is not None else float("-inf")
    high = float(setting.max_val) if setting.max_val is not None else float("inf")
    if not low <= number <= high:
        suffix = f" {setting.unit}" if setting.unit else ""
        within = suffix if session.version >= 17 else ""
        shown = f"{number:.0f}" if integer else f"{number:g}"
        raise Refusal(
            "22023",
            f'{shown}{suffix} is outside the valid range for parameter "{setting.name}" '
            f"({setting.min_val}{within} .. {setting.max_val}{within})",
            at=at,
        )


def _c_integer(digits: str) -> int:
    """strtol with base 0."""
    sign = -1 if digits.startswith("-") else 1
    text = digits.lstrip("+-")
    if text[:2].lower() == "0x":
        return sign * int(text, 16)
    if text.startswith("0") and all(c in "01234567" for c in text):
        return sign * int(text, 8)
    return sign * int(text)


def _convert(setting: Setting, number: float, unit: str, value: str, at: At) -> float:
    """convert_to_base_unit."""
    if setting.unit in _BASE_MEMORY and unit in _MEMORY:
        return number * _MEMORY[unit] / _BASE_MEMORY[setting.unit]
    if setting.unit in _TIME and unit in _TIME:
        return number * _TIME[unit] / _TIME[setting.unit]
    hint = None
    if setting.unit in _BASE_MEMORY:
        hint = 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".'
    elif setting.unit in _TIME:
        hint = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
    raise Refusal("22023", _invalid(setting.name, value), hint=hint, at=at)
