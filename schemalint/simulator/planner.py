"""What only the planner refuses: joins, groupings and sorts that no plan can do (joinpath.c, planner.c, prepunion.c)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from schemalint.catalog.model import Operator
from schemalint.errors import Refusal
from schemalint.semantics.locking import lcs_as_string
from schemalint.semantics.lsyscache import type_is_collatable
from schemalint.semantics.query import (
    UNKNOWN_TYPE,
    BoolExpr,
    Const,
    Expr,
    OpExpr,
    OuterJoin,
    Param,
    Query,
    SortGroupClause,
    SubLink,
    Var,
    children,
)
from schemalint.semantics.typeoids import NAME
from schemalint.simulator.session import Session


def check_plan(session: Session, query: Query, explain_only: bool) -> None:
    """Refuse a query that cannot be planned; its subqueries are the caller's care."""
    for join in query.outer_joins:
        if query.locking:
            _check_locking(query, join)
        if join.kind == "JOIN_FULL" and join.quals:
            _check_full_join(session, query, join)
    if query.group and not query.grouping_sets:
        _check_grouping(query.group, "GROUP BY")
    if query.distinct:
        _check_grouping(query.distinct, "DISTINCT")
    for groups in query.set_groups:
        _check_grouping(groups, query.set_operation.upper().removesuffix(" ALL"))
    for cte in query.ctes:
        if cte.recursive and cte.query is not None:
            _check_recursive_union(cte.query)
    if query.set_operation and not explain_only:
        _check_collations(session, query)


def _check_recursive_union(query: Query) -> None:
    """UNION without ALL remembers its rows in a hash table (generate_recursion_path)."""
    if query.set_operation == "union" and query.set_groups and not all(c.hashable for c in query.set_groups[-1]):
        detail = "All column datatypes must be hashable."
        raise Refusal("0A000", "could not implement recursive UNION", detail=detail)


def _check_grouping(clauses: Sequence[SortGroupClause], what: str) -> None:
    sortable = all(clause.sortop or not clause.eqop for clause in clauses)
    hashable = all(clause.hashable or not clause.eqop for clause in clauses)
    if not sortable and not hashable:
        detail = "Some of the datatypes only support hashing, while others only support sorting."
        raise Refusal("0A000", f"could not implement {what}", detail=detail)


def _check_collations(session: Session, query: Query) -> None:
    """A sort of strings needs a collation (check_collation_set)."""
    sorted_by = {clause.sortgroup for clause in query.sort}
    for tle in query.target_list:
        if tle.sortgroup not in sorted_by or not isinstance(tle.expr, Var) or tle.expr.collation:
            continue
        if tle.expr.type not in (NAME, UNKNOWN_TYPE) and type_is_collatable(session, tle.expr.type):
            message = "could not determine which collation to use for string comparison"
            raise Refusal("42P22", message, hint="Use the COLLATE clause to set the collation explicitly.")


# --- FULL JOIN


def _varnos(node: Struct, level: int = 0) -> set[int]:
    """The range table entries of this level that an expression uses."""
    if isinstance(node, Var):
        return {node.varno} if node.levelsup == level else set()
    if isinstance(node, Query):
        level += 1
    return set().union(*[_varnos(child, level) for child in children(node)])


def _flatten(qual: Expr) -> list[Expr]:
    if isinstance(qual, BoolExpr) and qual.op == "and":
        return [part for arg in qual.args for part in _flatten(arg)]
    return [qual]


def _is_plain(node: Struct) -> bool:
    """Constants and operators over them, which are folded before joins are planned."""
    if isinstance(node, Var | Param | SubLink):
        return False
    return isinstance(node, Const) or all(_is_plain(child) for child in children(node))


def _is_reduced(query: Query, join: OuterJoin, nullable: frozenset[int]) -> bool:
    """Whether conditions outside of an outer join may make it an inner one (reduce_outer_joins)."""
    own = {id(qual) for qual in join.quals}
    return any(_varnos(qual) & nullable for qual in query.quals if id(qual) not in own)


def _check_locking(query: Query, join: OuterJoin) -> None:
    """The side of an outer join that may have no row cannot be locked (make_outerjoininfo)."""
    nullable: frozenset[int] = frozenset()
    if join.kind != "JOIN_RIGHT":
        nullable |= join.right
    if join.kind != "JOIN_LEFT":
        nullable |= join.left
    mark = next((mark for mark in query.locking if mark.rti in nullable), None)
    if mark is not None and not _is_reduced(query, join, nullable):
        message = f"{lcs_as_string(mark.strength)} cannot be applied to the nullable side of an outer join"
        raise Refusal("0A000", message)


def _check_full_join(session: Session, query: Query, join: OuterJoin) -> None:
    """FULL JOIN must compare both sides by an operator that merges or hashes. Where other conditions may turn it into another
    kind of join it is not looked at."""
    sides = join.left | join.right
    if _is_reduced(query, join, sides):
        return
    if not all(query.rtable[varno - 1].kind in ("relation", "join") for varno in join.left | join.right):
        return
    if any(query.rtable[varno - 1].relkind == "v" for varno in sides):
        return
    merge, hashed = True, False
    for clause in [part for qual in join.quals for part in _flatten(qual)]:
        if _is_plain(clause):
            continue
        operator = _joins(session, clause, join)
        merge &= operator is not None and operator.canmerge
        hashed |= operator is not None and operator.canhash
    if not merge and not hashed:
        message = "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions"
        raise Refusal("0A000", message)


def _joins(session: Session, clause: Expr, join: OuterJoin) -> Operator | None:
    """The operator of `left side op right side`, None for anything else."""
    if not isinstance(clause, OpExpr) or clause.kind != "op" or len(clause.args) != 2:
        return None
    first, second = (_varnos(arg) for arg in clause.args)
    apart = (first <= join.left and second <= join.right) or (first <= join.right and second <= join.left)
    if not first or not second or not apart:
        return None
    return session.catalog.get(Operator, clause.op)
