"""`row.column` and `column(row)` (ParseComplexProjection), and the columns of what a function returns (funcapi.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Oid, Proc
from schemalint.errors import Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.coerce import enforce_generic_type_consistency
from schemalint.semantics.lsyscache import State, get_base_type, get_typcollation, get_typtype, lookup_rowtype
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    Expr,
    FieldSelect,
    FuncExpr,
    NamedArgExpr,
    OpExpr,
    RowExpr,
    UnknownExpr,
    Var,
)

At = tuple[int, int] | None


def parse_complex_projection(pstate: ParseState, name: str, arg: Expr, at: At = None) -> Expr | None:
    """The column of a row, None when it has no such column (ParseComplexProjection)."""
    if isinstance(arg, Var) and arg.attno == 0:
        from schemalint.semantics.relations import get_ns_item_by_range_table_posn, scan_ns_item_for_column

        item = get_ns_item_by_range_table_posn(pstate, arg.varno, arg.levelsup)
        column: Expr | None = scan_ns_item_for_column(pstate, item, arg.levelsup, name, at)
        return column
    columns: Sequence[Attribute] | None
    if isinstance(arg, Var) and arg.type == typeoids.RECORD:
        from schemalint.semantics.target import expand_record_variable

        columns = expand_record_variable(pstate, arg, 0)
    else:
        columns = get_expr_result_tupdesc(pstate, arg)
    for attribute in columns or ():
        if attribute.name == name and not attribute.dropped:
            start, end = at if at is not None else (arg.start, arg.end)
            return FieldSelect(
                type=attribute.type, typmod=attribute.typmod, arg=arg, attno=attribute.num, start=start, end=end
            )
    return None


def get_expr_result_type(state: State, expr: Expr) -> tuple[str, Oid, tuple[Attribute, ...] | None]:
    """("scalar", "composite", "composite_domain", "record" or "other", type, columns) of an expression (get_expr_result_type).

    "record" is a row whose columns the expression does not tell; "other" a pseudo-type.
    """
    if isinstance(expr, FuncExpr | OpExpr):
        proc = state.catalog.get(Proc, expr.func)
        if proc is not None and proc.rettype == typeoids.RECORD:
            columns = build_function_result_tupdesc(state, proc, _types_of(expr.args))
            return ("record" if columns is None else "composite"), typeoids.RECORD, columns
    elif isinstance(expr, RowExpr) and expr.type == typeoids.RECORD:
        return "composite", typeoids.RECORD, _columns_of_row(state, expr)
    return classify_type(state, expr.type)


def _types_of(args: Sequence[Expr]) -> list[Oid]:
    """Types of positional arguments; those of named ones are not in the parameters' order."""
    return [] if any(isinstance(arg, NamedArgExpr) for arg in args) else [arg.type for arg in args]


def classify_type(state: State, oid: Oid) -> tuple[str, Oid, tuple[Attribute, ...] | None]:
    """As get_expr_result_type, of any value of a type (get_type_func_class)."""
    if oid == UNKNOWN_TYPE:
        return "scalar", oid, None
    kind = get_typtype(state, oid)
    if kind == "d":
        base = get_base_type(state, oid)
        return (
            ("composite_domain", *classify_type(state, base)[1:])
            if get_typtype(state, base) == "c"
            else (
                "scalar",
                oid,
                None,
            )
        )
    if kind == "c":
        relation = lookup_rowtype(state, oid)
        if relation is None:
            raise Undecidable(f"the columns of type {oid} are not known")
        return "composite", oid, relation.columns
    if kind == "p":
        if oid == typeoids.RECORD:
            return "record", oid, None
        return ("scalar" if oid in (typeoids.VOID, typeoids.CSTRING) else "other"), oid, None
    return "scalar", oid, None


def get_func_result_name(proc: Proc) -> str | None:
    """The name of a function's only OUT parameter, None when it has none or several (get_func_result_name)."""
    outputs = [name for mode, name in zip(proc.argmodes, proc.argnames, strict=False) if mode in "obt"]
    return outputs[0] if len(outputs) == 1 and outputs[0] else None


def get_expr_result_tupdesc(state: State, expr: Expr) -> tuple[Attribute, ...] | None:
    """The columns of a row, None when they cannot be told (get_expr_result_tupdesc with noError)."""
    return None if isinstance(expr, UnknownExpr) else get_expr_result_type(state, expr)[2]


def _columns_of_row(state: State, row: RowExpr) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            num=i,
            name=row.names[i - 1] if i <= len(row.names) else f"f{i}",
            type=arg.type,
            typmod=arg.typmod,
            collation=get_typcollation(state, arg.type),
        )
        for i, arg in enumerate(row.args, 1)
    )


def build_function_result_tupdesc(
    state: State, proc: Proc, argtypes: Sequence[Oid] = ()
) -> tuple[Attribute, ...] | None:
    """The columns of a function that returns record by OUT parameters, None when it has none (build_function_result_tupdesc_t).

    With the types of a call's arguments polymorphic columns are resolved (resolve_polymorphic_tupdesc).
    """
    if proc.rettype != typeoids.RECORD or not proc.argmodes:
        return None
    outputs = [
        (proc.argnames[i] if i < len(proc.argnames) else "", oid)
        for i, (mode, oid) in enumerate(zip(proc.argmodes, proc.allargtypes, strict=False))
        if mode in "obt"
    ]
    if not outputs or (len(outputs) < 2 and proc.kind != "p"):
        return None
    made: list[Attribute] = []
    for i, (name, oid) in enumerate(outputs, 1):
        if oid in typeoids.POLYMORPHIC:
            oid = _resolve_column(state, proc, argtypes, oid)
        collation = get_typcollation(state, oid)
        made.append(Attribute(num=i, name=name or f"column{i}", type=oid, collation=collation))
    return tuple(made)


def _resolve_column(state: State, proc: Proc, argtypes: Sequence[Oid], oid: Oid) -> Oid:
    if not argtypes:
        return UNKNOWN_TYPE
    return enforce_generic_type_consistency(state, argtypes, list(proc.argtypes), oid, False)
