"""What the identifiers in each struct identify, and how an object is named so that two databases agree on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import NODEFAULT, Struct, structs

from schemalint.catalog import model
from schemalint.catalog.builtins import name_key
from schemalint.catalog.keys import QUALIFIED
from schemalint.catalog.model import CLASSES, CatalogObject, ObjectAddress, Oid
from schemalint.catalog.names import PG_CATALOG
from schemalint.catalog.store import Catalog

REFERENCES: Mapping[type[Struct], Mapping[str, str]] = {
    model.Attribute: {"type": "pg_type", "collation": "pg_collation"},
    model.PartitionKey: {"opclasses": "pg_opclass", "collations": "pg_collation"},
    model.IndexInfo: {"relid": "pg_class", "collations": "pg_collation", "opclasses": "pg_opclass"},
    model.SequenceInfo: {"type": "pg_type"},
    model.Relation: {
        "type": "pg_type",
        "of_type": "pg_type",
        "inherits": "pg_class",
        "am": "pg_am",
        "tablespace": "pg_tablespace",
        "server": "pg_foreign_server",
    },
    model.Type: {
        "relid": "pg_class",
        "subscript": "pg_proc",
        "elem": "pg_type",
        "array": "pg_type",
        "input": "pg_proc",
        "output": "pg_proc",
        "typmodin": "pg_proc",
        "basetype": "pg_type",
        "collation": "pg_collation",
        "subtype": "pg_type",
        "subtype_opclass": "pg_opclass",
        "subtype_collation": "pg_collation",
        "multirange": "pg_type",
        "range": "pg_type",
    },
    model.AggregateInfo: {
        "transfn": "pg_proc",
        "finalfn": "pg_proc",
        "transtype": "pg_type",
        "sortop": "pg_operator",
    },
    model.Proc: {
        "lang": "pg_language",
        "rettype": "pg_type",
        "argtypes": "pg_type",
        "allargtypes": "pg_type",
        "variadic": "pg_type",
    },
    model.Operator: {
        "left": "pg_type",
        "right": "pg_type",
        "result": "pg_type",
        "code": "pg_proc",
        "com": "pg_operator",
        "negate": "pg_operator",
        "rest": "pg_proc",
        "join": "pg_proc",
    },
    model.AmOp: {
        "left": "pg_type",
        "right": "pg_type",
        "operator": "pg_operator",
        "sortfamily": "pg_opfamily",
        "opclass": "pg_opclass",
    },
    model.AmProc: {"left": "pg_type", "right": "pg_type", "proc": "pg_proc", "opclass": "pg_opclass"},
    model.OpFamily: {"am": "pg_am"},
    model.OpClass: {"am": "pg_am", "family": "pg_opfamily", "intype": "pg_type", "keytype": "pg_type"},
    model.Cast: {"source": "pg_type", "target": "pg_type", "func": "pg_proc"},
    model.AccessMethod: {"handler": "pg_proc"},
    model.Conversion: {"proc": "pg_proc"},
    model.Language: {"handler": "pg_proc", "inline": "pg_proc", "validator": "pg_proc"},
    model.TextSearch: {"refers": "pg_ts", "mapping": "pg_ts"},
    model.Constraint: {
        "relid": "pg_class",
        "typid": "pg_type",
        "indid": "pg_class",
        "parentid": "pg_constraint",
        "frelid": "pg_class",
        "eqops": "pg_operator",
        "exclops": "pg_operator",
    },
    model.Trigger: {
        "relid": "pg_class",
        "parentid": "pg_trigger",
        "func": "pg_proc",
        "constrrelid": "pg_class",
        "constrindid": "pg_class",
        "constraint": "pg_constraint",
    },
    model.Policy: {"relid": "pg_class", "roles": "pg_authid"},
    model.RewriteRule: {"relid": "pg_class"},
    model.StatisticsObject: {"relid": "pg_class"},
    model.Membership: {"role": "pg_authid", "grantor": "pg_authid"},
    model.PublicationRelation: {"relid": "pg_class"},
    model.Publication: {"schemas": "pg_namespace"},
    model.EventTrigger: {"func": "pg_proc"},
    model.ForeignDataWrapper: {"handler": "pg_proc", "validator": "pg_proc"},
    model.ForeignServer: {"fdw": "pg_foreign_data_wrapper"},
    model.UserMapping: {"user": "pg_authid", "server": "pg_foreign_server"},
    model.Transform: {"type": "pg_type", "lang": "pg_language"},
    model.DefaultAcl: {"role": "pg_authid", "namespace": "pg_namespace"},
}
"""Struct -> field -> the catalog of what it (or each of its items) identifies; `namespace` and `owner` are the same in all."""

COLUMNS: Mapping[type[Struct], Mapping[str, str]] = {
    model.IndexInfo: {"key": "relid"},
    model.Constraint: {"key": "relid", "fkey": "frelid", "fdelsetcols": "relid"},
    model.Trigger: {"columns": "relid"},
    model.StatisticsObject: {"keys": "relid"},
    model.PublicationRelation: {"columns": "relid"},
}
"""Struct -> field with column numbers -> the field that says of which relation."""

SECRET = ("pg_foreign_server", "pg_user_mapping", "pg_foreign_data_wrapper")
"""Catalogs whose options may hold passwords and hosts: of these only the names are shown."""


def option_names(options: Iterable[str]) -> list[str]:
    """Options without their values."""
    return [option.partition("=")[0] + "=" for option in options]


_COMMON = {"namespace": "pg_namespace", "owner": "pg_authid"}


def referred_class(struct: type[Struct], field: str) -> str | None:
    """The catalog of what a field identifies; None when it holds no identifiers."""
    found = REFERENCES.get(struct, {}).get(field)
    return found if found is not None else _COMMON.get(field)


@cache
def defaults_of(struct: type[Struct]) -> tuple[Any, ...]:
    """What each field of a struct has when nothing is said, in the order of its fields."""
    return tuple(
        field.default if field.default_factory is NODEFAULT else field.default_factory()
        for field in structs.fields(struct)
    )


_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*$")


def quoted(name: str) -> str:
    """The name as SQL needs it, but for keywords."""
    return name if _PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


class Identities:
    """The names of one catalog's objects, unique within their class."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._names: dict[tuple[str, Oid], str] = {}

    def of(self, classid: str, oid: Oid) -> str:
        """The name of the object with this identifier: `-` for 0, the number of what does not exist."""
        key = (classid, oid)
        if key not in self._names:
            self._names[key] = self._made(classid, oid)
        return self._names[key]

    def _made(self, classid: str, oid: Oid) -> str:
        if not oid:
            return "-"
        found = self.catalog.at(ObjectAddress(classid, oid))
        return f"{classid} {oid}" if found is None else self.of_object(found)

    def of_object(self, obj: CatalogObject) -> str:
        special = _SPECIAL.get(obj.CLASS)
        if special is not None:
            return special(self, obj)
        name = quoted(obj.name)
        return self.in_schema(obj, name) if obj.CLASS in QUALIFIED else name

    def in_schema(self, obj: Any, name: str) -> str:
        """The name with its schema, but for pg_catalog."""
        return name if obj.namespace == PG_CATALOG else f"{self.of('pg_namespace', obj.namespace)}.{name}"

    def types(self, oids: tuple[Oid, ...]) -> str:
        return ", ".join(self.of("pg_type", oid) for oid in oids)

    def column(self, relid: Oid, num: int) -> str:
        """A column's name; 0 stands for an expression or the whole row."""
        relation = self.catalog.get(model.Relation, relid)
        if relation is not None and 0 < num <= len(relation.columns):
            return quoted(relation.columns[num - 1].name)
        return str(num)

    def address(self, address: ObjectAddress) -> str:
        """What an address of the dependency graph names, with its class."""
        classid, objid, sub = address
        if classid == "pg_attrdef":
            return f"default of {self.of('pg_class', objid)}.{self.column(objid, sub)}"
        if classid in ("pg_publication_rel", "pg_publication_namespace"):
            part = "pg_class" if classid == "pg_publication_rel" else "pg_namespace"
            return f"{self.of(part, sub)} in publication {self.of('pg_publication', objid)}"
        if classid in CLASSES:
            name = f"{classid} {self.of(classid, objid)}"
            return f"{name}.{self.column(objid, sub)}" if sub else name
        return f"{classid} {objid} {sub}"


def _of_relation_part(names: Identities, obj: Any) -> str:
    return f"{quoted(obj.name)} on {names.of('pg_class', obj.relid)}"


def _of_constraint(names: Identities, obj: Any) -> str:
    where = names.of("pg_class", obj.relid) if obj.relid else names.of("pg_type", obj.typid)
    return f"{quoted(obj.name)} on {where}" if obj.relid or obj.typid else names.in_schema(obj, quoted(obj.name))


def _with_method(names: Identities, obj: Any) -> str:
    return f"{names.in_schema(obj, quoted(obj.name))} using {names.of('pg_am', obj.am)}"


_SPECIAL: Mapping[str, Callable[[Identities, Any], str]] = {
    "pg_proc": lambda names, obj: f"{names.in_schema(obj, quoted(obj.name))}({names.types(obj.argtypes)})",
    "pg_operator": lambda names, obj: f"{names.in_schema(obj, obj.name)}({names.types((obj.left, obj.right))})",
    "pg_opclass": _with_method,
    "pg_opfamily": _with_method,
    "pg_ts": lambda names, obj: names.in_schema(obj, name_key(obj)),
    "pg_cast": lambda names, obj: f"{names.of('pg_type', obj.source)} as {names.of('pg_type', obj.target)}",
    "pg_constraint": _of_constraint,
    "pg_trigger": _of_relation_part,
    "pg_policy": _of_relation_part,
    "pg_rewrite": _of_relation_part,
    "pg_user_mapping": lambda names, obj: (
        f"{names.of('pg_authid', obj.user) if obj.user else 'public'} on {names.of('pg_foreign_server', obj.server)}"
    ),
    "pg_transform": lambda names, obj: f"{names.of('pg_type', obj.type)} in {names.of('pg_language', obj.lang)}",
    "pg_default_acl": lambda names, obj: (
        f"{names.of('pg_authid', obj.role)} in {names.of('pg_namespace', obj.namespace)} for {obj.objtype}"
    ),
}
