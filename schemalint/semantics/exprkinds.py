"""What is being analyzed decides what may stand in it (ParseExprKind of parse_node.h): the words of the server for each kind.

A kind is the server's EXPR_KIND_ name in lower case without that prefix.
"""

from __future__ import annotations

from typing import Final

from schemalint.errors import Refusal

At = tuple[int, int] | None

_NAMES: Final = {
    "other": "extension expression",
    "join_on": "JOIN/ON",
    "join_using": "JOIN/USING",
    "from_subselect": "sub-SELECT in FROM",
    "from_function": "function in FROM",
    "where": "WHERE",
    "policy": "POLICY",
    "having": "HAVING",
    "filter": "FILTER",
    "window_partition": "window PARTITION BY",
    "window_order": "window ORDER BY",
    "window_frame_range": "window RANGE",
    "window_frame_rows": "window ROWS",
    "window_frame_groups": "window GROUPS",
    "select_target": "SELECT",
    "insert_target": "INSERT",
    "update_source": "UPDATE",
    "update_target": "UPDATE",
    "merge_when": "MERGE WHEN",
    "group_by": "GROUP BY",
    "order_by": "ORDER BY",
    "distinct_on": "DISTINCT ON",
    "limit": "LIMIT",
    "offset": "OFFSET",
    "returning": "RETURNING",
    "merge_returning": "RETURNING",
    "values": "VALUES",
    "values_single": "VALUES",
    "check_constraint": "CHECK",
    "domain_check": "CHECK",
    "column_default": "DEFAULT",
    "function_default": "DEFAULT",
    "index_expression": "index expression",
    "index_predicate": "index predicate",
    "stats_expression": "statistics expression",
    "alter_col_transform": "USING",
    "execute_parameter": "EXECUTE",
    "trigger_when": "WHEN",
    "partition_bound": "partition bound",
    "partition_expression": "PARTITION BY",
    "call_argument": "CALL",
    "copy_where": "WHERE",
    "generated_column": "GENERATED AS",
    "cycle_mark": "CYCLE",
}


def parse_expr_kind_name(kind: str) -> str:
    """ParseExprKindName."""
    return _NAMES.get(kind, "unrecognized expression kind")


_PLACES: Final = {
    "policy": "policy expressions",
    "check_constraint": "check constraints",
    "domain_check": "check constraints",
    "column_default": "DEFAULT expressions",
    "function_default": "DEFAULT expressions",
    "index_expression": "index expressions",
    "index_predicate": "index predicates",
    "stats_expression": "statistics expressions",
    "alter_col_transform": "transform expressions",
    "execute_parameter": "EXECUTE parameters",
    "trigger_when": "trigger WHEN conditions",
    "partition_bound": "partition bound",
    "partition_expression": "partition key expressions",
    "generated_column": "column generation expressions",
    "call_argument": "CALL arguments",
    "copy_where": "COPY FROM WHERE conditions",
    "merge_when": "MERGE WHEN conditions",
    "join_on": "JOIN conditions",
    "join_using": "JOIN conditions",
    "from_function": "functions in FROM",
}
"""Where a thing that belongs to queries is not allowed, in words that do not name a clause."""

_AGGREGATE_PLACES: Final = {
    **_PLACES,
    "from_subselect": "FROM clause of their own query level",
    "window_frame_range": "window RANGE",
    "window_frame_rows": "window ROWS",
    "window_frame_groups": "window GROUPS",
}
_AGGREGATES_WELCOME: Final = frozenset(
    ("none", "other", "having", "window_partition", "window_order", "select_target", "order_by", "distinct_on")
)

_WINDOW_PLACES: Final = {
    **_PLACES,
    "window_partition": "window definitions",
    "window_order": "window definitions",
    "window_frame_range": "window definitions",
    "window_frame_rows": "window definitions",
    "window_frame_groups": "window definitions",
}
_WINDOW_FUNCTIONS_WELCOME: Final = frozenset(("none", "other", "select_target", "order_by", "distinct_on"))


def check_aggregate_placement(kind: str, grouping: bool, at: At) -> None:
    """Raise 42803 where an aggregate, or GROUPING, may not stand (the end of check_agglevels_and_constraints)."""
    if kind in _AGGREGATES_WELCOME:
        return
    what = "grouping operations" if grouping else "aggregate functions"
    place = _AGGREGATE_PLACES.get(kind) or parse_expr_kind_name(kind)
    raise Refusal("42803", f"{what} are not allowed in {place}", at=at)


def check_window_placement(kind: str, at: At) -> None:
    """Raise 42P20 where a window function may not stand (transformWindowFuncCall)."""
    if kind in _WINDOW_FUNCTIONS_WELCOME:
        return
    place = _WINDOW_PLACES.get(kind) or parse_expr_kind_name(kind)
    raise Refusal("42P20", f"window functions are not allowed in {place}", at=at)


_NO_SUBQUERY: Final = {
    "check_constraint": "check constraint",
    "domain_check": "check constraint",
    "column_default": "DEFAULT expression",
    "function_default": "DEFAULT expression",
    "index_expression": "index expression",
    "index_predicate": "index predicate",
    "stats_expression": "statistics expression",
    "alter_col_transform": "transform expression",
    "execute_parameter": "EXECUTE parameter",
    "trigger_when": "trigger WHEN condition",
    "partition_bound": "partition bound",
    "partition_expression": "partition key expression",
    "call_argument": "CALL argument",
    "copy_where": "COPY FROM WHERE condition",
    "generated_column": "column generation expression",
}


def check_subquery_placement(kind: str, at: At) -> None:
    """Raise 0A000 where a subquery may not stand (transformSubLink)."""
    place = _NO_SUBQUERY.get(kind)
    if place is not None:
        raise Refusal("0A000", f"cannot use subquery in {place}", at=at)


_NO_COLUMN: Final = {
    "column_default": "DEFAULT expression",
    "partition_bound": "partition bound expression",
}


def check_column_placement(kind: str, at: At) -> None:
    """Raise 0A000 where no column may be named (transformColumnRef)."""
    place = _NO_COLUMN.get(kind)
    if place is not None:
        raise Refusal("0A000", f"cannot use column reference in {place}", at=at)
