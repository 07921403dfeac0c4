"""Partition keys and bounds (transformPartitionSpec, ComputePartitionAttrs of tablecmds.c; transformPartitionBound of
parse_utilcmd.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import (
    AccessMethod,
    Expression,
    ObjectAddress,
    Oid,
    PartitionBound,
    PartitionKey,
    Relation,
)
from schemalint.errors import Refusal
from schemalint.semantics import query as q
from schemalint.semantics.coerce import ASSIGNMENT, coerce_to_target_type
from schemalint.semantics.collations import assign_expr_collations, expr_collation
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.lsyscache import type_is_collatable
from schemalint.semantics.parsestate import ParseState
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.relations import find_attribute, system_attribute_by_name
from schemalint.semantics.types import format_type, lookup_collation
from schemalint.semantics.volatility import contain_mutable_functions
from schemalint.simulator.dependency import record_dependency_on_expr
from schemalint.simulator.effects import Scanned
from schemalint.simulator.heap import check_attribute_type
from schemalint.simulator.index_attrs import resolve_opclass
from schemalint.simulator.partition_bounds import check_new_partition_bound
from schemalint.simulator.partition_values import MAXVALUE, MINVALUE, Datum, datum_of
from schemalint.simulator.session import Session
from schemalint.simulator.stored import relation_parsestate, session_parsestate, vars_of
from schemalint.syntax.nodes import ColumnRef, Node, PartitionBoundSpec, PartitionElem, PartitionSpec

At = tuple[int, int] | None

PARTITION_MAX_KEYS = 32
BTREE, HASH = 403, 405


# --- The key


def define_partition_key(session: Session, relation: Relation, spec: PartitionSpec) -> Relation:
    """PARTITION BY: check the key and store it."""
    at = (spec.start, spec.end)
    if len(spec.partParams) > PARTITION_MAX_KEYS:
        message = f"cannot partition using more than {PARTITION_MAX_KEYS} columns"
        raise Refusal("54011", message, at=at)
    strategy = {"PARTITION_STRATEGY_LIST": "l", "PARTITION_STRATEGY_RANGE": "r", "PARTITION_STRATEGY_HASH": "h"}[
        spec.strategy
    ]
    if strategy == "l" and len(spec.partParams) != 1:
        raise Refusal("42P17", 'cannot use "list" partition strategy with more than one column', at=at)
    pstate = relation_parsestate(session, relation)
    key = compute_partition_attrs(session, pstate, relation, spec.partParams, strategy)
    after = replace(relation, partition_key=key)
    session.catalog.put(after)
    _record_key_dependencies(session, after, key)
    return after


def compute_partition_attrs(
    session: Session, pstate: ParseState, relation: Relation, params: tuple[PartitionElem, ...], strategy: str
) -> PartitionKey:
    """ComputePartitionAttrs."""
    attrs: list[int] = []
    exprs: list[Expression] = []
    opclasses: list[Oid] = []
    collations: list[Oid] = []
    trees = [transform_partition_expr(pstate, param.expr) if param.expr is not None else None for param in params]
    am = session.catalog[AccessMethod, HASH if strategy == "h" else BTREE]
    for param, tree in zip(params, trees, strict=True):
        at = (param.start, param.end)
        if tree is None:
            num, type_oid, collation = _key_column(relation, param, at)
            attrs.append(num)
        else:
            type_oid, collation = tree.type, expr_collation(tree, pstate)
            check_attribute_type(session, str(len(attrs) + 1), type_oid, collation or 1, at=at, partkey=True)
            while isinstance(tree, q.CollateExpr):
                tree = tree.arg
            if isinstance(tree, q.Var) and tree.attno > 0:
                _refuse_generated(relation, tree.attno, at)
                attrs.append(tree.attno)
            else:
                _check_key_expression(session, relation, tree, at)
                attrs.append(0)
                assert param.expr is not None
                exprs.append(Expression(session.source_of(param.expr), tree))
        collations.append(_key_collation(session, param, type_oid, collation, at))
        opclasses.append(_key_opclass(session, param, type_oid, am, at))
    return PartitionKey(
        strategy=strategy,
        attrs=tuple(attrs),
        exprs=tuple(exprs),
        opclasses=tuple(opclasses),
        collations=tuple(collations),
    )


def transform_partition_expr(pstate: ParseState, node: Node) -> q.Expr:
    """A partition key's expression (transformPartitionSpec)."""
    expr = transform_expr(pstate, node, "partition_expression")
    assign_expr_collations(pstate, expr)
    return expr


def _key_column(relation: Relation, param: PartitionElem, at: At) -> tuple[int, Oid, Oid]:
    name = param.name
    assert name is not None
    attribute = find_attribute(relation, name)
    if attribute is None:
        if system_attribute_by_name(name) is not None:
            raise Refusal("42P17", f'cannot use system column "{name}" in partition key', at=at, word=name)
        raise Refusal("42703", f'column "{name}" named in partition key does not exist', at=at, word=name)
    _refuse_generated(relation, attribute.num, at)
    return attribute.num, attribute.type, attribute.collation


def _refuse_generated(relation: Relation, num: int, at: At) -> None:
    column = relation.columns[num - 1]
    if column.generated:
        raise Refusal(
            "42P17",
            "cannot use generated column in partition key",
            at=at,
            detail=f'Column "{column.name}" is a generated column.',
        )


def _check_key_expression(session: Session, relation: Relation, tree: q.Expr, at: At) -> None:
    used = vars_of(tree)
    if any(var.attno < 0 for var in used):
        raise Refusal("42P17", "partition key expressions cannot contain system column references", at=at)
    for var in used:
        if var.attno > 0:
            _refuse_generated(relation, var.attno, at)
        elif var.attno == 0 and any(column.generated for column in relation.columns):
            column = next(c for c in relation.columns if c.generated)
            _refuse_generated(relation, column.num, at)
    if contain_mutable_functions(session, tree):
        raise Refusal("42P17", "functions in partition key expression must be marked IMMUTABLE", at=at)
    if not used and not isinstance(tree, q.UnknownExpr):
        raise Refusal("42P17", "cannot use constant expression as partition key", at=at)


def _key_collation(session: Session, param: PartitionElem, type_oid: Oid, collation: Oid, at: At) -> Oid:
    if param.collation:
        collation = lookup_collation(session, param.collation, at)
    if type_oid == UNKNOWN_TYPE:
        return collation
    if type_is_collatable(session, type_oid):
        if not collation:
            raise Refusal(
                "42P22",
                "could not determine which collation to use for partition expression",
                at=at,
                hint="Use the COLLATE clause to set the collation explicitly.",
            )
    elif collation:
        raise Refusal("42804", f"collations are not supported by type {format_type(session, type_oid)}", at=at)
    return collation


def _key_opclass(session: Session, param: PartitionElem, type_oid: Oid, am: AccessMethod, at: At) -> Oid:
    try:
        return resolve_opclass(session, param.opclass, type_oid, am, at)
    except Refusal as refusal:
        if refusal.hint is not None:
            refusal.hint = (
                f"You must specify a {am.name} operator class"
                f" or define a default {am.name} operator class for the data type."
            )
        raise


def _record_key_dependencies(session: Session, relation: Relation, key: PartitionKey) -> None:
    """StorePartitionKey: key columns go with the whole table only."""
    catalog, address = session.catalog, relation.address
    for opclass in key.opclasses:
        if opclass:
            catalog.depend(address, ObjectAddress("pg_opclass", opclass))
    for collation in key.collations:
        if collation and collation != 100:
            catalog.depend(address, ObjectAddress("pg_collation", collation))
    columns = {num for num in key.attrs if num > 0}
    for expression in key.exprs:
        record_dependency_on_expr(session, address, expression.tree)
        columns |= {var.attno for var in vars_of(expression.tree) if var.attno > 0}
    for num in columns:
        catalog.depend(ObjectAddress("pg_class", relation.oid, num), address, "i")


# --- Bounds


def define_partition_bound(
    session: Session, relation: Relation, parent: Relation, spec: PartitionBoundSpec
) -> Relation:
    """FOR VALUES or DEFAULT of a new partition."""
    at = (spec.start, spec.end)
    if parent.kind != "p":
        raise Refusal("42P17", f'"{parent.name}" is not partitioned', at=at, word=parent.name)
    bound = transform_partition_bound(session, parent, spec)
    check_new_partition_bound(session, relation.name, parent, bound, at)
    scan_default_partition(session, parent, relation.oid)
    after = replace(relation, partition_bound=bound)
    session.catalog.put(after)
    return after


def scan_default_partition(session: Session, parent: Relation, new: Oid) -> None:
    """Rows of the default partition may belong to a new one: they are looked at (check_default_partition_contents)."""
    for child in session.catalog.children(parent.oid):
        if child.oid != new and child.partition_bound is not None and child.partition_bound.is_default:
            session.effect(Scanned(child.oid, "partition constraint"))


def _invalid(message: str, at: At, sqlstate: str = "42P16") -> Refusal:
    return Refusal(sqlstate, message, at=at)


def transform_partition_bound(session: Session, parent: Relation, spec: PartitionBoundSpec) -> PartitionBound:
    """A bound with its values (transformPartitionBound)."""
    key = parent.partition_key
    at = (spec.start, spec.end)
    if key is None:
        return PartitionBound(strategy=spec.strategy or "l", is_default=spec.is_default)
    text = session.source_of(spec)
    strategy = key.strategy
    if spec.is_default:
        if strategy == "h":
            raise _invalid("a hash-partitioned table may not have a default partition", at)
        return PartitionBound(strategy=strategy, is_default=True, text="DEFAULT")
    if strategy != spec.strategy:
        what = {"h": "hash", "l": "list", "r": "range"}[strategy]
        raise _invalid(f"invalid bound specification for a {what} partition", at)
    if strategy == "h":
        return _hash_bound(spec, text, at)
    pstate = session_parsestate(session)
    columns = key_columns(session, parent)
    if strategy == "l":
        return _list_bound(session, pstate, spec, columns[0], text)
    return _range_bound(session, pstate, spec, columns, text, at)


def _hash_bound(spec: PartitionBoundSpec, text: str, at: At) -> PartitionBound:
    if spec.modulus <= 0:
        raise _invalid("modulus for hash partition must be an integer value greater than zero", at)
    if spec.remainder < 0:
        message = "remainder for hash partition must be an integer value greater than or equal to zero"
        raise _invalid(message, at)
    if spec.remainder >= spec.modulus:
        raise _invalid("remainder for hash partition must be less than modulus", at)
    return PartitionBound(strategy="h", modulus=spec.modulus, remainder=spec.remainder, text=text)


def key_columns(session: Session, parent: Relation) -> list[tuple[str, Oid, int, Oid]]:
    """(name or expression, type, typmod, collation) of each column of a partition key."""
    from schemalint.simulator.stored import tree_of

    key = parent.partition_key
    assert key is not None
    exprs = iter(key.exprs)
    found: list[tuple[str, Oid, int, Oid]] = []
    for place, num in enumerate(key.attrs):
        collation = key.collations[place] if place < len(key.collations) else 0
        if num:
            column = parent.columns[num - 1]
            found.append((column.name, column.type, column.typmod, collation))
        else:
            stored = next(exprs)
            tree: Any = tree_of(session, stored, parent, "partition_expression")
            found.append((stored.text, tree.type, tree.typmod, collation))
    return found


def _list_bound(
    session: Session,
    pstate: ParseState,
    spec: PartitionBoundSpec,
    column: tuple[str, Oid, int, Oid],
    text: str,
) -> PartitionBound:
    datums: list[Datum] = []
    for node in spec.listdatums:
        datum = transform_partition_bound_value(session, pstate, node, column)
        if not any(datum == held and datum.kind != "unknown" for held in datums):
            datums.append(datum)
    return PartitionBound(strategy="l", text=text, datums=tuple(datums))


def _range_bound(
    session: Session,
    pstate: ParseState,
    spec: PartitionBoundSpec,
    columns: list[tuple[str, Oid, int, Oid]],
    text: str,
    at: At,
) -> PartitionBound:
    for word, given in (("FROM", spec.lowerdatums), ("TO", spec.upperdatums)):
        if len(given) != len(columns):
            raise _invalid(f"{word} must specify exactly one value per partitioning column", at)
    lower = _range_datums(session, pstate, spec.lowerdatums, columns)
    upper = _range_datums(session, pstate, spec.upperdatums, columns)
    return PartitionBound(strategy="r", text=text, lower=lower, upper=upper)


def _range_datums(
    session: Session,
    pstate: ParseState,
    given: tuple[Node, ...],
    columns: list[tuple[str, Oid, int, Oid]],
) -> tuple[Datum, ...]:
    """transformPartitionRangeBounds, validateInfiniteBounds."""
    found: list[Datum] = []
    for node, column in zip(given, columns, strict=True):
        if isinstance(node, ColumnRef) and len(node.fields) == 1 and node.fields[0] in ("minvalue", "maxvalue"):
            found.append(MINVALUE if node.fields[0] == "minvalue" else MAXVALUE)
            continue
        datum = transform_partition_bound_value(session, pstate, node, column)
        if datum.kind == "null":
            raise Refusal("42P17", "cannot specify NULL in range bound", at=(node.start, node.end))
        found.append(datum)
    infinite: Datum | None = None
    for node, datum in zip(given, found, strict=True):
        if infinite is not None and datum.kind != infinite.kind:
            message = f"every bound following {infinite.text} must also be {infinite.text}"
            raise Refusal("42804", message, at=(node.start, node.end))
        if datum.kind in ("min", "max"):
            infinite = datum
    return tuple(found)


def transform_partition_bound_value(
    session: Session, pstate: ParseState, node: Node, column: tuple[str, Oid, int, Oid]
) -> Datum:
    """One value (transformPartitionBoundValue)."""
    name, type_oid, typmod, _ = column
    at = (node.start, node.end)
    expr = transform_expr(pstate, node, "partition_bound")
    if type_oid == UNKNOWN_TYPE:
        return Datum("unknown")
    coerced = coerce_to_target_type(pstate, expr, expr.type, type_oid, typmod, ASSIGNMENT, "implicit_cast", None)
    if coerced is None:
        shown = format_type(session, type_oid)
        raise Refusal("42804", f'specified value cannot be cast to type {shown} for column "{name}"', at=at)
    return datum_of(session, coerced, type_oid)
