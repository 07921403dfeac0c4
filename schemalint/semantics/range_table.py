"""Entries of the range table, and the namespace items that stand for them (parse_relation.c's addRangeTableEntry functions)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import CommonTableExpr, Expr, Query, RangeTblEntry
from schemalint.syntax.nodes import Alias, RangeVar

At = tuple[int, int] | None

MAX_TUPLE_ATTRIBUTE_NUMBER = 1664
MAX_HEAP_ATTRIBUTE_NUMBER = 1600

_UNSUPPORTED = {
    "r": "tables",
    "i": "indexes",
    "S": "sequences",
    "t": "TOAST tables",
    "v": "views",
    "m": "materialized views",
    "c": "composite types",
    "f": "foreign tables",
    "p": "partitioned tables",
    "I": "partitioned indexes",
}


def relkind_not_supported(relkind: str) -> str:
    """errdetail_relkind_not_supported."""
    return f"This operation is not supported for {_UNSUPPORTED[relkind]}."


# --- Opening


def open_relation(pstate: ParseState, relation: RangeVar) -> Relation | None:
    """The relation of a name, None when there is none (RangeVarGetRelidExtended with RVR_MISSING_OK)."""
    names = pstate.names
    if relation.catalogname is not None and relation.catalogname != names.database:
        shown = qualified((relation.catalogname, relation.schemaname or "", relation.relname))
        message = f'cross-database references are not implemented: "{shown}"'
        raise Refusal("0A000", message, at=span(relation))
    if relation.relpersistence == "t" and relation.schemaname is not None and relation.schemaname != "pg_temp":
        schema = names.find_namespace(relation.schemaname)
        if schema is not None and schema != names.temp:
            raise Refusal("42P16", "temporary tables cannot specify a schema name", at=span(relation))
    return names.find(Relation, relation.schemaname, relation.relname)


def parser_open_table(pstate: ParseState, relation: RangeVar) -> Relation:
    """The table, view or sequence that FROM or a data change names (parserOpenTable)."""
    at = span(relation)
    found = open_relation(pstate, relation)
    if found is None:
        name, schema = relation.relname, relation.schemaname
        if schema is not None:
            raise pstate.names.missing("42P01", f'relation "{schema}.{name}" does not exist', schema, name, at)
        message = f'relation "{name}" does not exist'
        if _is_future_cte(pstate, name):
            raise Refusal(
                "42P01",
                message,
                at=at,
                word=name,
                detail=f'There is a WITH item named "{name}", but it cannot be referenced from this part of the query.',
                hint="Use WITH RECURSIVE, or re-order the WITH items to remove forward references.",
            )
        raise pstate.names.missing("42P01", message, None, name, at)
    check_relation_kind(pstate.version, found, at)
    return found


def check_relation_kind(version: int, relation: Relation, at: At) -> None:
    """Raise 42809 for what has no rows to read (validate_relation_kind)."""
    kind, name = relation.kind, relation.name
    if kind not in "iIc":
        return
    if version >= 16:
        message, detail = f'cannot open relation "{name}"', relkind_not_supported(kind)
        raise Refusal("42809", message, at=at, word=name, detail=detail)
    what = "a composite type" if kind == "c" else "an index"
    raise Refusal("42809", f'"{name}" is {what}', at=at, word=name)


def _is_future_cte(pstate: ParseState, refname: str) -> bool:
    state: ParseState | None = pstate
    while state is not None:
        if any(cte.ctename == refname for cte in state.future_ctes):
            return True
        state = state.parent
    return False


# --- Relations


def aliased_columns(columns: Sequence[Attribute], alias: Alias | None, refname: str) -> tuple[str, ...]:
    """Column names with an alias's own put before them (buildRelationAliases)."""
    if alias is None or not alias.colnames:
        return tuple(["" if c.dropped else c.name for c in columns])
    given = list(alias.colnames)
    names: list[str] = []
    used = 0
    for column in columns:
        if column.dropped:
            names.append("")
        elif used < len(given):
            names.append(given[used])
            used += 1
        else:
            names.append(column.name)
    if used < len(given):
        available = sum(not column.dropped for column in columns)
        raise _too_many_aliases(refname, available, len(given), alias)
    return tuple(names)


def _too_many_aliases(refname: str, available: int, given: int, alias: Alias | None) -> Refusal:
    message = f'table "{refname}" has {available} columns available but {given} columns specified'
    return Refusal("42P10", message, at=span(alias))


def add_entry(pstate: ParseState, rte: RangeTblEntry) -> NamespaceItem:
    pstate.rtable.append(rte)
    return NamespaceItem(rte, len(pstate.rtable))


def add_range_table_entry(
    pstate: ParseState, relation: RangeVar, alias: Alias | None, inh: bool, in_from: bool
) -> NamespaceItem:
    """A table of FROM (addRangeTableEntry). What may exist outside an open catalog becomes an entry of kind unknown."""
    at = span(relation)
    try:
        found = parser_open_table(pstate, relation)
    except Undecidable as reason:
        pstate.undecided.append(reason.reason)
        refname = alias.aliasname if alias is not None else relation.relname
        shown = alias.aliasname if alias is not None else None
        start, end = at if at is not None else (-1, -1)
        return add_entry(
            pstate,
            RangeTblEntry(kind="unknown", alias=shown, refname=refname, in_from=in_from, start=start, end=end),
        )
    return add_range_table_entry_for_relation(pstate, found, alias, inh, in_from, at)


def add_range_table_entry_for_relation(
    pstate: ParseState,
    relation: Relation,
    alias: Alias | str | None = None,
    inh: bool = True,
    in_from: bool = False,
    at: At = None,
    *,
    relkind: str | None = None,
) -> NamespaceItem:
    """A relation that was looked up already, under its own name or an alias (addRangeTableEntryForRelation)."""
    if isinstance(alias, str):
        alias = Alias(aliasname=alias)
    columns = relation.columns
    refname = alias.aliasname if alias is not None else relation.name
    start, end = at if at is not None else (-1, -1)
    rte = RangeTblEntry(
        kind="relation",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=aliased_columns(columns, alias, refname),
        types=tuple([0 if c.dropped else c.type for c in columns]),
        typmods=tuple([c.typmod for c in columns]),
        collations=tuple([c.collation for c in columns]),
        relid=relation.oid,
        relkind=relation.kind if relkind is None else relkind,
        inh=inh,
        in_from=in_from,
        start=start,
        end=end,
    )
    return add_entry(pstate, rte)


# --- Subqueries, VALUES, CTEs


def with_aliases(
    alias: Alias | None, names: Sequence[str], refname: str, message: str = "", at: At = None
) -> tuple[str, ...]:
    """Aliases first, then the names that are left."""
    if alias is None or not alias.colnames:
        return tuple(names)
    given = len(alias.colnames)
    if given > len(names):
        message = message or 'table "{}" has {} columns available but {} columns specified'
        raise Refusal("42P10", message.format(refname, len(names), given), at=at if at is not None else span(alias))
    return (*alias.colnames, *names[given:])


def add_range_table_entry_for_subquery(
    pstate: ParseState,
    subquery: Query,
    alias: Alias | None,
    lateral: bool,
    in_from: bool,
    refname: str = "unnamed_subquery",
) -> NamespaceItem:
    """A subquery; `refname` names one that has no alias (addRangeTableEntryForSubquery)."""
    targets = [tle for tle in subquery.target_list if not tle.junk]
    if alias is not None:
        refname = alias.aliasname
    at = span(alias)
    rte = RangeTblEntry(
        kind="subquery",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=with_aliases(alias, [tle.name or "" for tle in targets], refname),
        types=tuple([tle.expr.type for tle in targets]),
        typmods=tuple([tle.expr.typmod for tle in targets]),
        collations=tuple([expr_collation(tle.expr, pstate) for tle in targets]),
        subquery=subquery,
        lateral=lateral,
        in_from=in_from,
        start=at[0] if at is not None else -1,
        end=at[1] if at is not None else -1,
    )
    return add_entry(pstate, rte)


def add_range_table_entry_for_values(
    pstate: ParseState,
    exprs: Sequence[Sequence[Expr]],
    types: Sequence[int],
    typmods: Sequence[int],
    collations: Sequence[int],
    alias: Alias | None,
    lateral: bool,
    in_from: bool,
) -> NamespaceItem:
    """VALUES (addRangeTableEntryForValues)."""
    refname = alias.aliasname if alias is not None else "*VALUES*"
    names = [f"column{i}" for i in range(1, len(types) + 1)]
    message = 'VALUES lists "{}" have {} columns available but {} columns specified'
    rte = RangeTblEntry(
        kind="values",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=with_aliases(alias, names, refname, message),
        types=tuple(types),
        typmods=tuple(typmods),
        collations=tuple(collations),
        values=tuple(tuple(row) for row in exprs),
        lateral=lateral,
        in_from=in_from,
    )
    return add_entry(pstate, rte)


def add_range_table_entry_for_cte(
    pstate: ParseState, cte: CommonTableExpr, levelsup: int, rv: RangeVar, in_from: bool
) -> NamespaceItem:
    """A query of WITH (addRangeTableEntryForCTE)."""
    alias = rv.alias
    refname = alias.aliasname if alias is not None else cte.name
    if cte.query is not None and cte.query.command != "select" and not cte.query.returning:
        message = f'WITH query "{cte.name}" does not have a RETURNING clause'
        raise Refusal("0A000", message, at=span(rv), word=rv.relname)
    names = with_aliases(alias, cte.names, refname) + cte.extra_names
    rte = RangeTblEntry(
        kind="cte",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=names,
        types=cte.types + cte.extra_types,
        typmods=cte.typmods + (-1,) * len(cte.extra_types),
        collations=cte.collations + (0,) * len(cte.extra_types),
        cte=cte.name,
        cte_levelsup=levelsup,
        self_reference=cte.query is None,
        in_from=in_from,
        start=rv.start,
        end=rv.end,
    )
    item = add_entry(pstate, rte)
    if levelsup > 0:
        item.hidden = len(cte.extra_names)
    return item


# --- Joins


def add_range_table_entry_for_join(
    pstate: ParseState,
    names: Sequence[str],
    ns_vars: Sequence[Expr | None],
    alias_vars: Sequence[Expr],
    jointype: str,
    join_using_alias: str | None,
    alias: Alias | None,
    in_from: bool,
) -> NamespaceItem:
    """A join; `alias_vars` are what its columns stand for, `ns_vars` what names of them mean, None for a column that only the
    join has (addRangeTableEntryForJoin)."""
    refname = alias.aliasname if alias is not None else "unnamed_join"
    message = 'join expression "{}" has {} columns available but {} columns specified'
    types = tuple([var.type for var in alias_vars])
    typmods = tuple([var.typmod for var in alias_vars])
    collations = tuple([expr_collation(var, pstate) for var in alias_vars])
    rte = RangeTblEntry(
        kind="join",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=with_aliases(alias, names, refname, message),
        types=types,
        typmods=typmods,
        collations=collations,
        jointype=jointype,
        join_vars=tuple(alias_vars),
        join_using_alias=join_using_alias,
        in_from=in_from,
    )
    item = add_entry(pstate, rte)
    plain = NamespaceItem(rte, item.rtindex)
    item.vars = tuple([plain.var(i, 0, None) if var is None else var for i, var in enumerate(ns_vars, 1)])
    return item


# --- What the query knows


def is_locked_refname(pstate: ParseState, refname: str | None) -> bool:
    """Whether FOR UPDATE or its like applies to this item of FROM (isLockedRefname)."""
    if pstate.locked_from_parent:
        return True
    return any(
        not clause.lockedRels or any(rel.relname == refname for rel in clause.lockedRels)
        for clause in pstate.locking_clause
    )


def add_ns_item_to_query(
    pstate: ParseState, item: NamespaceItem, to_join_list: bool, to_rel_namespace: bool, to_var_namespace: bool
) -> None:
    """addNSItemToQuery."""
    if to_join_list:
        pstate.joinlist.append(item.rtindex)
    if to_rel_namespace or to_var_namespace:
        item.rel_visible = to_rel_namespace
        item.cols_visible = to_var_namespace
        item.lateral_only = False
        item.lateral_ok = True
        pstate.namespace.append(item)
