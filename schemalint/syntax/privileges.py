"""GRANT and REVOKE, on objects and of roles, and default privileges."""

from __future__ import annotations

from typing import Any

from schemalint.syntax.common import any_name_list, numeric_only, role_list, role_spec
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    AccessPriv,
    AlterDefaultPrivilegesStmt,
    DefElem,
    GrantRoleStmt,
    GrantStmt,
    Node,
    RoleSpec,
)
from schemalint.syntax.queries import range_var
from schemalint.syntax.signatures import function_with_argtypes

# --- What is granted


def _privilege(c: Cursor) -> AccessPriv:
    """privilege."""
    start = c.start
    word = c.match[c.at]
    if word == "alter" and c.peek(1) == "system" and c.version >= 15:
        c.at += 2
        return AccessPriv(priv_name="alter system", start=start, end=c.end)
    name = c.next_value() if word in ("select", "references", "create") else c.col_id()
    return AccessPriv(priv_name=name, cols=_opt_columns(c), start=start, end=c.end)


def _opt_columns(c: Cursor) -> tuple[str, ...]:
    return c.column_list() if c.match[c.at] == "(" else ()


def _privileges(c: Cursor) -> tuple[tuple[AccessPriv, ...], bool]:
    """privileges; and whether they are ALL, which can be granted on objects only."""
    start = c.start
    if not c.take("all"):
        return c.list_of(_privilege), False
    c.take("privileges")
    if c.match[c.at] == "(":
        return (AccessPriv(priv_name=None, cols=c.column_list(), start=start, end=c.end),), True
    return (), True


# --- On what

Target = tuple[str, str, tuple[Any, ...]]
"""Kind of target, kind of object, objects."""

_OBJECT, _ALL_IN_SCHEMA, _DEFAULTS = "ACL_TARGET_OBJECT", "ACL_TARGET_ALL_IN_SCHEMA", "ACL_TARGET_DEFAULTS"
_ALL_IN = {
    "tables": "OBJECT_TABLE",
    "sequences": "OBJECT_SEQUENCE",
    "functions": "OBJECT_FUNCTION",
    "procedures": "OBJECT_PROCEDURE",
    "routines": "OBJECT_ROUTINE",
}
_AFTER_TABLE = frozenset({"to", "from", ",", "."})


def _privilege_target(c: Cursor) -> Target:
    """privilege_target."""
    if c.take("all"):
        word = c.take_any(*_ALL_IN)
        if word is None:
            raise c.error()
        c.expect("in", "schema")
        return _ALL_IN_SCHEMA, _ALL_IN[word], c.names()
    found = _TARGETS.get(c.match[c.at] or "")
    # most of these words may be a table's name as well
    if (
        found is None
        or (c.peek(1) in _AFTER_TABLE and c.is_col_id())
        or (found[0] == "OBJECT_PARAMETER_ACL" and c.version < 15)
    ):
        return _OBJECT, "OBJECT_TABLE", c.list_of(range_var)
    kind, read = found
    word = c.next_value()
    if word == "foreign":
        if c.take("server"):
            kind = "OBJECT_FOREIGN_SERVER"
        else:
            c.expect("data", "wrapper")
    elif word == "large":
        c.expect("object")
    return _OBJECT, kind, read(c)


def _range_vars(c: Cursor) -> tuple[Any, ...]:
    return c.list_of(range_var)


def _functions(c: Cursor) -> tuple[Any, ...]:
    return c.list_of(function_with_argtypes)


def _numbers(c: Cursor) -> tuple[Any, ...]:
    return c.list_of(numeric_only)


def _parameters(c: Cursor) -> tuple[Any, ...]:
    from schemalint.syntax.settings import var_name

    return c.list_of(var_name)


_TARGETS: dict[str, tuple[str, Any]] = {
    "table": ("OBJECT_TABLE", _range_vars),
    "sequence": ("OBJECT_SEQUENCE", _range_vars),
    "foreign": ("OBJECT_FDW", Cursor.names),
    "function": ("OBJECT_FUNCTION", _functions),
    "procedure": ("OBJECT_PROCEDURE", _functions),
    "routine": ("OBJECT_ROUTINE", _functions),
    "database": ("OBJECT_DATABASE", Cursor.names),
    "domain": ("OBJECT_DOMAIN", any_name_list),
    "language": ("OBJECT_LANGUAGE", Cursor.names),
    "large": ("OBJECT_LARGEOBJECT", _numbers),
    "parameter": ("OBJECT_PARAMETER_ACL", _parameters),
    "schema": ("OBJECT_SCHEMA", Cursor.names),
    "tablespace": ("OBJECT_TABLESPACE", Cursor.names),
    "type": ("OBJECT_TYPE", any_name_list),
}


# --- To whom


def _grantee(c: Cursor) -> RoleSpec:
    """grantee."""
    c.take("group")
    return role_spec(c)


def _granted_by(c: Cursor) -> RoleSpec | None:
    """opt_granted_by."""
    if not c.take("granted"):
        return None
    c.expect("by")
    return role_spec(c)


# --- Statements


def grant(c: Cursor) -> Node:
    """GrantStmt, GrantRoleStmt."""
    start = c.start
    c.expect("grant")
    privileges, is_all = _privileges(c)
    if is_all or c.match[c.at] == "on":
        c.expect("on")
        target = _privilege_target(c)
        return _grant_on(c, start, privileges, target)
    c.expect("to")
    grantees = role_list(c)
    options = _role_options(c) if c.take("with") else ()
    return GrantRoleStmt(
        granted_roles=privileges,
        grantee_roles=grantees,
        is_grant=True,
        opt=options,
        grantor=_granted_by(c),
        start=start,
        end=c.end,
    )


def _grant_on(c: Cursor, start: int, privileges: tuple[AccessPriv, ...], target: Target) -> GrantStmt:
    c.expect("to")
    grantees = c.list_of(_grantee)
    grant_option = c.take("with")
    if grant_option:
        c.expect("grant", "option")
    grantor = _granted_by(c) if target[0] != _DEFAULTS else None
    return GrantStmt(
        is_grant=True,
        objtype=target[1],
        objects=target[2],
        privileges=privileges,
        grantees=grantees,
        targtype=target[0],
        grant_option=grant_option,
        grantor=grantor,
        start=start,
        end=c.end,
    )


def _role_options(c: Cursor) -> tuple[DefElem, ...]:
    """grant_role_opt_list; before 16 only ADMIN OPTION."""
    if c.version < 16:
        at = c.start
        c.expect("admin", "option")
        return (DefElem(defname="admin", arg=True, start=at, end=c.end),)
    return c.list_of(_role_option)


def _role_option(c: Cursor) -> DefElem:
    """grant_role_opt."""
    start = c.start
    name = c.col_label()
    word = c.take_any("option", "true", "false")
    if word is None:
        raise c.error()
    return DefElem(defname=name, arg=word != "false", start=start, end=c.end)


def revoke(c: Cursor) -> Node:
    """RevokeStmt, RevokeRoleStmt."""
    start = c.start
    c.expect("revoke")
    option: tuple[DefElem, ...] = ()
    grant_option = c.match[c.at] == "grant"
    if grant_option:
        c.expect("grant", "option", "for")
    elif c.peek(1) == "option" and c.is_col_id() and (c.version >= 16 or c.peek() == "admin"):
        at = c.start
        option = (DefElem(defname=c.col_id(), arg=False, start=at, end=c.end),)
        c.expect("option", "for")
    privileges, is_all = _privileges(c) if not option else (c.list_of(_privilege), False)
    if is_all or grant_option or (not option and c.match[c.at] == "on"):
        c.expect("on")
        return _revoke_on(c, start, privileges, _privilege_target(c), grant_option)
    c.expect("from")
    grantees = role_list(c)
    grantor = _granted_by(c)
    return GrantRoleStmt(
        granted_roles=privileges,
        grantee_roles=grantees,
        is_grant=False,
        opt=option,
        grantor=grantor,
        behavior=c.behavior(),
        start=start,
        end=c.end,
    )


def _revoke_on(
    c: Cursor, start: int, privileges: tuple[AccessPriv, ...], target: Target, grant_option: bool
) -> GrantStmt:
    c.expect("from")
    grantees = c.list_of(_grantee)
    grantor = _granted_by(c) if target[0] != _DEFAULTS else None
    return GrantStmt(
        is_grant=False,
        objtype=target[1],
        objects=target[2],
        privileges=privileges,
        grantees=grantees,
        targtype=target[0],
        grant_option=grant_option,
        grantor=grantor,
        behavior=c.behavior(),
        start=start,
        end=c.end,
    )


# --- Default privileges

_DEFAULT_TARGETS = {
    "tables": "OBJECT_TABLE",
    "functions": "OBJECT_FUNCTION",
    "routines": "OBJECT_FUNCTION",
    "sequences": "OBJECT_SEQUENCE",
    "types": "OBJECT_TYPE",
    "schemas": "OBJECT_SCHEMA",
}


def alter_default_privileges(c: Cursor) -> AlterDefaultPrivilegesStmt:
    """AlterDefaultPrivilegesStmt."""
    start = c.start
    c.expect("alter", "default", "privileges")
    options: list[DefElem] = []
    while (option := _default_option(c)) is not None:
        options.append(option)
    at = c.start
    word = c.take_any("grant", "revoke")
    if word is None:
        raise c.error()
    grant_option = word == "revoke" and c.take("grant")
    if grant_option:
        c.expect("option", "for")
    privileges, _ = _privileges(c)
    c.expect("on")
    target: Target = (_DEFAULTS, _default_target(c), ())
    if word == "grant":
        action = _grant_on(c, at, privileges, target)
    else:
        action = _revoke_on(c, at, privileges, target, grant_option)
    return AlterDefaultPrivilegesStmt(options=tuple(options), action=action, start=start, end=c.end)


def _default_option(c: Cursor) -> DefElem | None:
    """DefACLOption."""
    start = c.start
    if c.take("in"):
        c.expect("schema")
        return DefElem(defname="schemas", arg=c.names(), start=start, end=c.end)
    if c.take("for"):
        if c.take_any("role", "user") is None:
            raise c.error()
        return DefElem(defname="roles", arg=role_list(c), start=start, end=c.end)
    return None


def _default_target(c: Cursor) -> str:
    """defacl_privilege_target."""
    if c.version >= 18 and c.take("large"):
        c.expect("objects")
        return "OBJECT_LARGEOBJECT"
    word = c.take_any(*_DEFAULT_TARGETS)
    if word is None:
        raise c.error()
    return _DEFAULT_TARGETS[word]
