"""Where set-returning functions may stand (check_srf_call_placement)."""

from __future__ import annotations

from typing import Final

from schemalint.errors import Refusal
from schemalint.semantics.parsestate import ParseState, span
from schemalint.semantics.query import Expr

At = tuple[int, int] | None

_FORBIDDEN: Final = {
    "join_on": "JOIN conditions",
    "join_using": "JOIN conditions",
    "from_subselect": "sub-SELECT in FROM",
    "where": "WHERE",
    "policy": "policy expressions",
    "having": "HAVING",
    "filter": "FILTER",
    "window_frame_range": "window definitions",
    "window_frame_rows": "window definitions",
    "window_frame_groups": "window definitions",
    "update_source": "UPDATE",
    "update_target": "UPDATE",
    "limit": "LIMIT",
    "offset": "OFFSET",
    "returning": "RETURNING",
    "merge_returning": "RETURNING",
    "values": "VALUES",
    "merge_when": "MERGE WHEN conditions",
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
    "call_argument": "CALL arguments",
    "copy_where": "COPY FROM WHERE conditions",
    "generated_column": "column generation expressions",
    "cycle_mark": "CYCLE",
}
_TARGETS: Final = frozenset(
    "window_partition window_order select_target insert_target group_by order_by distinct_on values_single".split()
)


def check_srf_call_placement(pstate: ParseState, last_srf: Expr | None, at: At = None) -> None:
    """Refuse a set-returning function where none may stand; note it where one may (check_srf_call_placement)."""
    kind = pstate.expr_kind
    if kind in _TARGETS:
        pstate.has_target_srfs = True
    elif kind == "from_function":
        if pstate.last_srf is not last_srf:
            message = "set-returning functions must appear at top level of FROM"
            raise Refusal("0A000", message, at=span(pstate.last_srf))
    elif kind in _FORBIDDEN:
        raise Refusal("0A000", f"set-returning functions are not allowed in {_FORBIDDEN[kind]}", at=at)
