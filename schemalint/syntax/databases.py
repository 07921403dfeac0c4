"""Databases and tablespaces."""

from __future__ import annotations

from schemalint.syntax.common import (
    boolean_or_string,
    is_ident,
    is_numeric_only,
    numeric_only,
    opt_reloptions,
    reloptions,
    role_spec,
)
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    AlterDatabaseRefreshCollStmt,
    AlterDatabaseSetStmt,
    AlterDatabaseStmt,
    AlterTableSpaceOptionsStmt,
    CreatedbStmt,
    CreateTableSpaceStmt,
    DefArg,
    DefElem,
    Node,
)
from schemalint.syntax.rename import OWNER, RENAME, change_object
from schemalint.syntax.settings import set_reset_clause

_OPTION_WORDS = frozenset({"encoding", "location", "owner", "tablespace", "template"})


def create_database(c: Cursor) -> CreatedbStmt:
    """CreatedbStmt."""
    start = c.start
    c.expect("create", "database")
    name = c.col_id()
    c.take("with")
    return CreatedbStmt(dbname=name, options=_options(c), start=start, end=c.end)


def _options(c: Cursor) -> tuple[DefElem, ...]:
    """createdb_opt_list."""
    options = []
    while (option := _option(c)) is not None:
        options.append(option)
    return tuple(options)


def _option(c: Cursor) -> DefElem | None:
    """createdb_opt_item, None when another word is next."""
    start = c.start
    if is_ident(c) or c.match[c.at] in _OPTION_WORDS:
        name = c.next_value()
    elif c.take("connection"):
        c.expect("limit")
        name = "connection_limit"
    else:
        return None
    c.take("=")
    arg: DefArg
    if c.take("default"):
        arg = None
    elif is_numeric_only(c):
        arg = numeric_only(c) if c.version >= 15 else c.signed_integer()
    else:
        arg = boolean_or_string(c)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


def alter_database(c: Cursor) -> Node:
    """AlterDatabaseStmt, AlterDatabaseSetStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "database")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_DATABASE", name, RENAME | OWNER, subname=True)
    if found is not None:
        return found
    if c.is_words("set", "tablespace") and c.peek(2) not in ("to", "=", ".", "from"):
        c.at += 2
        at = c.start
        option = DefElem(defname="tablespace", arg=c.col_id(), start=at, end=c.end)
        return AlterDatabaseStmt(dbname=name, options=(option,), start=start, end=c.end)
    if c.match[c.at] in ("set", "reset"):
        return AlterDatabaseSetStmt(dbname=name, setstmt=set_reset_clause(c), start=start, end=c.end)
    if c.version >= 15 and c.take("refresh"):
        c.expect("collation", "version")
        return AlterDatabaseRefreshCollStmt(dbname=name, start=start, end=c.end)
    c.take("with")
    return AlterDatabaseStmt(dbname=name, options=_options(c), start=start, end=c.end)


def create_tablespace(c: Cursor) -> CreateTableSpaceStmt:
    """CreateTableSpaceStmt."""
    start = c.start
    c.expect("create", "tablespace")
    name = c.col_id()
    owner = role_spec(c) if c.take("owner") else None
    c.expect("location")
    location = c.string()
    return CreateTableSpaceStmt(
        tablespacename=name, location=location, owner=owner, options=opt_reloptions(c), start=start, end=c.end
    )


def alter_tablespace(c: Cursor) -> Node:
    """AlterTblSpcStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "tablespace")
    name = c.col_id()
    found = change_object(c, start, "OBJECT_TABLESPACE", name, RENAME | OWNER, subname=True)
    if found is not None:
        return found
    word = c.take_any("set", "reset")
    if word is None:
        raise c.error()
    return AlterTableSpaceOptionsStmt(
        tablespacename=name, options=reloptions(c), isReset=word == "reset", start=start, end=c.end
    )
