"""Which unique index decides a conflict (infer_arbiter_indexes of plancat.c)."""

from __future__ import annotations

from schemalint.catalog.model import Constraint, IndexInfo, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import CollateExpr, Expr, OnConflict, Query, RelabelType, Var, equal
from schemalint.simulator.session import Session

At = tuple[int, int] | None


def infer_arbiter_indexes(session: Session, query: Query, relation: Relation, clause: OnConflict) -> None:
    """Refuse an ON CONFLICT that no unique index answers to."""
    if not clause.arbiters and not clause.constraint:
        return
    if clause.constraint:
        _check_constraint(session, clause)
        return
    keys: set[int] = set()
    exprs: list[Expr] = []
    for arbiter in clause.arbiters:
        expr = arbiter.arg if isinstance(arbiter, CollateExpr) else arbiter
        if isinstance(expr, Var) and expr.varno == query.result_relation and expr.levelsup == 0:
            if expr.attno == 0:
                message = "whole row unique index inference specifications are not supported"
                raise Refusal("0A000", message)
            keys.add(expr.attno)
        else:
            exprs.append(expr)
    for candidate in session.catalog.indexes(relation.oid):
        index = candidate.index
        if index is not None and _matches(session, relation, index, keys, exprs, clause):
            return
    raise Refusal("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification")


def _check_constraint(session: Session, clause: OnConflict) -> None:
    constraint = session.catalog.get(Constraint, clause.constraint)
    if constraint is None:
        return
    if not constraint.indid:
        raise Refusal("42809", "constraint in ON CONFLICT clause has no associated index")
    if constraint.type == "x" and clause.action == "update":
        raise Refusal("42809", "ON CONFLICT DO UPDATE not supported with exclusion constraints")


def _matches(
    session: Session,
    relation: Relation,
    index: IndexInfo,
    keys: set[int],
    exprs: list[Expr],
    clause: OnConflict,
) -> bool:
    if not index.unique or index.exclusion or not index.valid or not index.immediate:
        return False
    columns = index.key[: index.nkeyatts]
    if {key for key in columns if key} != keys:
        return False
    if exprs or index.exprs:
        from schemalint.simulator.stored import tree_of

        stored = [_bare(tree_of(session, expr, relation)) for expr in index.exprs]
        if not all(any(_same(expr, other) for other in stored) for expr in exprs):
            return False
        if not all(any(_same(expr, other) for expr in exprs) for other in stored):
            return False
    # whether the predicate follows from ON CONFLICT's is for the planner to prove; a condition is taken to imply it
    return index.predicate is None or clause.arbiter_where is not None


def _bare(expr: Expr) -> Expr:
    while isinstance(expr, RelabelType) and expr.format == "implicit_cast":
        expr = expr.arg
    return expr


def _same(a: Expr, b: Expr) -> bool:
    return equal(_bare(a), b)
