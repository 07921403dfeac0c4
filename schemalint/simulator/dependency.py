"""What depends on what (dependency.c, pg_depend.c); deletion.py says what a DROP takes along, and can be had from here.

A default expression is addressed as ("pg_attrdef", relation, attnum); a view's query depends in the view's own name. A table of a
publication is ("pg_publication_rel", publication, table), a schema of one ("pg_publication_namespace", publication, schema).
Everything else has the address of its catalog row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from schemalint.catalog.model import FIRST_NORMAL_OID, ObjectAddress, Oid
from schemalint.catalog.store import Catalog
from schemalint.semantics import query as q
from schemalint.semantics.lsyscache import type_or_domain_type_relid
from schemalint.simulator.deletion import (
    AUTO,
    AUTO_EXTENSION,
    EXTENSION,
    INTERNAL,
    NORMAL,
    PARTITION_PRI,
    PARTITION_SEC,
    SKIP_EXTENSIONS,
    delete_namespace_contents,
    perform_deletion,
    perform_multiple_deletions,
    remove_column,
    remove_default,
)
from schemalint.simulator.session import Session

__all__ = [
    "AUTO",
    "AUTO_EXTENSION",
    "EXTENSION",
    "INTERNAL",
    "NORMAL",
    "PARTITION_PRI",
    "PARTITION_SEC",
    "SKIP_EXTENSIONS",
    "delete_namespace_contents",
    "find_expr_references",
    "perform_deletion",
    "perform_multiple_deletions",
    "record_dependency_on_expr",
    "remove_column",
    "remove_default",
]

_REG_TYPES = {
    2205: "pg_class",
    2206: "pg_type",
    24: "pg_proc",
    2202: "pg_proc",
    2203: "pg_operator",
    2204: "pg_operator",
    4191: "pg_collation",
    3734: "pg_ts",
    3769: "pg_ts",
    4089: "pg_namespace",
    4096: "pg_authid",
}
"""regclass and its like: a constant of such a type is a dependency on what it names."""

_UNPINNED = frozenset(("pg_authid", "pg_namespace"))
"""Catalogs of which even built-in rows may be depended on."""


# --- what an expression refers to

Tables = tuple[tuple[q.RangeTblEntry, ...], ...]


class _References:
    """find_expr_references_walker: gathers what is not built in."""

    def __init__(self, catalog: Catalog, relid: Oid) -> None:
        self.catalog = catalog
        self.relid = relid
        self.found: dict[ObjectAddress, None] = {}

    def add(self, classid: str, oid: Oid, objsubid: int = 0) -> None:
        if oid >= FIRST_NORMAL_OID or classid in _UNPINNED:
            self.found[ObjectAddress(classid, oid, objsubid)] = None

    def walk(self, node: object, tables: Tables) -> None:
        """Any part of a tree; `tables` are the range tables of the queries around it, the innermost first."""
        if isinstance(node, tuple):
            for item in node:
                if isinstance(item, (Struct, tuple)):
                    self.walk(item, tables)
            return
        visit = _VISITS.get(type(node))
        if visit is not None and not visit(self, node, tables):
            return
        if isinstance(node, Struct):
            for child in q.children(node):
                self.walk(child, tables)

    def query(self, query: q.Query, tables: Tables) -> bool:
        inner = (query.rtable, *tables)
        for rte in query.rtable:
            if rte.kind == "relation" and rte.relid:
                self.add("pg_class", rte.relid)
            elif rte.subquery is not None:
                self.walk(rte.subquery, inner)
            self.walk(rte.functions, inner)
            self.walk(rte.values, inner)
            self.walk(rte.tablesample, inner)
            if rte.has_coldefs:
                for oid in rte.types:
                    self.add("pg_type", oid)
        if 0 < query.result_relation <= len(query.rtable):
            relid = query.rtable[query.result_relation - 1].relid
            targets = query.target_list if query.command in ("insert", "update") else ()
            for action in query.merge_actions:
                targets = (*targets, *action.targets)
            if query.on_conflict is not None:
                targets = (*targets, *query.on_conflict.targets)
            for target in targets if relid else ():
                if not target.junk:
                    self.add("pg_class", relid, target.resno)
        if query.on_conflict is not None and query.on_conflict.constraint:
            self.add("pg_constraint", query.on_conflict.constraint)
        for oid in query.constraint_deps:
            self.add("pg_constraint", oid)
        for field in query.__struct_fields__:
            value = getattr(query, field)
            if field not in ("rtable", "inner", "utility") and isinstance(value, (Struct, tuple)):
                self.walk(value, inner)
        return False

    def var(self, var: q.Var, tables: Tables) -> bool:
        if var.levelsup >= len(tables):
            if self.relid and var.attno > 0:
                self.add("pg_class", self.relid, var.attno)
            return False
        rtable = tables[var.levelsup]
        if not 0 < var.varno <= len(rtable):
            return False
        rte = rtable[var.varno - 1]
        if rte.kind == "relation" and rte.relid and var.attno >= 0:
            self.add("pg_class", rte.relid, var.attno)
        elif rte.kind == "join" and 0 < var.attno <= len(rte.join_vars):
            column = rte.join_vars[var.attno - 1]
            if column is not None:
                self.walk(column, tables[var.levelsup :])
        elif rte.kind == "function" and var.attno > 0:
            self.function_column(rte, var.attno)
        return False

    def function_column(self, rte: q.RangeTblEntry, attno: int) -> None:
        """A column of a function's row type is one of that type's relation (process_function_rte_ref)."""
        for function, count in zip(rte.functions, rte.counts, strict=False):
            if attno <= count:
                relid = type_or_domain_type_relid(self.state(), function.type) if isinstance(function, q.Expr) else 0
                if relid and not rte.has_coldefs:
                    self.add("pg_class", relid, attno)
                return
            attno -= count

    def state(self) -> Any:
        return _CatalogOnly(self.catalog)

    def const(self, const: q.Const, tables: Tables) -> bool:
        classid = _REG_TYPES.get(const.type)
        if classid is not None and isinstance(const.value, int):
            self.add(classid, const.value)
        self.add("pg_type", const.type)
        if const.collation:
            self.add("pg_collation", const.collation)
        return False

    def field(self, select: q.FieldSelect, tables: Tables) -> bool:
        relid = type_or_domain_type_relid(self.state(), select.arg.type)
        if relid:
            self.add("pg_class", relid, select.attno)
        else:
            self.add("pg_type", select.arg.type)
        return True

    def field_store(self, store: q.FieldStore, tables: Tables) -> bool:
        relid = type_or_domain_type_relid(self.state(), store.type)
        if not relid:
            self.add("pg_type", store.type)
        for attno in store.attnos if relid else ():
            self.add("pg_class", relid, attno)
        return True

    def function(self, call: Any, tables: Tables) -> bool:
        self.add("pg_proc", call.func)
        return True

    def operator(self, call: Any, tables: Tables) -> bool:
        self.add("pg_operator", call.op)
        return True

    def operators(self, node: Any, tables: Tables) -> bool:
        for op in node.ops:
            self.add("pg_operator", op)
        return True

    def sorted_by(self, clause: q.SortGroupClause, tables: Tables) -> bool:
        for op in (clause.eqop, clause.sortop):
            self.add("pg_operator", op)
        return True

    def collated(self, node: q.CollateExpr, tables: Tables) -> bool:
        self.add("pg_collation", node.collation)
        return True

    def next_value(self, node: q.NextValueExpr, tables: Tables) -> bool:
        self.add("pg_class", node.seqid)
        return True

    def typed(self, node: q.Expr, tables: Tables) -> bool:
        self.add("pg_type", node.type)
        return True


class _CatalogOnly:
    """What the look-ups of types need."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.version = catalog.version
        self.names: Any = None


_VISITS: dict[type, Any] = {
    q.Query: _References.query,
    q.Var: _References.var,
    q.Const: _References.const,
    q.FuncExpr: _References.function,
    q.Aggref: _References.function,
    q.WindowFunc: _References.function,
    q.OpExpr: _References.operator,
    q.ScalarArrayOpExpr: _References.operator,
    q.RowCompareExpr: _References.operators,
    q.SubLink: _References.operators,
    q.SortGroupClause: _References.sorted_by,
    q.CollateExpr: _References.collated,
    q.NextValueExpr: _References.next_value,
    q.FieldSelect: _References.field,
    q.FieldStore: _References.field_store,
    q.RelabelType: _References.typed,
    q.CoerceViaIO: _References.typed,
    q.ArrayCoerceExpr: _References.typed,
    q.ConvertRowtypeExpr: _References.typed,
    q.CoerceToDomain: _References.typed,
    q.RowExpr: _References.typed,
    q.Param: _References.typed,
}
"""What a node itself refers to; the answer says whether its parts are still to be looked at."""


def find_expr_references(catalog: Catalog, tree: object, relid: Oid = 0) -> Iterable[ObjectAddress]:
    """The objects and columns that an analyzed expression or query needs, built-in ones aside. With `relid`, a Var outside any
    query is a column of that relation."""
    references = _References(catalog, relid)
    references.walk(tree, ())
    by_column = {needed[:2] for needed in references.found if needed.objsubid}
    return [
        needed for needed in references.found if needed.objsubid or needed[:2] not in by_column
    ]  # eliminate_duplicate_dependencies


def record_dependency_on_expr(
    session: Session,
    depender: ObjectAddress,
    tree: Any,
    relid: Oid = 0,
    behavior: str = NORMAL,
    self_behavior: str | None = None,
) -> None:
    """Record what an expression needs (recordDependencyOnExpr; with self_behavior, recordDependencyOnSingleRelExpr: how it needs
    columns of `relid` itself)."""
    catalog = session.catalog
    for needed in find_expr_references(catalog, tree, relid):
        own = needed.classid == "pg_class" and needed.objid == relid
        if needed.objid == depender.objid and depender.classid == "pg_class" == needed.classid and not needed.objsubid:
            continue
        catalog.depend(depender, needed, self_behavior if own and self_behavior is not None else behavior)
