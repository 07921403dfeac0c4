"""CREATE of what a `definition` describes: aggregates, operators, collations; casts, transforms, languages, conversions."""

from __future__ import annotations

from schemalint.syntax.common import def_arg, definition, func_name, handler_name, is_ident, opt_or_replace
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.expressions import any_operator
from schemalint.syntax.nodes import (
    AlterCollationStmt,
    AlterOperatorStmt,
    CreateAmStmt,
    CreateCastStmt,
    CreateConversionStmt,
    CreateExtensionStmt,
    CreatePLangStmt,
    CreateTransformStmt,
    DefArg,
    DefElem,
    DefineStmt,
    Node,
    ObjectWithArgs,
)
from schemalint.syntax.rename import OWNER, RENAME, SCHEMA, change_object
from schemalint.syntax.signatures import aggr_args, function_with_argtypes, operator_with_argtypes
from schemalint.syntax.typenames import type_name

# --- DefineStmt


def create_aggregate(c: Cursor) -> DefineStmt:
    """DefineStmt: CREATE AGGREGATE, in today's form and in the one before 8.2."""
    start = c.start
    c.expect("create")
    replace = opt_or_replace(c)
    c.expect("aggregate")
    name = func_name(c)
    if c.peek(2) == "=" and c.match[c.at] == "(" and is_ident(c, 1):
        elements = c.paren_list(_old_aggr_elem)
        return DefineStmt(
            kind="OBJECT_AGGREGATE",
            defnames=name,
            definition=elements,
            oldstyle=True,
            replace=replace,
            start=start,
            end=c.end,
        )
    args = aggr_args(c)
    return DefineStmt(
        kind="OBJECT_AGGREGATE",
        defnames=name,
        args=args,
        definition=definition(c),
        replace=replace,
        start=start,
        end=c.end,
    )


def _old_aggr_elem(c: Cursor) -> DefElem:
    """old_aggr_elem."""
    start = c.start
    if not is_ident(c):
        raise c.error()
    name = c.next_value()
    c.expect("=")
    return DefElem(defname=name, arg=def_arg(c), start=start, end=c.end)


def create_operator(c: Cursor) -> Node:
    """DefineStmt: CREATE OPERATOR; and CREATE OPERATOR CLASS / FAMILY."""
    if c.peek(2) in ("class", "family") and c.peek(3) != ".":
        from schemalint.syntax import operator_classes

        return operator_classes.create_class_or_family(c)
    start = c.start
    c.expect("create", "operator")
    name = any_operator(c)
    return DefineStmt(kind="OBJECT_OPERATOR", defnames=name, definition=definition(c), start=start, end=c.end)


def create_collation(c: Cursor) -> DefineStmt:
    """DefineStmt: CREATE COLLATION."""
    start = c.start
    c.expect("create", "collation")
    if_not_exists = c.if_not_exists()
    name = c.any_name()
    if c.take("from"):
        at = c.start
        source = c.any_name()
        elements: tuple[DefElem, ...] = (DefElem(defname="from", arg=source, start=at, end=c.end),)
    else:
        elements = definition(c)
    return DefineStmt(
        kind="OBJECT_COLLATION",
        defnames=name,
        definition=elements,
        if_not_exists=if_not_exists,
        start=start,
        end=c.end,
    )


def alter_collation(c: Cursor) -> Node:
    """AlterCollationStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter", "collation")
    name = c.any_name()
    found = change_object(c, start, "OBJECT_COLLATION", name, RENAME | OWNER | SCHEMA)
    if found is not None:
        return found
    c.expect("refresh", "version")
    return AlterCollationStmt(collname=name, start=start, end=c.end)


# --- ALTER OPERATOR


def alter_operator(c: Cursor) -> Node:
    """AlterOperatorStmt, what every ALTER knows, and operator classes and families."""
    if c.peek(2) in ("class", "family") and c.peek(3) != ".":
        from schemalint.syntax import operator_classes

        return operator_classes.alter_class_or_family(c)
    start = c.start
    c.expect("alter", "operator")
    operator = operator_with_argtypes(c)
    found = change_object(c, start, "OBJECT_OPERATOR", operator, OWNER | SCHEMA)
    if found is not None:
        return found
    c.expect("set")
    return AlterOperatorStmt(opername=operator, options=operator_definition(c), start=start, end=c.end)


def operator_definition(c: Cursor) -> tuple[DefElem, ...]:
    """`( operator_def_list )`."""
    return c.paren_list(_operator_def_elem)


def _operator_def_elem(c: Cursor) -> DefElem:
    """operator_def_elem: a value that is NONE is no value; a name alone came with 17."""
    start = c.start
    name = c.col_label()
    arg: DefArg = None
    if c.version < 17 or c.match[c.at] == "=":
        c.expect("=")
        if not c.take("none"):
            arg = def_arg(c)
    return DefElem(defname=name, arg=arg, start=start, end=c.end)


# --- Casts, transforms


_CAST_CONTEXTS = {"implicit": "COERCION_IMPLICIT", "assignment": "COERCION_ASSIGNMENT"}


def create_cast(c: Cursor) -> CreateCastStmt:
    """CreateCastStmt."""
    start = c.start
    c.expect("create", "cast", "(")
    source = type_name(c)
    c.expect("as")
    target = type_name(c)
    c.expect(")")
    function = None
    inout = False
    if c.take("without"):
        c.expect("function")
    else:
        c.expect("with")
        inout = c.take("inout")
        if not inout:
            c.expect("function")
            function = function_with_argtypes(c)
    context = "COERCION_EXPLICIT"
    if c.take("as"):
        word = c.take_any("implicit", "assignment")
        if word is None:
            raise c.error()
        context = _CAST_CONTEXTS[word]
    return CreateCastStmt(
        sourcetype=source, targettype=target, func=function, context=context, inout=inout, start=start, end=c.end
    )


def create_transform(c: Cursor) -> CreateTransformStmt:
    """CreateTransformStmt."""
    start = c.start
    c.expect("create")
    replace = opt_or_replace(c)
    c.expect("transform", "for")
    type_ = type_name(c)
    c.expect("language")
    language = c.col_id()
    c.expect("(")
    functions: dict[str, ObjectWithArgs] = {}
    direction = c.take_any("from", "to")
    if direction is None:
        raise c.error()
    functions[direction] = _transform_function(c)
    if c.take(","):
        other = "to" if direction == "from" else "from"
        c.expect(other)
        functions[other] = _transform_function(c)
    c.expect(")")
    return CreateTransformStmt(
        type_name=type_,
        lang=language,
        fromsql=functions.get("from"),
        tosql=functions.get("to"),
        replace=replace,
        start=start,
        end=c.end,
    )


def _transform_function(c: Cursor) -> ObjectWithArgs:
    c.expect("sql", "with", "function")
    return function_with_argtypes(c)


# --- Languages, access methods, conversions


def create_language(c: Cursor) -> CreatePLangStmt | CreateExtensionStmt:
    """CreatePLangStmt: without a handler it is an extension."""
    start = c.start
    c.expect("create")
    replace = opt_or_replace(c)
    trusted = c.take("trusted")
    c.take("procedural")
    c.expect("language")
    name = c.col_id()
    if not c.take("handler"):
        return CreateExtensionStmt(extname=name, if_not_exists=replace, start=start, end=c.end)
    handler = handler_name(c)
    inline = handler_name(c) if c.take("inline") else ()
    validator: tuple[str, ...] = ()
    if c.take("no"):
        c.expect("validator")
    elif c.take("validator"):
        validator = handler_name(c)
    return CreatePLangStmt(
        plname=name,
        plhandler=handler,
        plinline=inline,
        plvalidator=validator,
        pltrusted=trusted,
        replace=replace,
        start=start,
        end=c.end,
    )


def create_access_method(c: Cursor) -> CreateAmStmt:
    """CreateAmStmt."""
    start = c.start
    c.expect("create", "access", "method")
    name = c.col_id()
    c.expect("type")
    word = c.take_any("index", "table")
    if word is None:
        raise c.error()
    c.expect("handler")
    handler = handler_name(c)
    return CreateAmStmt(amname=name, handler_name=handler, amtype=word[0], start=start, end=c.end)


def create_conversion(c: Cursor) -> CreateConversionStmt:
    """CreateConversionStmt."""
    start = c.start
    c.expect("create")
    default = c.take("default")
    c.expect("conversion")
    name = c.any_name()
    c.expect("for")
    source = c.string()
    c.expect("to")
    target = c.string()
    c.expect("from")
    return CreateConversionStmt(
        conversion_name=name,
        for_encoding_name=source,
        to_encoding_name=target,
        func_name=c.any_name(),
        def_=default,
        start=start,
        end=c.end,
    )
