"""Extensions of which only names are known: what they may have made, so that nobody says that it does not exist.

In extension_names.json, `names` are objects in the schema that CREATE EXTENSION is given, `schemas` are schemas of the extension's own
with objects that are not listed; those in `make` it creates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct


class Names(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of an extension."""

    names: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    make: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


@cache
def _all() -> Mapping[str, Names]:
    text = Path(__file__).with_name("extension_names.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Names])


def load_names(extension: str) -> Names | None:
    """What is known of an extension, None when nothing is."""
    return _all().get(extension)
