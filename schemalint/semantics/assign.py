"""What is assigned to a column, or to a part of one (transformAssignedExpr of parse_target.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from schemalint.catalog.model import Oid
from schemalint.errors import Refusal
from schemalint.semantics.coerce import ASSIGNMENT, IMPLICIT, coerce_to_domain, coerce_to_target_type
from schemalint.semantics.lsyscache import get_base_type_and_typmod, lookup_rowtype, typeid_type_relid
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    CaseTestExpr,
    Const,
    Expr,
    FieldStore,
    SetToDefault,
    SubscriptingRef,
    UnknownExpr,
    Var,
)
from schemalint.semantics.relations import SYSTEM_ATTRIBUTES, find_attribute
from schemalint.semantics.subscripts import transform_container_subscripts, transform_container_type
from schemalint.semantics.types import format_type
from schemalint.syntax.nodes import A_Indices, A_Star

At = tuple[int, int] | None

Indirection = Sequence[str | A_Star | A_Indices]

REWRITE_HINT = "You will need to rewrite or cast the expression."


def transform_assigned_expr(
    pstate: ParseState, expr: Expr, kind: str, colname: str, attno: int, indirection: Indirection, at: At
) -> Expr:
    """transformAssignedExpr."""
    relation = pstate.target_relation
    assert relation is not None
    if attno <= 0:
        raise Refusal("0A000", f'cannot assign to system column "{colname}"', at=at, word=colname)
    column = relation.columns[attno - 1]
    oid, typmod = column.type, column.typmod
    if isinstance(expr, SetToDefault):
        expr = structs.replace(expr, type=oid, typmod=typmod)
        if indirection:
            part = "an array element" if isinstance(indirection[0], A_Indices) else "a subfield"
            raise Refusal("0A000", f"cannot set {part} to DEFAULT", at=at)
        return expr
    saved, pstate.expr_kind = pstate.expr_kind, kind
    if indirection:
        base: Expr
        if pstate.is_insert:
            base = Const(type=oid, typmod=typmod, value=None, isnull=True, collation=column.collation)
        else:
            assert pstate.target_item is not None
            varno = pstate.target_item.rtindex
            base = Var(type=oid, typmod=typmod, varno=varno, attno=attno, collation=column.collation)
        result = transform_assignment_indirection(
            pstate, base, colname, False, oid, typmod, indirection, 0, expr, ASSIGNMENT, at
        )
    else:
        made = coerce_to_target_type(pstate, expr, expr.type, oid, typmod, ASSIGNMENT, "implicit_cast")
        if made is None:
            wanted, shown = format_type(pstate, oid), format_type(pstate, expr.type)
            message = f'column "{colname}" is of type {wanted} but expression is of type {shown}'
            raise Refusal("42804", message, at=span(expr), word=colname, hint=REWRITE_HINT)
        result = made
    pstate.expr_kind = saved
    return result


def transform_assignment_indirection(
    pstate: ParseState,
    base: Expr | None,
    name: str,
    subscripting: bool,
    oid: Oid,
    typmod: int,
    indirection: Indirection,
    first: int,
    rhs: Expr,
    ccontext: int,
    at: At,
) -> Expr:
    """The new value of `name.field[n]...` from that of its part (transformAssignmentIndirection); `first` is the item of
    `indirection` to go on with."""
    if first < len(indirection) and base is None:
        base = CaseTestExpr(type=oid, typmod=typmod)
    subscripts: list[A_Indices] = []
    for i in range(first, len(indirection)):
        item = indirection[i]
        if isinstance(item, A_Indices):
            subscripts.append(item)
            continue
        if isinstance(item, A_Star):
            raise Refusal("0A000", 'row expansion via "*" is not supported here', at=at)
        assert base is not None
        if subscripts:
            return _assign_subscripts(pstate, base, name, oid, typmod, subscripts, indirection, i, rhs, ccontext, at)
        return _assign_field(pstate, base, name, item, oid, typmod, indirection, i, rhs, ccontext, at)
    if subscripts:
        assert base is not None
        end = len(indirection)
        return _assign_subscripts(pstate, base, name, oid, typmod, subscripts, indirection, end, rhs, ccontext, at)
    made = coerce_to_target_type(pstate, rhs, rhs.type, oid, typmod, ccontext, "implicit_cast")
    if made is not None:
        return made
    wanted, shown = format_type(pstate, oid), format_type(pstate, rhs.type)
    if subscripting:
        message = f'subscripted assignment to "{name}" requires type {wanted} but expression is of type {shown}'
    else:
        message = f'subfield "{name}" is of type {wanted} but expression is of type {shown}'
    raise Refusal("42804", message, at=at, hint=REWRITE_HINT)


def _assign_field(
    pstate: ParseState,
    base: Expr,
    name: str,
    field: str,
    oid: Oid,
    typmod: int,
    indirection: Indirection,
    i: int,
    rhs: Expr,
    ccontext: int,
    at: At,
) -> Expr:
    if oid == UNKNOWN_TYPE:
        return UnknownExpr(type=UNKNOWN_TYPE, args=(rhs,))
    base_oid, base_typmod = get_base_type_and_typmod(pstate, oid, typmod)
    shown = format_type(pstate, oid)
    words = f'cannot assign to field "{field}" of column "{name}" because'
    if not typeid_type_relid(pstate, base_oid):
        raise Refusal("42804", f"{words} its type {shown} is not a composite type", at=at, word=field)
    relation = lookup_rowtype(pstate, base_oid)
    attribute = find_attribute(relation, field) if relation is not None else None
    if attribute is None:
        if field in SYSTEM_ATTRIBUTES and relation is not None and relation.kind != "c":
            raise Refusal("42703", f'cannot assign to system column "{field}"', at=at, word=field)
        message = f"{words} there is no such column in data type {shown}"
        raise Refusal("42703", message, at=at, word=field)
    value = transform_assignment_indirection(
        pstate, None, field, False, attribute.type, attribute.typmod, indirection, i + 1, rhs, ccontext, at
    )
    store = FieldStore(type=base_oid, arg=base, values=(value,), attnos=(attribute.num,))
    if base_oid == oid:
        return store
    return coerce_to_domain(pstate, store, base_oid, base_typmod, oid, IMPLICIT, "implicit_cast", at, False)


def _assign_subscripts(
    pstate: ParseState,
    base: Expr,
    name: str,
    oid: Oid,
    typmod: int,
    subscripts: Sequence[A_Indices],
    indirection: Indirection,
    next_item: int,
    rhs: Expr,
    ccontext: int,
    at: At,
) -> Expr:
    """transformAssignmentSubscripts."""
    container, container_typmod = transform_container_type(pstate, oid, typmod)
    ref = transform_container_subscripts(pstate, base, container, container_typmod, subscripts, True)
    if not isinstance(ref, SubscriptingRef):
        return ref
    value = transform_assignment_indirection(
        pstate, None, name, True, ref.type, ref.typmod, indirection, next_item, rhs, ccontext, at
    )
    result: Expr = structs.replace(ref, assign=value, type=container, typmod=container_typmod)
    if container == oid:
        return result
    made = coerce_to_target_type(pstate, result, container, oid, typmod, ccontext, "implicit_cast")
    if made is None:
        shown, wanted = format_type(pstate, container), format_type(pstate, oid)
        raise Refusal("42846", f"cannot cast type {shown} to {wanted}", at=at)
    return made
