"""CREATE TYPE and ALTER TYPE SET, by kind of type (typecmds.c)."""

from __future__ import annotations

from schemalint.catalog.model import Attribute, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.types import get_column_def_collation, typename_type_id_and_mod
from schemalint.simulator.base_types import alter_type, define_type
from schemalint.simulator.function_parameters import check_type_usage
from schemalint.simulator.heap import heap_create_with_catalog
from schemalint.simulator.namespaces import qualified_name_get_creation_namespace, range_var_names
from schemalint.simulator.pg_type import free_type_name
from schemalint.simulator.range_types import define_range
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import ColumnDef, CompositeTypeStmt

__all__ = ["alter_type", "define_composite_type", "define_range", "define_type"]


def define_composite_type(session: Session, stmt: CompositeTypeStmt) -> None:
    """CREATE TYPE ... AS (...) (DefineCompositeType)."""
    at = (stmt.typevar.start, stmt.typevar.end)
    namespace, name = qualified_name_get_creation_namespace(session, range_var_names(stmt.typevar), at)
    free_type_name(session, name, namespace, at)
    columns: list[Attribute] = []
    for column in stmt.coldeflist:
        if any(other.name == column.colname for other in columns):
            message = f'column "{column.colname}" specified more than once'
            raise Refusal("42701", message, at=(column.start, column.end), word=column.colname)
        columns.append(attribute_of(session, column, len(columns) + 1))
    made = Relation(oid=0, name=name, namespace=namespace, kind="c", owner=session.role, columns=tuple(columns))
    heap_create_with_catalog(session, made, at)


def attribute_of(session: Session, column: ColumnDef, num: int) -> Attribute:
    """A column of a composite type (BuildDescForRelation). Its type is UNKNOWN_TYPE when an open catalog may have it."""
    assert column.typeName is not None and column.colname is not None
    at = (column.start, column.end)
    try:
        oid, typmod = typename_type_id_and_mod(session, column.typeName)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        return Attribute(num=num, name=column.colname, type=UNKNOWN_TYPE)
    check_type_usage(session, oid, at)
    collation = get_column_def_collation(session, column, oid)
    if column.typeName.setof:
        raise Refusal("42P16", f'column "{column.colname}" cannot be declared SETOF', at=at, word=column.colname)
    return Attribute(
        num=num,
        name=column.colname,
        type=oid,
        typmod=typmod,
        collation=collation,
        ndims=len(column.typeName.arrayBounds),
    )
