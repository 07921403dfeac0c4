"""Transaction blocks, savepoints and sessions (xact.c, postgres.c)."""

from __future__ import annotations

from typing import Any

from schemalint.catalog import model
from schemalint.errors import NotModelled, Refusal
from schemalint.simulator.effects import Noted
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ConstraintsSetStmt, Node, TransactionStmt

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


def start_statement(session: Session, node: Node | None) -> None:
    """What holds before each statement: a read-only transaction refuses what changes the catalog (PreventCommandIfReadOnly)."""
    if node is not None and session.var("read_only") and type(node).__name__ not in _READ_ONLY_KINDS:
        from schemalint.simulator.tags import command_tag

        raise Refusal(
            "25006", f"cannot execute {command_tag(node)} in a read-only transaction", at=(node.start, node.end)
        )


def finish_statement(session: Session, node: Node) -> None:
    """What happens after each statement: outside a block it commits at once."""
    if not session.in_transaction_block and session.var("commit_actions"):
        _at_commit(session)


def execute_transaction(session: Session, stmt: TransactionStmt) -> None:
    """BEGIN, COMMIT and their like (standard_ProcessUtility, T_TransactionStmt)."""
    _KINDS[stmt.kind.removeprefix("TRANS_STMT_")](session, stmt)


def _begin(session: Session, stmt: TransactionStmt) -> None:
    if session.in_transaction_block:
        session.effect(Noted("WARNING", "there is already a transaction in progress"))
    else:
        session.set_var("tx", session.catalog.mark())
    _set_modes(session, stmt)


def _set_modes(session: Session, stmt: TransactionStmt) -> None:
    for option in stmt.options:
        if option.defname == "transaction_read_only":
            value = getattr(option.arg, "val", option.arg)
            session.set_var("read_only", True if value in (1, True, "on", "true") else None)


def _commit(session: Session, stmt: TransactionStmt) -> None:
    _need_block_for_chain(session, stmt, "COMMIT")
    if not session.in_transaction_block:
        session.effect(Noted("WARNING", "there is no transaction in progress"))
        return
    if session.var("aborted"):
        _rollback(session, stmt)
        return
    _end_block(session)
    if stmt.chain:
        session.set_var("tx", session.catalog.mark())


def _end_block(session: Session) -> None:
    _at_commit(session)
    for key in ("tx", "aborted", "savepoints", "read_only", "used_snapshot", "new_enums"):
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
    session.catalog.revert(mark)
    if stmt.chain:
        session.set_var("tx", session.catalog.mark())


def _need_block_for_chain(session: Session, stmt: TransactionStmt, what: str) -> None:
    if stmt.chain and not session.in_transaction_block:
        raise _not_in_block(f"{what} AND CHAIN", stmt)


def _not_in_block(what: str, stmt: Node) -> Refusal:
    return Refusal("25P01", f"{what} can only be used in transaction blocks", at=(stmt.start, stmt.end))


def _savepoint(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        raise _not_in_block("SAVEPOINT", stmt)
    session.set_var("savepoints", (*session.var("savepoints", ()), (stmt.savepoint_name, session.catalog.mark() + 1)))


def _find_savepoint(session: Session, stmt: TransactionStmt) -> int:
    savepoints: tuple[tuple[str, int], ...] = session.var("savepoints", ())
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
    session.set_var("savepoints", session.var("savepoints")[:i] or None)


def _rollback_to(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        raise _not_in_block("ROLLBACK TO SAVEPOINT", stmt)
    i = _find_savepoint(session, stmt)
    session.catalog.revert(session.var("savepoints")[i][1])


def _prepare(session: Session, stmt: TransactionStmt) -> None:
    if not session.in_transaction_block:
        session.effect(Noted("WARNING", "there is no transaction in progress"))
        return
    if session.var("aborted"):
        _rollback(session, stmt)
        return
    raise NotModelled("PREPARE TRANSACTION", (stmt.start, stmt.end))


def _prepared(session: Session, stmt: TransactionStmt) -> None:
    session.prevent_in_transaction_block(stmt.kind.removeprefix("TRANS_STMT_").replace("_", " "), stmt)
    raise Refusal(
        "42704",
        f'prepared transaction with identifier "{stmt.gid}" does not exist',
        at=(stmt.start, stmt.end),
        word=stmt.gid,
    )


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
