"""Expressions of the catalog keep what they mean when what they name is renamed: those that are known by their text alone are analyzed
before."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import CatalogObject, Expression, ObjectAddress, Oid, Relation
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.simulator.constraints import cook_default
from schemalint.simulator.rules import analyzed_rule
from schemalint.simulator.session import Session
from schemalint.simulator.sql_functions import sql_body_of
from schemalint.simulator.stored import node_of, relation_parsestate, tree_of
from schemalint.syntax.errors import NotUnderstood, ParseError

_UNREADABLE = (Refusal, Undecidable, NotModelled, ParseError, NotUnderstood)


def keep_meaning(session: Session, *addresses: ObjectAddress) -> None:
    """Called before these objects, or columns, get other names."""
    for address in addresses:
        for dependent, _, _ in session.catalog.dependents(address):
            _analyze(session, dependent)


def keep_meaning_in(session: Session, namespace: Oid) -> None:
    """As keep_meaning, of all that is in a schema."""
    for cls in (Relation, model.Type, model.Proc, model.Operator, model.Collation):
        found: Iterable[CatalogObject] = session.catalog.in_namespace(cls, namespace)
        keep_meaning(session, *(obj.address for obj in found))


def _analyze(session: Session, address: ObjectAddress) -> None:
    if address.classid == "pg_attrdef":
        _analyze_default(session, address)
        return
    obj = session.catalog.at(address)
    changed: dict[str, Any] = {}
    match obj:
        case model.Constraint() if obj.relid:
            changed = _trees(session, obj, session.catalog.get(Relation, obj.relid), "check_constraint", "expr")
        case model.Policy():
            changed = _trees(session, obj, session.catalog.get(Relation, obj.relid), "policy", "qual", "withcheck")
        case model.StatisticsObject():
            changed = _trees(session, obj, session.catalog.get(Relation, obj.relid), "stats_expression", "exprs")
        case Relation() if obj.view is not None:
            _analyze_view(session, obj)
        case Relation() if obj.index is not None:
            relation = session.catalog.get(Relation, obj.index.relid)
            changed = _trees(session, obj.index, relation, "index_expression", "exprs")
            changed |= _trees(session, obj.index, relation, "index_predicate", "predicate")
            if changed:
                session.catalog.put(replace(obj, index=replace(obj.index, **changed)))
            return
        case model.RewriteRule():
            with suppress(*_UNREADABLE):
                session.catalog.put(analyzed_rule(session, obj))
        case model.Proc() if obj.sqlbody is not None and obj.sqlbody.tree is UNSET:
            with suppress(*_UNREADABLE):
                body = Expression(obj.sqlbody.text, sql_body_of(session, obj))
                session.catalog.put(replace(obj, sqlbody=body))
        case model.Trigger() if obj.when is not None and obj.when.tree is UNSET:
            _analyze_trigger(session, obj)
    if changed and obj is not None:
        session.catalog.put(replace(obj, **changed))


def _trees(session: Session, holder: Any, relation: Relation | None, kind: str, *fields: str) -> dict[str, Any]:
    """The fields whose expressions were not analyzed yet, with trees."""
    changed: dict[str, Any] = {}
    for field in fields:
        value = getattr(holder, field)
        if isinstance(value, Expression):
            made = _with_tree(session, value, relation, kind)
            if made is not value:
                changed[field] = made
        elif value:
            all_made = tuple(_with_tree(session, item, relation, kind) for item in value)
            if any(made is not item for made, item in zip(all_made, value, strict=True)):
                changed[field] = all_made
    return changed


def _with_tree(session: Session, stored: Expression, relation: Relation | None, kind: str) -> Expression:
    if stored.tree is not UNSET or relation is None:
        return stored
    try:
        return Expression(stored.text, tree_of(session, stored, relation, kind))
    except _UNREADABLE:
        return stored


def _analyze_default(session: Session, address: ObjectAddress) -> None:
    relation = session.catalog.get(Relation, address.objid)
    if relation is None or not 0 < address.objsubid <= len(relation.columns):
        return
    column = relation.columns[address.objsubid - 1]
    if column.default is None or column.default.tree is not UNSET:
        return
    with suppress(*_UNREADABLE):
        analyzed = Expression(column.default.text, tree_of_default(session, relation, column))
        columns = list(relation.columns)
        columns[column.num - 1] = replace(column, default=analyzed)
        session.catalog.put(replace(relation, columns=tuple(columns)))


def tree_of_default(session: Session, relation: Relation, column: model.Attribute) -> Any:
    """The analyzed default, or generation expression, of a column. Raises what its text no longer allows."""
    assert column.default is not None
    if column.default.tree is not UNSET:
        return column.default.tree
    raw = node_of(session, column.default)
    return cook_default(session, relation_parsestate(session, relation), raw, column, column.generated)


def _analyze_view(session: Session, view: Relation) -> None:
    from schemalint.simulator.updatable import view_query

    if view.view is not None and view.view.tree is UNSET:
        query = view_query(session, view.oid)
        if query is not None:
            session.catalog.put(replace(view, view=Expression(view.view.text, query)))


def _analyze_trigger(session: Session, trigger: model.Trigger) -> None:
    from schemalint.simulator.triggers import tree_of_when

    relation = session.catalog.get(Relation, trigger.relid)
    if relation is None or trigger.when is None:
        return
    with suppress(*_UNREADABLE):
        tree = tree_of_when(session, trigger, relation)
        session.catalog.put(replace(trigger, when=Expression(trigger.when.text, tree)))
