"""The configuration file: schemalint.toml, or [tool.schemalint] of pyproject.toml, found upward from where the command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from schemalint.diagnostics import SEVERITIES, SeverityName
from schemalint.errors import UserError
from schemalint.migrations.names import RUNNERS

PRESETS = ("supabase",)
MAJORS = (14, 15, 16, 17, 18)


class Config(Struct, frozen=True):
    """What a project wants. `path` is the file it comes from; directories and files in it are taken from there."""

    path: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, SeverityName] = {}
    preset: str | None = None
    pg_version: int | None = None
    fail_on: SeverityName | None = None
    catalog: tuple[str, ...] = ()
    history: str | None = None
    rules: tuple[str, ...] = ()
    runner: str | None = None


KEYS = ("select", "ignore", "severity", "preset", "pg-version", "fail-on", "catalog", "history", "rules", "runner")


def nearest(word: str, words: tuple[str, ...] | list[str]) -> str:
    """`, did you mean X?` where one of `words` is close, else nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, words, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def find_config(start: Path) -> Path | None:
    """The nearest schemalint.toml, or pyproject.toml with [tool.schemalint], at `start` or above."""
    for directory in (start, *start.parents):
        own = directory / "schemalint.toml"
        if own.is_file():
            return own
        project = directory / "pyproject.toml"
        if project.is_file() and "[tool.schemalint" in project.read_text(encoding="utf-8", errors="replace"):
            return project
    return None


def load_config(path: Path | None, rule_names: tuple[str, ...] = ()) -> Config:
    """Read and check a configuration file; None is no file. Raises UserError."""
    if path is None:
        return Config()
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("schemalint", {})
    return _read(path, data, rule_names)


def _read(path: Path, data: dict[str, Any], rule_names: tuple[str, ...]) -> Config:
    for key in data:
        if key not in KEYS:
            raise UserError(f"{path}: unknown key {key}{nearest(key, KEYS)}")
    below = path.parent
    select, ignore = _names(path, data, "select"), _names(path, data, "ignore")
    severity = _severities(path, data)
    for name in (*select, *ignore, *severity):
        check_rule_name(name, rule_names, f"{path}: ")
    return Config(
        path=path,
        select=select,
        ignore=ignore,
        severity=severity,
        preset=_choice(path, data, "preset", PRESETS),
        pg_version=_choice(path, data, "pg-version", MAJORS),
        fail_on=_choice(path, data, "fail-on", SEVERITIES),
        catalog=tuple(str(below / name) for name in _names(path, data, "catalog")),
        history=str(below / _text(path, data, "history")) if "history" in data else None,
        rules=tuple(str(below / name) for name in _names(path, data, "rules")),
        runner=_choice(path, data, "runner", RUNNERS),
    )


def check_rule_name(name: str, rule_names: tuple[str, ...], where: str = "") -> None:
    """Raise UserError for a rule that does not exist."""
    if rule_names and name not in rule_names:
        raise UserError(f"{where}unknown rule {name}{nearest(name, rule_names)}")


def _text(path: Path, data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise UserError(f"{path}: {key} must be a string")
    return value


def _names(path: Path, data: dict[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UserError(f"{path}: {key} must be a list of strings")
    return tuple(value)


def _severities(path: Path, data: dict[str, Any]) -> dict[str, SeverityName]:
    value = data.get("severity", {})
    if not isinstance(value, dict):
        raise UserError(f"{path}: severity must be a table of rule = severity")
    for name, severity in value.items():
        if severity not in SEVERITIES:
            raise UserError(f"{path}: severity.{name} must be error, warning or info, not {severity!r}")
    return cast("dict[str, SeverityName]", value)


def _choice(path: Path, data: dict[str, Any], key: str, choices: tuple[Any, ...]) -> Any:
    value = data.get(key)
    if value is not None and value not in choices:
        allowed = ", ".join(str(choice) for choice in choices)
        hint = nearest(str(value), tuple(str(c) for c in choices))
        raise UserError(f"{path}: {key} must be one of {allowed}, not {value!r}{hint}")
    return value
