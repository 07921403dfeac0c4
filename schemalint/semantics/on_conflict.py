"""ON CONFLICT (transformOnConflictClause of analyze.c, transformOnConflictArbiter of parse_clause.c)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog.model import FIRST_NORMAL_OID, Oid, OpClass, Relation
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.clauses import transform_where_clause
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.parsestate import NamespaceItem, ParseState, span
from schemalint.semantics.query import Expr, InferenceElem, OnConflict
from schemalint.semantics.relations import add_ns_item_to_query, add_range_table_entry_for_relation
from schemalint.semantics.types import lookup_collation
from schemalint.semantics.update import transform_update_target_list
from schemalint.syntax import nodes


def transform_on_conflict_clause(pstate: ParseState, clause: nodes.OnConflictClause) -> OnConflict:
    """transformOnConflictClause."""
    update = clause.action == "ONCONFLICT_UPDATE"
    relation = pstate.target_relation
    assert relation is not None
    excluded: NamespaceItem | None = None
    if update:
        # it has no system columns, as a composite type has none
        excluded = add_range_table_entry_for_relation(pstate, relation, "excluded", False, False, relkind="c")
    arbiters, where, constraint = _transform_arbiter(pstate, clause, relation)
    if excluded is None:
        return OnConflict("nothing", arbiters, where, constraint)
    pstate.is_insert = False
    add_ns_item_to_query(pstate, excluded, False, True, True)
    targets = transform_update_target_list(pstate, clause.targetList)
    set_where = transform_where_clause(pstate, clause.whereClause, "where", "WHERE")
    pstate.namespace = pstate.namespace[:-1]
    return OnConflict("update", arbiters, where, constraint, tuple(targets), set_where, excluded.rtindex)


def _transform_arbiter(
    pstate: ParseState, clause: nodes.OnConflictClause, relation: Relation
) -> tuple[tuple[InferenceElem, ...], Expr | None, int]:
    """(index expressions, predicate, constraint) (transformOnConflictArbiter)."""
    infer, at = clause.infer, span(clause)
    if clause.action == "ONCONFLICT_UPDATE" and infer is None:
        message = "ON CONFLICT DO UPDATE requires inference specification or constraint name"
        raise Refusal("42601", message, at=at, hint="For example, ON CONFLICT (column_name).")
    if relation.oid < FIRST_NORMAL_OID and relation.namespace == 11:
        raise Refusal("0A000", "ON CONFLICT is not supported with system catalog tables", at=at)
    if "user_catalog_table=true" in relation.options:
        message = f'ON CONFLICT is not supported on table "{relation.name}" used as a catalog table'
        raise Refusal("0A000", message, at=at)
    if infer is None:
        return (), None, 0
    arbiters = _resolve_unique_index_expr(pstate, infer)
    where = None
    if infer.whereClause is not None:
        where = transform_expr(pstate, infer.whereClause, "index_predicate")
    constraint = 0
    if infer.conname is not None:
        found = next((c for c in pstate.catalog.constraints(relation.oid) if c.name == infer.conname), None)
        if found is None:
            message = f'constraint "{infer.conname}" for table "{relation.name}" does not exist'
            raise Refusal("42704", message, at=span(infer), word=infer.conname)
        constraint = found.oid
    return arbiters, where, constraint


def _resolve_unique_index_expr(pstate: ParseState, infer: nodes.InferClause) -> tuple[InferenceElem, ...]:
    """resolve_unique_index_expr."""
    made: list[InferenceElem] = []
    for elem in infer.indexElems:
        if elem.ordering != "SORTBY_DEFAULT":
            raise Refusal("42P10", "ASC/DESC is not allowed in ON CONFLICT clause", at=span(infer))
        if elem.nulls_ordering != "SORTBY_NULLS_DEFAULT":
            raise Refusal("42P10", "NULLS FIRST/LAST is not allowed in ON CONFLICT clause", at=span(infer))
        raw = elem.expr
        if raw is None:
            raw = nodes.ColumnRef(fields=(elem.name or "",), start=elem.start, end=elem.end)
        expr = transform_expr(pstate, raw, "index_expression")
        collation = lookup_collation(pstate, elem.collation, span(elem)) if elem.collation else 0
        opclass = _get_opclass(pstate, elem.opclass, elem) if elem.opclass else 0
        made.append(InferenceElem(expr, collation, opclass))
    return tuple(made)


def _get_opclass(pstate: ParseState, names: Sequence[str], elem: nodes.IndexElem) -> Oid:
    """get_opclass_oid."""
    schema, name = pstate.names.split(tuple(names), span(elem))
    if schema is not None:
        pstate.names.namespace(schema, span(elem))
    found = pstate.names.find(OpClass, schema, f"{typeoids.BTREE_AM} {name}")
    if found is None:
        shown = ".".join(names)
        message = f'operator class "{shown}" does not exist for access method "btree"'
        raise pstate.names.missing("42704", message, schema, name, span(elem))
    return found.oid
