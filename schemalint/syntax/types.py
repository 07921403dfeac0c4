"""Types and domains."""

from __future__ import annotations

from schemalint.syntax.alter_table import alter_composite_type
from schemalint.syntax.columns import column_qualifiers, table_func_element
from schemalint.syntax.common import definition, range_var_of
from schemalint.syntax.constraint_attributes import NO_INHERIT, NOT_VALID, check_attributes, constraint_attributes
from schemalint.syntax.constraints import is_table_constraint, parenthesized, table_constraint
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.define import operator_definition
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import (
    AlterDomainStmt,
    AlterEnumStmt,
    AlterTypeStmt,
    ColumnDef,
    CompositeTypeStmt,
    Constraint,
    CreateDomainStmt,
    CreateEnumStmt,
    CreateRangeStmt,
    DefineStmt,
    Node,
    RenameStmt,
)
from schemalint.syntax.rename import OWNER, RENAME, SCHEMA, change_object
from schemalint.syntax.typenames import type_name

# --- CREATE TYPE


def create_type(c: Cursor) -> Node:
    """DefineStmt of a base or shell type, CompositeTypeStmt, CreateEnumStmt, CreateRangeStmt."""
    start = c.start
    c.expect("create", "type")
    at = c.start
    name = c.any_name()
    name_end = c.end
    if c.match[c.at] == "(":
        return DefineStmt(kind="OBJECT_TYPE", defnames=name, definition=definition(c), start=start, end=c.end)
    if not c.take("as"):
        return DefineStmt(kind="OBJECT_TYPE", defnames=name, start=start, end=c.end)
    if c.take("enum"):
        c.expect("(")
        values: tuple[str, ...] = ()
        if not c.take(")"):
            values = c.list_of(Cursor.string)
            c.expect(")")
        return CreateEnumStmt(typeName=name, vals=values, start=start, end=c.end)
    if c.take("range"):
        return CreateRangeStmt(typeName=name, params=definition(c), start=start, end=c.end)
    c.expect("(")
    columns: tuple[ColumnDef, ...] = ()
    if not c.take(")"):
        columns = c.list_of(table_func_element)
        c.expect(")")
    return CompositeTypeStmt(typevar=range_var_of(name, at, name_end), coldeflist=columns, start=start, end=c.end)


# --- ALTER TYPE


def alter_type(c: Cursor) -> Node:
    """AlterEnumStmt, AlterTypeStmt, AlterCompositeTypeStmt, and what every ALTER knows."""
    start = c.start
    first = c.at
    c.expect("alter", "type")
    at = c.start
    name = c.any_name()
    name_end = c.end
    found = change_object(c, start, "OBJECT_TYPE", name, RENAME | OWNER | SCHEMA)
    if found is not None:
        return found
    if c.is_words("add", "value"):
        return _add_value(c, start, name)
    if c.take("rename"):
        if c.take("value"):
            old = c.string()
            c.expect("to")
            return AlterEnumStmt(
                typeName=name, oldVal=old, newVal=c.string(), newValIsAfter=False, start=start, end=c.end
            )
        c.expect("attribute")
        attribute = c.col_id()
        c.expect("to")
        new = c.col_id()
        return RenameStmt(
            renameType="OBJECT_ATTRIBUTE",
            relationType="OBJECT_TYPE",
            relation=range_var_of(name, at, name_end),
            subname=attribute,
            newname=new,
            behavior=c.behavior(),
            start=start,
            end=c.end,
        )
    if c.take("set"):
        return AlterTypeStmt(typeName=name, options=operator_definition(c), start=start, end=c.end)
    c.at = first
    return alter_composite_type(c)


def _add_value(c: Cursor, start: int, name: tuple[str, ...]) -> AlterEnumStmt:
    c.expect("add", "value")
    skip = c.take("if")
    if skip:
        c.expect("not", "exists")
    value = c.string()
    place = c.take_any("before", "after")
    return AlterEnumStmt(
        typeName=name,
        newVal=value,
        newValNeighbor=c.string() if place else None,
        newValIsAfter=place != "before",
        skipIfNewValExists=skip,
        start=start,
        end=c.end,
    )


# --- Domains


def create_domain(c: Cursor) -> CreateDomainStmt:
    """CreateDomainStmt."""
    start = c.start
    c.expect("create", "domain")
    name = c.any_name()
    c.take("as")
    type_ = type_name(c)
    constraints, collation = column_qualifiers(c)
    return CreateDomainStmt(
        domainname=name, typeName=type_, collClause=collation, constraints=constraints, start=start, end=c.end
    )


def alter_domain(c: Cursor) -> Node:
    """AlterDomainStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "domain")
    name = c.any_name()
    found = change_object(c, start, "OBJECT_DOMAIN", name, RENAME | OWNER | SCHEMA)
    if found is not None:
        return found
    word = c.take_any("rename", "set", "drop", "add", "validate")
    if word is None:
        raise c.error()
    if word == "rename":
        c.expect("constraint")
        old = c.col_id()
        c.expect("to")
        return RenameStmt(
            renameType="OBJECT_DOMCONSTRAINT", object=name, subname=old, newname=c.col_id(), start=start, end=c.end
        )
    if word == "validate":
        c.expect("constraint")
        return AlterDomainStmt(subtype="V", typeName=name, name=c.col_id(), start=start, end=c.end)
    if word == "add":
        constraint = _domain_constraint(c)
        return AlterDomainStmt(subtype="C", typeName=name, def_=constraint, start=start, end=c.end)
    if c.take("not"):
        c.expect("null")
        return AlterDomainStmt(subtype="O" if word == "set" else "N", typeName=name, start=start, end=c.end)
    if word == "drop" and c.take("constraint"):
        missing_ok = c.if_exists()
        constraint_name = c.col_id()
        return AlterDomainStmt(
            subtype="X",
            typeName=name,
            name=constraint_name,
            behavior=c.behavior(),
            missing_ok=missing_ok,
            start=start,
            end=c.end,
        )
    c.expect("default")
    default = expression(c) if word == "set" else None
    return AlterDomainStmt(subtype="T", typeName=name, def_=default, start=start, end=c.end)


def _domain_constraint(c: Cursor) -> Constraint:
    """DomainConstraint; before 17 a TableConstraint."""
    if c.version < 17:
        if not is_table_constraint(c):
            raise c.error()
        return table_constraint(c)
    start = c.start
    name = c.col_id() if c.take("constraint") else None
    if c.take("check"):
        expr = parenthesized(c)
        attributes = c.start
        bits = constraint_attributes(c)
        check_attributes(c, bits, NOT_VALID | NO_INHERIT, "CHECK", attributes)
        return Constraint(
            contype="CONSTR_CHECK",
            conname=name,
            raw_expr=expr,
            is_enforced=True,
            skip_validation=bits & NOT_VALID != 0,
            initially_valid=not bits & NOT_VALID,
            is_no_inherit=bits & NO_INHERIT != 0,
            start=start,
            end=c.end,
        )
    c.expect("not", "null")
    attributes = c.start
    check_attributes(c, constraint_attributes(c), 0, "NOT NULL", attributes)
    return Constraint(
        contype="CONSTR_NOTNULL", conname=name, keys=("value",), initially_valid=True, start=start, end=c.end
    )
