"""Whether the current role may run a query (ExecCheckPermissions and ExecCheckXactReadOnly of execMain.c)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, Proc, Relation
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.simulator.acl import acl_check, has_column_privilege, has_privilege, is_superuser, object_word
from schemalint.simulator.guc import as_bool
from schemalint.simulator.session import Session
from schemalint.simulator.stored import vars_of
from schemalint.simulator.transactions import is_read_only
from schemalint.simulator.updatable import view_query

_LETTERS = {"insert": "a", "update": "w", "delete": "d"}


_STRENGTHS = {
    "LCS_FORKEYSHARE": "FOR KEY SHARE",
    "LCS_FORSHARE": "FOR SHARE",
    "LCS_FORNOKEYUPDATE": "FOR NO KEY UPDATE",
    "LCS_FORUPDATE": "FOR UPDATE",
}


class _Wanted(Struct, gc=False):
    """What a query does with one of its relations (RTEPermissionInfo)."""

    rte: q.RangeTblEntry
    letters: str
    selected: set[int]
    changed: set[int]


def check_query_allowed(session: Session, query: q.Query, explain_only: bool = False) -> None:
    """Raise 42501 for what the role may not do, 25006 for a change in a read-only transaction."""
    superuser = is_superuser(session)
    if not superuser:
        _check(session, query, session.role, ())
    if not explain_only and is_read_only(session):
        _check_read_only(session, query)
    if not superuser and not explain_only:
        for proc in functions_of(session, query):
            acl_check(session, proc, "X")
        _check_sequences(session, query)


def check_columns_allowed(
    session: Session, relation: Relation, columns: set[int], letter: str, at: tuple[int, int] | None
) -> None:
    """Raise 42501 unless the role has the privilege on the relation, or on each of these columns."""
    allowed = has_privilege(session, relation, letter)
    if not allowed and not _columns_allowed(session, relation, columns, letter, session.role):
        message = f"permission denied for {object_word(relation)} {relation.name}"
        raise Refusal("42501", message, at=at, word=relation.name)


# --- Read-only transactions


def _check_read_only(session: Session, query: q.Query) -> None:
    for inner in _queries(query):
        changes = inner.command in ("insert", "update", "delete", "merge")
        marks = {mark.rti for mark in inner.locking}
        for i, rte in enumerate(inner.rtable, 1):
            if rte.kind != "relation" or not ((changes and i == inner.result_relation) or i in marks):
                continue
            relation = session.catalog.get(Relation, rte.relid)
            if relation is None or relation.persistence == "t":
                continue
            command = query.command.upper()
            if query.command == "select" and marks:
                command = f"SELECT {_STRENGTHS.get(inner.locking[0].strength, 'FOR UPDATE')}"
            at = (rte.start, rte.end) if rte.start >= 0 else None
            raise Refusal("25006", f"cannot execute {command} in a read-only transaction", at=at)


def _queries(node: object) -> Iterator[q.Query]:
    if isinstance(node, q.Query):
        yield node
    if isinstance(node, Struct):
        for child in q.children(node):
            yield from _queries(child)


# --- Relations


def _check(session: Session, query: q.Query, user: Oid, views: tuple[Oid, ...]) -> None:
    """All relations of a query, on whatever level, and those that its views read as their owners."""
    found: list[_Wanted] = []
    _gather(query, [], found)
    for wanted in found:
        relation = session.catalog.get(Relation, wanted.rte.relid)
        if relation is not None and not _allowed(session, relation, wanted, user):
            at = (wanted.rte.start, wanted.rte.end) if wanted.rte.start >= 0 and not views else None
            message = f"permission denied for {object_word(relation)} {relation.name}"
            raise Refusal("42501", message, at=at, word=relation.name)
    for wanted in found:
        view = session.catalog.get(Relation, wanted.rte.relid)
        if view is None or view.kind != "v" or view.oid in views:
            continue
        inner = view_query(session, view.oid)
        if inner is not None:
            as_user = user if _is_invoker(view) else view.owner
            if not is_superuser(session, as_user):
                _check(session, inner, as_user, (*views, view.oid))


def _is_invoker(view: Relation) -> bool:
    """RelationHasSecurityInvoker."""
    value = next((o.partition("=")[2] for o in view.options if o.startswith("security_invoker=")), "")
    return bool(as_bool(value))


class _Level(Struct, gc=False):
    """One of the queries that an expression stands in."""

    rtable: tuple[q.RangeTblEntry, ...]
    wanted: dict[int, _Wanted]


def _gather(query: q.Query, above: list[_Level], found: list[_Wanted]) -> None:
    mine: dict[int, _Wanted] = {}
    marks = {mark.rti for mark in query.locking}
    for i, rte in enumerate(query.rtable, 1):
        if rte.kind != "relation" or not rte.relid or (rte.refname in ("old", "new") and not rte.in_from):
            continue
        letters = "r"
        changed: set[int] = set()
        if i == query.result_relation:
            letters, changed = _of_target(query)
        elif i in marks:
            letters = "rw"
        mine[i] = _Wanted(rte, letters, set(), changed)
        found.append(mine[i])
    levels = [_Level(query.rtable, mine), *above]
    unused = _unused_ctes(query)
    for child in q.children(query):
        if not any(child is cte for cte in unused):
            _walk(child, levels, found)


def _unused_ctes(query: q.Query) -> list[q.CommonTableExpr]:
    """Queries of WITH that nothing refers to are not planned."""
    if not query.ctes:
        return []
    named = {rte.cte for inner in _queries(query) for rte in inner.rtable if rte.kind == "cte"}
    return [
        cte for cte in query.ctes if cte.name not in named and cte.query is not None and cte.query.command == "select"
    ]


def _of_target(query: q.Query) -> tuple[str, set[int]]:
    if query.command == "merge":
        letters = "".join({_LETTERS.get(action.command, "") for action in query.merge_actions})
        changed = {tle.resno for action in query.merge_actions for tle in action.targets if not tle.junk}
        return letters, changed
    letters = _LETTERS.get(query.command, "r")
    changed = set()
    if query.command in ("insert", "update"):
        changed = {tle.resno for tle in query.target_list if not tle.junk}
    if query.on_conflict is not None and query.on_conflict.targets:
        letters += "w"
        changed |= {tle.resno for tle in query.on_conflict.targets if not tle.junk}
    return letters, changed


def _walk(node: Any, levels: list[_Level], found: list[_Wanted]) -> None:
    if isinstance(node, q.Var):
        if node.levelsup < len(levels):
            _select(node, levels[node.levelsup])
        return
    if isinstance(node, q.Query):
        _gather(node, levels, found)
        return
    if isinstance(node, q.RangeTblEntry) and node.kind == "join":
        return  # its columns count where they are used
    for child in q.children(node):
        _walk(child, levels, found)


def _select(var: q.Var, level: _Level) -> None:
    """markVarForSelectPriv."""
    wanted = level.wanted.get(var.varno)
    if wanted is not None:
        wanted.selected.add(var.attno)
        if "r" not in wanted.letters:
            wanted.letters += "r"
        return
    rte = level.rtable[var.varno - 1] if 0 < var.varno <= len(level.rtable) else None
    if rte is None or rte.kind != "join":
        return
    for i, source in enumerate(rte.join_vars, 1):
        if source is not None and var.attno in (0, i):
            for inner in vars_of(source):
                _select(inner, level)


def _allowed(session: Session, relation: Relation, wanted: _Wanted, user: Oid) -> bool:
    """ExecCheckOneRelPerms."""
    for letter in wanted.letters:
        if has_privilege(session, relation, letter, user):
            continue
        if letter not in "raw" or relation.kind == "S":
            return False
        columns = wanted.selected if letter == "r" else wanted.changed
        if not _columns_allowed(session, relation, columns, letter, user):
            return False
    return True


def _columns_allowed(session: Session, relation: Relation, columns: set[int], letter: str, user: Oid) -> bool:
    living = [column.num for column in relation.columns if not column.dropped]
    if not columns:
        return any(has_column_privilege(session, relation, num, letter, user) for num in living)
    wanted = set(living) if 0 in columns else {num for num in columns if num > 0}
    if any(num < 0 for num in columns):
        return False
    return all(has_column_privilege(session, relation, num, letter, user) for num in wanted)


# --- Functions


def functions_of(session: Session, query: q.Query) -> list[Proc]:
    """The functions that a query calls and that not everybody may call, its operators' too."""
    found: dict[Oid, None] = {}
    _gather_functions(query, found)
    procs = (session.catalog.get(Proc, oid) for oid in found)
    return [proc for proc in procs if proc is not None and (proc.oid >= FIRST_NORMAL_OID or proc.acl is not None)]


def _gather_functions(node: Any, found: dict[Oid, None]) -> None:
    func = getattr(node, "func", 0)
    if isinstance(func, int) and func:
        found[func] = None
    for child in q.children(node):
        _gather_functions(child, found)


_ON_SEQUENCES = {"nextval": "Uw", "currval": "Ur", "setval": "w", "lastval": "Ur"}


def _check_sequences(session: Session, query: q.Query) -> None:
    """nextval, currval and setval ask for privileges on the sequence itself."""
    for target in query.target_list:
        call = target.expr
        if not isinstance(call, q.FuncExpr) or not call.args or not isinstance(call.args[0], q.Const):
            continue
        proc = session.catalog.get(Proc, call.func)
        relid = call.args[0].value
        if proc is None or proc.namespace != 11 or proc.name not in _ON_SEQUENCES or not isinstance(relid, int):
            continue
        relation = session.catalog.get(Relation, relid)
        if relation is not None and relation.kind == "S":
            acl_check(session, relation, _ON_SEQUENCES[proc.name], (call.start, call.end))
