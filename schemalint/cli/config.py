"""`schemalint config`: what is in force, and where each value comes from."""

from __future__ import annotations

import os
from typing import Any

from schemalint.cli.output import write
from schemalint.cli.settings import read_config
from schemalint.config import KEYS, THRESHOLD_KEYS, Config, keys_of


def run_config(format_: str, config_file: str | None) -> int:
    """Print each key with its value and its source. Raises UserError."""
    config, _ = read_config(config_file)
    entries = _entries(config)
    if format_ == "json":
        import json

        write([json.dumps(entries, ensure_ascii=False, indent=2)], None)
        return 0
    width = max(len(str(entry["key"])) for entry in entries)
    shown = [_shown(entry["value"]) for entry in entries]
    column = min(max(map(len, shown)), 30)
    write(
        (
            f"{entry['key']:<{width}}  {value:<{column}}  {entry['from']}"
            for entry, value in zip(entries, shown, strict=True)
        ),
        None,
    )
    return 0


def _entries(config: Config) -> list[dict[str, Any]]:
    said = keys_of(config.path)
    entries = []
    for key in KEYS:
        for name in THRESHOLD_KEYS if key == "thresholds" else (key,):
            full = f"thresholds.{name}" if key == "thresholds" else key
            value = _value(config, full)
            entries.append({"key": full, "value": _plain(value), "from": _source(config, full, value, said)})
    if os.environ.get("SCHEMALINT_DSN"):
        entries.append({"key": "dsn", "value": "(not shown)", "from": "SCHEMALINT_DSN"})
    return entries


def _value(config: Config, key: str) -> Any:
    if key.startswith("thresholds."):
        return getattr(config.thresholds, key.removeprefix("thresholds.").removesuffix("-rows"))
    return getattr(config, key.replace("-", "_"))


def _source(config: Config, key: str, value: object, said: frozenset[str]) -> str:
    if key in said:
        return os.path.relpath(config.path) if config.path is not None else ""
    if value != _value(Config(), key):
        return f"profile {config.profile}"
    return "default"


def _plain(value: Any) -> Any:
    """A value as JSON has it, without what a root or an override does not say."""
    import msgspec

    made = msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))
    if isinstance(made, list):
        return [{k: v for k, v in item.items() if v} if isinstance(item, dict) else item for item in made]
    return made


def _shown(value: Any) -> str:
    if value in (None, [], {}):
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_shown(item)}" for key, item in value.items() if item not in (None, [], {}))
    if isinstance(value, list):
        return ("; " if any(isinstance(item, dict) for item in value) else ", ").join(map(_shown, value))
    return str(value)
