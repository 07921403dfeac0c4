"""Publications and subscriptions."""

from __future__ import annotations

import msgspec

from schemalint.syntax.common import definition, opt_definition
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import (
    AlterPublicationStmt,
    AlterSubscriptionStmt,
    CreatePublicationStmt,
    CreateSubscriptionStmt,
    DefElem,
    Node,
    PublicationObjSpec,
    PublicationTable,
    RangeVar,
)
from schemalint.syntax.queries import range_var, relation_expr
from schemalint.syntax.rename import OWNER, RENAME, change_object

_TABLE = "PUBLICATIONOBJ_TABLE"
_SCHEMA = "PUBLICATIONOBJ_TABLES_IN_SCHEMA"
_CURRENT_SCHEMA = "PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA"
_CONTINUATION = "PUBLICATIONOBJ_CONTINUATION"


# --- Publications


def create_publication(c: Cursor) -> CreatePublicationStmt:
    """CreatePublicationStmt."""
    start = c.start
    c.expect("create", "publication")
    name = c.col_id()
    objects: tuple[PublicationObjSpec, ...] = ()
    all_tables = False
    if c.take("for"):
        all_tables = c.take("all")
        if all_tables:
            c.expect("tables")
        else:
            objects = _objects(c)
    return CreatePublicationStmt(
        pubname=name,
        options=opt_definition(c),
        pubobjects=objects,
        for_all_tables=all_tables,
        start=start,
        end=c.end,
    )


_ACTIONS = {"add": "AP_AddObjects", "drop": "AP_DropObjects", "set": "AP_SetObjects"}


def alter_publication(c: Cursor) -> Node:
    """AlterPublicationStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "publication")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_PUBLICATION", name, RENAME | OWNER)
    if found is not None:
        return found
    word = c.take_any(*_ACTIONS)
    if word is None:
        raise c.error()
    if word == "set" and c.match[c.at] == "(":
        return AlterPublicationStmt(pubname=name, options=definition(c), start=start, end=c.end)
    return AlterPublicationStmt(pubname=name, pubobjects=_objects(c), action=_ACTIONS[word], start=start, end=c.end)


def _objects(c: Cursor) -> tuple[PublicationObjSpec, ...]:
    """pub_obj_list; before 15 TABLE and relations."""
    if c.version < 15:
        c.expect("table")
        return tuple(_of_relation(relation) for relation in c.list_of(relation_expr))
    objects = []
    previous = _CONTINUATION
    for found in c.list_of(_object):
        made = _continued(found, previous)
        objects.append(made)
        previous = made.pubobjtype
    return tuple(objects)


def _of_relation(relation: RangeVar) -> PublicationObjSpec:
    table = PublicationTable(relation=relation, start=relation.start, end=relation.end)
    return PublicationObjSpec(pubobjtype=_TABLE, pubtable=table, start=relation.start, end=relation.end)


def _object(c: Cursor) -> PublicationObjSpec:
    """PublicationObjSpec."""
    start = c.start
    if c.take("table"):
        table = _table(c, relation_expr(c))
        return PublicationObjSpec(pubobjtype=_TABLE, pubtable=table, start=start, end=c.end)
    if c.is_words("tables", "in"):
        c.expect("tables", "in", "schema")
        at = c.start
        if c.take("current_schema"):
            return PublicationObjSpec(pubobjtype=_CURRENT_SCHEMA, start=at, end=c.end)
        return PublicationObjSpec(pubobjtype=_SCHEMA, name=c.col_id(), start=at, end=c.end)
    if c.take("current_schema"):
        return PublicationObjSpec(pubobjtype=_CONTINUATION, start=start, end=c.end)
    if c.is_col_id() and c.peek(1) not in (".", "(", "where", "*"):
        return PublicationObjSpec(pubobjtype=_CONTINUATION, name=c.col_id(), start=start, end=c.end)
    relation = relation_expr(c) if c.match[c.at] == "only" else None
    if relation is None:
        relation = range_var(c)
        if c.match[c.at] == "*":
            c.at += 1
            relation = msgspec.structs.replace(relation, end=c.end)
    table = _table(c, relation)
    return PublicationObjSpec(pubobjtype=_CONTINUATION, pubtable=table, start=start, end=c.end)


def _table(c: Cursor, relation: RangeVar) -> PublicationTable:
    columns = c.column_list() if c.match[c.at] == "(" else ()
    where = None
    if c.take("where"):
        c.expect("(")
        where = expression(c)
        c.expect(")")
    return PublicationTable(relation=relation, whereClause=where, columns=columns, start=relation.start, end=c.end)


def _continued(found: PublicationObjSpec, previous: str) -> PublicationObjSpec:
    """An object that takes its kind from the one before it (preprocess_pubobj_list)."""
    kind = found.pubobjtype
    if kind == _CONTINUATION:
        kind = previous
    if kind == _CONTINUATION:
        raise ParseError("invalid publication object list", found.start, found.end)
    if kind == _TABLE:
        if found.name is None and found.pubtable is None:
            raise ParseError("invalid table name", found.start, found.end)
        if found.name is None:
            return msgspec.structs.replace(found, pubobjtype=kind)
        relation = RangeVar(schemaname=None, relname=found.name, start=found.start, end=found.end)
        return _of_relation(relation)
    table = found.pubtable
    if table is not None and table.whereClause is not None:
        raise ParseError("WHERE clause not allowed for schema", found.start, found.end)
    if table is not None and table.columns:
        raise ParseError("column specification not allowed for schema", found.start, found.end)
    if table is not None:
        raise ParseError("invalid schema name", found.start, found.end)
    return msgspec.structs.replace(found, pubobjtype=_SCHEMA if found.name is not None else _CURRENT_SCHEMA)


# --- Subscriptions


def create_subscription(c: Cursor) -> CreateSubscriptionStmt:
    """CreateSubscriptionStmt."""
    start = c.start
    c.expect("create", "subscription")
    name = c.col_id()
    c.expect("connection")
    connection = c.string()
    c.expect("publication")
    publications = c.names()
    return CreateSubscriptionStmt(
        subname=name,
        conninfo=connection,
        publication=publications,
        options=opt_definition(c),
        start=start,
        end=c.end,
    )


def alter_subscription(c: Cursor) -> Node:
    """AlterSubscriptionStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "subscription")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_SUBSCRIPTION", name, RENAME | OWNER)
    if found is not None:
        return found
    connection = None
    publications: tuple[str, ...] = ()
    options: tuple[DefElem, ...] = ()
    word = c.take_any("set", "connection", "refresh", "add", "drop", "enable", "disable", "skip")
    if word is None:
        raise c.error()
    if word == "connection":
        kind, connection = "CONNECTION", c.string()
    elif word in ("enable", "disable"):
        kind, options = "ENABLED", (DefElem(defname="enabled", arg=word == "enable", start=c.end, end=c.end),)
    elif word == "skip" and c.version >= 15:
        kind, options = "SKIP", definition(c)
    elif word == "set" and c.match[c.at] == "(":
        kind, options = "OPTIONS", definition(c)
    elif word == "skip":
        raise c.error(-1)
    else:
        c.expect("publication")
        if word == "refresh":
            kind = "REFRESH"
        else:
            kind, publications = f"{word.upper()}_PUBLICATION", c.names()
        options = opt_definition(c)
    return AlterSubscriptionStmt(
        kind="ALTER_SUBSCRIPTION_" + kind,
        subname=name,
        conninfo=connection,
        publication=publications,
        options=options,
        start=start,
        end=c.end,
    )
