"""Which extension brings a function or a type."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemalint.catalog import model
from schemalint.catalog.builtins import extensions

_HEAVY = ("postgis_raster", "postgis_sfcgal", "postgis_topology", "pgtap")
"""Asked last: they hold copies of what others bring, and much else."""

_USUAL = {"gen_random_bytes": "pgcrypto", "crypt": "pgcrypto", "uuid_generate_v4": "uuid-ossp"}


@cache
def bringing(name: str, kind: str, major: int, schema: str | None = None) -> str | None:
    """The extension that brings a function ("pg_proc") or type ("pg_type") of this name; None when none is known to.

    With a schema, only an extension that is always in that schema counts.
    """
    needle = f'"name":"{name}"'.encode()
    found = sorted(_holding(needle), key=lambda n: (n != _USUAL.get(name), n in _HEAVY, n))
    for extension in found:
        variant = extensions.load(extension, major)
        if variant is None or (schema is not None and not _has_schema(variant, schema)):
            continue
        if any(kind == row.CLASS and row.name == name and not _hidden(row) for row in variant.rows()):
            return extension
    return None


def _has_schema(variant: extensions.Variant, schema: str) -> bool:
    return variant.schema == schema or any(r.CLASS == "pg_namespace" and r.name == schema for r in variant.rows())


def _holding(needle: bytes) -> list[str]:
    folder = Path(extensions.__file__).parent
    return [path.stem for path in folder.glob("*.json") if needle in path.read_bytes()]


def _hidden(row: model.CatalogObject) -> bool:
    return isinstance(row, model.Type) and row.name.startswith("_")
