"""What differs between two catalogs, object by object and attribute by attribute. Objects are the same when their names are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from typing import Any

from msgspec import UNSET, Struct

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Expression, ObjectAddress
from schemalint.catalog.names import PG_CATALOG
from schemalint.catalog.references import COLUMNS, SECRET, Identities, defaults_of, option_names, quoted, referred_class
from schemalint.catalog.store import Catalog

Analyzed = Callable[[Catalog, CatalogObject, str, Expression], Any]
"""What an expression of an object (of this attribute) means, in a form that two databases agree on; see `compare`."""

NOT_COMPARED = frozenset(
    ("oid", "name", "num", "rows", "bytes", "oncommit", "missing", "text", "datums", "lower", "upper")
)
"""Fields that say nothing about the schema, or that the identity has already."""

UNORDERED = frozenset(
    ("acl", "options", "fdwoptions", "config", "database_config", "memberships", "relations", "schemas", "roles")
)


class Difference(Struct, frozen=True, order=True):
    """One attribute that differs; with an empty attribute, an object that only one side has.

    classid    its catalog (`pg_class`...)
    identity   its name, unique in the catalog
    attribute  which attribute; that of a column as `column <name>.<attribute>`
    before, after  values as text; None on the side that lacks it
    """

    classid: str
    identity: str
    attribute: str = ""
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        what = f"{self.classid} {self.identity}"
        if not self.attribute:
            return f"- {what}" if self.after is None else f"+ {what}"
        return f"~ {what}: {self.attribute}: {self.before} -> {self.after}"


def compare(
    before: Catalog, after: Catalog, *, dependencies: bool = False, analyzed: Analyzed | None = None
) -> list[Difference]:
    """What differs, ordered by class, identity and attribute. With `dependencies`, also what the objects need. Expressions are
    compared by their text, or where both sides can be analyzed, by what `analyzed` answers."""
    sides = [_Side(catalog, dependencies, analyzed) for catalog in (before, after)]
    left, right = (side.objects() for side in sides)
    return _differences(
        left.keys(),
        right.keys(),
        lambda key: sides[0].attributes(left[key]),
        lambda key: sides[1].attributes(right[key]),
    )


State = dict[tuple[str, str], dict[str, Any]]
"""Objects by class and identity, each with its attributes."""


def state_of(catalog: Catalog, addresses: Iterable[ObjectAddress], analyzed: Analyzed) -> State:
    """What those of the objects that exist are now; for `differing`, when the catalog has changed."""
    side = _Side(catalog, False, analyzed, at_once=True)
    found = (catalog.at(address) for address in addresses)
    return {(obj.CLASS, side.identity(obj)): side.attributes(obj) for obj in found if obj and not side.is_implied(obj)}


def differing(before: State, after: State) -> list[Difference]:
    """What differs between two states, as `compare` says it."""
    return _differences(before.keys(), after.keys(), before.__getitem__, after.__getitem__)


def _differences(
    left: Set[tuple[str, str]],
    right: Set[tuple[str, str]],
    was: Callable[[tuple[str, str]], dict[str, Any]],
    now: Callable[[tuple[str, str]], dict[str, Any]],
) -> list[Difference]:
    found: list[Difference] = []
    for key in sorted(left | right):
        classid, identity = key
        if (key not in left or key not in right) and classid == "pg_database":
            continue  # SQL says nothing of the database that it is run in
        if key not in right:
            found.append(Difference(classid, identity, "", "exists", None))
        elif key not in left:
            found.append(Difference(classid, identity, "", None, "exists"))
        else:
            old, new = was(key), now(key)
            for attribute in sorted(old.keys() | new.keys()):
                a, b = old.get(attribute), new.get(attribute)
                if a != b:
                    found.append(Difference(classid, identity, attribute, _shown(a), _shown(b)))
    return found


def _shown(value: Any) -> str | None:
    """A value as people read it: lists without brackets, truth as yes and no."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(_shown(item)) for item in value)
    return str(value)


class _Side:
    """`at_once`: what expressions mean is asked when they are met, not when they are compared."""

    def __init__(
        self, catalog: Catalog, dependencies: bool, analyzed: Analyzed | None, *, at_once: bool = False
    ) -> None:
        self.catalog = catalog
        self.at_once = at_once
        self.names = Identities(catalog)
        self.dependencies = dependencies
        self.analyzed = analyzed

    def objects(self) -> dict[tuple[str, str], CatalogObject]:
        """All that is not built in, by class and identity; a built-in object that was dropped as `dropped <name>`."""
        found = {}
        for obj in self.catalog.changed_objects():
            if isinstance(obj, model.Collation) and obj.namespace == PG_CATALOG:
                continue  # initdb's: what the server's machine has
            if not self.is_implied(obj) and obj != self.catalog.builtins.get(obj.CLASS, obj.oid):
                found[obj.CLASS, self.identity(obj)] = obj
        for obj in self.catalog.dropped_builtins():
            found[obj.CLASS, f"dropped {self.names.of_object(obj)}"] = obj
        return found

    def identity(self, obj: CatalogObject) -> str:
        return "" if isinstance(obj, model.Database) else self.names.of_object(obj)

    def is_implied(self, obj: CatalogObject) -> bool:
        """Row types and arrays stand in what they belong to."""
        if not isinstance(obj, model.Type):
            return False
        if obj.relid:
            relation = self.catalog.get(model.Relation, obj.relid)
            return relation is not None and relation.kind != "c"
        element = self.catalog.get(model.Type, obj.elem) if obj.elem else None
        return element is not None and element.array == obj.oid

    def attributes(self, obj: CatalogObject) -> dict[str, Any]:
        """Attribute -> its value, with names for identifiers; what has its default is left out."""
        found: dict[str, Any] = {}
        self._fields(obj, obj, "", found)
        if isinstance(obj, model.Relation):
            self._relation(obj, found)
        self._noted(obj.address, "", found)
        if isinstance(obj, model.RewriteRule):
            # its condition and its actions are in its text, and apart only where this process has analyzed them
            for field in ("qual", "actions"):
                found.pop(field, None)
            tree = obj.actions[0].tree if obj.actions else UNSET
            found["text"] = self._expression(obj, "text", Expression(obj.text, tree))
        return found

    def _noted(self, address: ObjectAddress, prefix: str, found: dict[str, Any]) -> None:
        comment = self.catalog.comment(address)
        if comment is not None:
            found[f"{prefix}comment"] = comment
        if self.dependencies:
            needed = {f"{self.names.address(on)} ({deptype})" for on, deptype in self.catalog.depends_on(address)}
            for name in needed:
                found[f"{prefix}needs {name}"] = "yes"

    def _relation(self, relation: model.Relation, found: dict[str, Any]) -> None:
        found.pop("columns", None)
        if relation.kind in "iIS":
            return
        if relation.type:
            rowtype = self.catalog.get(model.Type, relation.type)
            found["type"] = rowtype is not None and (rowtype.name, self.names.of("pg_type", rowtype.array))
        live = [column for column in relation.columns if not column.dropped]
        found["columns"] = ", ".join(quoted(column.name) for column in live)
        for column in live:
            prefix = f"column {quoted(column.name)}."
            self._fields(relation, column, prefix, found)
            self._noted(ObjectAddress("pg_class", relation.oid, column.num), prefix, found)
            if self.dependencies and column.default is not None:
                self._noted(ObjectAddress("pg_attrdef", relation.oid, column.num), f"{prefix}default ", found)

    def _fields(self, obj: CatalogObject, part: Struct, prefix: str, found: dict[str, Any]) -> None:
        struct = type(part)
        for field, default in zip(struct.__struct_fields__, defaults_of(struct), strict=True):
            value = getattr(part, field)
            if field in NOT_COMPARED or (value == default and field != "key"):
                continue
            if isinstance(value, model.PartitionBound):
                found["partition_bound"] = normalized_bound(value)
                continue
            if isinstance(value, Struct) and not isinstance(value, Expression):
                self._fields(obj, value, f"{prefix}{field}.", found)
                continue
            found[f"{prefix}{field}"] = self._value(obj, part, field, value, prefix)

    def _value(self, obj: CatalogObject, part: Struct, field: str, value: Any, prefix: str) -> Any:
        if field == "options" and obj.CLASS in SECRET:
            return option_names(value)
        classid = referred_class(type(part), field)
        of_relation = COLUMNS.get(type(part), {}).get(field)
        if classid is not None:
            if isinstance(value, tuple):
                return _maybe_sorted(field, [self.names.of(classid, oid) for oid in value])
            if isinstance(value, dict):
                return {key: [self.names.of(classid, oid) for oid in oids] for key, oids in sorted(value.items())}
            return self.names.of(classid, value)
        if of_relation is not None:
            relid = getattr(part, of_relation)
            return [self.names.column(relid, num) for num in value]
        if field == "attrs" and isinstance(obj, model.Relation):
            return [self.names.column(obj.oid, num) for num in value]
        if isinstance(value, Expression):
            return self._expression(obj, f"{prefix}{field}", value)
        if isinstance(value, tuple):
            return _maybe_sorted(field, [self._item(obj, f"{prefix}{field}", item) for item in value])
        return value

    def _item(self, obj: CatalogObject, attribute: str, item: Any) -> Any:
        if isinstance(item, Expression):
            return self._expression(obj, attribute, item)
        if isinstance(item, Struct):
            inner: dict[str, Any] = {}
            self._fields(obj, item, "", inner)
            return sorted(inner.items())
        return item

    def _expression(self, obj: CatalogObject, attribute: str, expression: Expression) -> _Stored:
        made = _Stored(self, obj, attribute, expression)
        if self.at_once:
            made.meaning()
        return made


class _Stored:
    """An expression of an object: equal to one that means the same, shown as it is written."""

    def __init__(self, side: _Side, obj: CatalogObject, attribute: str, expression: Expression) -> None:
        self.side, self.obj, self.attribute, self.expression = side, obj, attribute, expression
        self.text = normalized(expression.text)
        self._meaning: Any = UNSET

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Stored):
            return NotImplemented
        if self.text == other.text and self.expression.tree is UNSET and other.expression.tree is UNSET:
            return True  # both as a server prints them
        mine, theirs = self.meaning(), other.meaning()
        return self.text == other.text if mine is None or theirs is None else bool(mine == theirs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return self.text

    def meaning(self) -> Any:
        """What `analyzed` says of it; None when it cannot be analyzed."""
        analyzed = self.side.analyzed
        if self._meaning is UNSET:
            asked = (self.side.catalog, self.obj, self.attribute, self.expression)
            self._meaning = None if analyzed is None else analyzed(*asked)
        return self._meaning


def _maybe_sorted(field: str, values: list[Any]) -> list[Any]:
    return sorted(values, key=str) if field in UNORDERED else values


_SPACE = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\s+""")


def normalized(text: str) -> str:
    """SQL without what does not matter to its meaning: white space, outer parentheses, the final semicolon."""
    text = _SPACE.sub(lambda found: found[1] or " ", text).strip().removesuffix(";").strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def normalized_bound(bound: model.PartitionBound) -> str:
    """A partition's bound, with numbers quoted as other values are."""
    if bound.is_default:
        return "DEFAULT"
    if bound.strategy == "h":
        return f"modulus {bound.modulus}, remainder {bound.remainder}"
    text = re.sub(r"(?<=[(, ])(-?\d[\d.]*)(?=[,)])", r"'\1'", normalized(bound.text))
    return text.removeprefix("FOR ").removeprefix("for ").upper().replace("( ", "(").replace(" )", ")")


_PAREN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]""")


def _closes_at_end(text: str) -> bool:
    depth = 0
    for token in _PAREN.finditer(text):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if not depth and token[0] == ")":
            return token.end() == len(text)
    return False
