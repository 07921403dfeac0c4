"""SET LOGGED, ACCESS METHOD, TABLESPACE, (options) and OPTIONS of a relation (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import Constraint, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import Query
from schemalint.simulator.alter_attributes import transform_generic_options
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command
from schemalint.simulator.effects import ACCESS_EXCLUSIVE
from schemalint.simulator.heap import HEAP_AM, get_am_oid, get_tablespace_oid
from schemalint.simulator.reloptions import heap_reloptions, index_reloptions, transform_rel_options
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import DefElem

# --- SET LOGGED and UNLOGGED


def prep_change_persistence(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepChangePersistence."""
    at, name = command.at, relation.name
    if tab.persistence:
        raise Refusal("0A000", "cannot change persistence setting twice", at=at)
    to_logged = command.subtype == "AT_SetLogged"
    if relation.persistence == "t":
        message = f'cannot change logged status of table "{name}" because it is temporary'
        raise Refusal("42P16", message, at=at, word=name)
    if (relation.persistence == "p") == to_logged:
        return
    if not to_logged and is_published(work.session, relation):
        message = f'cannot change table "{name}" to unlogged because it is part of a publication'
        detail = "Unlogged relations cannot be replicated."
        raise Refusal("55000", message, at=at, word=name, detail=detail)
    _check_foreign_keys(work, relation, to_logged, at)
    tab.persistence = "p" if to_logged else "u"
    tab.rewrite.append("SET LOGGED" if to_logged else "SET UNLOGGED")


def is_published(session: Session, relation: Relation) -> bool:
    """Whether a publication names the table (GetRelationPublications)."""
    dependents = session.catalog.dependents(relation.address)
    return any(dependent.classid == "pg_publication_rel" for dependent, _, _ in dependents)


def _check_foreign_keys(work: AlterTable, relation: Relation, to_logged: bool, at: At) -> None:
    catalog = work.session.catalog
    name = relation.name
    found: list[Constraint] = catalog.constraints(relation.oid) if to_logged else catalog.referencing(relation.oid)
    for constraint in found:
        if constraint.type != "f":
            continue
        other = catalog.get(Relation, constraint.frelid if to_logged else constraint.relid)
        if other is None or other.oid == relation.oid:
            continue
        if to_logged and other.persistence != "p":
            message = f'could not change table "{name}" to logged because it references unlogged table "{other.name}"'
            raise Refusal("42P16", message, at=at, word=other.name)
        if not to_logged and other.persistence == "p":
            message = f'could not change table "{name}" to unlogged because it references logged table "{other.name}"'
            raise Refusal("42P16", message, at=at, word=other.name)


def at_exec_set_logged(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """Indexes and owned sequences change with the table."""
    if not tab.persistence:
        return
    session = work.session
    relation = work.rel(tab.relid)
    session.change(replace(relation, persistence=tab.persistence))
    for index in session.catalog.indexes(relation.oid):
        session.catalog.put(replace(index, persistence=tab.persistence))
    if session.version >= 15:
        for dependent, _, deptype in session.catalog.dependents(relation.address):
            found = session.catalog.get(Relation, dependent.objid) if dependent.classid == "pg_class" else None
            if found is not None and found.kind == "S" and deptype in "ai":
                session.lock(found.oid, ACCESS_EXCLUSIVE)
                session.catalog.put(replace(found, persistence=tab.persistence))


# --- SET ACCESS METHOD


def prep_set_access_method(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepSetAccessMethod."""
    session, at = work.session, command.at
    if tab.access_method is not None:
        raise Refusal("0A000", "cannot have multiple SET ACCESS METHOD subcommands", at=at)
    if relation.kind == "p" and session.version < 17:
        raise Refusal("42809", "cannot change access method of a partitioned table", at=at)
    name = command.name
    if name is None:
        if relation.kind == "p":
            tab.access_method = 0
            return
        name = session.setting("default_table_access_method") or "heap"
    am = get_am_oid(session, name, "t", at).oid
    if am == relation.am or (relation.kind in "rm" and am == (relation.am or HEAP_AM)):
        return
    tab.access_method = am
    if relation.kind in "rm":
        tab.rewrite.append("SET ACCESS METHOD")


def at_exec_set_access_method(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetAccessMethodNoStorage, and what phase 3 does for others."""
    relation = work.rel(tab.relid)
    am = tab.access_method
    if am is None or am == relation.am:
        return
    work.session.change(replace(relation, am=am))
    work.session.catalog.clear_dependencies(relation.address, "pg_am")
    if am >= model.FIRST_NORMAL_OID:
        work.session.catalog.depend(relation.address, model.ObjectAddress("pg_am", am))


# --- SET TABLESPACE


def prep_set_table_space(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepSetTableSpace."""
    at = command.at
    assert command.name is not None
    oid = get_tablespace_oid(work.session, command.name, at)
    if work.session.role != 10:
        from schemalint.simulator.acl import acl_check

        acl_check(work.session, work.session.catalog[model.Tablespace, oid], "C", at)
    if tab.tablespace is not None:
        raise Refusal("42601", "cannot have multiple SET TABLESPACE subcommands", at=at)
    tab.tablespace = 0 if command.name == "pg_default" else oid


def at_exec_set_table_space(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetTableSpace: the files are copied as they are, under the lock."""
    relation = work.rel(tab.relid)
    if tab.tablespace is None or tab.tablespace == relation.tablespace:
        return
    if command.name == "pg_global":
        raise Refusal("22023", "only shared relations can be placed in pg_global tablespace", at=command.at)
    if relation.persistence == "t" and relation.namespace != work.session.names.temp:
        raise Refusal("0A000", "cannot move temporary tables of other sessions", at=command.at)
    work.session.change(replace(relation, tablespace=tab.tablespace))
    if relation.kind in "rm":
        tab.rewrite.append("SET TABLESPACE")


# --- SET and RESET (options)


def at_exec_set_rel_options(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetRelOptions."""
    session = work.session
    relation = work.rel(tab.relid)
    given: tuple[DefElem, ...] = command.def_ or ()
    reset = command.subtype == "AT_ResetRelOptions"
    valid = ("toast",) if relation.kind in "rm" else ()
    options = transform_rel_options(session, relation.options, given, None, valid, accept_oids=False, is_reset=reset)
    if relation.kind in "iI":
        am = session.catalog.get(model.AccessMethod, relation.am)
        index_reloptions(session, am.name if am is not None else "", options)
    elif relation.kind == "p":
        if options and not reset:
            heap_reloptions(session, "p", options, True)
    else:
        heap_reloptions(session, "r" if relation.kind == "f" else relation.kind, options, True)
    if relation.kind == "v":
        _check_view_options(work, relation, options, command.at)
    if relation.kind in "rm" and any(option.defnamespace == "toast" for option in given):
        toast = transform_rel_options(session, (), given, "toast", valid, accept_oids=False, is_reset=reset)
        heap_reloptions(session, "t", toast, True)
    if options != relation.options:
        session.change(replace(relation, options=options))


def _check_view_options(work: AlterTable, relation: Relation, options: tuple[str, ...], at: At) -> None:
    """WITH CHECK OPTION needs a view that may be written to."""
    if not any(option.startswith("check_option=") for option in options):
        return
    from schemalint.simulator.updatable import view_query_is_auto_updatable

    tree = relation.view.tree if relation.view is not None else None
    problem = view_query_is_auto_updatable(tree, True) if isinstance(tree, Query) else None
    if problem is not None:
        message = "WITH CHECK OPTION is supported only on automatically updatable views"
        raise Refusal("0A000", message, at=at, hint=problem)


def at_exec_generic_options(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecGenericOptions of a foreign table."""
    relation = work.rel(tab.relid)
    options = transform_generic_options(relation.fdwoptions, command.def_ or (), command.at)
    work.session.change(replace(relation, fdwoptions=options))


__all__ = [
    "at_exec_generic_options",
    "at_exec_set_access_method",
    "at_exec_set_logged",
    "at_exec_set_rel_options",
    "at_exec_set_table_space",
    "prep_change_persistence",
    "prep_set_access_method",
    "prep_set_table_space",
]
