"""What a stored expression means, so that two databases can be compared whose texts of it differ: one is as the server prints it, the
other as it was written."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Expression
from schemalint.catalog.references import Identities, quoted
from schemalint.catalog.store import Catalog
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.simulator.domains import cook_domain_check
from schemalint.simulator.rules import analyzed_rule
from schemalint.simulator.session import Session
from schemalint.simulator.sql_functions import sql_body_of
from schemalint.simulator.stored import node_of, tree_of
from schemalint.simulator.stored_texts import relation_of
from schemalint.simulator.stored_trees import tree_of_default
from schemalint.simulator.triggers import tree_of_when
from schemalint.simulator.updatable import view_query
from schemalint.syntax.errors import NotUnderstood, ParseError


class Analyzer:
    """What an expression means: its analyzed tree, with names for identifiers and without what only printing needs."""

    def __init__(self) -> None:
        self._sessions: dict[int, tuple[Session, Identities]] = {}

    def __call__(self, catalog: Catalog, obj: CatalogObject, attribute: str, expression: Expression) -> Any:
        if id(catalog) not in self._sessions:
            session = Session(catalog)
            session.prepare()
            self._sessions[id(catalog)] = session, Identities(catalog)
        session, names = self._sessions[id(catalog)]
        try:
            return str(simplified(meaning(session, obj, attribute, expression), names))
        except (Refusal, Undecidable, NotModelled, ParseError, NotUnderstood, AssertionError, TypeError):
            return None


def meaning(session: Session, obj: CatalogObject, attribute: str, expression: Expression) -> Any:
    """The analyzed tree of an expression, as the statement that stored it had it."""
    catalog = session.catalog
    if attribute == "view":
        return view_query(session, obj.oid)
    if isinstance(obj, model.RewriteRule):
        rule = analyzed_rule(session, obj)
        return (rule.qual and rule.qual.tree, tuple(action.tree for action in rule.actions))
    if attribute == "sqlbody" and isinstance(obj, model.Proc):
        return sql_body_of(session, obj)
    if isinstance(obj, model.Trigger):
        return tree_of_when(session, obj, catalog[model.Relation, obj.relid])
    if isinstance(obj, model.Constraint) and obj.typid:
        return cook_domain_check(session, catalog[model.Type, obj.typid], node_of(session, expression))
    relation = catalog.get(model.Relation, relation_of(obj))
    if attribute.endswith(".default") and relation is not None:
        return tree_of_default(
            session, relation, next(c for c in relation.columns if attribute == f"column {quoted(c.name)}.default")
        )
    return tree_of(session, expression, relation)


SHOWN_ONLY = frozenset(("start", "end", "at", "location", "form", "format", "alias", "name", "refname"))

OID_CLASSES = {
    "type": "pg_type",
    "collation": "pg_collation",
    "func": "pg_proc",
    "op": "pg_operator",
    "relid": "pg_class",
}

OIDS_CLASSES = {
    "types": "pg_type",
    "extra_types": "pg_type",
    "collations": "pg_collation",
    "constraint_deps": "pg_constraint",
}


def simplified(node: Any, names: Identities) -> Any:
    if isinstance(node, q.Const) and node.type == 2205 and str(node.value).isdigit():
        return ("regclass", names.of("pg_class", int(node.value)))
    if isinstance(node, q.Const):
        return ("const", names.of("pg_type", node.type), node.typmod, str(node.value))
    if (
        isinstance(node, q.RangeTblEntry) and node.kind == "relation"
    ):  # what it had when the query was stored, it may have lost since
        return (
            "relation",
            names.of("pg_class", node.relid),
            node.inh,
            node.in_from,
            simplified(node.tablesample, names),
        )
    if isinstance(node, Struct):
        found: list[Any] = [type(node).__name__]
        for field in node.__struct_fields__:
            value = getattr(node, field)
            if field in SHOWN_ONLY:
                continue
            if field in OID_CLASSES and isinstance(value, int):
                value = names.of(OID_CLASSES[field], value)
            elif field in OIDS_CLASSES and isinstance(value, tuple):
                value = tuple(names.of(OIDS_CLASSES[field], oid) for oid in value)
            found.append(simplified(value, names))
        return tuple(found)
    if isinstance(node, (tuple, list)):
        return tuple(simplified(item, names) for item in node)
    return node
