"""REINDEX (ExecReindex of indexcmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Namespace, Oid, Relation
from schemalint.errors import Refusal
from schemalint.simulator.defelem import def_get_boolean, def_get_string
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, SHARE, SHARE_UPDATE_EXCLUSIVE, IndexBuilt
from schemalint.simulator.heap import get_tablespace_oid
from schemalint.simulator.rangevars import relation_openrv
from schemalint.simulator.session import BOOTSTRAP_SUPERUSER, Session
from schemalint.syntax.nodes import ReindexStmt

At = tuple[int, int] | None

_KINDS = {
    "REINDEX_OBJECT_INDEX": "INDEX",
    "REINDEX_OBJECT_TABLE": "TABLE",
    "REINDEX_OBJECT_SCHEMA": "SCHEMA",
    "REINDEX_OBJECT_SYSTEM": "SYSTEM",
    "REINDEX_OBJECT_DATABASE": "DATABASE",
}


def exec_reindex(session: Session, stmt: ReindexStmt) -> None:
    """REINDEX."""
    concurrently = False
    for option in stmt.params:
        name, at = option.defname, (option.start, option.end)
        if name == "concurrently":
            concurrently = def_get_boolean(option)
        elif name == "verbose":
            def_get_boolean(option)
        elif name == "tablespace":
            tablespace = def_get_string(option)
            get_tablespace_oid(session, tablespace, at)
            if tablespace == "pg_global":
                raise Refusal("22023", "only shared relations can be placed in pg_global tablespace", at=at)
        else:
            raise Refusal("42601", f'unrecognized REINDEX option "{name}"', at=at)
    if concurrently:
        session.prevent_in_transaction_block("REINDEX CONCURRENTLY", stmt)
    kind = _KINDS[stmt.kind]
    if kind == "INDEX":
        _reindex_index(session, stmt, concurrently)
    elif kind == "TABLE":
        _reindex_table(session, stmt, concurrently)
    else:
        _reindex_multiple(session, stmt, kind, concurrently)


def _rebuild(session: Session, index: Relation, concurrently: bool) -> None:
    assert index.index is not None
    session.lock(index.index.relid, SHARE_UPDATE_EXCLUSIVE if concurrently else SHARE)
    session.lock(index.oid, SHARE_UPDATE_EXCLUSIVE if concurrently else ACCESS_EXCLUSIVE)
    session.effect(IndexBuilt(index.oid, index.index.relid, concurrently))


def _check_maintains(session: Session, relation: Relation, at: At) -> None:
    """Rebuilding needs MAINTAIN since 17, ownership before."""
    if session.role == BOOTSTRAP_SUPERUSER:
        return
    from schemalint.simulator.acl import acl_check, has_privilege, owner_check

    if session.version < 17:
        owner_check(session, relation, at)
    elif relation.index is None:
        acl_check(session, relation, "m", at)
    elif not has_privilege(session, session.catalog[Relation, relation.index.relid], "m"):
        raise Refusal("42501", f"permission denied for index {relation.name}", at=at, word=relation.name)


def _check_owns_schema(session: Session, namespace: Oid, at: At) -> None:
    if session.role == BOOTSTRAP_SUPERUSER:
        return
    from schemalint.simulator.acl import PG_MAINTAIN, has_privs_of_role, owner_check

    if session.version < 17 or not has_privs_of_role(session, session.role, PG_MAINTAIN):
        owner_check(session, session.catalog[Namespace, namespace], at)


def _reindex_index(session: Session, stmt: ReindexStmt, concurrently: bool) -> None:
    assert stmt.relation is not None
    at = (stmt.relation.start, stmt.relation.end)
    found = relation_openrv(session, stmt.relation)
    if found.kind not in "iI":
        raise Refusal("42809", f'"{found.name}" is not an index', at=at, word=found.name)
    _check_maintains(session, found, at)
    if found.kind == "I":
        session.prevent_in_transaction_block("REINDEX INDEX", stmt)
        return
    _check_system(session, found, concurrently, at)
    if concurrently and found.index is not None and found.index.exclusion:
        message = "concurrent index creation for exclusion constraints is not supported"
        raise Refusal("0A000", message, at=at)
    _rebuild(session, found, concurrently)


def _check_system(session: Session, relation: Relation, concurrently: bool, at: At) -> None:
    if concurrently and relation.oid < 16384:
        raise Refusal("0A000", "cannot reindex system catalogs concurrently", at=at)


def _reindex_table(session: Session, stmt: ReindexStmt, concurrently: bool) -> None:
    assert stmt.relation is not None
    at = (stmt.relation.start, stmt.relation.end)
    found = relation_openrv(session, stmt.relation, SHARE_UPDATE_EXCLUSIVE if concurrently else SHARE)
    if found.kind not in "rtmp":
        raise Refusal("42809", f'"{found.name}" is not a table or materialized view', at=at, word=found.name)
    _check_maintains(session, found, at)
    if found.kind == "p":
        session.prevent_in_transaction_block("REINDEX TABLE", stmt)
        return
    _check_system(session, found, concurrently, at)
    for index in session.catalog.indexes(found.oid):
        if not (concurrently and index.index is not None and index.index.exclusion):
            _rebuild(session, index, concurrently)


def _reindex_multiple(session: Session, stmt: ReindexStmt, kind: str, concurrently: bool) -> None:
    at = (stmt.start, stmt.end)
    session.prevent_in_transaction_block(f"REINDEX {kind}", stmt)
    if concurrently and kind == "SYSTEM":
        raise Refusal("0A000", "cannot reindex system catalogs concurrently", at=at)
    if kind == "SCHEMA":
        assert stmt.name is not None
        namespace = session.names.namespace(stmt.name, at)
        _check_owns_schema(session, namespace, at)
        for relation in session.catalog.in_namespace(Relation, namespace):
            if relation.kind == "i":
                _rebuild(session, relation, concurrently)
    elif stmt.name is not None and stmt.name != session.names.database:
        raise Refusal("0A000", "can only reindex the currently open database", at=at, word=stmt.name)
