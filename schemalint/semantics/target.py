"""Target lists, and what is assigned to columns (parse_target.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Attribute
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import IMPLICIT, coerce_type
from schemalint.semantics.columns import too_many_names, transform_column_ref
from schemalint.semantics.expressions import make_set_to_default, transform_expr
from schemalint.semantics.figure_colname import figure_colname
from schemalint.semantics.missing import error_missing_rte
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.projection import get_expr_result_tupdesc
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, FieldSelect, SubLink, TargetEntry, Var
from schemalint.semantics.relations import (
    expand_ns_item_vars,
    expand_rte,
    get_cte_for_rte,
    get_ns_item_by_range_table_posn,
    get_rte_by_range_table_posn,
    refname_namespace_item,
)
from schemalint.semantics.types import format_type
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

__all__ = [
    "expand_record_variable",
    "figure_colname",
    "resolve_target_list_unknowns",
    "transform_expression_list",
    "transform_target_entry",
    "transform_target_list",
]

At = tuple[int, int] | None


def transform_target_entry(
    pstate: ParseState, node: Node, expr: Expr | None, kind: str, colname: str | None, junk: bool
) -> TargetEntry:
    """One output column (transformTargetEntry)."""
    if expr is None:
        if kind == "update_source" and isinstance(node, nodes.SetToDefault):
            expr = make_set_to_default(node)
        else:
            expr = transform_expr(pstate, node, kind)
    if colname is None and not junk:
        if isinstance(expr, SubLink) and expr.kind == "expr":
            colname = expr.query.target_list[0].name
        else:
            colname = figure_colname(node)
    resno = pstate.next_resno
    pstate.next_resno += 1
    return TargetEntry(expr=expr, resno=resno, name=colname, junk=junk)


def _ends_in_star(node: Node | None) -> bool:
    if isinstance(node, nodes.ColumnRef):
        return isinstance(node.fields[-1], nodes.A_Star)
    return isinstance(node, nodes.A_Indirection) and isinstance(node.indirection[-1], nodes.A_Star)


def transform_target_list(pstate: ParseState, targets: Sequence[nodes.ResTarget], kind: str) -> list[TargetEntry]:
    """transformTargetList."""
    made: list[TargetEntry] = []
    expand = kind != "update_source"
    for target in targets:
        value = target.val
        assert value is not None
        if expand and _ends_in_star(value):
            for name, expr in _expand_star(pstate, value, kind):
                made.append(TargetEntry(expr=expr, resno=pstate.next_resno, name=name))
                pstate.next_resno += 1
            continue
        made.append(transform_target_entry(pstate, value, None, kind, target.name, False))
    if pstate.multiassign:
        made.extend(pstate.multiassign)
        pstate.multiassign = []
    return made


def transform_expression_list(pstate: ParseState, exprs: Sequence[Node], kind: str, allow_default: bool) -> list[Expr]:
    """A row of VALUES, or the fields of ROW(...) (transformExpressionList)."""
    made: list[Expr] = []
    for node in exprs:
        if _ends_in_star(node):
            made.extend([expr for _, expr in _expand_star(pstate, node, kind)])
        elif allow_default and isinstance(node, nodes.SetToDefault):
            made.append(make_set_to_default(node))
        else:
            made.append(transform_expr(pstate, node, kind))
    return made


def resolve_target_list_unknowns(pstate: ParseState, targets: list[TargetEntry]) -> None:
    """Literals that nothing gave a type to become text (resolveTargetListUnknowns)."""
    for i, tle in enumerate(targets):
        if tle.expr.type == typeoids.UNKNOWN:
            targets[i] = structs.replace(tle, expr=as_text(pstate, tle.expr))


def as_text(pstate: ParseState, expr: Expr) -> Expr:
    """A literal of type unknown, as text."""
    return coerce_type(pstate, expr, expr.type, typeoids.TEXT, -1, IMPLICIT, "implicit_cast")


# --- Stars


def _expand_star(pstate: ParseState, node: Node, kind: str) -> list[tuple[str, Expr]]:
    """(name, column) of `*`, `t.*` or `(row).*`."""
    if isinstance(node, nodes.ColumnRef):
        return _expand_column_ref_star(pstate, node)
    assert isinstance(node, nodes.A_Indirection)
    rest = node.indirection[:-1]
    inner = structs.replace(node, indirection=rest) if rest else node.arg
    return _expand_row_reference(pstate, transform_expr(pstate, inner, kind), span(node))


def _expand_column_ref_star(pstate: ParseState, cref: nodes.ColumnRef) -> list[tuple[str, Expr]]:
    """ExpandColumnRefStar."""
    fields, at = cref.fields, span(cref)
    if len(fields) == 1:
        return _expand_all_tables(pstate, at)
    if pstate.column_hook is not None:
        hooked = pstate.column_hook(pstate, cref)
        if hooked is not None:
            return _expand_row_reference(pstate, hooked, at)
    found: tuple[NamespaceItem, int] | None = None
    schema = relname = None
    wrong_database = len(fields) == 4 and fields[0] != pstate.names.database
    if len(fields) <= 4 and not wrong_database:
        names = [field for field in fields[:-1] if isinstance(field, str)]
        schema, relname = (names[-2] if len(names) > 1 else None), names[-1]
        found = refname_namespace_item(pstate, schema, relname, at)
    if pstate.post_column_hook is not None:
        whole = None if found is None else transform_column_ref(pstate, cref)
        if found is None:
            hooked = pstate.post_column_hook(pstate, cref, whole)
            if hooked is not None:
                return _expand_row_reference(pstate, hooked, at)
    if found is not None:
        return _expand_single_table(pstate, found[0], found[1], at)
    if wrong_database:
        transform_column_ref(pstate, cref)
    if relname is None:
        raise too_many_names(fields, at)
    raise error_missing_rte(pstate, schema, relname, at)


def _not_known(item: NamespaceItem, at: At) -> Undecidable:
    return Undecidable(f'the columns of "{item.refname}" are not known', at)


def _expand_all_tables(pstate: ParseState, at: At) -> list[tuple[str, Expr]]:
    """ExpandAllTables."""
    made: list[tuple[str, Expr]] = []
    found = False
    for item in pstate.namespace:
        if item.cols_visible:
            found = True
            made += _expand_single_table(pstate, item, 0, at)
    if not found:
        raise Refusal("42601", "SELECT * with no tables specified is not valid", at=at)
    return made


def _expand_single_table(pstate: ParseState, item: NamespaceItem, levelsup: int, at: At) -> list[tuple[str, Expr]]:
    """ExpandSingleTable."""
    if item.rte.kind == "unknown":
        raise _not_known(item, at)
    names: list[str] = []
    exprs = expand_ns_item_vars(pstate, item, levelsup, at, names)
    return list(zip(names, exprs, strict=True))


def _expand_row_reference(pstate: ParseState, expr: Expr, at: At) -> list[tuple[str, Expr]]:
    """ExpandRowReference."""
    if isinstance(expr, Var) and expr.attno == 0:
        item = get_ns_item_by_range_table_posn(pstate, expr.varno, expr.levelsup)
        return _expand_single_table(pstate, item, expr.levelsup, at)
    columns = columns_of_row(pstate, expr, at)
    return [
        (
            column.name,
            FieldSelect(
                type=column.type,
                typmod=column.typmod,
                arg=expr,
                attno=column.num,
                start=expr.start,
                end=expr.end,
            ),
        )
        for column in columns
        if not column.dropped
    ]


def columns_of_row(pstate: ParseState, expr: Expr, at: At) -> Sequence[Attribute]:
    """The columns of a row value; raises when it is none, or when nobody knows them."""
    if isinstance(expr, Var) and expr.type == typeoids.RECORD:
        columns = expand_record_variable(pstate, expr, 0)
    else:
        columns = get_expr_result_tupdesc(pstate, expr)
    if columns is not None:
        return columns
    if expr.type == UNKNOWN_TYPE:
        raise Undecidable("the columns of a row are not known", at)
    if expr.type != typeoids.RECORD:
        raise Refusal("42809", f"type {format_type(pstate, expr.type)} is not composite", at=at)
    raise Refusal("42809", "record type has not been registered", at=at)


def expand_record_variable(pstate: ParseState, var: Var, levelsup: int) -> Sequence[Attribute] | None:
    """The columns of a variable of type record, as far as its source tells them (expandRecordVariable)."""
    net = var.levelsup + levelsup
    rte = get_rte_by_range_table_posn(pstate, var.varno, net)
    if var.attno == 0:
        names, exprs = expand_rte(rte, var.varno, 0, None)
        return [
            Attribute(num=i, name=name, type=expr.type, typmod=expr.typmod)
            for i, (name, expr) in enumerate(zip(names, exprs, strict=True), 1)
        ]
    expr: Expr = var
    if rte.kind == "subquery" and rte.subquery is not None:
        expr = _output(rte.subquery.target_list, var.attno)
        if isinstance(expr, Var):
            inner = ParseState(pstate.names, _up(pstate, net))
            inner.rtable = list(rte.subquery.rtable)
            return _of_var(inner, expr)
    elif rte.kind == "join":
        source = rte.join_vars[var.attno - 1]
        if isinstance(source, Var):
            return _of_var(pstate, source, net)
        expr = source if source is not None else var
    elif rte.kind == "cte" and not rte.self_reference:
        cte = get_cte_for_rte(pstate, rte, net)
        if cte.query is None or var.attno > len(cte.names):
            return None
        targets = cte.query.returning if cte.query.command != "select" else cte.query.target_list
        expr = _output(targets, var.attno)
        if isinstance(expr, Var):
            inner = ParseState(pstate.names, _up(pstate, rte.cte_levelsup + net))
            inner.rtable = list(cte.query.rtable)
            inner.ctenamespace = list(cte.query.ctes)
            return _of_var(inner, expr)
    if expr.type == typeoids.RECORD and isinstance(expr, Var):
        return None
    return get_expr_result_tupdesc(pstate, expr)


def _of_var(pstate: ParseState, var: Var, levelsup: int = 0) -> Sequence[Attribute] | None:
    if var.type == typeoids.RECORD:
        return expand_record_variable(pstate, var, levelsup)
    return get_expr_result_tupdesc(pstate, var)


def _output(targets: Sequence[TargetEntry], resno: int) -> Expr:
    return next(tle.expr for tle in targets if tle.resno == resno and not tle.junk)


def _up(pstate: ParseState, levels: int) -> ParseState:
    state = pstate
    while levels > 0 and state.parent is not None:
        state = state.parent
        levels -= 1
    return state
