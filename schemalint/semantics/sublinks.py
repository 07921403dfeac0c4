"""Subqueries in expressions (transformSubLink and transformMultiAssignRef of parse_expr.c)."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.exprkinds import check_subquery_placement
from schemalint.semantics.lsyscache import get_array_type, get_promoted_array_type
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    Expr,
    OpExpr,
    Param,
    Query,
    RowCompareExpr,
    RowExpr,
    SubLink,
    TargetEntry,
    UnknownExpr,
)
from schemalint.semantics.rows import make_row_comparison_op
from schemalint.semantics.transform import transform_expr_recurse
from schemalint.semantics.types import format_type
from schemalint.syntax import nodes

_KINDS: Final = {
    "EXISTS_SUBLINK": "exists",
    "ALL_SUBLINK": "all",
    "ANY_SUBLINK": "any",
    "EXPR_SUBLINK": "expr",
    "ARRAY_SUBLINK": "array",
    "ROWCOMPARE_SUBLINK": "rowcompare",
    "MULTIEXPR_SUBLINK": "multiexpr",
}


def _columns(query: Query) -> list[TargetEntry]:
    return [tle for tle in query.target_list if not tle.junk]


def transform_sub_link(pstate: ParseState, sublink: nodes.SubLink) -> Expr:
    """transformSubLink."""
    from schemalint.semantics.analyze import parse_sub_analyze

    at = span(sublink)
    check_subquery_placement(pstate.expr_kind, at)
    pstate.has_sublinks = True
    query = parse_sub_analyze(sublink.subselect, pstate)
    kind = _KINDS[sublink.subLinkType]
    columns = _columns(query)
    oid, typmod = typeoids.BOOL, -1
    test: Expr | None = None
    ops: tuple[int, ...] = ()
    if kind in ("expr", "array"):
        if len(columns) != 1:
            raise Refusal("42601", "subquery must return only one column", at=at)
        expr = columns[0].expr
        oid, typmod = expr.type, expr.typmod
        if kind == "array":
            oid = _array_of(pstate, oid, sublink)
    elif kind == "multiexpr":
        oid = typeoids.RECORD
    elif kind != "exists":
        test = _test_expr(pstate, sublink, columns)
        if isinstance(test, OpExpr):
            ops = (test.op,)
        elif isinstance(test, RowCompareExpr):
            ops = test.ops
    return SubLink(
        type=oid,
        typmod=typmod,
        kind=kind,
        query=query,
        testexpr=test,
        ops=ops,
        start=sublink.start,
        end=sublink.end,
    )


def _array_of(pstate: ParseState, oid: int, sublink: nodes.SubLink) -> int:
    """The type of ARRAY(SELECT ...) (exprType)."""
    if oid == UNKNOWN_TYPE:
        return UNKNOWN_TYPE
    array = get_promoted_array_type(pstate, oid) or get_array_type(pstate, oid)
    if not array:
        message = f"could not find array type for data type {format_type(pstate, oid)}"
        raise Refusal("42704", message, at=span(sublink))
    return array


def _test_expr(pstate: ParseState, sublink: nodes.SubLink, columns: list[TargetEntry]) -> Expr:
    """The comparison of `x op ANY (SELECT ...)` and its like."""
    at = span(sublink)
    assert sublink.testexpr is not None
    left = transform_expr_recurse(pstate, sublink.testexpr)
    lefts = left.args if isinstance(left, RowExpr) else (left,)
    rights = [Param(type=tle.expr.type, typmod=tle.expr.typmod, number=tle.resno, kind="sublink") for tle in columns]
    if len(lefts) < len(rights):
        raise Refusal("42601", "subquery has too many columns", at=at)
    if len(lefts) > len(rights):
        raise Refusal("42601", "subquery has too few columns", at=at)
    return make_row_comparison_op(pstate, sublink.operName or ("=",), lefts, rights, at)


def transform_multi_assign_ref(pstate: ParseState, ref: nodes.MultiAssignRef) -> Expr:
    """One column of `(a, b) = row` (transformMultiAssignRef)."""
    from schemalint.semantics.expressions import transform_row_expr

    source = ref.source
    if ref.colno == 1:
        made: Expr
        if isinstance(source, nodes.SubLink) and source.subLinkType == "EXPR_SUBLINK":
            made = transform_sub_link(pstate, structs.replace(source, subLinkType="MULTIEXPR_SUBLINK"))
            assert isinstance(made, SubLink)
            count = len(_columns(made.query))
        elif isinstance(source, nodes.RowExpr):
            made = transform_row_expr(pstate, source, True)
            count = len(made.args)
        else:
            message = "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression"
            raise Refusal("0A000", message, at=span(source))
        if count != ref.ncolumns:
            raise Refusal("42601", "number of columns does not match number of values", at=span(source))
        pstate.multiassign.append(TargetEntry(expr=made, resno=0, junk=True))
    current = pstate.multiassign[-1].expr
    if isinstance(current, RowExpr):
        result = current.args[ref.colno - 1]
        if ref.colno == ref.ncolumns:
            pstate.multiassign.pop()
        return result
    if not isinstance(current, SubLink):
        return UnknownExpr(type=UNKNOWN_TYPE, start=ref.start, end=ref.end)
    expr = _columns(current.query)[ref.colno - 1].expr
    return Param(type=expr.type, typmod=expr.typmod, number=ref.colno, kind="multiexpr", start=expr.start, end=expr.end)
