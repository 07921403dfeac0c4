"""Which unique index decides a conflict (infer_arbiter_indexes of plancat.c)."""

from __future__ import annotations

from schemalint.catalog.model import Constraint, IndexInfo, OpClass, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import Expr, InferenceElem, OnConflict, Query, RelabelType, Var, equal
from schemalint.simulator.predicates import predicate_implied_by
from schemalint.simulator.session import Session
from schemalint.simulator.stored import tree_of

At = tuple[int, int] | None

_DEFERRABLE = "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters"


def infer_arbiter_indexes(session: Session, query: Query, relation: Relation, clause: OnConflict) -> None:
    """Refuse an ON CONFLICT that no unique index answers to."""
    if clause.constraint:
        _check_constraint(session, clause)
        return
    indexes = session.catalog.indexes(relation.oid)
    if clause.arbiters:
        indexes = [index for index in indexes if _matches(session, query, relation, index, clause)]
        if not indexes:
            message = "there is no unique or exclusion constraint matching the ON CONFLICT specification"
            raise Refusal("42P10", message)
    for candidate in indexes:
        index = candidate.index
        if index is not None and (index.unique or index.exclusion) and not index.immediate and _has_row(query):
            raise Refusal("55000", _DEFERRABLE)


def _has_row(query: Query) -> bool:
    """Whether a row is inserted whatever the data (VALUES)."""
    return all(query.rtable[varno - 1].kind == "values" for varno in query.from_) and not query.has_target_srfs


def _check_constraint(session: Session, clause: OnConflict) -> None:
    constraint = session.catalog.get(Constraint, clause.constraint)
    if constraint is None:
        return
    if not constraint.indid:
        raise Refusal("42809", "constraint in ON CONFLICT clause has no associated index")
    if clause.action == "update" and (constraint.type == "x" or constraint.period):
        raise Refusal("42809", "ON CONFLICT DO UPDATE not supported with exclusion constraints")
    if constraint.deferrable:
        raise Refusal("55000", _DEFERRABLE)


def _matches(session: Session, query: Query, relation: Relation, candidate: Relation, clause: OnConflict) -> bool:
    """Whether an index has exactly the columns and expressions of ON CONFLICT."""
    index = candidate.index
    if index is None or not index.unique or index.exclusion or not index.valid:
        return False
    keys: set[int] = set()
    exprs: list[InferenceElem] = []
    for elem in clause.arbiters:
        expr = elem.expr
        if isinstance(expr, Var) and expr.varno == query.result_relation and expr.levelsup == 0:
            if expr.attno == 0:
                message = "whole row unique index inference specifications are not supported"
                raise Refusal("0A000", message)
            keys.add(expr.attno)
        else:
            exprs.append(elem)
    columns = index.key[: index.nkeyatts]
    if {key for key in columns if key} != keys:
        return False
    stored = [tree_of(session, expr, relation) for expr in index.exprs]
    for elem in clause.arbiters:
        if (elem.collation or elem.opclass) and not _collation_opclass_match(session, elem, index, stored):
            return False
    if not all(any(_same(elem.expr, other) for other in stored) for elem in exprs):
        return False
    if not all(any(_same(elem.expr, other) for elem in exprs) for other in stored):
        return False
    if index.predicate is None:
        return True
    predicate = tree_of(session, index.predicate, relation)
    return predicate_implied_by(session, predicate, clause.arbiter_where)


def _collation_opclass_match(session: Session, elem: InferenceElem, index: IndexInfo, stored: list[Expr]) -> bool:
    """infer_collation_opclass_match."""
    wanted = session.catalog.get(OpClass, elem.opclass) if elem.opclass else None
    exprs = iter(stored)
    for i, key in enumerate(index.key[: index.nkeyatts]):
        column = next(exprs) if key == 0 else None
        if elem.collation and elem.collation != index.collations[i]:
            continue
        if wanted is not None:
            opclass = session.catalog.get(OpClass, index.opclasses[i])
            if opclass is None or (opclass.family, opclass.intype) != (wanted.family, wanted.intype):
                continue
        if isinstance(elem.expr, Var):
            if key == elem.expr.attno:
                return True
        elif column is not None and _same(elem.expr, column):
            return True
    return False


def _bare(expr: Expr) -> Expr:
    while isinstance(expr, RelabelType) and expr.format == "implicit_cast":
        expr = expr.arg
    return expr


def _same(a: Expr, b: Expr) -> bool:
    return equal(_bare(a), _bare(b))
