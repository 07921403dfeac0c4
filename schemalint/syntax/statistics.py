"""Extended statistics."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.expressions import expression
from schemalint.syntax.from_clause import table_ref
from schemalint.syntax.function_calls import func_expr_windowless
from schemalint.syntax.indexes import is_column_name
from schemalint.syntax.nodes import AlterStatsStmt, CreateStatsStmt, Node, StatsElem
from schemalint.syntax.rename import OWNER, RENAME, SCHEMA, change_object


def create_statistics(c: Cursor) -> CreateStatsStmt:
    """CreateStatsStmt: the name may be left out since 16."""
    start = c.start
    c.expect("create", "statistics")
    if_not_exists = c.if_not_exists()
    name: tuple[str, ...] = ()
    if if_not_exists or c.version < 16 or c.match[c.at] not in ("(", "on"):
        name = c.any_name()
    kinds = c.column_list() if c.match[c.at] == "(" else ()
    c.expect("on")
    parameters = c.list_of(_stats_param)
    c.expect("from")
    return CreateStatsStmt(
        defnames=name,
        stat_types=kinds,
        exprs=parameters,
        relations=c.list_of(table_ref),
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )


def _stats_param(c: Cursor) -> StatsElem:
    """stats_param."""
    start = c.start
    if c.take("("):
        expr = expression(c)
        c.expect(")")
        return StatsElem(expr=expr, start=start, end=c.end)
    if is_column_name(c):
        return StatsElem(name=c.col_id(), start=start, end=c.end)
    return StatsElem(expr=func_expr_windowless(c), start=start, end=c.end)


def alter_statistics(c: Cursor) -> Node:
    """AlterStatsStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "statistics")
    missing_ok = c.if_exists()
    name = c.any_name()
    if not missing_ok:
        found = change_object(c, start, "OBJECT_STATISTIC_EXT", name, RENAME | OWNER | SCHEMA)
        if found is not None:
            return found
    c.expect("set", "statistics")
    target = None
    if c.version < 17 or not c.take("default"):
        target = c.signed_integer()
    return AlterStatsStmt(defnames=name, stxstattarget=target, missing_ok=missing_ok, start=start, end=c.end)
