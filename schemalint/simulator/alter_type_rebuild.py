"""What is made again after ALTER COLUMN TYPE and SET EXPRESSION: indexes, constraints, foreign keys (ATPostAlterTypeCleanup of
tablecmds.c).

The server drops them and makes them anew from their definitions. Here they stay, and their definitions are read again.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import (
    AccessMethod,
    Collation,
    Constraint,
    Expression,
    ObjectAddress,
    OpClass,
    Operator,
    Relation,
)
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.coerce import coerce_to_boolean
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.typcache import get_default_opclass
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At
from schemalint.simulator.constraints import columns_of_check
from schemalint.simulator.create_context import IndexDefinition, IndexParam
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, Changed
from schemalint.simulator.foreign_keys import Referenced, find_operators
from schemalint.simulator.index_attrs import IndexAttrs, compute_index_attrs
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.reread import NotReadAgain, reread, visible_name
from schemalint.simulator.session import Session
from schemalint.simulator.stored import relation_parsestate, tree_of
from schemalint.syntax import nodes
from schemalint.syntax.errors import NotUnderstood, ParseError


def post_alter_type_cleanup(work: AlterTable, tab: AlteredTable) -> None:
    """ATPostAlterTypeCleanup, and the passes for old indexes and constraints."""
    session = work.session
    at = (work.node.start, work.node.end) if work.node is not None else None
    constraints = [
        found for oid in tab.changed_constraints if (found := session.catalog.get(Constraint, oid)) is not None
    ]
    tab.changed_constraints.clear()
    for oid in tab.changed_indexes:
        index = session.catalog.get(Relation, oid)
        if index is not None:
            _rebuild_index(work, tab, index, None, at)
    tab.changed_indexes.clear()
    for constraint in constraints:
        index = session.catalog.get(Relation, constraint.indid) if constraint.type in "pux" else None
        if index is not None:
            _rebuild_index(work, tab, index, constraint, at)
    for constraint in sorted(constraints, key=lambda held: held.relid != tab.relid):  # other tables' turn comes later
        for relid in (constraint.relid, constraint.frelid):
            if relid and relid != tab.relid:
                session.lock(relid, ACCESS_EXCLUSIVE)
        if constraint.type == "c" and constraint.expr is not None:
            _rebuild_check(work, constraint, at)
        elif constraint.type == "f":
            _rebuild_foreign_key(work, tab, constraint, at)
        elif constraint.type == "n":
            _check_not_null(work, constraint, at)


# --- Expressions


def _read_again(session: Session, before: Relation, after: Relation, stored: Expression, kind: str) -> Any:
    """The stored expression's tree over the new types, None when it is not known how the server would see it."""
    try:
        tree = tree_of(session, stored, before, kind)
        pstate = relation_parsestate(session, after)
        pstate.expr_kind = kind
        read = reread(pstate, after, tree)
        if kind in ("check_constraint", "index_predicate"):
            read = coerce_to_boolean(pstate, read, "CHECK" if kind == "check_constraint" else "WHERE")
        assign_expr_collations(pstate, read)
        return read
    except (NotReadAgain, Undecidable, ParseError, NotUnderstood):
        return None


def _without_place(refusal: Refusal, at: At) -> Refusal:
    """The refusal of a stored expression points at nothing in the statement."""
    refusal.at = at
    return refusal


def _rebuild_check(work: AlterTable, constraint: Constraint, at: At) -> None:
    """A CHECK is analyzed again, and its table read."""
    session = work.session
    relation = work.rel(constraint.relid)
    tab = work.table(constraint.relid)
    if constraint.validated and constraint.enforced and relation.kind == "r":
        tab.scans.append(constraint.name)
    assert constraint.expr is not None
    try:
        tree = _read_again(session, tab.old, relation, constraint.expr, "check_constraint")
    except Refusal as refusal:
        raise _without_place(refusal, at) from None
    if tree is None:
        return
    after = replace(constraint, expr=Expression(constraint.expr.text, tree), key=columns_of_check(tree))
    session.catalog.put(after)
    record_dependency_on_expr(session, after.address, tree, relation.oid, "n", "n")


def _check_not_null(work: AlterTable, constraint: Constraint, at: At) -> None:
    """A child's own NOT NULL constraint is made after that of its parent, which has come down by its own name."""
    if not constraint.islocal or not constraint.inhcount:
        return
    child = work.rel(constraint.relid)
    name = child.columns[constraint.key[0] - 1].name
    for oid in child.inherits:
        if oid not in work.tables:
            continue
        column = column_named(work.rel(oid), name)
        held = find_not_null_constraint_attnum(work.session, oid, column.num) if column is not None else None
        if held is not None and held.name != constraint.name:
            raise Refusal(
                "55000",
                f'cannot create not-null constraint "{constraint.name}" on column "{name}" of table "{child.name}"',
                at=at,
                word=name,
                detail=f'A not-null constraint named "{held.name}" already exists for this column.',
            )


# --- Indexes


def _rebuild_index(work: AlterTable, tab: AlteredTable, index: Relation, constraint: Constraint | None, at: At) -> None:
    """An index gets operator classes for the new types."""
    session = work.session
    info = index.index
    assert info is not None
    relation = work.rel(info.relid)
    old = work.table(info.relid).old
    am = session.catalog.get(AccessMethod, index.am)
    if am is None:
        return
    try:
        definition = _definition_of(session, old, relation, index, constraint, am)
        if definition is None:
            tab.rebuilt_indexes.append(index.oid)
            return
        definition.at = at
        attrs = compute_index_attrs(session, relation, definition, am)
    except Refusal as refusal:
        raise _without_place(refusal, at) from None
    if not _is_compatible(index, attrs) and index.kind == "i":
        tab.rebuilt_indexes.append(index.oid)
    changed = replace(
        info,
        collations=tuple(attrs.collations[: info.nkeyatts]),
        opclasses=tuple(attrs.opclasses),
        exprs=tuple(attrs.exprs),
        predicate=definition.predicate,
    )
    columns = tuple(
        replace(column, type=type_oid, collation=collation)
        for column, type_oid, collation in zip(index.columns, attrs.types, attrs.collations, strict=False)
    )
    after = replace(index, index=changed, columns=columns or index.columns)
    session.catalog.put(after)
    session.effect(Changed(index, after))
    for opclass in attrs.opclasses:
        session.catalog.depend(index.address, ObjectAddress("pg_opclass", opclass))


def _definition_of(
    session: Session,
    relation: Relation,
    after: Relation,
    index: Relation,
    constraint: Constraint | None,
    am: AccessMethod,
) -> IndexDefinition | None:
    """The index as pg_get_indexdef writes it of the old columns and the parser reads it of the new ones; None when that cannot be
    told."""
    info = index.index
    assert info is not None
    params: list[IndexParam] = []
    exprs = iter(info.exprs)
    for place, num in enumerate(info.key):
        if num > 0:
            column = relation.columns[num - 1]
            param = IndexParam(name=column.name)
            if place < len(info.collations) and info.collations[place] != column.collation:
                collation = session.catalog.get(Collation, info.collations[place])
                param.collation = visible_name(session, collation) if collation is not None else ()
            default = get_default_opclass(session, column.type, am.oid)
        else:
            stored = next(exprs, None)
            tree = _read_again(session, relation, after, stored, "index_expression") if stored is not None else None
            if tree is None or stored is None:
                return None
            param = IndexParam(cooked=Expression(stored.text, tree))
            default = get_default_opclass(session, tree_of(session, stored, relation).type, am.oid)
        if place < len(info.opclasses) and info.opclasses[place] != default:
            found = session.catalog.get(OpClass, info.opclasses[place])
            if found is None:
                return None
            param.opclass = visible_name(session, found)
        params.append(param)
    definition = IndexDefinition(
        idxname=index.name,
        access_method=am.name,
        params=tuple(params[: info.nkeyatts]),
        including=tuple(params[info.nkeyatts :]),
        unique=info.unique,
        primary=info.primary,
        isconstraint=constraint is not None,
    )
    if info.predicate is not None:
        tree = _read_again(session, relation, after, info.predicate, "index_predicate")
        if tree is None:
            return None
        definition.predicate = Expression(info.predicate.text, tree)
    if constraint is not None and constraint.exclops and not constraint.period:
        names = []
        for oid in constraint.exclops:
            operator = session.catalog.get(Operator, oid)
            if operator is None:
                return None
            names.append((session.names.namespace_name(operator.namespace), operator.name))
        definition.exclude_op_names = tuple(names)
    return definition


def _is_compatible(index: Relation, attrs: IndexAttrs) -> bool:
    """Whether the index's file may be kept (CheckIndexCompatible)."""
    info = index.index
    assert info is not None
    return (
        not info.exprs
        and info.predicate is None
        and tuple(attrs.opclasses) == info.opclasses
        and tuple(attrs.collations[: info.nkeyatts]) == info.collations
    )


# --- Foreign keys


def _rebuild_foreign_key(work: AlterTable, tab: AlteredTable, constraint: Constraint, at: At) -> None:
    """A foreign key looks for its operators again; rows are checked again when these are others."""
    session = work.session
    relation, pkrel = work.rel(constraint.relid), session.catalog.get(Relation, constraint.frelid)
    index = session.catalog.get(Relation, constraint.indid)
    if pkrel is None or index is None or index.index is None or constraint.parentid:
        return
    by_column = dict(zip(index.index.key, index.index.opclasses, strict=False))
    opclasses = tuple(by_column.get(num, 0) for num in constraint.fkey)
    raw = nodes.Constraint(contype="CONSTR_FOREIGN", conname=constraint.name)
    operators = find_operators(
        session,
        relation,
        pkrel,
        raw,
        constraint.key,
        Referenced(constraint.fkey, constraint.indid, opclasses, constraint.period),
        at,
    )
    if constraint.validated and relation.kind == "r" and operators != constraint.eqops:
        tab.foreign_keys.append((constraint.name, constraint.frelid))
        if relation.oid != tab.relid:
            tab.foreign_keys.append((constraint.name, relation.oid))
    if operators and operators != constraint.eqops and constraint.eqops:
        session.change(replace(constraint, eqops=operators))
