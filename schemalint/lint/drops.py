"""What DROP names: which objects were there before the batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject
from schemalint.lint.context import Context, Statement, locate
from schemalint.simulator.effects import Dropped
from schemalint.source import Span
from schemalint.syntax import nodes

_CLASSES: dict[str, tuple[type[CatalogObject], str]] = {
    "OBJECT_TABLE": (model.Relation, "rp"),
    "OBJECT_VIEW": (model.Relation, "v"),
    "OBJECT_MATVIEW": (model.Relation, "m"),
    "OBJECT_SEQUENCE": (model.Relation, "S"),
    "OBJECT_SCHEMA": (model.Namespace, ""),
    "OBJECT_EXTENSION": (model.Extension, ""),
    "OBJECT_TYPE": (model.Type, ""),
    "OBJECT_DOMAIN": (model.Type, ""),
}


class NamedDrop(Struct, frozen=True):
    """One object that DROP names. `object` is None where an open catalog does not hold it; it is taken to exist then."""

    name: str
    at: Span | None
    object: CatalogObject | None


def named_drops(statement: Statement, ctx: Context) -> Iterator[NamedDrop]:
    """The objects that an accepted DROP names, without those that the batch made, temporary ones, and what IF EXISTS skips."""
    node = statement.node
    if not isinstance(node, nodes.DropStmt) or node.removeType not in _CLASSES or not statement.outcome.accepted:
        return
    cls, kinds = _CLASSES[node.removeType]
    for written in node.objects:
        path = _path(written)
        found = _dropped(statement, cls, kinds, path, ctx)
        if found is None and (
            not statement.outcome.undecided or ctx.catalog.closed or ctx.catalog.is_doubted(path[-1])
        ):
            continue
        if found is not None and (found.address in ctx.made_in_batch or getattr(found, "persistence", "") == "t"):
            continue
        at = locate(statement.source.text, statement.start, statement.end, path[-1])
        yield NamedDrop(".".join(path), at, found)


def _path(written: Any) -> tuple[str, ...]:
    if isinstance(written, nodes.TypeName):
        return written.names
    return (written,) if isinstance(written, str) else tuple(written)


def _dropped(
    statement: Statement, cls: type[CatalogObject], kinds: str, path: tuple[str, ...], ctx: Context
) -> CatalogObject | None:
    for effect in statement.outcome.effects:
        found = effect.object if isinstance(effect, Dropped) and effect.column is None else None
        if not isinstance(found, cls) or found.name != path[-1] or (kinds and getattr(found, "kind", "") not in kinds):
            continue
        if len(path) == 1 or ctx.names.namespace_name(getattr(found, "namespace", 0)) == path[-2]:
            return found
    if cls is model.Relation and statement.outcome.undecided:  # it names others that are not known, so nothing was done
        return ctx.names.find(model.Relation, path[-2] if len(path) > 1 else None, path[-1])
    return None
