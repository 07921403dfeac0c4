"""Entries of the range table, and the namespace items that stand for them (parse_relation.c's addRangeTableEntry functions)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Proc, Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.lsyscache import get_typtype
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.projection import get_expr_result_type
from schemalint.semantics.query import UNKNOWN_TYPE, CommonTableExpr, Expr, FuncExpr, Query, RangeTblEntry
from schemalint.semantics.types import format_type, get_column_def_collation, typename_type_id_and_mod
from schemalint.syntax.nodes import Alias, ColumnDef, Node, RangeFunction, RangeVar

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
    if version >= 15:
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


def _aliased(columns: Sequence[Attribute], alias: Alias | None, refname: str) -> tuple[str, ...]:
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


def _add(pstate: ParseState, rte: RangeTblEntry) -> NamespaceItem:
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
        return _add(
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
        names=_aliased(columns, alias, refname),
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
    return _add(pstate, rte)


# --- Subqueries, VALUES, CTEs


def _with_aliases(
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
        names=_with_aliases(alias, [tle.name or "" for tle in targets], refname),
        types=tuple([tle.expr.type for tle in targets]),
        typmods=tuple([tle.expr.typmod for tle in targets]),
        collations=tuple([expr_collation(tle.expr, pstate) for tle in targets]),
        subquery=subquery,
        lateral=lateral,
        in_from=in_from,
        start=at[0] if at is not None else -1,
        end=at[1] if at is not None else -1,
    )
    return _add(pstate, rte)


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
        names=_with_aliases(alias, names, refname, message),
        types=tuple(types),
        typmods=tuple(typmods),
        collations=tuple(collations),
        values=tuple(tuple(row) for row in exprs),
        lateral=lateral,
        in_from=in_from,
    )
    return _add(pstate, rte)


def add_range_table_entry_for_cte(
    pstate: ParseState, cte: CommonTableExpr, levelsup: int, rv: RangeVar, in_from: bool
) -> NamespaceItem:
    """A query of WITH (addRangeTableEntryForCTE)."""
    alias = rv.alias
    refname = alias.aliasname if alias is not None else cte.name
    if cte.query is not None and cte.query.command != "select" and not cte.query.returning:
        message = f'WITH query "{cte.name}" does not have a RETURNING clause'
        raise Refusal("0A000", message, at=span(rv), word=rv.relname)
    names = _with_aliases(alias, cte.names, refname) + cte.extra_names
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
    item = _add(pstate, rte)
    if levelsup > 0:
        item.hidden = len(cte.extra_names)
    return item


# --- Functions


def _function_columns(
    pstate: ParseState,
    expr: Expr,
    name: str,
    coldefs: Sequence[ColumnDef],
    alias: Alias | None,
    only: bool,
) -> tuple[Attribute, ...]:
    """The columns of one function of FROM, from its type or its column definition list."""
    at = span(expr)
    kind, rettype, columns = get_expr_result_type(pstate, expr)
    unknown = UNKNOWN_TYPE in (rettype, expr.type)
    if coldefs:
        _check_coldefs(kind, expr, (coldefs[0].start, coldefs[-1].end), unknown)
    elif kind == "record":
        message = 'a column definition list is required for functions returning "record"'
        raise Refusal("42601", message, at=at)
    if columns is not None:
        return columns
    if coldefs:
        return _coldef_columns(pstate, coldefs)
    if unknown:
        raise Undecidable(f"the columns of {name}() are not known", at)
    if kind == "scalar":
        shown = _scalar_function_alias(pstate, expr, name, alias, only)
        collation = expr_collation(expr, pstate)
        return (Attribute(num=1, name=shown, type=rettype, typmod=expr.typmod, collation=collation),)
    shown = format_type(pstate, rettype)
    raise Refusal("42804", f'function "{name}" in FROM has unsupported return type {shown}', at=at)


def _check_coldefs(kind: str, expr: Expr, at: At, unknown: bool) -> None:
    """Refuse a column definition list for what says its columns itself."""
    if kind in ("composite", "composite_domain"):
        out = expr.type == typeoids.RECORD
        words = "with OUT parameters" if out else "returning a named composite type"
        raise Refusal("42601", f"a column definition list is redundant for a function {words}", at=at)
    if kind != "record" and not unknown:
        message = 'a column definition list is only allowed for functions returning "record"'
        raise Refusal("42601", message, at=at)


def _scalar_function_alias(pstate: ParseState, expr: Expr, name: str, alias: Alias | None, only: bool) -> str:
    """chooseScalarFunctionAlias."""
    if isinstance(expr, FuncExpr):
        proc = pstate.catalog.get(Proc, expr.func)
        if proc is not None and proc.argmodes and proc.argnames:  # get_func_result_name
            outs = [shown for mode, shown in zip(proc.argmodes, proc.argnames, strict=False) if mode in "obt"]
            if len(outs) == 1 and outs[0]:
                return outs[0]
    if only and alias is not None:
        return alias.aliasname
    return name


def _coldef_columns(pstate: ParseState, coldefs: Sequence[ColumnDef]) -> tuple[Attribute, ...]:
    if len(coldefs) > MAX_HEAP_ATTRIBUTE_NUMBER:
        message = f"column definition lists can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} entries"
        raise Refusal("54011", message, at=span(coldefs[0]))
    columns: list[Attribute] = []
    for coldef in coldefs:
        assert coldef.typeName is not None
        name = coldef.colname or ""
        if coldef.typeName.setof:
            raise Refusal("42P16", f'column "{name}" cannot be declared SETOF', at=span(coldef), word=name)
        oid, typmod = typename_type_id_and_mod(pstate, coldef.typeName)
        collation = get_column_def_collation(pstate, coldef, oid)
        columns.append(Attribute(num=len(columns) + 1, name=name, type=oid, typmod=typmod, collation=collation))
    _check_attribute_names_types(pstate, columns)
    return tuple(columns)


def _check_attribute_names_types(pstate: ParseState, columns: Sequence[Attribute]) -> None:
    """CheckAttributeNamesTypes of a column definition list, where record may stand."""
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise Refusal("42701", f'column name "{column.name}" specified more than once', word=column.name)
        seen.add(column.name)
    for column in columns:
        if get_typtype(pstate, column.type) == "p" and column.type not in (typeoids.RECORD, typeoids.RECORDARRAY):
            shown = format_type(pstate, column.type)
            raise Refusal("42P16", f'column "{column.name}" has pseudo-type {shown}', word=column.name)


def add_range_table_entry_for_function(
    pstate: ParseState,
    funcnames: Sequence[str],
    funcexprs: Sequence[Expr],
    coldeflists: Sequence[Sequence[ColumnDef]],
    rangefunc: RangeFunction,
    lateral: bool,
    in_from: bool,
) -> NamespaceItem:
    """Functions in FROM (addRangeTableEntryForFunction)."""
    alias = rangefunc.alias
    refname = alias.aliasname if alias is not None else funcnames[0]
    columns: list[Attribute] = []
    counts: list[int] = []
    only = len(funcexprs) == 1
    unknown = False
    for expr, name, coldefs in zip(funcexprs, funcnames, coldeflists, strict=True):
        try:
            found = _function_columns(pstate, expr, name, coldefs, alias, only)
        except Undecidable as reason:
            pstate.undecided.append(reason.reason)
            found, unknown = (), True
        columns.extend(found)
        counts.append(len(found))
    if rangefunc.ordinality:
        columns.append(Attribute(num=len(columns) + 1, name="ordinality", type=typeoids.INT8))
    if len(columns) > MAX_TUPLE_ATTRIBUTE_NUMBER and (len(funcexprs) > 1 or rangefunc.ordinality):
        message = f"functions in FROM can return at most {MAX_TUPLE_ATTRIBUTE_NUMBER} columns"
        raise Refusal("54011", message, at=span(funcexprs[0]))
    rte = RangeTblEntry(
        kind="unknown" if unknown else "function",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=(alias.colnames if alias is not None else ()) if unknown else _aliased(columns, alias, refname),
        types=() if unknown else tuple([0 if c.dropped else c.type for c in columns]),
        typmods=() if unknown else tuple([c.typmod for c in columns]),
        collations=() if unknown else tuple([c.collation for c in columns]),
        functions=tuple(funcexprs),
        counts=tuple(counts),
        has_coldefs=any(coldeflists),
        lateral=lateral,
        ordinality=rangefunc.ordinality,
        in_from=in_from,
        start=rangefunc.start,
        end=rangefunc.end,
    )
    return _add(pstate, rte)


def add_range_table_entry_for_table_func(
    pstate: ParseState,
    what: str,
    columns: Sequence[Attribute],
    exprs: Sequence[Expr],
    alias: Alias | None,
    lateral: bool,
    in_from: bool,
    node: Node,
) -> NamespaceItem:
    """XMLTABLE or JSON_TABLE (addRangeTableEntryForTableFunc)."""
    refname = alias.aliasname if alias is not None else what.lower()
    if len(columns) > MAX_TUPLE_ATTRIBUTE_NUMBER:
        message = f"functions in FROM can return at most {MAX_TUPLE_ATTRIBUTE_NUMBER} columns"
        raise Refusal("54011", message, at=span(node))
    names = [column.name for column in columns]
    message = what + " function has {1} columns available but {2} columns specified"
    rte = RangeTblEntry(
        kind="tablefunc",
        alias=alias.aliasname if alias is not None else None,
        refname=refname,
        names=_with_aliases(alias, names, refname, message),
        types=tuple([c.type for c in columns]),
        typmods=tuple([c.typmod for c in columns]),
        collations=tuple([c.collation for c in columns]),
        functions=tuple(exprs),
        lateral=lateral,
        in_from=in_from,
        start=node.start,
        end=node.end,
    )
    return _add(pstate, rte)


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
        names=_with_aliases(alias, names, refname, message),
        types=types,
        typmods=typmods,
        collations=collations,
        jointype=jointype,
        join_vars=tuple(alias_vars),
        join_using_alias=join_using_alias,
        in_from=in_from,
    )
    item = _add(pstate, rte)
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
