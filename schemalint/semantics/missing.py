"""What the server says of a table or column that is not there, with its guess at what was meant (errorMissingRTE, errorMissingColumn)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import RangeTblEntry
from schemalint.semantics.relations import refname_namespace_item, scan_name_space_for_cte

At = tuple[int, int] | None

MAX_FUZZY_DISTANCE = 3


def _levels(pstate: ParseState) -> list[ParseState]:
    found = []
    state: ParseState | None = pstate
    while state is not None:
        found.append(state)
        state = state.parent
    return found


def _has_unknown(pstate: ParseState) -> bool:
    return any(rte.kind == "unknown" for state in _levels(pstate) for rte in state.rtable)


# --- Tables


def _search_range_table_for_rel(pstate: ParseState, schema: str | None, refname: str) -> RangeTblEntry | None:
    """An entry that the name may have meant (searchRangeTableForRel)."""
    cte = scan_name_space_for_cte(pstate, refname) if schema is None else None
    relation = pstate.names.find(Relation, schema, refname) if cte is None else None
    for level, state in enumerate(_levels(pstate)):
        for rte in state.rtable:
            if rte.kind == "relation" and relation is not None and rte.relid == relation.oid:
                return rte
            if rte.kind == "cte" and cte is not None and rte.cte_levelsup + level == cte[1] and rte.cte == refname:
                return rte
            if rte.refname == refname:
                return rte
    return None


def error_missing_rte(pstate: ParseState, schema: str | None, refname: str, at: At) -> Refusal:
    """42P01 for a qualifier that no item of FROM has (errorMissingRTE)."""
    rte = _search_range_table_for_rel(pstate, schema, refname)
    if rte is None:
        return Refusal("42P01", f'missing FROM-clause entry for table "{refname}"', at=at, word=refname)
    message = f'invalid reference to FROM-clause entry for table "{refname}"'
    shown = rte.refname
    if rte.alias is not None and shown != refname:
        found = refname_namespace_item(pstate, None, shown, at)
        if found is not None and found[0].rte is rte:
            hint = f'Perhaps you meant to reference the table alias "{shown}".'
            return Refusal("42P01", message, at=at, word=refname, hint=hint)
    words = f'There is an entry for table "{shown}", but it cannot be referenced from this part of the query.'
    if pstate.version < 16:
        return Refusal("42P01", message, at=at, word=refname, hint=words)
    lateral = "To reference that table, you must mark this subquery with LATERAL."
    hint2 = lateral if _visible_if_lateral(pstate, rte) else None
    return Refusal("42P01", message, at=at, word=refname, detail=words, hint=hint2)


def _visible_if_lateral(pstate: ParseState, rte: RangeTblEntry) -> bool:
    """Whether LATERAL alone is missing (rte_visible_if_lateral)."""
    if pstate.lateral_active:
        return False
    for state in _levels(pstate):
        for item in state.namespace:
            if item.rte is rte and item.lateral_only and item.lateral_ok and not state.lateral_active:
                return True
    return False


def _visible_if_qualified(pstate: ParseState, rte: RangeTblEntry) -> bool:
    """rte_visible_if_qualified."""
    return any(
        item.rte is rte and item.rel_visible and not item.cols_visible
        for state in _levels(pstate)
        for item in state.namespace
    )


# --- Columns


def levenshtein(first: str, second: str, most: int) -> int:
    """The edit distance, or something above `most` (varstr_levenshtein_less_equal)."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
        if min(row) > most:
            return most + 1
    return row[-1]


Match = tuple[RangeTblEntry, str]


def _search_range_table_for_col(
    pstate: ParseState, alias: str | None, colname: str
) -> tuple[list[RangeTblEntry], list[Match]]:
    """(entries that have the column, the one or two closest names) (searchRangeTableForCol)."""
    exact: list[RangeTblEntry] = []
    best: list[Match] = []
    distance = MAX_FUZZY_DISTANCE + 1
    for state in _levels(pstate):
        for rte in state.rtable:
            if rte.kind == "join":
                continue
            penalty = levenshtein(alias, rte.refname, MAX_FUZZY_DISTANCE + 1) if alias is not None else 0
            if colname in rte.names and penalty == 0:
                exact.append(rte)
                continue
            if penalty > distance:
                continue
            for name in rte.names:
                if not name:
                    continue
                d = levenshtein(name, colname, distance + 1 - penalty)
                if d > len(colname.encode()) // 2:
                    continue
                d += penalty
                if d < distance:
                    distance, best = d, [(rte, name)]
                elif d == distance and best:
                    if len(best) == 2:
                        distance, best = d - 1, []
                    else:
                        best.append((rte, name))
                elif d == distance and d <= MAX_FUZZY_DISTANCE:
                    best = [(rte, name)]
    return exact, best


def error_missing_column(pstate: ParseState, relname: str | None, colname: str, at: At) -> Refusal:
    """42703 for a column that is not there (errorMissingColumn). Raises Undecidable beside tables that are not known."""
    if relname is None and _has_unknown(pstate):
        raise Undecidable(f'whether column "{colname}" exists is not known', at)
    exact, best = _search_range_table_for_col(pstate, relname, colname)
    message = f"column {relname}.{colname} does not exist" if relname else f'column "{colname}" does not exist'
    detail = hint = None
    if exact:
        rte = exact[0]
        detail = (
            f'There is a column named "{colname}" in table "{rte.refname}", but it cannot be referenced from this '
            "part of the query."
        )
        if pstate.version < 16:
            detail, hint = None, detail
        elif len(exact) > 1:
            detail = (
                f'There are columns named "{colname}", but they are in tables that cannot be referenced from this '
                "part of the query."
            )
            hint = "Try using a table-qualified name." if relname is None else None
        elif _visible_if_lateral(pstate, rte):
            hint = "To reference that column, you must mark this subquery with LATERAL."
        elif relname is None and _visible_if_qualified(pstate, rte):
            hint = "To reference that column, you must use a table-qualified name."
    elif best:
        shown = " or the column ".join(f'"{rte.refname}.{name}"' for rte, name in best)
        hint = f"Perhaps you meant to reference the column {shown}."
    return Refusal("42703", message, at=at, word=colname, detail=detail, hint=hint)
