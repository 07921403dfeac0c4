"""Roles, users and groups."""

from __future__ import annotations

from schemalint.syntax.common import is_ident, role_id, role_list, role_spec
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import (
    AlterRoleSetStmt,
    AlterRoleStmt,
    CreateRoleStmt,
    DefElem,
    Node,
    ReassignOwnedStmt,
    RenameStmt,
    RoleSpec,
)
from schemalint.syntax.settings import set_reset_clause

_FLAGS = {
    "superuser": ("superuser", True),
    "nosuperuser": ("superuser", False),
    "createrole": ("createrole", True),
    "nocreaterole": ("createrole", False),
    "replication": ("isreplication", True),
    "noreplication": ("isreplication", False),
    "createdb": ("createdb", True),
    "nocreatedb": ("createdb", False),
    "login": ("canlogin", True),
    "nologin": ("canlogin", False),
    "bypassrls": ("bypassrls", True),
    "nobypassrls": ("bypassrls", False),
    "noinherit": ("inherit", False),
}


def create_role(c: Cursor) -> Node:
    """CreateRoleStmt, CreateUserStmt, CreateGroupStmt; and CreateUserMappingStmt."""
    if c.peek(1) == "user" and c.peek(2) == "mapping" and c.peek(3) in ("for", "if"):
        from schemalint.syntax.foreign import create_user_mapping

        return create_user_mapping(c)
    start = c.start
    c.expect("create")
    kind = "ROLESTMT_" + c.next_value().upper()
    role = role_id(c)
    c.take("with")
    options = []
    while (option := _alter_option(c) or _create_option(c)) is not None:
        options.append(option)
    return CreateRoleStmt(stmt_type=kind, role=role, options=tuple(options), start=start, end=c.end)


def _alter_option(c: Cursor) -> DefElem | None:
    """AlterOptRoleElem, None when another word is next."""
    start = c.start
    word = c.match[c.at]
    if is_ident(c):
        name = c.next_value()
        flag = _FLAGS.get(name)
        if flag is None:
            raise ParseError(f'unrecognized role option "{name}"', start, c.end)
        return DefElem(defname=flag[0], arg=flag[1], start=start, end=c.end)
    if word in ("password", "encrypted"):
        c.take("encrypted")
        c.expect("password")
        arg = None if word == "password" and c.take("null") else c.string()
        return DefElem(defname="password", arg=arg, start=start, end=c.end)
    if word == "unencrypted":
        c.expect("unencrypted", "password")
        c.string()
        raise ParseError("UNENCRYPTED PASSWORD is no longer supported", start, c.end, "0A000")
    if word == "inherit":
        c.at += 1
        return DefElem(defname="inherit", arg=True, start=start, end=c.end)
    if word == "connection":
        c.expect("connection", "limit")
        return DefElem(defname="connectionlimit", arg=c.signed_integer(), start=start, end=c.end)
    if word == "valid":
        c.expect("valid", "until")
        return DefElem(defname="validUntil", arg=c.string(), start=start, end=c.end)
    if word == "user":
        c.at += 1
        return DefElem(defname="rolemembers", arg=role_list(c), start=start, end=c.end)
    return None


def _create_option(c: Cursor) -> DefElem | None:
    """CreateOptRoleElem, as far as it is none of ALTER's."""
    start = c.start
    word = c.take_any("sysid", "admin", "role", "in")
    if word is None:
        return None
    if word == "sysid":
        return DefElem(defname="sysid", arg=c.integer(), start=start, end=c.end)
    name = {"admin": "adminmembers", "role": "rolemembers", "in": "addroleto"}[word]
    if word == "in" and c.take_any("role", "group") is None:
        raise c.error()
    return DefElem(defname=name, arg=role_list(c), start=start, end=c.end)


def alter_role(c: Cursor) -> Node:
    """AlterRoleStmt, AlterRoleSetStmt, AlterGroupStmt, RENAME; and AlterUserMappingStmt."""
    if c.peek(1) == "user" and c.peek(2) == "mapping" and c.peek(3) == "for":
        from schemalint.syntax.foreign import alter_user_mapping

        return alter_user_mapping(c)
    start = c.start
    c.expect("alter")
    what = c.next_value()
    if what != "group" and c.take("all"):
        return _set(c, start, None)
    first = c.at
    role = role_spec(c)
    if c.match[c.at] == "rename":
        c.at = first  # a role that is renamed must be named
        old = role_id(c)
        c.expect("rename", "to")
        return RenameStmt(renameType="OBJECT_ROLE", subname=old, newname=role_id(c), start=start, end=c.end)
    if what == "group":
        action = c.take_any("add", "drop")
        if action is None:
            raise c.error()
        c.expect("user")
        at = c.start
        members = DefElem(defname="rolemembers", arg=role_list(c), start=at, end=c.end)
        return AlterRoleStmt(role=role, options=(members,), action=1 if action == "add" else -1, start=start, end=c.end)
    if c.match[c.at] in ("in", "set", "reset"):
        return _set(c, start, role)
    c.take("with")
    options = []
    while (option := _alter_option(c)) is not None:
        options.append(option)
    return AlterRoleStmt(role=role, options=tuple(options), start=start, end=c.end)


def _set(c: Cursor, start: int, role: RoleSpec | None) -> AlterRoleSetStmt:
    """opt_in_database SetResetClause."""
    database = None
    if c.take("in"):
        c.expect("database")
        database = c.col_id()
    return AlterRoleSetStmt(role=role, database=database, setstmt=set_reset_clause(c), start=start, end=c.end)


def reassign_owned(c: Cursor) -> ReassignOwnedStmt:
    """ReassignOwnedStmt."""
    start = c.start
    c.expect("reassign", "owned", "by")
    roles = role_list(c)
    c.expect("to")
    return ReassignOwnedStmt(roles=roles, newrole=role_spec(c), start=start, end=c.end)
