"""CREATE LANGUAGE and CREATE ACCESS METHOD (proclang.c, amcmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import AccessMethod, Language, ObjectAddress, Oid, Proc
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.routines import lookup_func_name
from schemalint.semantics.types import format_type
from schemalint.simulator.acl import is_superuser
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import CreateAmStmt, CreatePLangStmt

INDEX_AM_HANDLER, TABLE_AM_HANDLER = 325, 269


def create_proc_lang(session: Session, stmt: CreatePLangStmt) -> None:
    """CREATE LANGUAGE with a handler (CreateProceduralLanguage)."""
    at = (stmt.start, stmt.end)
    if not is_superuser(session):
        raise Refusal("42501", "must be superuser to create custom procedural language", at=at)
    catalog = session.catalog
    handler = catalog[Proc, lookup_func_name(session, stmt.plhandler, [], at=at)]
    if handler.rettype != typeoids.LANGUAGE_HANDLER:
        shown = ".".join(stmt.plhandler)
        raise Refusal("42809", f"function {shown} must return type language_handler", at=at)
    inline = lookup_func_name(session, stmt.plinline, [typeoids.INTERNAL], at=at) if stmt.plinline else 0
    validator = lookup_func_name(session, stmt.plvalidator, [typeoids.OID], at=at) if stmt.plvalidator else 0
    held = catalog.find(Language, 0, stmt.plname)
    if held is not None and not stmt.replace:
        raise Refusal("42710", f'language "{stmt.plname}" already exists', at=at, word=stmt.plname)
    made = Language(
        oid=held.oid if held is not None else catalog.new_oid(),
        name=stmt.plname,
        owner=held.owner if held is not None else session.role,
        ispl=True,
        trusted=stmt.pltrusted,
        handler=handler.oid,
        inline=inline,
        validator=validator,
    )
    if held is not None:
        made = replace(made, acl=held.acl)
        session.change(made)
        catalog.clear_dependencies(made.address)
    else:
        session.create(made)
    for oid in (handler.oid, inline, validator):
        if oid:
            catalog.depend(made.address, ObjectAddress("pg_proc", oid))


def create_access_method(session: Session, stmt: CreateAmStmt) -> None:
    """CREATE ACCESS METHOD (CreateAccessMethod)."""
    at = (stmt.start, stmt.end)
    name = stmt.amname
    if not is_superuser(session):
        hint = "Must be superuser to create an access method."
        raise Refusal("42501", f'permission denied to create access method "{name}"', hint=hint, at=at)
    catalog = session.catalog
    if catalog.find_oid("pg_am", 0, name) is not None:
        raise Refusal("42710", f'access method "{name}" already exists', at=at, word=name)
    handler = catalog[Proc, lookup_func_name(session, stmt.handler_name, [typeoids.INTERNAL], at=at)]
    wanted = INDEX_AM_HANDLER if stmt.amtype == "i" else TABLE_AM_HANDLER
    if handler.rettype != wanted:
        message = f"function {handler.name} must return type {format_type(session, wanted)}"
        raise Refusal("42809", message, at=at)
    made = replace(_like(session, handler.oid), oid=catalog.new_oid(), name=name, type=stmt.amtype, handler=handler.oid)
    session.create(made)
    catalog.depend(made.address, handler.address)


def _like(session: Session, handler: Oid) -> AccessMethod:
    """What a handler can do, as far as another access method has it; of a handler that is not known, everything."""
    for held in (*session.catalog.builtins.table(AccessMethod).rows, *session.catalog.all(AccessMethod)):
        if held.handler == handler:
            return held
    return AccessMethod(oid=0, can_order=True, can_unique=True, can_multi_col=True, can_exclude=True, can_include=True)
