"""Transactions: BEGIN to ROLLBACK, savepoints, two-phase commit."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.nodes import A_Const, DefElem, TransactionStmt

_ISOLATION = {
    ("read", "uncommitted"): "read uncommitted",
    ("read", "committed"): "read committed",
    ("repeatable", "read"): "repeatable read",
}


def _iso_level(c: Cursor) -> A_Const:
    """iso_level as a constant."""
    start = c.start
    if c.take("serializable"):
        return A_Const(val="serializable", kind="String", start=start, end=c.end)
    for words, value in _ISOLATION.items():
        if c.take(*words):
            return A_Const(val=value, kind="String", start=start, end=c.end)
    raise c.error(1 if c.peek() in ("read", "repeatable") else 0)


def transaction_mode_item(c: Cursor) -> DefElem:
    """transaction_mode_item."""
    start = c.start
    if c.take("isolation"):
        c.expect("level")
        return DefElem(defname="transaction_isolation", arg=_iso_level(c), start=start, end=c.end)
    if c.take("read"):
        word = c.take_any("only", "write")
        if word is None:
            raise c.error()
        name, value = "transaction_read_only", word == "only"
    elif c.take("not"):
        c.expect("deferrable")
        name, value = "transaction_deferrable", False
    else:
        c.expect("deferrable")
        name, value = "transaction_deferrable", True
    arg = A_Const(val=int(value), kind="Integer", start=start, end=c.end)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


_MODE_STARTS = frozenset({"isolation", "read", "not", "deferrable"})


def transaction_mode_list(c: Cursor) -> tuple[DefElem, ...]:
    """transaction_mode_list: the commas are optional."""
    items = [transaction_mode_item(c)]
    while True:
        if c.take(",") or c.match[c.at] in _MODE_STARTS:
            items.append(transaction_mode_item(c))
        else:
            return tuple(items)


def _opt_modes(c: Cursor) -> tuple[DefElem, ...]:
    return transaction_mode_list(c) if c.match[c.at] in _MODE_STARTS else ()


def _chain(c: Cursor) -> bool:
    """opt_transaction_chain."""
    if not c.take("and"):
        return False
    chain = not c.take("no")
    c.expect("chain")
    return chain


def begin(c: Cursor) -> TransactionStmt:
    """TransactionStmtLegacy: BEGIN; and START TRANSACTION."""
    start = c.start
    if c.take("start"):
        c.expect("transaction")
        kind = "TRANS_STMT_START"
    else:
        c.expect("begin")
        c.take_any("work", "transaction")
        kind = "TRANS_STMT_BEGIN"
    return TransactionStmt(kind=kind, options=_opt_modes(c), start=start, end=c.end)


def commit(c: Cursor) -> TransactionStmt:
    """COMMIT, END, COMMIT PREPARED."""
    start = c.start
    word = c.next_value()
    if word == "commit" and c.take("prepared"):
        return TransactionStmt(kind="TRANS_STMT_COMMIT_PREPARED", gid=c.string(), start=start, end=c.end)
    c.take_any("work", "transaction")
    return TransactionStmt(kind="TRANS_STMT_COMMIT", chain=_chain(c), start=start, end=c.end)


def rollback(c: Cursor) -> TransactionStmt:
    """ROLLBACK, ABORT, ROLLBACK TO, ROLLBACK PREPARED."""
    start = c.start
    word = c.next_value()
    if word == "rollback" and c.take("prepared"):
        return TransactionStmt(kind="TRANS_STMT_ROLLBACK_PREPARED", gid=c.string(), start=start, end=c.end)
    c.take_any("work", "transaction")
    if word == "rollback" and c.take("to"):
        name = _savepoint_name(c)
        return TransactionStmt(kind="TRANS_STMT_ROLLBACK_TO", savepoint_name=name, start=start, end=c.end)
    return TransactionStmt(kind="TRANS_STMT_ROLLBACK", chain=_chain(c), start=start, end=c.end)


def _savepoint_name(c: Cursor) -> str:
    """ColId with or without SAVEPOINT before it, which may be the name as well."""
    if c.match[c.at] == "savepoint" and c.is_col_id(1):
        c.at += 1
    return c.col_id()


def savepoint(c: Cursor) -> TransactionStmt:
    """SAVEPOINT."""
    start = c.start
    c.expect("savepoint")
    return TransactionStmt(kind="TRANS_STMT_SAVEPOINT", savepoint_name=c.col_id(), start=start, end=c.end)


def release(c: Cursor) -> TransactionStmt:
    """RELEASE."""
    start = c.start
    c.expect("release")
    return TransactionStmt(kind="TRANS_STMT_RELEASE", savepoint_name=_savepoint_name(c), start=start, end=c.end)


def prepare_transaction(c: Cursor) -> TransactionStmt:
    """PREPARE TRANSACTION."""
    start = c.start
    c.expect("prepare", "transaction")
    return TransactionStmt(kind="TRANS_STMT_PREPARE", gid=c.string(), start=start, end=c.end)
