"""Functions in FROM: their columns, and the range table entry for them (addRangeTableEntryForFunction of parse_relation.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Proc
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.collations import expr_collation
from schemalint.semantics.lsyscache import get_typtype
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.projection import get_expr_result_type
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, FuncExpr, RangeTblEntry
from schemalint.semantics.range_table import (
    MAX_HEAP_ATTRIBUTE_NUMBER,
    MAX_TUPLE_ATTRIBUTE_NUMBER,
    add_entry,
    aliased_columns,
    with_aliases,
)
from schemalint.semantics.types import format_type, get_column_def_collation, typename_type_id_and_mod
from schemalint.syntax.nodes import Alias, ColumnDef, Node, RangeFunction

At = tuple[int, int] | None


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
        names=(alias.colnames if alias is not None else ()) if unknown else aliased_columns(columns, alias, refname),
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
    return add_entry(pstate, rte)


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
        names=with_aliases(alias, names, refname, message),
        types=tuple([c.type for c in columns]),
        typmods=tuple([c.typmod for c in columns]),
        collations=tuple([c.collation for c in columns]),
        functions=tuple(exprs),
        lateral=lateral,
        in_from=in_from,
        start=node.start,
        end=node.end,
    )
    return add_entry(pstate, rte)
