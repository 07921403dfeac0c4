"""Transactions, settings, cursors and maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.syntax.nodes.base import Node

if TYPE_CHECKING:
    from schemalint.syntax.nodes import DefElem, RangeVar, TypeName


class TransactionStmt(Node, frozen=True, gc=False):
    """`kind` is TRANS_STMT_BEGIN, ..._START, ..._COMMIT, ..._ROLLBACK, ..._SAVEPOINT, ..._RELEASE, ..._ROLLBACK_TO, ..._PREPARE, ..._COMMIT_PREPARED or ..._ROLLBACK_PREPARED."""

    kind: str
    options: tuple[DefElem, ...] = ()
    savepoint_name: str | None = None
    gid: str | None = None
    chain: bool = False


class ConstraintsSetStmt(Node, frozen=True, gc=False):
    """SET CONSTRAINTS; empty is ALL."""

    constraints: tuple[RangeVar, ...] = ()
    deferred: bool = False


class VariableSetStmt(Node, frozen=True, gc=False):
    """`kind` is VAR_SET_VALUE, VAR_SET_DEFAULT, VAR_SET_CURRENT, VAR_SET_MULTI, VAR_RESET or VAR_RESET_ALL."""

    kind: str
    name: str | None = None
    args: tuple[Node, ...] = ()
    is_local: bool = False


class VariableShowStmt(Node, frozen=True, gc=False):
    """SHOW."""

    name: str


class DiscardStmt(Node, frozen=True, gc=False):
    """DISCARD_ALL, DISCARD_PLANS, DISCARD_SEQUENCES or DISCARD_TEMP."""

    target: str


class LockStmt(Node, frozen=True, gc=False):
    """LOCK; `mode` is the server's lock number, 1 ACCESS SHARE to 8 ACCESS EXCLUSIVE."""

    relations: tuple[RangeVar, ...]
    mode: int = 8
    nowait: bool = False


class TruncateStmt(Node, frozen=True, gc=False):
    """TRUNCATE."""

    relations: tuple[RangeVar, ...]
    restart_seqs: bool = False
    behavior: str = "DROP_RESTRICT"


class CopyStmt(Node, frozen=True, gc=False):
    """COPY; `data` is True when inline rows follow the statement."""

    relation: RangeVar | None = None
    query: Node | None = None
    attlist: tuple[str, ...] = ()
    is_from: bool = False
    is_program: bool = False
    filename: str | None = None
    options: tuple[DefElem, ...] = ()
    whereClause: Node | None = None


class VacuumRelation(Node, frozen=True, gc=False):
    """A table of VACUUM or ANALYZE."""

    relation: RangeVar
    va_cols: tuple[str, ...] = ()


class VacuumStmt(Node, frozen=True, gc=False):
    """VACUUM, or ANALYZE (is_vacuumcmd False)."""

    options: tuple[DefElem, ...] = ()
    rels: tuple[VacuumRelation, ...] = ()
    is_vacuumcmd: bool = True


class ClusterStmt(Node, frozen=True, gc=False):
    """CLUSTER."""

    relation: RangeVar | None = None
    indexname: str | None = None
    params: tuple[DefElem, ...] = ()


class ReindexStmt(Node, frozen=True, gc=False):
    """`kind` is REINDEX_OBJECT_INDEX, ..._TABLE, ..._SCHEMA, ..._SYSTEM or ..._DATABASE."""

    kind: str
    relation: RangeVar | None = None
    name: str | None = None
    params: tuple[DefElem, ...] = ()


class ExplainStmt(Node, frozen=True, gc=False):
    """EXPLAIN."""

    query: Node
    options: tuple[DefElem, ...] = ()


class PrepareStmt(Node, frozen=True, gc=False):
    """PREPARE."""

    name: str
    argtypes: tuple[TypeName, ...] = ()
    query: Node | None = None


class ExecuteStmt(Node, frozen=True, gc=False):
    """EXECUTE."""

    name: str
    params: tuple[Node, ...] = ()


class DeallocateStmt(Node, frozen=True, gc=False):
    """DEALLOCATE; None with isall."""

    name: str | None = None
    isall: bool = False


class DeclareCursorStmt(Node, frozen=True, gc=False):
    """DECLARE CURSOR; `options` is the CURSOR_OPT_ bit set."""

    portalname: str
    options: int = 0
    query: Node | None = None


class FetchStmt(Node, frozen=True, gc=False):
    """FETCH_FORWARD, FETCH_BACKWARD, FETCH_ABSOLUTE or FETCH_RELATIVE; all is 9223372036854775807."""

    direction: str
    howMany: int
    portalname: str
    ismove: bool = False


class ClosePortalStmt(Node, frozen=True, gc=False):
    """CLOSE; None is ALL."""

    portalname: str | None = None


class ListenStmt(Node, frozen=True, gc=False):
    """LISTEN."""

    conditionname: str


class UnlistenStmt(Node, frozen=True, gc=False):
    """UNLISTEN; None is *."""

    conditionname: str | None = None


class NotifyStmt(Node, frozen=True, gc=False):
    """NOTIFY."""

    conditionname: str
    payload: str | None = None


class LoadStmt(Node, frozen=True, gc=False):
    """LOAD."""

    filename: str


class CheckPointStmt(Node, frozen=True, gc=False):
    """CHECKPOINT."""
