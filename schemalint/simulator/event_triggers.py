"""CREATE and ALTER EVENT TRIGGER (event_trigger.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import EventTrigger, Proc
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.routines import lookup_func_name
from schemalint.simulator.acl import is_superuser, owner_check
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterEventTrigStmt, CreateEventTrigStmt

At = tuple[int, int] | None

_EVENTS = ("ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite")
_REWRITES = ("ALTER TABLE", "ALTER TYPE", "ALTER MATERIALIZED VIEW")

_KINDS = (
    "ACCESS METHOD,AGGREGATE,CAST,COLLATION,CONSTRAINT,CONVERSION,DOMAIN,EXTENSION,FOREIGN DATA WRAPPER,FOREIGN TABLE,"
    "FUNCTION,INDEX,LANGUAGE,MATERIALIZED VIEW,OPERATOR,OPERATOR CLASS,OPERATOR FAMILY,POLICY,PROCEDURE,PUBLICATION,ROUTINE,"
    "RULE,SCHEMA,SEQUENCE,SERVER,STATISTICS,SUBSCRIPTION,TABLE,TEXT SEARCH CONFIGURATION,TEXT SEARCH DICTIONARY,"
    "TEXT SEARCH PARSER,TEXT SEARCH TEMPLATE,TRANSFORM,TRIGGER,TYPE,USER MAPPING,VIEW"
).split(",")
_OTHERS = (
    "ALTER DEFAULT PRIVILEGES,ALTER LARGE OBJECT,COMMENT,CREATE TABLE AS,DROP OWNED,GRANT,IMPORT FOREIGN SCHEMA,"
    "REFRESH MATERIALIZED VIEW,REVOKE,SECURITY LABEL,SELECT INTO"
).split(",")
_NO_EVENTS = (
    "ALTER DATABASE,ALTER EVENT TRIGGER,ALTER ROLE,ALTER SYSTEM,ALTER TABLESPACE,ANALYZE,BEGIN,CALL,CHECKPOINT,CLOSE,"
    "CLOSE CURSOR,CLOSE CURSOR ALL,CLUSTER,COMMIT,COMMIT PREPARED,COPY,COPY FROM,CREATE DATABASE,CREATE EVENT TRIGGER,"
    "CREATE ROLE,CREATE TABLESPACE,DEALLOCATE,DEALLOCATE ALL,DECLARE CURSOR,DELETE,DISCARD,DISCARD ALL,DISCARD PLANS,"
    "DISCARD SEQUENCES,DISCARD TEMP,DO,DROP DATABASE,DROP EVENT TRIGGER,DROP REPLICATION SLOT,DROP ROLE,DROP TABLESPACE,"
    "EXECUTE,EXPLAIN,FETCH,GRANT ROLE,INSERT,LISTEN,LOAD,LOCK TABLE,LOGIN,MERGE,MOVE,NOTIFY,PREPARE,PREPARE TRANSACTION,"
    "REASSIGN OWNED,RELEASE,RESET,REVOKE ROLE,ROLLBACK,ROLLBACK PREPARED,SAVEPOINT,SELECT,SELECT FOR KEY SHARE,"
    "SELECT FOR NO KEY UPDATE,SELECT FOR SHARE,SELECT FOR UPDATE,SET,SET CONSTRAINTS,SHOW,START TRANSACTION,TRUNCATE TABLE,"
    "UNLISTEN,UPDATE,VACUUM"
).split(",")
_SUPPORTED = {
    **{f"{verb} {kind}": True for verb in ("CREATE", "ALTER", "DROP") for kind in _KINDS},
    **dict.fromkeys(_OTHERS, True),
    **dict.fromkeys(_NO_EVENTS, False),
}
"""Command tag -> whether event triggers fire for it (cmdtaglist.h)."""


def create_event_trigger(session: Session, stmt: CreateEventTrigStmt) -> None:
    """CREATE EVENT TRIGGER (CreateEventTrigger)."""
    at = (stmt.start, stmt.end)
    name = stmt.trigname
    if not is_superuser(session):
        hint = "Must be superuser to create an event trigger."
        raise Refusal("42501", f'permission denied to create event trigger "{name}"', hint=hint, at=at, word=name)
    if stmt.eventname not in _EVENTS and not (stmt.eventname == "login" and session.version >= 17):
        raise Refusal("42601", f'unrecognized event name "{stmt.eventname}"', at=at, word=stmt.eventname)
    tags = _tags(session, stmt, at)
    catalog = session.catalog
    held = catalog.find(EventTrigger, 0, name)
    if held is not None:
        raise Refusal("42710", f'event trigger "{name}" already exists', at=at, word=name, objects=(held.address,))
    proc = catalog[Proc, lookup_func_name(session, stmt.funcname, [], at=at)]
    if proc.rettype != typeoids.EVENT_TRIGGER:
        message = f"function {qualified(stmt.funcname)} must return type event_trigger"
        raise Refusal("42P17", message, at=at, word=stmt.funcname[-1])
    made = EventTrigger(
        oid=catalog.new_oid(),
        name=name,
        owner=session.role,
        event=stmt.eventname,
        func=proc.oid,
        tags=tuple(tag.upper() for tag in tags),
    )
    session.create(made)
    catalog.depend(made.address, proc.address)


def _tags(session: Session, stmt: CreateEventTrigStmt, at: At) -> tuple[str, ...]:
    tags: tuple[str, ...] | None = None
    for clause in stmt.whenclause:
        where = (clause.start, clause.end)
        if clause.defname != "tag":
            message = f'unrecognized filter variable "{clause.defname}"'
            raise Refusal("42601", message, at=where, word=clause.defname)
        if tags is not None:
            raise Refusal("42601", 'filter variable "tag" specified more than once', at=where)
        values: Any = clause.arg
        tags = tuple(str(value) for value in values)
    if tags is None:
        return ()
    if stmt.eventname == "login":
        raise Refusal("0A000", "tag filtering is not supported for login event triggers", at=at)
    for tag in tags:
        _check_tag(session, tag, stmt.eventname == "table_rewrite", at)
    return tags


def _check_tag(session: Session, written: str, rewrite: bool, at: At) -> None:
    """validate_ddl_tags, validate_table_rewrite_tags."""
    tag = written.upper()
    supported = session.version >= 17 if tag == "REINDEX" else _SUPPORTED.get(tag)
    if supported is None:
        message = f'filter value "{written}" not recognized for filter variable "tag"'
        raise Refusal("42601", message, at=at, word=written)
    if not supported or (rewrite and tag not in _REWRITES):
        raise Refusal("0A000", f"event triggers are not supported for {written}", at=at, word=written)


def alter_event_trigger(session: Session, stmt: AlterEventTrigStmt) -> None:
    """ALTER EVENT TRIGGER ... ENABLE / DISABLE (AlterEventTrigger)."""
    at = (stmt.start, stmt.end)
    found = session.catalog.find(EventTrigger, 0, stmt.trigname)
    if found is None:
        session.names.unknown_or(stmt.trigname, at)
        raise Refusal("42704", f'event trigger "{stmt.trigname}" does not exist', at=at, word=stmt.trigname)
    owner_check(session, found, at)
    session.change(replace(found, enabled=stmt.tgenabled))
