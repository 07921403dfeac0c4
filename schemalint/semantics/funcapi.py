"""What rows an expression gives (funcapi.c): the columns of a function's result, of a row value, of a composite type."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute, Oid, Operator, Proc
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import State, get_base_type, get_type, get_typtype, lookup_rowtype
from schemalint.semantics.query import UNKNOWN_TYPE, Expr, FuncExpr, OpExpr, RowExpr
from schemalint.semantics.types import format_type

TupleDesc = tuple[Attribute, ...]
"""Columns in order; dropped ones keep their place."""

COMPOSITE = "composite"
COMPOSITE_DOMAIN = "composite_domain"
SCALAR = "scalar"
RECORD = "record"
OTHER = "other"
UNKNOWN = "unknown"
"""TypeFuncClass; UNKNOWN of what an open catalog cannot say."""


def get_type_func_class(state: State, oid: Oid) -> tuple[str, Oid]:
    """(class, type that has the columns) (get_type_func_class)."""
    if oid == UNKNOWN_TYPE:
        return UNKNOWN, oid
    kind = get_typtype(state, oid)
    if kind == "c":
        return COMPOSITE, oid
    if kind == "d":
        base = get_base_type(state, oid)
        return (COMPOSITE_DOMAIN, base) if get_typtype(state, base) == "c" else (SCALAR, oid)
    if kind == "p":
        if oid == typeoids.RECORD:
            return RECORD, oid
        return (SCALAR if oid in (typeoids.VOID, typeoids.CSTRING) else OTHER), oid
    return (SCALAR if kind else UNKNOWN), oid


def get_expr_result_type(state: State, expr: Expr) -> tuple[str, Oid, TupleDesc | None]:
    """(class, result type, columns of a composite one) of any expression (get_expr_result_type)."""
    if isinstance(expr, FuncExpr):
        return _internal_get_result_type(state, expr.func, expr.args, expr.type)
    if isinstance(expr, OpExpr):
        operator = state.catalog.get(Operator, expr.op)
        if operator is not None:
            return _internal_get_result_type(state, operator.code, expr.args, expr.type)
    if isinstance(expr, RowExpr) and expr.type == typeoids.RECORD:
        names = expr.names or tuple(f"f{i}" for i in range(1, len(expr.args) + 1))
        return COMPOSITE, typeoids.RECORD, describe(names, expr.args)
    return _of_type(state, expr.type)


def describe(names: Sequence[str], exprs: Sequence[Expr]) -> TupleDesc:
    """Columns with the types of these expressions."""
    from schemalint.semantics.collations import expr_collation

    return tuple(
        Attribute(num=i, name=name, type=expr.type, typmod=expr.typmod, collation=expr_collation(expr))
        for i, (name, expr) in enumerate(zip(names, exprs, strict=False), 1)
    )


def _of_type(state: State, oid: Oid) -> tuple[str, Oid, TupleDesc | None]:
    kind, base = get_type_func_class(state, oid)
    if kind not in (COMPOSITE, COMPOSITE_DOMAIN):
        return kind, oid, None
    relation = lookup_rowtype(state, base)
    if relation is None:
        return UNKNOWN, oid, None
    return kind, oid, relation.columns


def _internal_get_result_type(
    state: State, func: Oid, args: Sequence[Expr], actual: Oid
) -> tuple[str, Oid, TupleDesc | None]:
    proc = state.catalog.get(Proc, func)
    if proc is None:
        return UNKNOWN, UNKNOWN_TYPE, None
    columns = build_function_result_tupdesc(state, proc)
    if columns is not None:
        return COMPOSITE, proc.rettype, _resolve_polymorphic_tupdesc(state, proc, args, columns)
    rettype = proc.rettype
    if rettype in typeoids.POLYMORPHIC:
        rettype = actual
        if not rettype:
            message = (
                f'could not determine actual result type for function "{proc.name}" declared to return type '
                f"{format_type(state, proc.rettype)}"
            )
            raise Refusal("42804", message)
    return _of_type(state, rettype)


def build_function_result_tupdesc(state: State, proc: Proc) -> TupleDesc | None:
    """The OUT columns of a function that returns record, None when it has fewer than two (build_function_result_tupdesc_t)."""
    if proc.rettype != typeoids.RECORD or not proc.argmodes:
        return None
    from schemalint.semantics.lsyscache import get_typcollation

    out: list[Attribute] = []
    for i, mode in enumerate(proc.argmodes):
        if mode in "obt":
            oid = proc.allargtypes[i]
            name = (proc.argnames[i] if i < len(proc.argnames) else "") or f"column{len(out) + 1}"
            out.append(Attribute(num=len(out) + 1, name=name, type=oid, collation=get_typcollation(state, oid)))
    if not out or (len(out) == 1 and proc.kind != "p"):
        return None
    return tuple(out)


def get_func_result_name(proc: Proc) -> str | None:
    """The name of the only OUT argument (get_func_result_name)."""
    if not proc.argmodes or not proc.argnames:
        return None
    outs = [name for mode, name in zip(proc.argmodes, proc.argnames, strict=False) if mode in "obt"]
    return outs[0] if len(outs) == 1 and outs[0] else None


def _resolve_polymorphic_tupdesc(
    state: State, proc: Proc, args: Sequence[Expr], columns: TupleDesc
) -> TupleDesc | None:
    """OUT columns of polymorphic types, as the arguments of a call decide them (resolve_polymorphic_tupdesc)."""
    if not any(column.type in typeoids.POLYMORPHIC for column in columns):
        return columns
    from msgspec import structs

    from schemalint.semantics.lsyscache import get_typcollation
    from schemalint.semantics.polymorphic import enforce_generic_type_consistency

    actual = [arg.type for arg in args]
    resolved: list[Attribute] = []
    for column in columns:
        if column.type in typeoids.POLYMORPHIC:
            try:
                oid = enforce_generic_type_consistency(state, actual, list(proc.argtypes), column.type, False)
            except Refusal:
                oid = UNKNOWN_TYPE
            column = structs.replace(column, type=oid, collation=get_typcollation(state, oid))
        resolved.append(column)
    return tuple(resolved)


def get_expr_result_tupdesc(state: State, expr: Expr, noerror: bool = False) -> TupleDesc | None:
    """The columns of a row value (get_expr_result_tupdesc). Raises 42809 unless allowed to fail."""
    kind, oid, columns = get_expr_result_type(state, expr)
    if columns is not None:
        return columns
    if noerror:
        return None
    if kind == UNKNOWN or get_type(state, oid) is None:
        raise Undecidable("the columns of a row are not known")
    shown = expr.type
    if shown != typeoids.RECORD:
        raise Refusal("42809", f"type {format_type(state, shown)} is not composite")
    raise Refusal("42809", "record type has not been registered")
