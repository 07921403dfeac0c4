"""Write docs/snapshot.schema.json, the JSON Schema of snapshots, from the structs of schemalint/catalog/model.py.

python scripts/generate_snapshot_schema.py
"""

from __future__ import annotations

import json
import sys
import typing
from pathlib import Path
from typing import Any

from msgspec import Struct

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from schemalint.catalog.model import CLASSES, Expression  # noqa: E402
from schemalint.catalog.references import referred_class  # noqa: E402
from schemalint.catalog.snapshot import FORMAT, Header  # noqa: E402

FILE = CHECKOUT / "docs" / "snapshot.schema.json"

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
NEED = [{"type": "string"}, {"type": "string"}, {"type": "string"}, {"type": "integer"}, {"type": "string"}]
FACTS: dict[str, Any] = {
    "class": {"description": "the catalog that the object is a row of"},
    "id": {"type": "string", "description": "its name, unique in its class"},
    "of": {"type": "string", "description": "the relation that it is a part of"},
    "builtin": {"type": ["integer", "string"], "description": "which of the server's own objects was changed"},
    "rowtype": {
        "type": "string",
        "description": "it has a row type; `array` when the array over it has its usual name, else that name",
    },
    "outside_schema": {"const": True, "description": "no dependency on its schema is recorded"},
    "comments": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "part (`` is the object) -> comment",
    },
    "needs": {
        "type": "array",
        "items": {"type": "array", "prefixItems": NEED, "minItems": 5, "maxItems": 5},
        "description": "part, class and name of what it needs, its column, pg_depend.deptype",
    },
}


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "schemalint snapshot",
        "type": "object",
        "required": ["schemalint", "objects"],
        "properties": {
            "schemalint": {**fields_of(Header), "required": ["format", "server_version", "major"]},
            "objects": {"type": "array", "items": {"oneOf": [{"$ref": f"#/$defs/{classid}"} for classid in CLASSES]}},
        },
        "$defs": {classid: object_of(classid, struct) for classid, struct in CLASSES.items()},
        "description": f"Format {FORMAT}. Objects refer to each other by name; fields that have their default are left out.",
    }


def object_of(classid: str, struct: type[Struct]) -> dict[str, Any]:
    found = fields_of(struct)
    found["properties"] = {**FACTS, "class": {"const": classid}, **found["properties"]}
    if classid == "pg_type":
        found["properties"]["array"] = {"type": ["string", "boolean"]}
    return {**found, "required": ["class", "id"]}


def fields_of(struct: type[Struct]) -> dict[str, Any]:
    hints = typing.get_type_hints(struct)
    fields = [name for name in struct.__struct_fields__ if name != "oid"]
    properties = {name: value_of(hints[name], referred_class(struct, name)) for name in fields}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def value_of(hint: Any, refers: str | None) -> dict[str, Any]:
    if refers is not None and hint is int:
        return {"type": "string", "description": f"name in {refers}"}
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if hint is Expression:
        return {"type": "string", "description": "SQL"}
    if isinstance(hint, type) and issubclass(hint, Struct):
        return fields_of(hint)
    if hint is Any:
        return {}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return {"type": "array", "items": value_of(arguments[0], refers)}
    if origin is dict:
        return {"type": "object", "additionalProperties": value_of(arguments[1], refers)}
    return next(value_of(argument, refers) for argument in arguments if argument is not type(None))


def text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
