"""VACUUM, ANALYZE, CLUSTER, REINDEX, TRUNCATE, LOCK and small services."""

from __future__ import annotations

from schemalint.syntax.common import utility_options
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import (
    CheckPointStmt,
    ClusterStmt,
    DefElem,
    DiscardStmt,
    LoadStmt,
    LockStmt,
    RangeVar,
    ReindexStmt,
    TruncateStmt,
    VacuumRelation,
    VacuumStmt,
)
from schemalint.syntax.queries import range_var, relation_expr

# --- VACUUM and ANALYZE


def vacuum(c: Cursor) -> VacuumStmt:
    """VacuumStmt."""
    start = c.start
    c.expect("vacuum")
    if c.match[c.at] == "(":
        options = utility_options(c)
    else:
        options = _flags(c, "full", "freeze", "verbose", "analyze")
    return VacuumStmt(options=options, rels=_relations(c), start=start, end=c.end)


def analyze(c: Cursor) -> VacuumStmt:
    """AnalyzeStmt."""
    start = c.start
    c.at += 1
    options = utility_options(c) if c.match[c.at] == "(" else _flags(c, "verbose")
    return VacuumStmt(options=options, rels=_relations(c), is_vacuumcmd=False, start=start, end=c.end)


def _flags(c: Cursor, *words: str) -> tuple[DefElem, ...]:
    """The old form of options: words in this order."""
    options = []
    for word in words:
        at = c.start
        if c.take(word) or (word == "analyze" and c.take("analyse")):
            options.append(DefElem(defname=word, start=at, end=c.end))
    return tuple(options)


def _relations(c: Cursor) -> tuple[VacuumRelation, ...]:
    """opt_vacuum_relation_list."""
    if c.is_col_id() or (c.version >= 18 and c.match[c.at] == "only"):
        return c.list_of(_vacuum_relation)
    return ()


def _vacuum_relation(c: Cursor) -> VacuumRelation:
    """vacuum_relation: ONLY and * since 18."""
    start = c.start
    relation = relation_expr(c) if c.version >= 18 else range_var(c)
    columns = c.column_list() if c.match[c.at] == "(" else ()
    return VacuumRelation(relation=relation, va_cols=columns, start=start, end=c.end)


# --- CLUSTER, REINDEX


def cluster(c: Cursor) -> ClusterStmt:
    """ClusterStmt."""
    start = c.start
    c.expect("cluster")
    has_list = c.match[c.at] == "("
    params = utility_options(c) if has_list else _flags(c, "verbose")
    relation: RangeVar | None = None
    index = None
    if not has_list and c.peek(1) == "on" and c.is_col_id():
        index = c.col_id()
        c.expect("on")
        relation = range_var(c)
    elif c.is_col_id() or (has_list and c.version < 17):
        relation = range_var(c)
        if c.take("using"):
            index = c.col_id()
    return ClusterStmt(relation=relation, indexname=index, params=params, start=start, end=c.end)


def reindex(c: Cursor) -> ReindexStmt:
    """ReindexStmt."""
    start = c.start
    c.expect("reindex")
    params = utility_options(c) if c.match[c.at] == "(" else ()
    word = c.take_any("index", "table", "schema", "system", "database")
    if word is None:
        raise c.error()
    at = c.start
    if c.take("concurrently"):
        params = (*params, DefElem(defname="concurrently", start=at, end=c.end))
    kind = "REINDEX_OBJECT_" + word.upper()
    if word in ("index", "table"):
        return ReindexStmt(kind=kind, relation=range_var(c), params=params, start=start, end=c.end)
    name = None
    if word == "schema" or c.version < 16 or c.is_col_id():
        name = c.col_id()
    return ReindexStmt(kind=kind, name=name, params=params, start=start, end=c.end)


# --- TRUNCATE, LOCK


def truncate(c: Cursor) -> TruncateStmt:
    """TruncateStmt."""
    start = c.start
    c.expect("truncate")
    c.take("table")
    relations = c.list_of(relation_expr)
    word = c.take_any("continue", "restart")
    if word is not None:
        c.expect("identity")
    return TruncateStmt(
        relations=relations, restart_seqs=word == "restart", behavior=c.behavior(), start=start, end=c.end
    )


_LOCKS: dict[tuple[str | None, ...], int] = {
    ("access", "share"): 1,
    ("row", "share"): 2,
    ("row", "exclusive"): 3,
    ("share", "update", "exclusive"): 4,
    ("share", "row", "exclusive"): 6,
    ("share",): 5,
    ("exclusive",): 7,
    ("access", "exclusive"): 8,
}
"""lock_type: the server's lock numbers."""


def lock(c: Cursor) -> LockStmt:
    """LockStmt."""
    start = c.start
    c.expect("lock")
    c.take("table")
    relations = c.list_of(relation_expr)
    mode = 8
    if c.take("in"):
        mode = _lock_type(c)
        c.expect("mode")
    return LockStmt(relations=relations, mode=mode, nowait=c.take("nowait"), start=start, end=c.end)


def _lock_type(c: Cursor) -> int:
    """lock_type."""
    ahead = 1
    if c.peek() in ("access", "row"):
        ahead = 2
    elif c.peek() == "share" and c.peek(1) in ("update", "row"):
        ahead = 3
    mode = _LOCKS.get(tuple(c.match[c.at : c.at + ahead]))
    if mode is None:
        raise c.error(ahead - 1)
    c.at += ahead
    return mode


# --- Services


def checkpoint(c: Cursor) -> CheckPointStmt:
    """CheckPointStmt."""
    start = c.start
    c.expect("checkpoint")
    return CheckPointStmt(start=start, end=c.end)


_DISCARDED = {
    "all": "DISCARD_ALL",
    "temp": "DISCARD_TEMP",
    "temporary": "DISCARD_TEMP",
    "plans": "DISCARD_PLANS",
    "sequences": "DISCARD_SEQUENCES",
}


def discard(c: Cursor) -> DiscardStmt:
    """DiscardStmt."""
    start = c.start
    c.expect("discard")
    word = c.take_any(*_DISCARDED)
    if word is None:
        raise c.error()
    return DiscardStmt(target=_DISCARDED[word], start=start, end=c.end)


def load(c: Cursor) -> LoadStmt:
    """LoadStmt."""
    start = c.start
    c.expect("load")
    return LoadStmt(filename=c.string(), start=start, end=c.end)
