"""FOR UPDATE and its like (transformLockingClause of analyze.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from schemalint.errors import Refusal
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Query, RangeTblEntry, RowMark
from schemalint.syntax.nodes import LockingClause, RangeVar

_STRENGTHS: Final = {
    "LCS_FORKEYSHARE": "FOR KEY SHARE",
    "LCS_FORSHARE": "FOR SHARE",
    "LCS_FORNOKEYUPDATE": "FOR NO KEY UPDATE",
    "LCS_FORUPDATE": "FOR UPDATE",
}
_ORDER: Final = list(_STRENGTHS)


def lcs_as_string(strength: str) -> str:
    """LCS_asString."""
    return _STRENGTHS.get(strength, "FOR some")


def check_select_locking(query: Query, strength: str) -> None:
    """Refuse locks on what has no rows of its own (CheckSelectLocking)."""
    what = lcs_as_string(strength)
    for present, words in (
        (query.set_operation, "UNION/INTERSECT/EXCEPT"),
        (query.distinct, "DISTINCT clause"),
        (query.group or query.grouping_sets, "GROUP BY clause"),
        (query.having is not None, "HAVING clause"),
        (query.has_aggs, "aggregate functions"),
        (query.has_window_funcs, "window functions"),
        (query.has_target_srfs, "set-returning functions in the target list"),
    ):
        if present:
            raise Refusal("0A000", f"{what} is not allowed with {words}")


def transform_locking_clauses(pstate: ParseState, query: Query, clauses: Sequence[LockingClause]) -> Query:
    """The query with all its locking clauses."""
    for clause in clauses:
        query = _transform(pstate, query, clause.strength, clause.lockedRels, False)
    return query


_UNLOCKABLE: Final = {
    "join": "a join",
    "function": "a function",
    "tablefunc": "a table function",
    "values": "VALUES",
    "cte": "a WITH query",
    "ephemeral": "a named tuplestore",
}


def _transform(
    pstate: ParseState, query: Query, strength: str, relations: Sequence[RangeVar], pushed_down: bool
) -> Query:
    """transformLockingClause."""
    check_select_locking(query, strength)
    if not relations:
        for i, rte in enumerate(query.rtable, 1):
            if rte.in_from and rte.kind in ("relation", "subquery"):
                query = _lock(pstate, query, i, rte, strength, pushed_down)
        return query
    for rel in relations:
        what = lcs_as_string(strength)
        if rel.catalogname is not None or rel.schemaname is not None:
            raise Refusal("42601", f"{what} must specify unqualified relation names", at=span(rel))
        found = _find(query, rel.relname)
        if found is None:
            message = f'relation "{rel.relname}" in {what} clause not found in FROM clause'
            raise Refusal("42P01", message, at=span(rel), word=rel.relname)
        rte = query.rtable[found - 1]
        if rte.kind in _UNLOCKABLE:
            raise Refusal("0A000", f"{what} cannot be applied to {_UNLOCKABLE[rte.kind]}", at=span(rel))
        query = _lock(pstate, query, found, rte, strength, pushed_down)
    return query


def _find(query: Query, name: str) -> int | None:
    for i, rte in enumerate(query.rtable, 1):
        if not rte.in_from:
            continue
        shown: str | None = rte.refname
        if rte.kind == "join" and rte.alias is None:
            shown = rte.join_using_alias
        if shown == name:
            return i
    return None


def _lock(pstate: ParseState, query: Query, rti: int, rte: RangeTblEntry, strength: str, pushed_down: bool) -> Query:
    """applyLockingClause, and the same for the tables of a subquery."""
    if rte.kind == "subquery" and rte.subquery is not None:
        inner = _transform(pstate, rte.subquery, strength, (), True)
        rtable = list(query.rtable)
        rtable[rti - 1] = structs.replace(rte, subquery=inner)
        query = structs.replace(query, rtable=tuple(rtable))
    marks = list(query.locking)
    for i, mark in enumerate(marks):
        if mark.rti == rti:
            stronger = max(mark.strength, strength, key=_ORDER.index)
            marks[i] = RowMark(rti, stronger, mark.pushed_down and pushed_down)
            break
    else:
        marks.append(RowMark(rti, strength, pushed_down))
    for_update = query.has_for_update or not pushed_down
    return structs.replace(query, locking=tuple(marks), has_for_update=for_update)
