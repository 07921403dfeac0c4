"""What a run is to do, from the command line and the configuration file; the command line wins."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from schemalint.cache import Cache
from schemalint.config import MAJORS, PRESETS, Config, find_config, load_config, nearest
from schemalint.errors import UserError
from schemalint.lint.loader import load_rules
from schemalint.lint.metadata import BUILT_IN, NOT_UNDERSTOOD, Rule
from schemalint.migrations.checks import FILE_RULES


def read_config(config_file: str | None, cache: Cache | None = None) -> tuple[Config, dict[str, Rule]]:
    """The configuration in force, and all rules by name. Raises UserError."""
    path = Path(config_file) if config_file is not None else find_config(Path.cwd())
    config = load_config(path)
    rules = load_rules((Path(directory) for directory in config.rules), cache)
    if path is not None:
        load_config(
            path, (*rules, *BUILT_IN, *FILE_RULES, NOT_UNDERSTOOD)
        )  # again, now that the rules' names are known
    return config, rules


def with_options(
    config: Config, *, preset: str | None, pg_version: int | None, history: str | None, catalogs: tuple[str, ...]
) -> Config:
    """The configuration with what the command line says instead."""
    if preset is not None and preset not in PRESETS:
        raise UserError(f"unknown preset {preset}{nearest(preset, PRESETS)}; there is {', '.join(PRESETS)}")
    if pg_version is not None and pg_version not in MAJORS:
        raise UserError(f"--pg-version {pg_version} is not one of {', '.join(map(str, MAJORS))}")
    return replace(
        config,
        preset=preset if preset is not None else config.preset,
        pg_version=pg_version if pg_version is not None else config.pg_version,
        history=history if history is not None else config.history,
        catalog=catalogs or config.catalog,
    )
