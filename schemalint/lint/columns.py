"""The columns that a statement makes or retypes, for rules about what a type is good for."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from schemalint.catalog.model import Oid
from schemalint.lint.context import Context
from schemalint.lint.trees import columns_of, relation_of
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


class TypedColumn(Struct, frozen=True):
    """`name` with the type that is written for it; `base` is that type's oid, of arrays their elements', of domains what they are over.

    existing  the table was there before the batch
    """

    name: str
    written: nodes.TypeName
    base: Oid
    existing: bool


def typed_columns(stmt: Node, ctx: Context) -> tuple[TypedColumn, ...]:
    """Of CREATE TABLE and ALTER TABLE; none of temporary tables and partitions, and none whose type is not known.

    They are looked up once, since many rules ask, some of them about earlier statements.
    """
    kept = ctx.typed_columns.get(id(stmt))
    if kept is None or kept[0] is not stmt:
        kept = ctx.typed_columns[id(stmt)] = (stmt, tuple(_typed_columns(stmt, ctx)))
    return kept[1]


def _typed_columns(stmt: Node, ctx: Context) -> Iterator[TypedColumn]:
    from schemalint.semantics.lsyscache import get_base_element_type, get_base_type

    table = relation_of(stmt)
    if table is None or table.relpersistence == "t" or (isinstance(stmt, nodes.CreateStmt) and stmt.partbound):
        return
    relation = ctx.find(table)
    if relation is not None and relation.persistence == "t":
        return
    existing = not isinstance(stmt, nodes.CreateStmt) and (relation is None or not ctx.is_new(relation.oid))
    for name, written in _written(stmt):
        oid = ctx.type_named(written)
        if oid is not None:
            base = get_base_type(ctx.session, get_base_element_type(ctx.session, oid) or oid)
            yield TypedColumn(name, written, base, existing)


def _written(stmt: Node) -> Iterator[tuple[str, nodes.TypeName]]:
    for column in columns_of(stmt):
        if column.typeName is not None and column.colname is not None:
            yield column.colname, column.typeName
    if isinstance(stmt, nodes.AlterTableStmt):
        for command in stmt.cmds:
            if command.subtype == "AT_AlterColumnType" and command.name and command.def_.typeName is not None:
                yield command.name, command.def_.typeName
