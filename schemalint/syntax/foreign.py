"""Foreign-data wrappers, servers, user mappings, IMPORT FOREIGN SCHEMA."""

from __future__ import annotations

from schemalint.syntax.common import alter_generic_options, generic_options, handler_name, role_spec
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    AlterFdwStmt,
    AlterForeignServerStmt,
    AlterUserMappingStmt,
    CreateFdwStmt,
    CreateForeignServerStmt,
    CreateUserMappingStmt,
    DefElem,
    ImportForeignSchemaStmt,
    Node,
    RangeVar,
    RoleSpec,
)
from schemalint.syntax.queries import relation_expr
from schemalint.syntax.rename import OWNER, RENAME, change_object

# --- Wrappers


def create_wrapper(c: Cursor) -> CreateFdwStmt:
    """CreateFdwStmt."""
    start = c.start
    c.expect("create", "foreign", "data", "wrapper")
    name = c.col_id()
    functions = _wrapper_options(c)
    return CreateFdwStmt(fdwname=name, func_options=functions, options=generic_options(c), start=start, end=c.end)


def alter_wrapper(c: Cursor) -> Node:
    """AlterFdwStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "foreign", "data", "wrapper")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_FDW", name, RENAME | OWNER)
    if found is not None:
        return found
    functions = _wrapper_options(c)
    options: tuple[DefElem, ...] = ()
    if not functions or c.match[c.at] == "options":
        if not functions and c.match[c.at] != "options":
            raise c.error()
        options = alter_generic_options(c)
    return AlterFdwStmt(fdwname=name, func_options=functions, options=options, start=start, end=c.end)


def _wrapper_options(c: Cursor) -> tuple[DefElem, ...]:
    """opt_fdw_options."""
    options = []
    while c.match[c.at] in ("handler", "validator", "no"):
        start = c.start
        no = c.take("no")
        word = c.take_any("handler", "validator")
        if word is None:
            raise c.error()
        options.append(DefElem(defname=word, arg=None if no else handler_name(c), start=start, end=c.end))
    return tuple(options)


# --- Servers


def create_server(c: Cursor) -> CreateForeignServerStmt:
    """CreateForeignServerStmt."""
    start = c.start
    c.expect("create", "server")
    if_not_exists = c.if_not_exists()
    name = c.col_id()
    type_ = c.string() if c.take("type") else None
    version = _version(c) if c.match[c.at] == "version" else None
    c.expect("foreign", "data", "wrapper")
    wrapper = c.col_id()
    return CreateForeignServerStmt(
        servername=name,
        servertype=type_,
        version=version,
        fdwname=wrapper,
        if_not_exists=if_not_exists,
        options=generic_options(c),
        start=start,
        end=c.end,
    )


def _version(c: Cursor) -> str | None:
    """foreign_server_version."""
    c.expect("version")
    return None if c.take("null") else c.string()


def alter_server(c: Cursor) -> Node:
    """AlterForeignServerStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "server")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_FOREIGN_SERVER", name, RENAME | OWNER)
    if found is not None:
        return found
    has_version = c.match[c.at] == "version"
    version = _version(c) if has_version else None
    options: tuple[DefElem, ...] = ()
    if c.match[c.at] == "options":
        options = alter_generic_options(c)
    elif not has_version:
        raise c.error()
    return AlterForeignServerStmt(
        servername=name, version=version, options=options, has_version=has_version, start=start, end=c.end
    )


# --- User mappings


def auth_ident(c: Cursor) -> RoleSpec:
    """auth_ident."""
    start = c.start
    if c.take("user"):
        return RoleSpec(roletype="ROLESPEC_CURRENT_USER", start=start, end=c.end)
    return role_spec(c)


def create_user_mapping(c: Cursor) -> CreateUserMappingStmt:
    """CreateUserMappingStmt."""
    start = c.start
    c.expect("create", "user", "mapping")
    if_not_exists = c.take("if")
    if if_not_exists:
        c.expect("not", "exists")
    c.expect("for")
    user = auth_ident(c)
    c.expect("server")
    server = c.col_id()
    return CreateUserMappingStmt(
        user=user,
        servername=server,
        if_not_exists=if_not_exists,
        options=generic_options(c),
        start=start,
        end=c.end,
    )


def alter_user_mapping(c: Cursor) -> AlterUserMappingStmt:
    """AlterUserMappingStmt."""
    start = c.start
    c.expect("alter", "user", "mapping", "for")
    user = auth_ident(c)
    c.expect("server")
    server = c.col_id()
    return AlterUserMappingStmt(user=user, servername=server, options=alter_generic_options(c), start=start, end=c.end)


# --- IMPORT FOREIGN SCHEMA


def import_foreign_schema(c: Cursor) -> ImportForeignSchemaStmt:
    """ImportForeignSchemaStmt."""
    start = c.start
    c.expect("import", "foreign", "schema")
    remote = c.col_id()
    kind = "FDW_IMPORT_SCHEMA_ALL"
    tables: tuple[RangeVar, ...] = ()
    word = c.take_any("limit", "except")
    if word is not None:
        kind = "FDW_IMPORT_SCHEMA_EXCEPT"
        if word == "limit":
            c.expect("to")
            kind = "FDW_IMPORT_SCHEMA_LIMIT_TO"
        tables = c.paren_list(relation_expr)
    c.expect("from", "server")
    server = c.col_id()
    c.expect("into")
    local = c.col_id()
    return ImportForeignSchemaStmt(
        server_name=server,
        remote_schema=remote,
        local_schema=local,
        list_type=kind,
        table_list=tables,
        options=generic_options(c),
        start=start,
        end=c.end,
    )
