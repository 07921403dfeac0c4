"""References to columns (transformColumnRef and transformWholeRowRef of parse_expr.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.catalog.names import qualified
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.exprkinds import check_column_placement
from schemalint.semantics.functions import parse_func_or_column
from schemalint.semantics.lsyscache import is_complex, type_is_rowtype
from schemalint.semantics.missing import error_missing_column, error_missing_rte
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, RowExpr, UnknownExpr, Var
from schemalint.semantics.relations import (
    col_name_to_var,
    expand_rte,
    get_rte_by_range_table_posn,
    refname_namespace_item,
    scan_ns_item_for_column,
)
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import A_Star, ColumnRef

At = tuple[int, int] | None


def name_list_to_string(fields: tuple[str | A_Star, ...]) -> str:
    """NameListToString of a column reference."""
    return qualified("*" if isinstance(field, A_Star) else field for field in fields)


def unknown_attribute(pstate: ParseState, relref: Expr, attname: str, at: At) -> Refusal | Undecidable:
    """What to raise for a field that a value does not have (unknown_attribute)."""
    if isinstance(relref, Var) and relref.attno == 0:
        rte = get_rte_by_range_table_posn(pstate, relref.varno, relref.levelsup)
        return Refusal("42703", f"column {rte.refname}.{attname} does not exist", at=at, word=attname)
    oid = relref.type
    if oid == UNKNOWN_TYPE:
        return Undecidable(f'whether column "{attname}" exists is not known', at)
    shown = format_type(pstate, oid)
    if is_complex(pstate, oid):
        return Refusal("42703", f'column "{attname}" not found in data type {shown}', at=at, word=attname)
    if oid == typeoids.RECORD:
        return Refusal("42703", f'could not identify column "{attname}" in record data type', at=at, word=attname)
    message = f"column notation .{attname} applied to type {shown}, which is not a composite type"
    return Refusal("42809", message, at=at, word=attname)


def transform_column_ref(pstate: ParseState, cref: ColumnRef) -> Expr:
    """A column, a whole row, or a function in the shape of a column (transformColumnRef)."""
    at = span(cref)
    check_column_placement(pstate.expr_kind, at)
    if pstate.column_hook is not None:
        hooked = pstate.column_hook(pstate, cref)
        if hooked is not None:
            return hooked
    fields = cref.fields
    node: Expr | None
    schema = relname = None
    if len(fields) == 1:
        colname = fields[0]
        assert isinstance(colname, str)
        node = _unqualified(pstate, colname, at)
        missing_rte = False
    elif len(fields) <= 4:
        _check_database(pstate, fields, at)
        schema, relname = _qualifier(fields)
        node, missing_rte = _qualified(pstate, schema, relname, fields[-1], at)
    else:
        node, missing_rte = None, False
    if pstate.post_column_hook is not None:
        hooked = pstate.post_column_hook(pstate, cref, node)
        if hooked is not None:
            if node is not None:
                message = f'column reference "{name_list_to_string(fields)}" is ambiguous'
                raise Refusal("42702", message, at=at)
            return hooked
    if node is not None:
        return node
    if len(fields) > 4:
        raise too_many_names(fields, at)
    if missing_rte:
        assert relname is not None
        raise error_missing_rte(pstate, schema, relname, at)
    last = fields[-1]
    assert isinstance(last, str)
    raise error_missing_column(pstate, relname, last, at)


def _check_database(pstate: ParseState, fields: tuple[str | A_Star, ...], at: At) -> None:
    if len(fields) == 4 and fields[0] != pstate.names.database:
        message = f"cross-database references are not implemented: {name_list_to_string(fields)}"
        raise Refusal("0A000", message, at=at)


def too_many_names(fields: tuple[str | A_Star, ...], at: At) -> Refusal:
    """What the server says of `a.b.c.d.e`."""
    message = f"improper qualified name (too many dotted names): {name_list_to_string(fields)}"
    return Refusal("42601", message, at=at)


def _qualifier(fields: tuple[str | A_Star, ...]) -> tuple[str | None, str]:
    names = [field for field in fields[:-1] if isinstance(field, str)]
    return (names[-2] if len(names) > 1 else None), names[-1]


def _unqualified(pstate: ParseState, colname: str, at: At) -> Expr | None:
    node = col_name_to_var(pstate, colname, False, at)
    if node is None or (isinstance(node, UnknownExpr)):
        found = refname_namespace_item(pstate, None, colname, at)
        if found is not None:
            return transform_whole_row_ref(pstate, found[0], found[1], at)
    return node


def _qualified(
    pstate: ParseState, schema: str | None, relname: str, last: str | A_Star, at: At
) -> tuple[Expr | None, bool]:
    """(what the reference means or None, whether its table is what is missing)."""
    found = refname_namespace_item(pstate, schema, relname, at)
    if found is None:
        return None, True
    item, levelsup = found
    if isinstance(last, A_Star):
        return transform_whole_row_ref(pstate, item, levelsup, at), False
    node = scan_ns_item_for_column(pstate, item, levelsup, last, at)
    if node is None:
        row = transform_whole_row_ref(pstate, item, levelsup, at)
        if item.rte.kind == "unknown":
            return row, False
        node = parse_func_or_column(pstate, (last,), (row,), pstate.last_srf, None, False, at)
    return node, False


def transform_whole_row_ref(pstate: ParseState, item: NamespaceItem, levelsup: int, at: At) -> Expr:
    """A table's name as a value (transformWholeRowRef, makeWholeRowVar)."""
    start, end = at if at is not None else (-1, -1)
    rte = item.rte
    if rte.kind == "unknown":
        return UnknownExpr(type=UNKNOWN_TYPE, start=start, end=end)
    if item.names is not rte.names:
        _, exprs = expand_rte(rte, item.rtindex, levelsup, at)
        count = len(item.names)
        return RowExpr(type=typeoids.RECORD, args=tuple(exprs[:count]), names=item.names, start=start, end=end)
    oid = typeoids.RECORD
    if rte.kind == "relation":
        relation = pstate.catalog.get(Relation, rte.relid)
        oid = relation.type if relation is not None else 0
        if not oid:
            message = f'relation "{rte.refname}" does not have a composite type'
            raise Refusal("42809", message, at=at, word=rte.refname)
    elif rte.kind == "function" and len(rte.functions) == 1 and not rte.ordinality:
        function = rte.functions[0].type
        if type_is_rowtype(pstate, function):
            oid = function
        elif function != UNKNOWN_TYPE:
            var = item.var(1, levelsup, at)
            assert var is not None
            return var
    return Var(type=oid, varno=item.rtindex, attno=0, levelsup=levelsup, start=start, end=end)
