"""Names of tables and columns, as a query sees them (parse_relation.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Oid, Relation
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.parsestate import NamespaceItem, ParseState
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    CommonTableExpr,
    Const,
    Expr,
    RangeTblEntry,
    TargetEntry,
    UnknownExpr,
    Var,
)
from schemalint.semantics.range_functions import (
    add_range_table_entry_for_function,
    add_range_table_entry_for_table_func,
)
from schemalint.semantics.range_table import (
    add_ns_item_to_query,
    add_range_table_entry,
    add_range_table_entry_for_cte,
    add_range_table_entry_for_join,
    add_range_table_entry_for_relation,
    add_range_table_entry_for_subquery,
    add_range_table_entry_for_values,
    is_locked_refname,
    parser_open_table,
)

__all__ = [
    "add_ns_item_to_query",
    "add_range_table_entry",
    "add_range_table_entry_for_cte",
    "add_range_table_entry_for_function",
    "add_range_table_entry_for_join",
    "add_range_table_entry_for_relation",
    "add_range_table_entry_for_subquery",
    "add_range_table_entry_for_table_func",
    "add_range_table_entry_for_values",
    "attname_attnum",
    "check_name_space_conflicts",
    "col_name_to_var",
    "expand_ns_item_attrs",
    "expand_ns_item_vars",
    "expand_rte",
    "get_cte_for_rte",
    "get_ns_item_by_range_table_posn",
    "get_rte_attribute_name",
    "get_rte_by_range_table_posn",
    "is_locked_refname",
    "parser_open_table",
    "refname_namespace_item",
    "scan_name_space_for_cte",
    "scan_ns_item_for_column",
    "system_attribute_by_name",
]

At = tuple[int, int] | None

SYSTEM_ATTRIBUTES: dict[str, tuple[int, Oid]] = {
    "ctid": (-1, typeoids.TID),
    "xmin": (-2, typeoids.XID),
    "cmin": (-3, typeoids.CID),
    "xmax": (-4, typeoids.XID),
    "cmax": (-5, typeoids.CID),
    "tableoid": (-6, typeoids.OID),
}
"""Columns that every table has: name -> (attnum, type)."""

_SYSTEM_NAMES = {attnum: name for name, (attnum, _) in SYSTEM_ATTRIBUTES.items()}

_WITH_SYSTEM_ATTRIBUTES = frozenset("rtmSfp")


def system_attribute_by_name(name: str) -> tuple[int, Oid] | None:
    """(attnum, type) of a system column (SystemAttributeByName)."""
    return SYSTEM_ATTRIBUTES.get(name)


# --- Tables by name


def refname_namespace_item(
    pstate: ParseState, schema: str | None, refname: str, at: At
) -> tuple[NamespaceItem, int] | None:
    """(item, levels up) that a table name means in an expression (refnameNamespaceItem)."""
    relid: Oid = 0
    if schema is not None:
        namespace = pstate.names.find_namespace(schema)
        relid = (pstate.catalog.find_oid("pg_class", namespace, refname) if namespace is not None else None) or 0
    level = 0
    state: ParseState | None = pstate
    while state is not None:
        if schema is not None and not relid:
            found = _scan_unknown(state, refname)
        else:
            found = _scan_name_space(state, refname, relid, at)
        if found is not None:
            return found, level
        level += 1
        state = state.parent
    return None


def _scan_unknown(pstate: ParseState, refname: str) -> NamespaceItem | None:
    """A table of an open catalog that a name with a schema means."""
    found = (item for item in pstate.namespace if item.rel_visible and item.refname == refname)
    return next((item for item in found if item.rte.kind == "unknown" and item.rte.alias is None), None)


def _scan_name_space(pstate: ParseState, refname: str, relid: Oid, at: At) -> NamespaceItem | None:
    """scanNameSpaceForRefname, and with a relation scanNameSpaceForRelid."""
    result = None
    for item in pstate.namespace:
        if not item.rel_visible or (item.lateral_only and not pstate.lateral_active):
            continue
        if relid:
            rte = item.rte
            if rte.kind != "relation" or rte.relid != relid or rte.alias is not None or item.returning:
                continue
        elif item.refname != refname:
            continue
        if result is not None:
            shown = str(relid) if relid else f'"{refname}"'
            raise Refusal("42P09", f"table reference {shown} is ambiguous", at=at, word=refname)
        check_lateral_ref_ok(pstate, item, at)
        result = item
    return result


def scan_name_space_for_cte(pstate: ParseState, refname: str) -> tuple[CommonTableExpr, int] | None:
    """(CTE, levels up) of a name (scanNameSpaceForCTE)."""
    level = 0
    state: ParseState | None = pstate
    while state is not None:
        for cte in state.ctenamespace:
            if cte.name == refname:
                return cte, level
        level += 1
        state = state.parent
    return None


def check_name_space_conflicts(first: Sequence[NamespaceItem], second: Sequence[NamespaceItem]) -> None:
    """Raise 42712 when two items of FROM have one name (checkNameSpaceConflicts)."""
    for item in first:
        if not item.rel_visible:
            continue
        for other in second:
            if not other.rel_visible or other.refname != item.refname:
                continue
            rte, rte2 = item.rte, other.rte
            if (
                rte.kind == rte2.kind == "relation"
                and rte.alias is None
                and rte2.alias is None
                and rte.relid != rte2.relid
            ):
                continue
            at = (rte2.start, rte2.end) if rte2.start >= 0 else None
            raise Refusal("42712", f'table name "{item.refname}" specified more than once', at=at, word=item.refname)


def check_lateral_ref_ok(pstate: ParseState, item: NamespaceItem, at: At) -> None:
    """Raise 42P10 for a lateral reference that the kind of join does not allow (check_lateral_ref_ok)."""
    if not item.lateral_only or item.lateral_ok:
        return
    name = item.refname
    message = f'invalid reference to FROM-clause entry for table "{name}"'
    if pstate.target_item is not None and item.rte is pstate.target_item.rte:
        shown = f'There is an entry for table "{name}", but it cannot be referenced from this part of the query.'
        if pstate.version >= 16:
            raise Refusal("42P10", message, at=at, word=name, detail=shown)
        raise Refusal("42P10", message, at=at, word=name, hint=shown)
    detail = "The combining JOIN type must be INNER or LEFT for a LATERAL reference."
    raise Refusal("42P10", message, at=at, word=name, detail=detail)


def get_ns_item_by_range_table_posn(pstate: ParseState, varno: int, levelsup: int) -> NamespaceItem:
    """GetNSItemByRangeTablePosn; an item is made when the entry has left the namespace."""
    state = _up(pstate, levelsup)
    for item in state.namespace:
        if item.rtindex == varno:
            return item
    return NamespaceItem(state.rtable[varno - 1], varno)


def get_rte_by_range_table_posn(pstate: ParseState, varno: int, levelsup: int) -> RangeTblEntry:
    """GetRTEByRangeTablePosn."""
    return _up(pstate, levelsup).rtable[varno - 1]


def _up(pstate: ParseState, levels: int) -> ParseState:
    state: ParseState | None = pstate
    while levels > 0 and state is not None:
        state = state.parent
        levels -= 1
    assert state is not None
    return state


def get_cte_for_rte(pstate: ParseState, rte: RangeTblEntry, levelsup: int) -> CommonTableExpr:
    """GetCTEForRTE."""
    for cte in _up(pstate, rte.cte_levelsup + levelsup).ctenamespace:
        if cte.name == rte.cte:
            return cte
    raise AssertionError(f"could not find CTE {rte.cte}")


# --- Columns by name


def scan_rte_for_column(rte: RangeTblEntry, names: tuple[str, ...], colname: str, at: At) -> int:
    """The column's number, below 0 for a system column, 0 when there is none (scanRTEForColumn)."""
    if colname in names:
        found = names.index(colname)
        if names.count(colname) > 1:
            raise Refusal("42702", f'column reference "{colname}" is ambiguous', at=at, word=colname)
        return found + 1 if colname else 0
    if rte.kind == "relation" and rte.relkind in _WITH_SYSTEM_ATTRIBUTES and colname in SYSTEM_ATTRIBUTES:
        return SYSTEM_ATTRIBUTES[colname][0]
    return 0


_NO_SYSTEM_COLUMN = {
    "check_constraint": 'system column "{}" reference in check constraint is invalid',
    "generated_column": 'cannot use system column "{}" in column generation expression',
    "merge_when": 'cannot use system column "{}" in MERGE WHEN condition',
}


def scan_ns_item_for_column(
    pstate: ParseState, item: NamespaceItem, levelsup: int, colname: str, at: At
) -> Expr | None:
    """The column of this table, None when it has none of this name (scanNSItemForColumn)."""
    attno = scan_rte_for_column(item.rte, item.names, colname, at)
    if attno > 0:
        var = item.var(attno, levelsup, at)
        if var is None:
            message = f'column "{colname}" of relation "{item.refname}" does not exist'
            raise Refusal("42703", message, at=at, word=colname)
        return var
    if attno == 0:
        return None
    if attno != -6 and pstate.expr_kind in _NO_SYSTEM_COLUMN:
        raise Refusal("42P10", _NO_SYSTEM_COLUMN[pstate.expr_kind].format(colname), at=at, word=colname)
    start, end = at if at is not None else (-1, -1)
    oid = SYSTEM_ATTRIBUTES[colname][1]
    return Var(type=oid, varno=item.rtindex, attno=attno, levelsup=levelsup, start=start, end=end)


def col_name_to_var(pstate: ParseState, colname: str, localonly: bool, at: At) -> Expr | None:
    """The column that an unqualified name means, None when there is none (colNameToVar).

    Beside a table of which nothing is known, a name that no other table has means an unknown column of it.
    """
    result: Expr | None = None
    level = 0
    state: ParseState | None = pstate
    while state is not None:
        unknown = False
        for item in state.namespace:
            if not item.cols_visible or (item.lateral_only and not state.lateral_active):
                continue
            if item.rte.kind == "unknown" and colname not in item.names:
                unknown = True
                continue
            found = scan_ns_item_for_column(pstate, item, level, colname, at)
            if found is not None:
                if result is not None:
                    raise Refusal("42702", f'column reference "{colname}" is ambiguous', at=at, word=colname)
                check_lateral_ref_ok(state, item, at)
                result = found
        if result is None and unknown:
            start, end = at if at is not None else (-1, -1)
            return UnknownExpr(type=UNKNOWN_TYPE, start=start, end=end)
        if result is not None or localonly:
            return result
        state = state.parent
        level += 1
    return result


# --- All columns


def expand_ns_item_vars(
    pstate: ParseState, item: NamespaceItem, levelsup: int, at: At, names: list[str] | None = None
) -> list[Expr]:
    """The columns that `*` gives, their names put into `names` (expandNSItemVars)."""
    result: list[Expr] = []
    shown = len(item.names) - item.hidden
    for attno in range(1, shown + 1):
        name = item.names[attno - 1]
        var = item.var(attno, levelsup, at) if name else None
        if var is not None:
            result.append(var)
            if names is not None:
                names.append(name)
    return result


def expand_ns_item_attrs(pstate: ParseState, item: NamespaceItem, levelsup: int, at: At) -> list[TargetEntry]:
    """The columns that `*` gives, as output columns (expandNSItemAttrs)."""
    names: list[str] = []
    found: list[TargetEntry] = []
    for var in expand_ns_item_vars(pstate, item, levelsup, at, names):
        found.append(TargetEntry(expr=var, resno=pstate.next_resno, name=names[len(found)]))
        pstate.next_resno += 1
    return found


def expand_rte(
    rte: RangeTblEntry, rtindex: int, levelsup: int, at: At, include_dropped: bool = False
) -> tuple[list[str], list[Expr]]:
    """(names, columns) of a range table entry (expandRTE)."""
    names: list[str] = []
    exprs: list[Expr] = []
    item = NamespaceItem(rte, rtindex, vars=())
    for attno, oid in enumerate(rte.types, 1):
        if oid:
            var = rte.join_vars[attno - 1] if rte.join_vars else None
            if not isinstance(var, Var):
                var = item.var(attno, levelsup, at)
            assert var is not None
            names.append(rte.names[attno - 1])
            exprs.append(var)
        elif include_dropped:
            names.append("")
            exprs.append(Const(type=typeoids.INT4, value=None, isnull=True))
    return names, exprs


def get_rte_attribute_name(pstate: ParseState, rte: RangeTblEntry, attno: int) -> str:
    """A column's name for messages (get_rte_attribute_name)."""
    if attno == 0:
        return "*"
    if attno < 0:
        return _SYSTEM_NAMES[attno]
    return rte.names[attno - 1]


def attname_attnum(relation: Relation, name: str, system_ok: bool) -> int:
    """The number of a column, 0 when there is none (attnameAttNum)."""
    found = find_attribute(relation, name)
    if found is not None:
        return found.num
    if system_ok and name in SYSTEM_ATTRIBUTES:
        return SYSTEM_ATTRIBUTES[name][0]
    return 0


def find_attribute(relation: Relation, name: str) -> Attribute | None:
    """The living column of this name."""
    for column in relation.columns:
        if column.name == name and not column.dropped:
            return column
    return None
