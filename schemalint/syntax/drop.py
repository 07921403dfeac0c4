"""DROP of every kind of object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.syntax.common import any_name_list, role_list
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    DefElem,
    DropdbStmt,
    DropOwnedStmt,
    DropRoleStmt,
    DropStmt,
    DropSubscriptionStmt,
    DropTableSpaceStmt,
    DropUserMappingStmt,
    Node,
)
from schemalint.syntax.objects import cast_types, name_on_any_name, object_kind, transform_target, using_name
from schemalint.syntax.signatures import aggregate_with_argtypes, function_with_argtypes, operator_with_argtypes
from schemalint.syntax.typenames import type_name

_FORMS = frozenset(
    {
        "any_name",
        "name",
        "on_any_name",
        "type",
        "function",
        "aggregate",
        "operator",
        "opclass",
        "cast",
        "transform",
    }
)


def drop(c: Cursor) -> Node:
    """DropStmt and its many relatives."""
    start = c.start
    c.expect("drop")
    special = _SPECIAL.get(c.match[c.at] or "")
    if special is not None:
        return special(c, start)
    kind, form = object_kind(c, _FORMS)
    concurrent = kind == "OBJECT_INDEX" and c.take("concurrently")
    missing_ok = c.if_exists()
    objects = _OBJECTS[form](c)
    return DropStmt(
        removeType=kind,
        objects=objects,
        behavior=c.behavior(),
        missing_ok=missing_ok,
        concurrent=concurrent,
        start=start,
        end=c.end,
    )


def _one(read: Any) -> Any:
    return lambda c: (read(c),)


def _many(read: Any) -> Any:
    return lambda c: c.list_of(read)


_OBJECTS: dict[str, Any] = {
    "any_name": any_name_list,
    "name": Cursor.names,
    "on_any_name": _one(name_on_any_name),
    "type": _many(type_name),
    "function": _many(function_with_argtypes),
    "aggregate": _many(aggregate_with_argtypes),
    "operator": _many(operator_with_argtypes),
    "opclass": _one(using_name),
    "cast": _one(cast_types),
    "transform": _one(transform_target),
}


def _owned(c: Cursor, start: int) -> DropOwnedStmt:
    """DropOwnedStmt."""
    c.expect("owned", "by")
    return DropOwnedStmt(roles=role_list(c), behavior=c.behavior(), start=start, end=c.end)


def _role(c: Cursor, start: int) -> DropRoleStmt:
    """DropRoleStmt."""
    c.at += 1
    missing_ok = c.if_exists()
    return DropRoleStmt(roles=role_list(c), missing_ok=missing_ok, start=start, end=c.end)


def _user(c: Cursor, start: int) -> Node:
    """DROP USER, and DropUserMappingStmt."""
    if c.peek(1) != "mapping" or c.peek(2) not in ("for", "if"):
        return _role(c, start)
    from schemalint.syntax.foreign import auth_ident

    c.at += 2
    missing_ok = c.take("if")
    if missing_ok:
        c.expect("exists")
    c.expect("for")
    user = auth_ident(c)
    c.expect("server")
    return DropUserMappingStmt(user=user, servername=c.col_id(), missing_ok=missing_ok, start=start, end=c.end)


def _database(c: Cursor, start: int) -> DropdbStmt:
    """DropdbStmt."""
    c.expect("database")
    missing_ok = c.if_exists()
    name = c.col_id()
    options: tuple[DefElem, ...] = ()
    if c.take("with") or c.match[c.at] == "(":
        options = c.paren_list(_drop_option)
    return DropdbStmt(dbname=name, missing_ok=missing_ok, options=options, start=start, end=c.end)


def _drop_option(c: Cursor) -> DefElem:
    """drop_option."""
    start = c.start
    c.expect("force")
    return DefElem(defname="force", start=start, end=c.end)


def _tablespace(c: Cursor, start: int) -> DropTableSpaceStmt:
    """DropTableSpaceStmt."""
    c.expect("tablespace")
    missing_ok = c.if_exists()
    return DropTableSpaceStmt(tablespacename=c.col_id(), missing_ok=missing_ok, start=start, end=c.end)


def _subscription(c: Cursor, start: int) -> DropSubscriptionStmt:
    """DropSubscriptionStmt."""
    c.expect("subscription")
    missing_ok = c.if_exists()
    name = c.col_id()
    return DropSubscriptionStmt(subname=name, missing_ok=missing_ok, behavior=c.behavior(), start=start, end=c.end)


_SPECIAL: dict[str, Callable[[Cursor, int], Node]] = {
    "owned": _owned,
    "role": _role,
    "group": _role,
    "user": _user,
    "database": _database,
    "tablespace": _tablespace,
    "subscription": _subscription,
}
