"""Operator classes and families."""

from __future__ import annotations

from schemalint.syntax.cursor import Cursor
from schemalint.syntax.expressions import any_operator
from schemalint.syntax.nodes import (
    AlterOpFamilyStmt,
    CreateOpClassItem,
    CreateOpClassStmt,
    CreateOpFamilyStmt,
    Node,
    ObjectWithArgs,
)
from schemalint.syntax.objects import using_name
from schemalint.syntax.rename import OWNER, RENAME, SCHEMA, change_object
from schemalint.syntax.signatures import function_with_argtypes, oper_argtypes
from schemalint.syntax.typenames import type_name

_OPERATOR, _FUNCTION, _STORAGE = 1, 2, 3


def create_class_or_family(c: Cursor) -> Node:
    """CreateOpClassStmt, CreateOpFamilyStmt."""
    start = c.start
    c.expect("create", "operator")
    if c.take("family"):
        name = c.any_name()
        c.expect("using")
        return CreateOpFamilyStmt(opfamilyname=name, amname=c.col_id(), start=start, end=c.end)
    c.expect("class")
    name = c.any_name()
    default = c.take("default")
    c.expect("for", "type")
    type_ = type_name(c)
    c.expect("using")
    method = c.col_id()
    family = c.any_name() if c.take("family") else ()
    c.expect("as")
    items = c.list_of(_opclass_item)
    return CreateOpClassStmt(
        opclassname=name,
        amname=method,
        datatype=type_,
        items=items,
        opfamilyname=family,
        isDefault=default,
        start=start,
        end=c.end,
    )


def alter_class_or_family(c: Cursor) -> Node:
    """AlterOpFamilyStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "operator")
    word = c.next_value()
    name = using_name(c)
    found = change_object(
        c, start, "OBJECT_OPCLASS" if word == "class" else "OBJECT_OPFAMILY", name, RENAME | OWNER | SCHEMA
    )
    if found is not None:
        return found
    if word == "class":
        raise c.error()
    action = c.take_any("add", "drop")
    if action is None:
        raise c.error()
    return AlterOpFamilyStmt(
        opfamilyname=name[1:],
        amname=name[0],
        isDrop=action == "drop",
        items=c.list_of(_opclass_item if action == "add" else _opclass_drop),
        start=start,
        end=c.end,
    )


def _opclass_item(c: Cursor) -> CreateOpClassItem:
    """opclass_item."""
    start = c.start
    if c.take("storage"):
        return CreateOpClassItem(itemtype=_STORAGE, storedtype=type_name(c), start=start, end=c.end)
    if c.take("function"):
        number = c.integer()
        class_args = c.paren_list(type_name) if c.match[c.at] == "(" else ()
        function = function_with_argtypes(c)
        return CreateOpClassItem(
            itemtype=_FUNCTION, name=function, number=number, class_args=class_args, start=start, end=c.end
        )
    c.expect("operator")
    number = c.integer()
    at = c.start
    name = any_operator(c)
    args = oper_argtypes(c) if c.match[c.at] == "(" else ()
    operator = ObjectWithArgs(objname=name, objargs=args, start=at, end=c.end)
    family: tuple[str, ...] = ()
    if c.take("for") and not c.take("search"):
        c.expect("order", "by")
        family = c.any_name()
    if c.version < 18:
        c.take("recheck")
    return CreateOpClassItem(
        itemtype=_OPERATOR, name=operator, number=number, order_family=family, start=start, end=c.end
    )


def _opclass_drop(c: Cursor) -> CreateOpClassItem:
    """opclass_drop."""
    start = c.start
    word = c.take_any("operator", "function")
    if word is None:
        raise c.error()
    number = c.integer()
    args = c.paren_list(type_name)
    kind = _OPERATOR if word == "operator" else _FUNCTION
    return CreateOpClassItem(itemtype=kind, number=number, class_args=args, start=start, end=c.end)
