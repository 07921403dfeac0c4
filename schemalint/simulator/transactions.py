"""Transaction blocks, savepoints and sessions (xact.c, postgres.c)."""

from __future__ import annotations

from typing import Any

from schemalint.catalog import model
from schemalint.errors import Refusal
from schemalint.simulator.effects import Noted
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ConstraintsSetStmt, DefElem, Node, TransactionStmt

At = tuple[int, int] | None

_EXITS = frozenset(("TRANS_STMT_COMMIT", "TRANS_STMT_PREPARE", "TRANS_STMT_ROLLBACK", "TRANS_STMT_ROLLBACK_TO"))

_READ_ONLY_KINDS = frozenset(
    (
        "AlterSystemStmt",
        "CallStmt",
        "CheckPointStmt",
        "ClosePortalStmt",
        "ConstraintsSetStmt",
        "CopyStmt",
        "DeallocateStmt",
        "DeclareCursorStmt",
        "DiscardStmt",
        "DoStmt",
        "ExecuteStmt",
        "ExplainStmt",
        "FetchStmt",
        "ListenStmt",
        "LoadStmt",
        "LockStmt",
        "NotifyStmt",
        "PrepareStmt",
        "SelectStmt",
        "TransactionStmt",
        "UnlistenStmt",
        "VariableSetStmt",
        "VariableShowStmt",
        "InsertStmt",
        "UpdateStmt",
        "DeleteStmt",
        "MergeStmt",
        "VacuumStmt",
        "ClusterStmt",
        "ReindexStmt",
    )
)
"""Statements that a read-only transaction does not refuse by their kind alone (ClassifyUtilityCommandAsReadOnly; data changes are
refused when they run, unless they go to temporary tables)."""


def allowed_when_aborted(node: Node) -> bool:
    """Whether a statement is taken while the transaction is aborted (IsTransactionExitStmt)."""
    return isinstance(node, TransactionStmt) and node.kind in _EXITS


def is_read_only(session: Session) -> bool:
    """Whether the transaction, or the one that the next statement is by itself, changes nothing (XactReadOnly)."""
    if session.in_transaction_block:
        return bool(session.var("read_only"))
    return _default_read_only(session)


def _default_read_only(session: Session) -> bool:
    value = session.setting("default_transaction_read_only")
    return value is not None and is_on(value)


def is_on(value: object) -> bool:
    """Whether the text of a Boolean parameter, or a number, stands for true."""
    return str(value).lower() in ("on", "true", "yes", "1", "t", "y")


def start_statement(session: Session, node: Node | None) -> None:
    """What holds before each statement: a read-only transaction refuses what changes the catalog (PreventCommandIfReadOnly)."""
    if node is not None and type(node).__name__ not in _READ_ONLY_KINDS and is_read_only(session):
        from schemalint.simulator.tags import command_tag

        raise Refusal(
            "25006", f"cannot execute {command_tag(node)} in a read-only transaction", at=(node.start, node.end)
        )


_WITHOUT_SNAPSHOT = (
    "TransactionStmt",
    "LockStmt",
    "VariableSetStmt",
    "VariableShowStmt",
    "ConstraintsSetStmt",
    "FetchStmt",
    "ListenStmt",
    "NotifyStmt",
    "UnlistenStmt",
    "CheckPointStmt",
)
"""Statements that need no snapshot (PlannedStmtRequiresSnapshot)."""


def finish_statement(session: Session, node: Node) -> None:
    """What happens after each statement: outside a block it commits at once; in one it took a snapshot."""
    if not session.in_transaction_block:
        if session.var("commit_actions"):
            _at_commit(session)
    elif type(node).__name__ not in _WITHOUT_SNAPSHOT and not session.var("used_snapshot"):
        session.set_var("used_snapshot", True)


def refuse_statement(session: Session, node: Node | None) -> None:
    """What a refused statement leaves behind: the transaction is aborted; one that could not be committed is over."""
    if not session.in_transaction_block or session.var("commit_undone"):
        return
    ends = ("TRANS_STMT_COMMIT", "TRANS_STMT_PREPARE")
    if isinstance(node, TransactionStmt) and node.kind in ends and not node.chain:
        session.catalog.revert(session.var("tx"))
        return
    session.set_var("aborted", True)


def execute_transaction(session: Session, stmt: TransactionStmt) -> None:
    """BEGIN, COMMIT and their like (standard_ProcessUtility, T_TransactionStmt)."""
    _KINDS[stmt.kind.removeprefix("TRANS_STMT_")](session, stmt)


def undo_commit(session: Session) -> None:
    """A COMMIT is undone. Either it shall not have been sent, or a server refused it (deferred constraints look at rows): then its
    transaction is over. Until the next COMMIT or BEGIN shows which, nothing is refused for being in an aborted transaction."""
    session.set_var("commit_undone", True)


def _begin(session: Session, stmt: TransactionStmt) -> None:
    if session.var("commit_undone"):
        _end_block(session)
    if session.in_transaction_block:
        session.effect(Noted("WARNING", "there is already a transaction in progress"))
    else:
        _start_block(session)
    for option in stmt.options:
        set_transaction_mode(session, option.defname, _value(option), (stmt.start, stmt.end))


def _start_block(session: Session) -> None:
    session.set_var("tx", session.catalog.mark())
    session.set_var("read_only", True if _default_read_only(session) else None)


def _value(option: DefElem) -> str:
    arg: Any = option.arg
    return str(getattr(arg, "val", arg))


def set_transaction_mode(session: Session, name: str, value: str, at: At) -> None:
    """SET TRANSACTION: one mode of the open transaction (check_XactReadOnly, check_XactIsoLevel, check_transaction_deferrable)."""
    if not session.in_transaction_block:
        return
    nested, used = bool(session.var("savepoints")), bool(session.var("used_snapshot"))
    match name:
        case "transaction_read_only":
            on = is_on(value)
            if not on and session.var("read_only"):
                if nested:
                    message = "cannot set transaction read-write mode inside a read-only transaction"
                    raise Refusal("25001", message, at=at)
                if used:
                    raise Refusal("25001", "transaction read-write mode must be set before any query", at=at)
            session.set_var("read_only", True if on else None)
        case "transaction_isolation":
            level = value.lower()
            if level == session.var("isolation", session.setting("default_transaction_isolation") or "read committed"):
                return
            if used:
                raise Refusal("25001", "SET TRANSACTION ISOLATION LEVEL must be called before any query", at=at)
            if nested:
                raise Refusal("25001", "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction", at=at)
            session.set_var("isolation", level)
        case "transaction_deferrable":
            if nested:
                message = "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction"
                raise Refusal("25001", message, at=at)
            if used:
                raise Refusal("25001", "SET TRANSACTION [NOT] DEFERRABLE must be called before any query", at=at)


def _commit(session: Session, stmt: TransactionStmt) -> None:
    _need_block_for_chain(session, stmt, "COMMIT")
    if not session.in_transaction_block:
        session.effect(Noted("WARNING", "there is no transaction in progress"))
        return
    if session.var("aborted"):
        _rollback(session, stmt)
        return
    modes = {key: session.var(key) for key in ("read_only", "isolation")}
    _end_block(session)
    if stmt.chain:
        _chain(session, modes)


def _chain(session: Session, modes: dict[str, Any]) -> None:
    """The next transaction starts at once, with the modes of the last one."""
    session.set_var("tx", session.catalog.mark())
    for key, value in modes.items():
        session.set_var(key, value)


def _end_block(session: Session) -> None:
    _at_commit(session)
    for key in ("tx", "aborted", "savepoints", "read_only", "isolation", "used_snapshot", "new_enums", "commit_undone"):
        session.set_var(key, None)
    uncommitted = session.catalog.uncommitted_labels
    for oid in list(uncommitted):
        session.catalog.note(uncommitted, oid, None)
    for key in [k for k in session.vars if k.startswith("cursor ") and not session.vars[k].hold]:
        session.set_var(key, None)


def _at_commit(session: Session) -> None:
    """ON COMMIT actions, and the end of SET LOCAL."""
    for name, old in dict(session.var("local", {})).items():
        session.set_var(name, old)
    session.set_var("local", None)
    for action in session.var("commit_actions", ()):
        action(session)
    session.set_var("commit_actions", None)


def _rollback(session: Session, stmt: TransactionStmt) -> None:
    _need_block_for_chain(session, stmt, "ROLLBACK")
    mark = session.var("tx")
    if mark is None:
        session.effect(Noted("WARNING", "there is no transaction in progress"))
        return
    modes = {key: session.var(key) for key in ("read_only", "isolation")}
    session.catalog.revert(mark)
    if stmt.chain:
        _chain(session, modes)


def _need_block_for_chain(session: Session, stmt: TransactionStmt, what: str) -> None:
    if stmt.chain and not session.in_transaction_block:
        raise _not_in_block(f"{what} AND CHAIN", stmt)


def _not_in_block(what: str, stmt: Node) -> Refusal:
    return Refusal("25P01", f"{what} can only be used in transaction blocks", at=(stmt.start, stmt.end))


def _savepoint(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        raise _not_in_block("SAVEPOINT", stmt)
    savepoint = (stmt.savepoint_name, session.catalog.mark() + 1, session.var("read_only"))
    session.set_var("savepoints", (*session.var("savepoints", ()), savepoint))


def _find_savepoint(session: Session, stmt: TransactionStmt) -> int:
    savepoints: tuple[tuple[str, int, bool | None], ...] = session.var("savepoints", ())
    for i in range(len(savepoints) - 1, -1, -1):
        if savepoints[i][0] == stmt.savepoint_name:
            return i
    raise Refusal(
        "3B001",
        f'savepoint "{stmt.savepoint_name}" does not exist',
        at=(stmt.start, stmt.end),
        word=stmt.savepoint_name,
    )


def _release(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        raise _not_in_block("RELEASE SAVEPOINT", stmt)
    i = _find_savepoint(session, stmt)
    savepoints = session.var("savepoints")
    session.set_var("read_only", savepoints[i][2])
    session.set_var("savepoints", savepoints[:i] or None)


def _rollback_to(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        raise _not_in_block("ROLLBACK TO SAVEPOINT", stmt)
    i = _find_savepoint(session, stmt)
    session.catalog.revert(session.var("savepoints")[i][1])


# --- Prepared transactions


def _prepare(session: Session, stmt: TransactionStmt) -> None:
    """PREPARE TRANSACTION: what the transaction did waits for its COMMIT PREPARED (PrepareTransaction, MarkAsPreparing)."""
    at = (stmt.start, stmt.end)
    if not session.in_transaction_block:
        session.effect(Noted("WARNING", "there is no transaction in progress"))
        return
    if session.var("aborted"):
        _rollback(session, stmt)
        return
    catalog, gid = session.catalog, stmt.gid or ""
    mark: int = session.var("tx")
    if session.names.temp is not None and _touched_temporary(session, mark):
        raise Refusal("0A000", "cannot PREPARE a transaction that has operated on temporary objects", at=at)
    if len(gid.encode()) >= 200:
        raise Refusal("22023", f'transaction identifier "{gid}" is too long', at=at)
    if gid in catalog.prepared:
        raise Refusal("42710", f'transaction identifier "{gid}" is already in use', at=at, word=gid)
    _at_commit(session)
    changes = catalog.changes_since_mark(mark, without=session.vars)
    catalog.revert(mark)
    catalog.note(catalog.prepared, gid, changes)


def _touched_temporary(session: Session, mark: int) -> bool:
    temp = session.names.temp
    return any(
        getattr(session.catalog.at(address) or before, "namespace", None) == temp
        for address, before in session.catalog.changes_since(mark)
    )


def _prepared(session: Session, stmt: TransactionStmt) -> None:
    """COMMIT PREPARED and ROLLBACK PREPARED (FinishPreparedTransaction)."""
    session.prevent_in_transaction_block(stmt.kind.removeprefix("TRANS_STMT_").replace("_", " "), stmt)
    catalog, gid = session.catalog, stmt.gid or ""
    changes = catalog.prepared.get(gid)
    if changes is None:
        message = f'prepared transaction with identifier "{gid}" does not exist'
        raise Refusal("42704", message, at=(stmt.start, stmt.end), word=gid)
    catalog.note(catalog.prepared, gid, None)
    if stmt.kind == "TRANS_STMT_COMMIT_PREPARED":
        catalog.apply(changes)


_KINDS = {
    "BEGIN": _begin,
    "START": _begin,
    "COMMIT": _commit,
    "ROLLBACK": _rollback,
    "SAVEPOINT": _savepoint,
    "RELEASE": _release,
    "ROLLBACK_TO": _rollback_to,
    "PREPARE": _prepare,
    "COMMIT_PREPARED": _prepared,
    "ROLLBACK_PREPARED": _prepared,
}


def set_constraints(session: Session, stmt: ConstraintsSetStmt) -> None:
    """SET CONSTRAINTS (AfterTriggerSetState)."""
    for named in stmt.constraints:
        found: list[model.Constraint] = []
        for namespace in session.names.search(named.schemaname):
            found = [
                c
                for c in session.catalog.all(model.Constraint)
                if c.name == named.relname and c.namespace == namespace and (c.relid or c.typid)
            ]
            if found:
                break
        at = (named.start, named.end)
        if not found:
            raise session.names.missing(
                "42704", f'constraint "{named.relname}" does not exist', named.schemaname, named.relname, at
            )
        if not any(c.deferrable for c in found):
            raise Refusal("42809", f'constraint "{named.relname}" is not deferrable', at=at, word=named.relname)


def start_session(old: Session) -> Session:
    """A new connection to the same database (Simulator.reconnect)."""
    from schemalint.simulator.settings import apply_stored_settings
    from schemalint.simulator.temporary import drop_temporary_schema

    catalog = old.catalog
    mark = old.var("tx")
    if mark is not None:
        catalog.revert(mark)
    drop_temporary_schema(old)
    catalog.lasting.clear()
    catalog.forget()
    new = Session(catalog, old.names.database)
    login: Any = old.var("login_role")
    if login is not None:
        new.vars["session_role"] = new.vars["login_role"] = login
    apply_stored_settings(new)
    new.prepare()
    catalog.forget()
    return new
