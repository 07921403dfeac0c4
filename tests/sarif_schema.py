"""The parts of the SARIF 2.1.0 schema that a report uses; what is not named here may not be written."""

from __future__ import annotations

from typing import Any


def only(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object of exactly these properties."""
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def some(items: Any, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


TEXT = {"type": "string", "minLength": 1}
FROM_1 = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = only("text", text=TEXT, markdown=TEXT)
ARTIFACT = only("uri", uri={"type": "string", "pattern": r"^[A-Za-z0-9._~/:%-]+$"})
REGION = only("startLine", startLine=FROM_1, startColumn=FROM_1, endLine=FROM_1, endColumn=FROM_1)
PHYSICAL = only("artifactLocation", artifactLocation=ARTIFACT, region=REGION)
LOCATION = only(
    id={"type": "integer", "minimum": 0},
    message=MESSAGE,
    physicalLocation=PHYSICAL,
    logicalLocations=some(only(fullyQualifiedName=TEXT)),
)
RULE = only(
    "id",
    id=TEXT,
    shortDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=only(level=LEVEL),
    properties={"type": "object"},
)
REPLACEMENT = only("deletedRegion", deletedRegion=REGION, insertedContent=only(text={"type": "string"}))
FIX = only(
    "artifactChanges",
    description=MESSAGE,
    artifactChanges=some(
        only("artifactLocation replacements", artifactLocation=ARTIFACT, replacements=some(REPLACEMENT))
    ),
)
RESULT = only(
    "message",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=some(LOCATION),
    relatedLocations=some(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    fixes=some(FIX),
    properties={"type": "object"},
)
NOTIFICATION = only("message", level=LEVEL, message=MESSAGE, locations=some(LOCATION))
RUN = only(
    "tool",
    tool=only("driver", driver=only("name", name=TEXT, semanticVersion=TEXT, rules=some(RULE, 0))),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=some(
        only(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=some(NOTIFICATION),
        )
    ),
    results=some(RESULT, 0),
)
LOG = {
    **only("version runs", version={"const": "2.1.0"}, runs=some(RUN)),
    "$schema": "http://json-schema.org/draft-07/schema#",
}
LOG["properties"]["$schema"] = {"type": "string", "format": "uri"}
