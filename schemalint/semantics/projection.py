"""`row.column` and `column(row)` (ParseComplexProjection)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import Attribute
from schemalint.semantics import typeoids
from schemalint.semantics.funcapi import get_expr_result_tupdesc
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import Expr, FieldSelect, UnknownExpr, Var

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
        columns = None if isinstance(arg, UnknownExpr) else get_expr_result_tupdesc(pstate, arg, noerror=True)
    for attribute in columns or ():
        if attribute.name == name and not attribute.dropped:
            start, end = at if at is not None else (arg.start, arg.end)
            return FieldSelect(
                type=attribute.type, typmod=attribute.typmod, arg=arg, attno=attribute.num, start=start, end=end
            )
    return None
