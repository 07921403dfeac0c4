"""FROM, WHERE and LIMIT (parse_clause.c). GROUP BY, ORDER BY and DISTINCT are in grouping.py, windows in windows.py."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Oid, Proc
from schemalint.errors import NotModelled, Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import (
    IMPLICIT,
    coerce_to_boolean,
    coerce_to_specific_type,
    coerce_type,
    select_common_type,
    select_common_typmod,
)
from schemalint.semantics.collations import assign_expr_collations, assign_list_collations
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.figure_colname import figure_colname
from schemalint.semantics.operators import make_op
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import BoolExpr, CoalesceExpr, Expr, OuterJoin, RangeTblEntry, RelabelType, Var
from schemalint.semantics.relations import (
    add_ns_item_to_query,
    add_range_table_entry,
    add_range_table_entry_for_cte,
    add_range_table_entry_for_function,
    add_range_table_entry_for_join,
    add_range_table_entry_for_relation,
    add_range_table_entry_for_subquery,
    check_name_space_conflicts,
    is_locked_refname,
    parser_open_table,
    scan_name_space_for_cte,
)
from schemalint.semantics.vars import contain_vars_of_level, locate_var_of_level
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

At = tuple[int, int] | None

Namespace = list[NamespaceItem]


def transform_from_clause(pstate: ParseState, items: Sequence[Node]) -> None:
    """transformFromClause."""
    for node in items:
        item, namespace = transform_from_clause_item(pstate, node)
        check_name_space_conflicts(pstate.namespace, namespace)
        _set_lateral_state(namespace, True, True)
        pstate.joinlist.append(item.rtindex)
        pstate.namespace = [*pstate.namespace, *namespace]
    _set_lateral_state(pstate.namespace, False, True)


def set_target_table(pstate: ParseState, relation: nodes.RangeVar, inh: bool, also_source: bool) -> int:
    """The table that a statement changes; its range table index (setTargetTable)."""
    pstate.target_relation = target = parser_open_table(pstate, relation)
    item = add_range_table_entry_for_relation(pstate, target, relation.alias, inh, False, span(relation))
    pstate.target_item = item
    if also_source:
        add_ns_item_to_query(pstate, item, True, True, True)
    return item.rtindex


def _set_lateral_state(namespace: Sequence[NamespaceItem], lateral_only: bool, lateral_ok: bool) -> None:
    """setNamespaceLateralState."""
    for item in namespace:
        item.lateral_only = lateral_only
        item.lateral_ok = lateral_ok


# --- Items of FROM


def transform_from_clause_item(pstate: ParseState, node: Node) -> tuple[NamespaceItem, Namespace]:
    """(the item, all that its names mean) (transformFromClauseItem)."""
    if isinstance(node, nodes.RangeVar):
        item = _special_relation(pstate, node)
        if item is None:
            item = add_range_table_entry(pstate, node, node.alias, node.inh, True)
    elif isinstance(node, nodes.RangeSubselect):
        item = _range_subselect(pstate, node)
    elif isinstance(node, nodes.RangeFunction):
        item = _range_function(pstate, node)
    elif isinstance(node, nodes.JoinExpr):
        return _join_expr(pstate, node)
    elif isinstance(node, nodes.RangeTableSample):
        return _range_table_sample(pstate, node)
    elif isinstance(node, nodes.RangeTableFunc):
        from schemalint.semantics.xml import transform_range_table_func

        item = transform_range_table_func(pstate, node)
    elif isinstance(node, nodes.JsonTable):
        from schemalint.semantics.jsontable import transform_json_table

        item = transform_json_table(pstate, node)
    else:
        raise NotModelled(type(node).__name__, span(node))
    return item, [item]


def _special_relation(pstate: ParseState, rv: nodes.RangeVar) -> NamespaceItem | None:
    """A query of WITH (getNSItemForSpecialRelationTypes)."""
    if rv.schemaname is not None:
        return None
    found = scan_name_space_for_cte(pstate, rv.relname)
    if found is None:
        return None
    return add_range_table_entry_for_cte(pstate, found[0], found[1], rv, True)


def _range_subselect(pstate: ParseState, r: nodes.RangeSubselect) -> NamespaceItem:
    """transformRangeSubselect."""
    from schemalint.semantics.analyze import parse_sub_analyze

    alias = r.alias
    saved = pstate.expr_kind
    pstate.expr_kind = "from_subselect"
    pstate.lateral_active = r.lateral
    locked = is_locked_refname(pstate, alias.aliasname if alias is not None else None)
    query = parse_sub_analyze(r.subquery, pstate, locked_from_parent=locked)
    pstate.lateral_active = False
    pstate.expr_kind = saved
    return add_range_table_entry_for_subquery(pstate, query, alias, r.lateral, True)


def _is_multi_unnest(fc: Node, coldeflist: Sequence[Node]) -> bool:
    """Whether this is UNNEST with several arguments, which stands for as many functions."""
    return (
        isinstance(fc, nodes.FuncCall)
        and fc.funcname == ("unnest",)
        and len(fc.args) > 1
        and not fc.agg_order
        and fc.agg_filter is None
        and fc.over is None
        and not (fc.agg_star or fc.agg_distinct or fc.func_variadic)
        and not coldeflist
    )


def _range_function(pstate: ParseState, r: nodes.RangeFunction) -> NamespaceItem:
    """transformRangeFunction."""
    exprs: list[Expr] = []
    names: list[str] = []
    coldeflists: list[Sequence[nodes.ColumnDef]] = []
    pstate.lateral_active = True
    for fexpr, coldefs in r.functions:
        calls: list[Node] = [fexpr]
        if _is_multi_unnest(fexpr, coldefs):
            assert isinstance(fexpr, nodes.FuncCall)
            calls = [structs.replace(fexpr, funcname=("pg_catalog", "unnest"), args=(arg,)) for arg in fexpr.args]
        for call in calls:
            exprs.append(_from_function(pstate, call))
            names.append(figure_colname(call))
            if coldefs and r.coldeflist:
                message = "multiple column definition lists are not allowed for the same function"
                raise Refusal("42601", message, at=span(r.coldeflist[0]))
            coldeflists.append(coldefs)  # type: ignore[arg-type]
    pstate.lateral_active = False
    assign_list_collations(pstate, exprs)
    if r.coldeflist:
        _check_coldeflist(r, len(exprs))
        coldeflists = [r.coldeflist]  # type: ignore[list-item]
    lateral = r.lateral or contain_vars_of_level(exprs, 0)
    return add_range_table_entry_for_function(pstate, names, exprs, coldeflists, r, lateral, True)


def _from_function(pstate: ParseState, call: Node) -> Expr:
    last_srf = pstate.last_srf
    expr = transform_expr(pstate, call, "from_function")
    if pstate.last_srf is not last_srf and pstate.last_srf is not expr:
        message = "set-returning functions must appear at top level of FROM"
        raise Refusal("0A000", message, at=span(pstate.last_srf))
    return expr


def _check_coldeflist(r: nodes.RangeFunction, functions: int) -> None:
    at = span(r.coldeflist[0])
    if functions != 1:
        if r.is_rowsfrom:
            message = "ROWS FROM() with multiple functions cannot have a column definition list"
            hint = "Put a separate column definition list for each function inside ROWS FROM()."
        else:
            message = "UNNEST() with multiple arguments cannot have a column definition list"
            hint = "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one."
        raise Refusal("42601", message, at=at, hint=hint)
    if r.ordinality:
        message = "WITH ORDINALITY cannot be used with a column definition list"
        hint = "Put the column definition list inside ROWS FROM()."
        raise Refusal("42601", message, at=at, hint=hint)


_SAMPLE_METHODS = {"system": (typeoids.FLOAT4,), "bernoulli": (typeoids.FLOAT4,)}
_TSM_HANDLER: Oid = 3310


def _range_table_sample(pstate: ParseState, rts: nodes.RangeTableSample) -> tuple[NamespaceItem, Namespace]:
    """TABLESAMPLE (transformRangeTableSample)."""
    item, namespace = transform_from_clause_item(pstate, rts.relation)
    rte = item.rte
    if rte.kind == "unknown":
        return item, namespace
    if rte.kind != "relation" or rte.relkind not in "rmp":
        message = "TABLESAMPLE clause can only be applied to tables and materialized views"
        raise Refusal("0A000", message, at=span(rts.relation))
    args = _sample_arguments(pstate, rts)
    sampled = structs.replace(rte, tablesample=args)
    pstate.rtable[item.rtindex - 1] = sampled
    item.rte = sampled
    return item, namespace


def _sample_arguments(pstate: ParseState, rts: nodes.RangeTableSample) -> tuple[Expr, ...]:
    at = span(rts)
    shown = ".".join(rts.method)
    schema, name = pstate.names.split(rts.method, at)
    handler = next(
        (proc for _, proc in pstate.names.overloads(Proc, schema, name) if proc.argtypes == (typeoids.INTERNAL,)),
        None,
    )
    if handler is None:
        raise pstate.names.missing("42704", f"tablesample method {shown} does not exist", schema, name, at)
    if handler.rettype != _TSM_HANDLER:
        raise Refusal("42809", f"function {shown} must return type tsm_handler", at=at)
    wanted = _SAMPLE_METHODS.get(handler.name)
    args = [transform_expr(pstate, arg, "from_function") for arg in rts.args]
    if wanted is not None:
        if len(args) != len(wanted):
            plural = "argument" if len(wanted) == 1 else "arguments"
            message = f"tablesample method {shown} requires {len(wanted)} {plural}, not {len(args)}"
            raise Refusal("2202H", message, at=at)
        args = [coerce_to_specific_type(pstate, arg, oid, "TABLESAMPLE") for arg, oid in zip(args, wanted, strict=True)]
        assign_list_collations(pstate, args)
    if rts.repeatable is not None:
        repeatable = transform_expr(pstate, rts.repeatable, "from_function")
        args.append(coerce_to_specific_type(pstate, repeatable, typeoids.FLOAT8, "REPEATABLE"))
    return tuple(args)


# --- Joins


def _join_expr(pstate: ParseState, j: nodes.JoinExpr) -> tuple[NamespaceItem, Namespace]:
    before = len(pstate.rtable)
    left, left_namespace = transform_from_clause_item(pstate, j.larg)
    between = len(pstate.rtable)
    _set_lateral_state(left_namespace, True, j.jointype in ("JOIN_INNER", "JOIN_LEFT"))
    saved = pstate.namespace
    pstate.namespace = [*saved, *left_namespace]
    right, right_namespace = transform_from_clause_item(pstate, j.rarg)
    pstate.namespace = saved
    check_name_space_conflicts(left_namespace, right_namespace)
    namespace = [*left_namespace, *right_namespace]
    using = j.usingClause
    if j.isNatural:
        using = tuple([name for name in left.names if name and name in right.names])
    names: list[str] = []
    ns_vars: list[Expr | None] = []
    alias_vars: list[Expr] = []
    used_left: set[int] = set()
    used_right: set[int] = set()
    if _unknown(left) or _unknown(right):
        item = _unknown_join(pstate, j, namespace)
        return item, _join_namespace(pstate, j, item, namespace, using)
    known = len(pstate.quals)
    if using:
        _merge_columns(pstate, j, using, left, right, names, ns_vars, alias_vars, used_left, used_right)
    elif j.quals is not None:
        pstate.quals.append(_join_on(pstate, j.quals, namespace))
    if j.jointype != "JOIN_INNER":
        sides = (frozenset(range(before + 1, between + 1)), frozenset(range(between + 1, len(pstate.rtable) + 1)))
        pstate.outer_joins.append(OuterJoin(j.jointype, *sides, tuple(pstate.quals[known:])))
    for item, used in ((left, used_left), (right, used_right)):
        _remaining_columns(item, used, names, ns_vars, alias_vars)
    using_alias = j.join_using_alias.aliasname if j.join_using_alias is not None else None
    item = add_range_table_entry_for_join(pstate, names, ns_vars, alias_vars, j.jointype, using_alias, j.alias, True)
    return item, _join_namespace(pstate, j, item, namespace, using)


def _unknown(item: NamespaceItem) -> bool:
    return item.rte.kind == "unknown"


def _unknown_join(pstate: ParseState, j: nodes.JoinExpr, namespace: Namespace) -> NamespaceItem:
    """A join with a table of which nothing is known: any column may be there."""
    if j.quals is not None:
        pstate.quals.append(_join_on(pstate, j.quals, namespace))
    alias = j.alias.aliasname if j.alias is not None else None
    rte = RangeTblEntry(kind="unknown", alias=alias, refname=alias or "unnamed_join", in_from=True)
    pstate.rtable.append(rte)
    return NamespaceItem(rte, len(pstate.rtable))


def _join_namespace(
    pstate: ParseState, j: nodes.JoinExpr, item: NamespaceItem, namespace: Namespace, using: Sequence[str]
) -> Namespace:
    """What may be named above a join: its sides by their names, its columns by theirs; behind an alias only that."""
    if j.join_using_alias is not None and not _unknown(item):
        count = len(using)
        named = NamespaceItem(item.rte, item.rtindex, j.join_using_alias.aliasname, tuple(using), item.vars[:count])
        check_name_space_conflicts([named], namespace)
        namespace = [*namespace, named]
    if j.alias is not None:
        namespace = []
    for other in namespace:
        other.cols_visible = False
    item.rel_visible = j.alias is not None
    return [*namespace, item]


def _join_on(pstate: ParseState, quals: Node, namespace: Namespace) -> Expr:
    """transformJoinOnClause."""
    _set_lateral_state(namespace, False, True)
    saved = pstate.namespace
    pstate.namespace = namespace
    result = transform_where_clause(pstate, quals, "join_on", "JOIN/ON")
    pstate.namespace = saved
    assert result is not None
    return result


def _column(item: NamespaceItem, name: str, side: str) -> int:
    count = item.names.count(name)
    if count > 1:
        message = f'common column name "{name}" appears more than once in {side} table'
        raise Refusal("42702", message, word=name)
    if count == 0:
        message = f'column "{name}" specified in USING clause does not exist in {side} table'
        raise Refusal("42703", message, word=name)
    return item.names.index(name) + 1


def _merge_columns(
    pstate: ParseState,
    j: nodes.JoinExpr,
    using: Sequence[str],
    left: NamespaceItem,
    right: NamespaceItem,
    names: list[str],
    ns_vars: list[Expr | None],
    alias_vars: list[Expr],
    used_left: set[int],
    used_right: set[int],
) -> None:
    """The columns that both sides share, and the condition that they are equal."""
    pairs: list[tuple[Var, Var]] = []
    for name in using:
        if name in using[: len(pairs)]:
            message = f'column name "{name}" appears more than once in USING clause'
            raise Refusal("42701", message, at=span(j), word=name)
        l_index, r_index = _column(left, name, "left"), _column(right, name, "right")
        used_left.add(l_index)
        used_right.add(r_index)
        l_var, r_var = left.var(l_index, 0, None), right.var(r_index, 0, None)
        assert isinstance(l_var, Var) and isinstance(r_var, Var)
        pairs.append((l_var, r_var))
        if pstate.version < 16:  # later majors look for the operators first
            _merged_join_var(pstate, j.jointype, l_var, r_var)
    pstate.quals.append(_join_using(pstate, j, pairs))
    for name, (l_var, r_var) in zip(using, pairs, strict=True):
        merged = _merged_join_var(pstate, j.jointype, l_var, r_var)
        names.append(name)
        alias_vars.append(merged)
        ns_vars.append(merged if merged is l_var or merged is r_var else None)


def _join_using(pstate: ParseState, j: nodes.JoinExpr, pairs: Sequence[tuple[Var, Var]]) -> Expr:
    """The condition that shared columns are equal (transformJoinUsingClause)."""
    saved, pstate.expr_kind = pstate.expr_kind, "join_using"
    construct = "AND" if len(pairs) > 1 else "JOIN/USING"
    conditions = [
        coerce_to_boolean(pstate, make_op(pstate, ("=",), left, right, None, span(j)), construct)
        for left, right in pairs
    ]
    pstate.expr_kind = saved
    if len(conditions) == 1:
        return conditions[0]
    return BoolExpr(type=typeoids.BOOL, op="and", args=tuple(conditions))


def _remaining_columns(
    item: NamespaceItem,
    used: set[int],
    names: list[str],
    ns_vars: list[Expr | None],
    alias_vars: list[Expr],
) -> None:
    """extractRemainingColumns."""
    for attno, name in enumerate(item.names, 1):
        if name and attno not in used:
            var = item.var(attno, 0, None)
            if var is not None:
                names.append(name)
                ns_vars.append(var)
                alias_vars.append(var)


def _as_common(pstate: ParseState, var: Var, oid: Oid, typmod: int) -> Expr:
    if var.type != oid:
        return coerce_type(pstate, var, var.type, oid, typmod, IMPLICIT, "implicit_cast")
    if var.typmod != typmod:
        return RelabelType(type=oid, typmod=typmod, arg=var)
    return var


def _merged_join_var(pstate: ParseState, jointype: str, left: Var, right: Var) -> Expr:
    """buildMergedJoinVar."""
    oid = select_common_type(pstate, (left, right), "JOIN/USING")
    typmod = select_common_typmod(pstate, (left, right), oid)
    l_node = _as_common(pstate, left, oid, typmod)
    r_node = _as_common(pstate, right, oid, typmod)
    if jointype == "JOIN_FULL":
        result: Expr = CoalesceExpr(type=oid, typmod=typmod, args=(l_node, r_node))
    elif jointype == "JOIN_RIGHT" or (
        jointype == "JOIN_INNER" and not isinstance(l_node, Var) and isinstance(r_node, Var)
    ):
        result = r_node
    else:
        result = l_node
    assign_expr_collations(pstate, result)
    return result


# --- Conditions and limits


def transform_where_clause(pstate: ParseState, clause: Node | None, kind: str, construct: str) -> Expr | None:
    """A condition, None when there is none (transformWhereClause)."""
    if clause is None:
        return None
    return coerce_to_boolean(pstate, transform_expr(pstate, clause, kind), construct)


def transform_limit_clause(
    pstate: ParseState, clause: Node | None, kind: str, construct: str, option: str
) -> Expr | None:
    """LIMIT or OFFSET (transformLimitClause)."""
    if clause is None:
        return None
    qual = transform_expr(pstate, clause, kind)
    qual = coerce_to_specific_type(pstate, qual, typeoids.INT8, construct)
    check_expr_is_var_free(pstate, qual, construct)
    is_null = isinstance(clause, nodes.A_Const) and clause.kind == "Null"
    if kind == "limit" and option == "LIMIT_OPTION_WITH_TIES" and is_null:
        message = "row count cannot be null in FETCH FIRST ... WITH TIES clause"
        raise Refusal("2201W", message, at=span(clause))
    return qual


def check_expr_is_var_free(pstate: ParseState, expr: Expr, construct: str) -> None:
    """checkExprIsVarFree."""
    var = locate_var_of_level(expr, 0)
    if var is not None:
        message = f"argument of {construct} must not contain variables"
        raise Refusal("42P10", message, at=span(var))
