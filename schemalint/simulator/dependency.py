"""What depends on what (dependency.c, pg_depend.c); deletion.py says what a DROP takes along, and can be had from here.

A default expression is addressed as ("pg_attrdef", relation, attnum); a view's query depends in the view's own name. A table of a
publication is ("pg_publication_rel", publication, table), a schema of one ("pg_publication_namespace", publication, schema).
Everything else has the address of its catalog row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from schemalint.catalog.model import ObjectAddress, Oid
from schemalint.semantics import query as q
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


# --- what an expression refers to


def find_expr_references(
    tree: object, relid: Oid = 0, rtables: tuple[tuple[q.RangeTblEntry, ...], ...] = ()
) -> Iterator[ObjectAddress]:
    """The objects and columns that an analyzed expression or query needs (find_expr_references_walker).

    With `relid`, a Var of level 0 outside any query is a column of that relation.
    """
    match tree:
        case q.Query():
            yield from _query_references(tree, rtables)
            return
        case q.Var():
            yield from _var_references(tree, relid, rtables)
        case q.Const():
            classid = _REG_TYPES.get(tree.type)
            if classid is not None and isinstance(tree.value, int):
                yield ObjectAddress(classid, tree.value)
            yield ObjectAddress("pg_type", tree.type)
            if tree.collation:
                yield ObjectAddress("pg_collation", tree.collation)
            return
        case q.FuncExpr() | q.Aggref() | q.WindowFunc():
            yield ObjectAddress("pg_proc", tree.func)
        case q.OpExpr():
            yield ObjectAddress("pg_operator", tree.op)
        case q.ScalarArrayOpExpr():
            yield ObjectAddress("pg_operator", tree.op)
        case q.RowCompareExpr() | q.SubLink():
            for op in tree.ops:
                yield ObjectAddress("pg_operator", op)
        case q.CollateExpr():
            yield ObjectAddress("pg_collation", tree.collation)
        case q.NextValueExpr():
            yield ObjectAddress("pg_class", tree.seqid)
        case q.FieldSelect():
            yield ObjectAddress("pg_type", tree.arg.type)
    if isinstance(
        tree,
        (q.RelabelType, q.CoerceViaIO, q.ArrayCoerceExpr, q.ConvertRowtypeExpr, q.CoerceToDomain, q.RowExpr, q.Param),
    ):
        yield ObjectAddress("pg_type", tree.type)
    if isinstance(tree, Struct):
        for child in q.children(tree):
            yield from find_expr_references(child, relid, rtables)
    elif isinstance(tree, tuple):
        for item in tree:
            yield from find_expr_references(item, relid, rtables)


def _var_references(
    var: q.Var, relid: Oid, rtables: tuple[tuple[q.RangeTblEntry, ...], ...]
) -> Iterator[ObjectAddress]:
    if var.levelsup >= len(rtables):
        if relid and var.attno >= 0:
            yield ObjectAddress("pg_class", relid, var.attno)
        return
    rtable = rtables[var.levelsup]
    if not 0 < var.varno <= len(rtable):
        return
    rte = rtable[var.varno - 1]
    if rte.kind == "relation" and rte.relid and var.attno >= 0:
        yield ObjectAddress("pg_class", rte.relid, var.attno)
    elif rte.kind == "join" and 0 < var.attno <= len(rte.join_vars):
        yield from find_expr_references(rte.join_vars[var.attno - 1], 0, rtables)


def _query_references(query: q.Query, rtables: tuple[tuple[q.RangeTblEntry, ...], ...]) -> Iterator[ObjectAddress]:
    inner = (query.rtable, *rtables)
    for rte in query.rtable:
        if rte.kind == "relation" and rte.relid:
            yield ObjectAddress("pg_class", rte.relid)
        elif rte.subquery is not None:
            yield from find_expr_references(rte.subquery, 0, inner)
        for function in rte.functions:
            yield from find_expr_references(function, 0, inner)
        for row in rte.values:
            yield from find_expr_references(row, 0, inner)
    if query.command in ("insert", "update") and 0 < query.result_relation <= len(query.rtable):
        relid = query.rtable[query.result_relation - 1].relid
        for target in query.target_list:
            if relid and not target.junk:
                yield ObjectAddress("pg_class", relid, target.resno)
    for field in query.__struct_fields__:
        value = getattr(query, field)
        if field != "rtable" and isinstance(value, (Struct, tuple)):
            yield from find_expr_references(value, 0, inner)


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
    for needed in find_expr_references(tree, relid):
        if (
            needed.classid == "pg_class"
            and needed.objid == depender.objid
            and depender.classid == "pg_class"
            and not needed.objsubid
        ):
            continue
        own = needed.classid == "pg_class" and needed.objid == relid
        session.catalog.depend(depender, needed, self_behavior if own and self_behavior is not None else behavior)
