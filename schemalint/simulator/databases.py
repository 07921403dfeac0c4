"""Databases and tablespaces (dbcommands.c, tablespace.c).

Other databases of a server are not part of a catalog: what is said of one that is not listed is not judged, unless this session
made or dropped it.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Database, Oid, Role, Tablespace
from schemalint.errors import Refusal
from schemalint.simulator.acl import check_can_set_role, get_rolespec, is_superuser, owner_check
from schemalint.simulator.defelem import def_get_boolean, def_get_int32, def_get_string, error_conflicting_def_elem
from schemalint.simulator.effects import Noted, Skipped
from schemalint.simulator.reloptions import tablespace_reloptions
from schemalint.simulator.session import Session
from schemalint.simulator.stored_settings import alter_setting
from schemalint.syntax.nodes import (
    AlterDatabaseRefreshCollStmt,
    AlterDatabaseSetStmt,
    AlterDatabaseStmt,
    AlterTableSpaceOptionsStmt,
    CreatedbStmt,
    CreateTableSpaceStmt,
    DefElem,
    DropdbStmt,
    DropTableSpaceStmt,
    VariableSetStmt,
)

At = tuple[int, int] | None

CURRENT_DATABASE: Oid = 16383
"""Identifier of the session's database where the catalog does not say it."""

_TEMPLATES = ("template0", "template1")


def database_named(session: Session, name: str, at: At = None) -> Database:
    """The database of this name (get_database_oid). Raises 3D000.

    Where the catalog does not say which databases there are, a name of which nothing is known is taken for the session's own:
    that is what migrations name.
    """
    found = session.catalog.find(Database, 0, name)
    if found is not None:
        return found
    if (is_known(session) and name not in (*_TEMPLATES, "postgres")) or session.var(f"no database {name}"):
        raise Refusal("3D000", f'database "{name}" does not exist', at=at, word=name)
    if name in _TEMPLATES and name != session.names.database:
        return Database(oid=_TEMPLATES.index(name) + 1, name=name)
    current = session.catalog.find(Database, 0, session.names.database)
    return current if current is not None else Database(oid=CURRENT_DATABASE, name=session.names.database)


def is_known(session: Session) -> bool:
    """Whether the catalog lists the databases of the server."""
    found = session.catalog.find(Database, 0, session.names.database)
    return found is not None and found.oid != CURRENT_DATABASE


# --- CREATE DATABASE

_CREATE_OPTIONS = {
    "tablespace": 14,
    "owner": 14,
    "template": 14,
    "encoding": 14,
    "locale": 14,
    "lc_collate": 14,
    "lc_ctype": 14,
    "is_template": 14,
    "allow_connections": 14,
    "connection_limit": 14,
    "collation_version": 15,
    "icu_locale": 15,
    "locale_provider": 15,
    "oid": 15,
    "strategy": 15,
    "icu_rules": 16,
    "builtin_locale": 17,
}
"""Option -> the major that brought it."""


def _options(session: Session, options: tuple[DefElem, ...], known: dict[str, int]) -> dict[str, DefElem]:
    found: dict[str, DefElem] = {}
    for option in options:
        at = (option.start, option.end)
        if option.defname == "location":
            session.effect(Noted("WARNING", "LOCATION is not supported anymore"))
            continue
        if known.get(option.defname, 99) > session.version:
            raise Refusal("42601", f'option "{option.defname}" not recognized', at=at, word=option.defname)
        if option.defname in found:
            raise error_conflicting_def_elem(option)
        found[option.defname] = option
    return found


def _has_createdb(session: Session) -> bool:
    held = session.catalog.get(Role, session.role)
    return is_superuser(session) or (held is not None and held.createdb)


def createdb(session: Session, stmt: CreatedbStmt) -> None:
    """CREATE DATABASE (createdb)."""
    at = (stmt.start, stmt.end)
    session.prevent_in_transaction_block("CREATE DATABASE", stmt)
    options = _options(session, stmt.options, _CREATE_OPTIONS)
    _check_connection_limit(options)
    owner = session.role
    if (option := options.get("owner")) is not None and option.arg is not None:
        owner = _role_named(session, def_get_string(option), (option.start, option.end))
    if (option := options.get("encoding")) is not None and option.arg is not None:
        _check_encoding(option)
    if (option := options.get("locale_provider")) is not None and option.arg is not None:
        provider = def_get_string(option)
        if provider.lower() not in ("libc", "icu", "builtin"):
            message = f"unrecognized locale provider: {provider}"
            raise Refusal("42P17", message, at=(option.start, option.end), word=provider)
    if not _has_createdb(session):
        raise Refusal("42501", "permission denied to create database", at=at)
    check_can_set_role(session, session.role, owner, at)
    if (option := options.get("template")) is not None and option.arg is not None:
        database_named_as_template(session, option)
    if (option := options.get("tablespace")) is not None and option.arg is not None:
        tablespace = tablespace_named(session, def_get_string(option), (option.start, option.end))
        if tablespace.name == "pg_global":
            at = (option.start, option.end)
            raise Refusal("22023", "pg_global cannot be used as default tablespace", at=at, word="pg_global")
    taken = session.catalog.find_oid("pg_database", 0, stmt.dbname) is not None
    if taken or stmt.dbname in (session.names.database, "postgres", *_TEMPLATES):
        raise Refusal("42P04", f'database "{stmt.dbname}" already exists', at=at, word=stmt.dbname)
    session.set_var(f"no database {stmt.dbname}", None)
    session.create(Database(oid=session.catalog.new_oid(), name=stmt.dbname, owner=owner))


def database_named_as_template(session: Session, option: DefElem) -> None:
    """Raise 3D000 for a template that surely does not exist."""
    name = def_get_string(option)
    try:
        database_named(session, name)
    except Refusal:
        message = f'template database "{name}" does not exist'
        raise Refusal("3D000", message, at=(option.start, option.end), word=name) from None


def _check_connection_limit(options: dict[str, DefElem]) -> None:
    option = options.get("connection_limit")
    if option is not None and option.arg is not None:
        limit = def_get_int32(option)
        if limit < -1:
            raise Refusal("22023", f"invalid connection limit: {limit}", at=(option.start, option.end))


def _role_named(session: Session, name: str, at: At) -> Oid:
    from schemalint.simulator.acl import get_role_oid

    oid = get_role_oid(session, name, False, at)
    assert oid is not None
    return oid


_ENCODINGS = frozenset(
    """sqlascii eucjp euccn euckr euctw eucjis2004 utf8 unicode muleinternal latin1 iso88591 latin2 iso88592 latin3 iso88593
    latin4 iso88594 latin5 iso88599 latin6 iso885910 latin7 iso885913 latin8 iso885914 latin9 iso885915 latin10 iso885916
    win1256 windows1256 win1258 windows1258 vscii tcvn tcvn5712 abc win win1251 windows1251 koi8 koi8r win866 windows866 alt
    win874 windows874 win1252 windows1252 win1250 windows1250 iso88595 iso88596 iso88597 iso88598 win1253 windows1253
    win1254 windows1254 win1255 windows1255 win1257 windows1257 koi8u sjis shiftjis mskanji win932 windows932 big5 win950
    windows950 gbk win936 windows936 uhc win949 windows949 gb18030 johab shiftjis2004""".split()
)
"""Names of encodings, stripped of what is no letter or digit (pg_encname_tbl)."""


def is_encoding(name: str) -> bool:
    """Whether a server knows an encoding of this name (pg_char_to_encoding)."""
    return "".join(c for c in name.lower() if c.isalnum()) in _ENCODINGS


def _check_encoding(option: DefElem) -> None:
    if isinstance(option.arg, int) and not isinstance(option.arg, bool):
        if not 0 <= option.arg <= 41:
            message = f"{option.arg} is not a valid encoding code"
            raise Refusal("42704", message, at=(option.start, option.end))
        return
    name = def_get_string(option)
    if not is_encoding(name):
        raise Refusal("42704", f"{name} is not a valid encoding name", at=(option.start, option.end), word=name)


# --- ALTER and DROP DATABASE

_ALTER_OPTIONS = {"is_template": 14, "allow_connections": 14, "connection_limit": 14, "tablespace": 14}


def alter_database(session: Session, stmt: AlterDatabaseStmt) -> None:
    """ALTER DATABASE ... WITH (AlterDatabase)."""
    at = (stmt.start, stmt.end)
    options = _options(session, stmt.options, _ALTER_OPTIONS)
    if (option := options.get("tablespace")) is not None:
        if len(options) > 1:
            raise Refusal("0A000", 'option "tablespace" cannot be specified with other options', at=at)
        session.prevent_in_transaction_block("ALTER DATABASE SET TABLESPACE", stmt)
        _owned(session, stmt.dbname, at)
        if stmt.dbname == session.names.database:
            raise Refusal("55006", "cannot change the tablespace of the currently open database", at=at)
        tablespace_named(session, def_get_string(option), (option.start, option.end))
        return
    for name in ("is_template", "allow_connections"):
        if (option := options.get(name)) is not None and option.arg is not None:
            def_get_boolean(option)
    _check_connection_limit(options)
    _owned(session, stmt.dbname, at)
    option = options.get("allow_connections")
    refuses = option is not None and option.arg is not None and not def_get_boolean(option)
    if refuses and stmt.dbname == session.names.database:
        raise Refusal("22023", "cannot disallow connections for current database", at=at)


def _owned(session: Session, name: str, at: At) -> Database:
    database = database_named(session, name, at)
    owner_check(session, database, at)
    return database


def alter_database_set(session: Session, stmt: AlterDatabaseSetStmt) -> None:
    """ALTER DATABASE ... SET (AlterDatabaseSet)."""
    at = (stmt.start, stmt.end)
    keep_database_setting(session, _owned(session, stmt.dbname, at), stmt.setstmt, at)


def keep_database_setting(session: Session, database: Database | None, stmt: VariableSetStmt, at: At) -> None:
    """Keep a setting for all roles, in a database or (None) in every one."""
    if database is None:
        database = database_named(session, session.names.database)
    changed: Any = replace(database, config=alter_setting(session, database.config, stmt, at))
    if session.catalog.at(database.address) is None:
        session.catalog.put(changed)
    else:
        session.change(changed)


def alter_database_refresh_coll(session: Session, stmt: AlterDatabaseRefreshCollStmt) -> None:
    """ALTER DATABASE ... REFRESH COLLATION VERSION (AlterDatabaseRefreshColl)."""
    _owned(session, stmt.dbname, (stmt.start, stmt.end))


def dropdb(session: Session, stmt: DropdbStmt) -> None:
    """DROP DATABASE (DropDatabase, dropdb)."""
    at = (stmt.start, stmt.end)
    session.prevent_in_transaction_block("DROP DATABASE", stmt)
    for option in stmt.options:
        if option.defname != "force":
            message = f'unrecognized DROP DATABASE option "{option.defname}"'
            raise Refusal("42601", message, at=(option.start, option.end), word=option.defname)
    try:
        database = database_named(session, stmt.dbname, at)
    except Refusal:
        if not stmt.missing_ok:
            raise
        session.effect(Noted("NOTICE", f'database "{stmt.dbname}" does not exist, skipping'))
        session.effect(Skipped(stmt.dbname, False))
        return
    owner_check(session, database, at)
    if stmt.dbname in _TEMPLATES:
        raise Refusal("42809", "cannot drop a template database", at=at, word=stmt.dbname)
    if stmt.dbname == session.names.database:
        raise Refusal("55006", "cannot drop the currently open database", at=at, word=stmt.dbname)
    if database.name == stmt.dbname:
        session.drop(database.address)
    session.set_var(f"no database {stmt.dbname}", True)


# --- Tablespaces


def tablespace_named(session: Session, name: str, at: At = None) -> Tablespace:
    """get_tablespace_oid."""
    found = session.catalog.find(Tablespace, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'tablespace "{name}" does not exist', at=at, word=name)
    return found


def create_table_space(session: Session, stmt: CreateTableSpaceStmt) -> None:
    """CREATE TABLESPACE (CreateTableSpace). Whether its directory exists is not known here."""
    at = (stmt.start, stmt.end)
    session.prevent_in_transaction_block("CREATE TABLESPACE", stmt)
    name, location = stmt.tablespacename, stmt.location
    if not is_superuser(session):
        raise Refusal(
            "42501",
            f'permission denied to create tablespace "{name}"',
            hint="Must be superuser to create a tablespace.",
            at=at,
        )
    owner = session.role if stmt.owner is None else get_rolespec(session, stmt.owner)
    if "'" in location:
        raise Refusal("42602", "tablespace location cannot contain single quotes", at=at)
    in_place = not location and session.setting("allow_in_place_tablespaces") in ("on", "true", "1", "yes")
    if not in_place and not location.startswith("/"):
        raise Refusal("42P17", "tablespace location must be an absolute path", at=at)
    if name.startswith("pg_"):
        detail = 'The prefix "pg_" is reserved for system tablespaces.'
        raise Refusal("42939", f'unacceptable tablespace name "{name}"', detail=detail, at=at, word=name)
    if session.catalog.find_oid("pg_tablespace", 0, name) is not None:
        raise Refusal("42710", f'tablespace "{name}" already exists', at=at, word=name)
    _tablespace_options(session, stmt.options, False)
    session.create(Tablespace(oid=session.catalog.new_oid(), name=name, owner=owner))


def _tablespace_options(session: Session, options: tuple[DefElem, ...], is_reset: bool) -> None:
    from schemalint.simulator.reloptions import transform_rel_options

    tablespace_reloptions(session, transform_rel_options(session, (), options, None, is_reset=is_reset))


def drop_table_space(session: Session, stmt: DropTableSpaceStmt) -> None:
    """DROP TABLESPACE (DropTableSpace)."""
    at = (stmt.start, stmt.end)
    session.prevent_in_transaction_block("DROP TABLESPACE", stmt)
    name = stmt.tablespacename
    found = session.catalog.find(Tablespace, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        if not stmt.missing_ok:
            raise Refusal("42704", f'tablespace "{name}" does not exist', at=at, word=name)
        session.effect(Noted("NOTICE", f'tablespace "{name}" does not exist, skipping'))
        session.effect(Skipped(name, False))
        return
    owner_check(session, found, at)
    if found.oid in (1663, 1664):
        raise Refusal("42501", f"permission denied for tablespace {name}", at=at, word=name)
    if any(getattr(obj, "tablespace", 0) == found.oid for obj in session.catalog.changed_objects()):
        raise Refusal("55000", f'tablespace "{name}" is not empty', at=at, word=name)
    session.drop(found.address)


def alter_table_space_options(session: Session, stmt: AlterTableSpaceOptionsStmt) -> None:
    """ALTER TABLESPACE SET and RESET (AlterTableSpaceOptions)."""
    at = (stmt.start, stmt.end)
    found = tablespace_named(session, stmt.tablespacename, at)
    owner_check(session, found, at)
    _tablespace_options(session, stmt.options, stmt.isReset)
