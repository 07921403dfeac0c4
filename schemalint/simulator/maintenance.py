"""VACUUM, ANALYZE, CLUSTER and LOCK TABLE (vacuum.c, cluster.c, lockcmds.c)."""

from __future__ import annotations

from schemalint.catalog import model
from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.acl import has_privilege, is_owner, is_superuser, owner_check
from schemalint.simulator.alter_misc import check_index_is_clusterable, find_index, mark_index_clustered
from schemalint.simulator.defelem import def_get_boolean, def_get_int32, def_get_string
from schemalint.simulator.effects import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    ROW_EXCLUSIVE,
    ROW_SHARE,
    SHARE_UPDATE_EXCLUSIVE,
    IndexBuilt,
    Noted,
    Rewritten,
    Scanned,
)
from schemalint.simulator.objectaddress import get_attnum
from schemalint.simulator.pg_inherits import find_all_inheritors
from schemalint.simulator.rangevars import range_var_get_relid, relation_openrv
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ClusterStmt, DefElem, LockStmt, VacuumRelation, VacuumStmt

At = tuple[int, int] | None

# --- VACUUM and ANALYZE

_BOOLEANS = frozenset(
    ("verbose", "skip_locked", "analyze", "freeze", "full", "disable_page_skipping", "process_toast", "truncate")
)
_ANALYZE_OPTIONS = frozenset(("verbose", "skip_locked"))
_SINCE = {"process_main": 16, "skip_database_stats": 16, "only_database_stats": 16, "buffer_usage_limit": 16}
_MIN_RING_KB, _MAX_RING_KB = 128, 16 * 1024 * 1024
_MAX_PARALLEL = 1024
_TRUE = frozenset(("true", "on", "1", "yes"))


def exec_vacuum(session: Session, stmt: VacuumStmt) -> None:
    """VACUUM, ANALYZE (ExecVacuum)."""
    at = (stmt.start, stmt.end)
    given = _options(session, stmt)
    is_vacuum = stmt.is_vacuumcmd
    analyze = not is_vacuum or given.get("analyze") is True
    full = given.get("full") is True
    if full and given.get("parallel") not in (None, 0):
        raise Refusal("0A000", "VACUUM FULL cannot be performed in parallel", at=at)
    if full and given.get("buffer_usage_limit") is not None and not analyze:
        raise Refusal("0A000", "BUFFER_USAGE_LIMIT cannot be specified for VACUUM FULL", at=at)
    if not analyze and any(rel.va_cols for rel in stmt.rels):
        raise Refusal("0A000", "ANALYZE option must be specified when a column list is provided", at=at)
    if full and given.get("disable_page_skipping") is True:
        raise Refusal("0A000", "VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL", at=at)
    if full and given.get("process_toast") is False:
        raise Refusal("0A000", "PROCESS_TOAST required with VACUUM FULL", at=at)
    if given.get("only_database_stats") is True:
        _check_only_database_stats(stmt, given, at)
    if is_vacuum:
        session.prevent_in_transaction_block("VACUUM", stmt)
    for rel in stmt.rels:
        _vacuum_relation(session, rel, is_vacuum=is_vacuum, analyze=analyze, full=full)


def _check_only_database_stats(stmt: VacuumStmt, given: dict[str, object], at: At) -> None:
    if stmt.rels:
        raise Refusal("0A000", "ONLY_DATABASE_STATS cannot be specified with a list of tables", at=at)
    others = {name for name, value in given.items() if value not in (None, False)}
    if others - {"only_database_stats", "verbose", "process_main", "process_toast"}:
        raise Refusal("0A000", "ONLY_DATABASE_STATS cannot be specified with other VACUUM options", at=at)


def _options(session: Session, stmt: VacuumStmt) -> dict[str, object]:
    """The options by name."""
    given: dict[str, object] = {}
    for option in stmt.options:
        name, at = option.defname, (option.start, option.end)
        known = name in (_BOOLEANS if stmt.is_vacuumcmd else _ANALYZE_OPTIONS)
        since = _SINCE.get(name)
        if since is not None and session.version >= since:
            known = stmt.is_vacuumcmd or name == "buffer_usage_limit"
        if name == "buffer_usage_limit" and known:
            given[name] = _ring_size(option, at)
        elif known:
            given[name] = def_get_boolean(option)
        elif not stmt.is_vacuumcmd:
            raise Refusal("42601", f'unrecognized ANALYZE option "{name}"', at=at, word=name)
        elif name == "index_cleanup":
            _check_index_cleanup(option)
        elif name == "parallel":
            given[name] = _parallel(option, at)
        else:
            raise Refusal("42601", f'unrecognized VACUUM option "{name}"', at=at, word=name)
    return given


def _check_index_cleanup(option: DefElem) -> None:
    if option.arg is not None and def_get_string(option).lower() != "auto":
        def_get_boolean(option)


def _parallel(option: DefElem, at: At) -> int:
    if option.arg is None:
        message = f"parallel option requires a value between 0 and {_MAX_PARALLEL}"
        raise Refusal("42601", message, at=at)
    workers = def_get_int32(option)
    if not 0 <= workers <= _MAX_PARALLEL:
        raise Refusal("42601", f"parallel workers for vacuum must be between 0 and {_MAX_PARALLEL}", at=at)
    return workers


_UNITS = {"B": 1 / 1024, "kB": 1, "MB": 1024, "GB": 1024**2, "TB": 1024**3}


def _ring_size(option: DefElem, at: At) -> float:
    """BUFFER_USAGE_LIMIT in kB."""
    text = def_get_string(option).strip()
    digits = text.rstrip("BkMGT ")
    unit = text[len(digits) :].strip() or "kB"
    try:
        size = float(digits) * _UNITS[unit]
    except (ValueError, KeyError):
        size = -1
    if size != 0 and not _MIN_RING_KB <= size <= _MAX_RING_KB:
        message = f"BUFFER_USAGE_LIMIT option must be 0 or between {_MIN_RING_KB} kB and {_MAX_RING_KB} kB"
        raise Refusal("22023", message, at=at)
    return size


def _vacuum_relation(session: Session, rel: VacuumRelation, *, is_vacuum: bool, analyze: bool, full: bool) -> None:
    """expand_vacuum_rel, vacuum_rel, analyze_rel."""
    relation = range_var_get_relid(session, rel.relation)
    assert relation is not None
    if not _may_maintain(session, relation):
        verb = "vacuum" if is_vacuum else "analyze"
        session.effect(Noted("WARNING", f'permission denied to {verb} "{relation.name}", skipping it'))
        return
    wanted = "rmtp" if is_vacuum else "rmpf"
    if relation.kind not in wanted:
        if not (is_vacuum and analyze and relation.kind == "f"):
            session.effect(
                Noted(
                    "WARNING",
                    f'skipping "{relation.name}" --- cannot {"vacuum" if is_vacuum else "analyze"} non-tables or special system tables',
                )
            )
        return
    mode = ACCESS_EXCLUSIVE if full else SHARE_UPDATE_EXCLUSIVE
    session.lock(relation.oid, mode)
    if analyze:
        _check_columns(relation, rel.va_cols, (rel.start, rel.end))
    if full and relation.kind in "rm":
        session.effect(Rewritten(relation.oid, "VACUUM FULL"))
        for index in session.catalog.indexes(relation.oid):
            session.effect(IndexBuilt(index.oid, relation.oid))
    elif is_vacuum and relation.kind in "rm":
        session.effect(Scanned(relation.oid, "VACUUM"))


def _check_columns(relation: Relation, names: tuple[str, ...], at: At) -> None:
    seen: set[str] = set()
    for name in names:
        if get_attnum(relation, name) <= 0:
            message = f'column "{name}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=at, word=name)
        if name in seen:
            message = f'column "{name}" of relation "{relation.name}" appears more than once'
            raise Refusal("42701", message, at=at, word=name)
        seen.add(name)


def _may_maintain(session: Session, relation: Relation) -> bool:
    """vacuum_is_permitted_for_relation."""
    if is_superuser(session) or is_owner(session, relation):
        return True
    return session.version >= 17 and has_privilege(session, relation, "m")


# --- CLUSTER


def cluster(session: Session, stmt: ClusterStmt) -> None:
    """CLUSTER."""
    at = (stmt.start, stmt.end)
    for option in stmt.params:
        if option.defname != "verbose":
            place = (option.start, option.end)
            raise Refusal("42601", f'unrecognized CLUSTER option "{option.defname}"', at=place, word=option.defname)
        def_get_boolean(option)
    if stmt.relation is None:
        session.prevent_in_transaction_block("CLUSTER", stmt)
        return
    relation = relation_openrv(session, stmt.relation, ACCESS_EXCLUSIVE)
    at = (stmt.relation.start, stmt.relation.end)
    _check_clusterable_kind(session, relation, at)
    if stmt.indexname is None:
        index = _clustered_index(session, relation)
        if relation.kind == "p" or index is None:
            message = f'there is no previously clustered index for table "{relation.name}"'
            raise Refusal("42704", message, at=at, word=relation.name)
    else:
        index = find_index(session, relation, stmt.indexname, at)
    if relation.kind == "p":
        if session.version < 15:
            raise Refusal("0A000", "cannot cluster a partitioned table", at=at, word=relation.name)
        session.prevent_in_transaction_block("CLUSTER", stmt)
        check_index_is_clusterable(session, relation, index, at)
        for oid, _ in find_all_inheritors(session, relation.oid, ACCESS_EXCLUSIVE):
            if session.catalog[Relation, oid].kind == "r":
                session.effect(Rewritten(oid, "CLUSTER"))
        return
    check_index_is_clusterable(session, relation, index, at)
    mark_index_clustered(session, relation, index, at)
    session.effect(Rewritten(relation.oid, "CLUSTER"))
    for held in session.catalog.indexes(relation.oid):
        session.effect(IndexBuilt(held.oid, relation.oid))


def _check_clusterable_kind(session: Session, relation: Relation, at: At) -> None:
    """RangeVarCallbackMaintainsTable (before 17 RangeVarCallbackOwnsTable)."""
    if relation.kind not in "rtmp":
        message = f'"{relation.name}" is not a table or materialized view'
        raise Refusal("42809", message, at=at, word=relation.name)
    if session.version >= 17:
        if not _may_maintain(session, relation):
            raise Refusal("42501", f"permission denied for table {relation.name}", at=at, word=relation.name)
    else:
        owner_check(session, relation, at)


def _clustered_index(session: Session, relation: Relation) -> Relation | None:
    for index in session.catalog.indexes(relation.oid):
        if index.index is not None and index.index.clustered:
            return index
    return None


# --- LOCK


def lock_table(session: Session, stmt: LockStmt) -> None:
    """LOCK TABLE (LockTableCommand)."""
    if not session.in_transaction_block:
        raise Refusal("25P01", "LOCK TABLE can only be used in transaction blocks", at=(stmt.start, stmt.end))
    for rangevar in stmt.relations:
        relation = relation_openrv(session, rangevar)
        at = (rangevar.start, rangevar.end)
        _check_lockable(session, relation, stmt.mode, at)
        session.lock(relation.oid, stmt.mode)
        if relation.kind == "v":
            _lock_view(session, relation, stmt.mode, {relation.oid})
        elif rangevar.inh:
            for oid, _ in find_all_inheritors(session, relation.oid):
                session.lock(oid, stmt.mode)


def _check_lockable(session: Session, relation: Relation, mode: int, at: At) -> None:
    """RangeVarCallbackForLockTable, LockTableAclCheck."""
    if relation.kind not in "rpv":
        if session.version >= 15:
            message = f'cannot lock relation "{relation.name}"'
        else:
            message = f'"{relation.name}" is not a table or view'
        raise Refusal("42809", message, at=at, word=relation.name)
    if is_superuser(session):
        return
    privileges = "wdD" + ("m" if session.version >= 17 else "")
    if mode == ACCESS_SHARE:
        privileges += "ra" if session.version >= 16 else "r"
    elif mode <= ROW_EXCLUSIVE and (mode != ROW_SHARE or session.version >= 16):
        privileges += "a"
    if not has_privilege(session, relation, privileges):
        noun = "view" if relation.kind == "v" else "table"
        raise Refusal("42501", f"permission denied for {noun} {relation.name}", at=at, word=relation.name)


def _lock_view(session: Session, view: Relation, mode: int, seen: set[int]) -> None:
    """LockViewRecurse: what the view's query reads is locked, too."""
    for needed, _ in session.catalog.depends_on(view.address):
        if needed.classid != "pg_class" or needed.objid in seen or needed.objid == view.oid:
            continue
        found = session.catalog.get(Relation, needed.objid)
        if found is None or found.kind not in "rpv":
            continue
        seen.add(found.oid)
        if not is_superuser(session):
            owner = session.catalog.get(model.Role, view.owner)
            if owner is not None and not has_privilege(session, found, "wdD", view.owner):
                noun = "view" if found.kind == "v" else "table"
                raise Refusal("42501", f"permission denied for {noun} {found.name}", word=found.name)
        session.lock(found.oid, mode)
        if found.kind == "v":
            _lock_view(session, found, mode, seen)
