"""The configuration file: schemalint.toml, or [tool.schemalint] of pyproject.toml, found upward from where the command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from schemalint.diagnostics import SEVERITIES, SeverityName
from schemalint.errors import UserError
from schemalint.lint.sizes import Thresholds
from schemalint.migrations.names import RUNNERS

PRESETS = ("supabase",)
MAJORS = (14, 15, 16, 17, 18)


PROFILES = ("recommended", "strict", "relaxed", "supabase")
"""recommended: the rules that are on by default; strict: all rules, and warnings fail; relaxed: no rules whose findings are infos;
supabase: recommended, with what a hosted database of Supabase holds."""


class Override(Struct, frozen=True):
    """What is different for some files: `paths` are patterns, taken from the configuration's directory; * also stands for slashes."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    severity: dict[str, SeverityName] = {}


class Root(Struct, frozen=True):
    """A directory of migrations of its own, with what it says instead of the keys of the same names."""

    path: Path
    runner: str | None = None
    catalog: tuple[str, ...] = ()
    history: str | None = None
    preset: str | None = None
    pg_version: int | None = None


class Config(Struct, frozen=True):
    """What a project wants. `path` is the file it comes from; directories and files in it are taken from there.

    thresholds  the sizes of tables that change severities
    """

    path: Path | None = None
    profile: str = "recommended"
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
    thresholds: Thresholds = Thresholds()
    overrides: tuple[Override, ...] = ()
    roots: tuple[Root, ...] = ()

    def of_root(self, root: Root) -> Config:
        """What is in force in one of the roots."""
        return replace(
            self,
            runner=root.runner or self.runner,
            catalog=root.catalog or self.catalog,
            history=root.history or self.history,
            preset=root.preset or self.preset,
            pg_version=root.pg_version or self.pg_version,
            roots=(),
        )


KEYS = (
    "profile",
    "select",
    "ignore",
    "severity",
    "preset",
    "pg-version",
    "fail-on",
    "catalog",
    "history",
    "rules",
    "runner",
    "thresholds",
    "overrides",
    "roots",
)
THRESHOLD_KEYS = ("small-rows", "large-rows")
OVERRIDE_KEYS = ("paths", "ignore", "severity")
ROOT_KEYS = ("path", "runner", "catalog", "history", "preset", "pg-version")


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
    return _read(path, _data(path), rule_names)


def keys_of(path: Path | None) -> frozenset[str]:
    """The keys that a configuration file sets; those of a table of thresholds as `thresholds.small-rows`. Raises UserError."""
    data = {} if path is None else _data(path)
    thresholds = (f"thresholds.{key}" for key in data.get("thresholds", {}))
    return frozenset((*data, *thresholds))


def _data(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid TOML: {error}") from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("schemalint", {})
    if not isinstance(data, dict):
        raise UserError(f"{path}: tool.schemalint must be a table")
    return data


def _read(path: Path, data: dict[str, Any], rule_names: tuple[str, ...]) -> Config:
    _known_keys(f"{path}: ", data, KEYS)
    below = path.parent
    where = f"{path}: "
    profile = _choice(where, data, "profile", PROFILES) or "recommended"
    config = Config(
        path=path,
        profile=profile,
        select=_names(where, data, "select"),
        ignore=_names(where, data, "ignore"),
        severity=_severities(where, data),
        preset=_choice(where, data, "preset", PRESETS) or ("supabase" if profile == "supabase" else None),
        pg_version=_choice(where, data, "pg-version", MAJORS),
        fail_on=_choice(where, data, "fail-on", SEVERITIES) or ("warning" if profile == "strict" else None),
        catalog=_files(below, where, data, "catalog"),
        history=_below(below, where, data, "history"),
        rules=_files(below, where, data, "rules"),
        runner=_choice(where, data, "runner", RUNNERS),
        thresholds=Thresholds(**{key.removesuffix("-rows"): rows for key, rows in _thresholds(where, data).items()}),
        overrides=tuple(_override(f"{path}: {at}", table) for at, table in _tables(where, data, "overrides")),
        roots=tuple(_root(below, f"{path}: {at}", table) for at, table in _tables(where, data, "roots")),
    )
    for name in (*config.select, *config.ignore, *config.severity):
        check_rule_name(name, rule_names, where)
    for override in config.overrides:
        for name in (*override.ignore, *override.severity):
            check_rule_name(name, rule_names, where)
    return config


def _override(where: str, data: dict[str, Any]) -> Override:
    _known_keys(where, data, OVERRIDE_KEYS)
    if not data.get("paths"):
        raise UserError(f"{where}paths is missing: the files that it is about")
    return Override(_names(where, data, "paths"), _names(where, data, "ignore"), _severities(where, data))


def _root(below: Path, where: str, data: dict[str, Any]) -> Root:
    _known_keys(where, data, ROOT_KEYS)
    if "path" not in data:
        raise UserError(f"{where}path is missing: the directory of migrations")
    return Root(
        below / _text(where, data, "path"),
        _choice(where, data, "runner", RUNNERS),
        _files(below, where, data, "catalog"),
        _below(below, where, data, "history"),
        _choice(where, data, "preset", PRESETS),
        _choice(where, data, "pg-version", MAJORS),
    )


def _known_keys(where: str, data: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in data:
        if key not in keys:
            raise UserError(f"{where}unknown key {key}{nearest(key, keys)}")


def _tables(where: str, data: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    """The tables of an array, each with how messages name its keys: `roots[1].`."""
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UserError(f"{where}{key} must be tables, each under [[{key}]]")
    return [(f"{key}[{i}].", item) for i, item in enumerate(value, 1)]


def _thresholds(where: str, data: dict[str, Any]) -> dict[str, int]:
    value = data.get("thresholds", {})
    if not isinstance(value, dict):
        raise UserError(f"{where}thresholds must be a table of numbers")
    _known_keys(f"{where}thresholds: ", value, THRESHOLD_KEYS)
    for key, rows in value.items():
        if type(rows) is not int or rows < 0:
            raise UserError(f"{where}thresholds.{key} must be a number of rows, not {rows!r}")
    return value


def check_rule_name(name: str, rule_names: tuple[str, ...], where: str = "") -> None:
    """Raise UserError for a rule that does not exist."""
    if rule_names and name not in rule_names:
        raise UserError(f"{where}unknown rule {name}{nearest(name, rule_names)}")


def _text(where: str, data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise UserError(f"{where}{key} must be a string")
    return value


def _files(below: Path, where: str, data: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(below / name) for name in _names(where, data, key))


def _below(below: Path, where: str, data: dict[str, Any], key: str) -> str | None:
    return str(below / _text(where, data, key)) if key in data else None


def _names(where: str, data: dict[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UserError(f"{where}{key} must be a list of strings")
    return tuple(value)


def _severities(where: str, data: dict[str, Any]) -> dict[str, SeverityName]:
    value = data.get("severity", {})
    if not isinstance(value, dict):
        raise UserError(f"{where}severity must be a table of rule = severity")
    for name, severity in value.items():
        if severity not in SEVERITIES:
            raise UserError(f"{where}severity.{name} must be error, warning or info, not {severity!r}")
    return cast("dict[str, SeverityName]", value)


def _choice(where: str, data: dict[str, Any], key: str, choices: tuple[Any, ...]) -> Any:
    value = data.get(key)
    if value is not None and value not in choices:
        allowed = ", ".join(str(choice) for choice in choices)
        hint = nearest(str(value), tuple(str(c) for c in choices))
        raise UserError(f"{where}{key} must be one of {allowed}, not {value!r}{hint}")
    return value
