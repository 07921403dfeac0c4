"""Functions and procedures: CREATE, ALTER, DO, CALL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from schemalint.syntax.common import (
    func_name,
    non_reserved_word_or_string,
    numeric_only,
    opt_or_replace,
)
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import expression
from schemalint.syntax.nodes import (
    AlterFunctionStmt,
    CallStmt,
    CreateFunctionStmt,
    DefArg,
    DefElem,
    DoStmt,
    FuncCall,
    FunctionParameter,
    Node,
    ReturnStmt,
    TypeName,
)
from schemalint.syntax.rename import DEPENDS, OWNER, RENAME, SCHEMA, change_object
from schemalint.syntax.settings import function_set_reset_clause
from schemalint.syntax.signatures import func_args_with_defaults, function_with_argtypes
from schemalint.syntax.typenames import func_type, type_name


def create_function(c: Cursor) -> CreateFunctionStmt:
    """CreateFunctionStmt."""
    start = c.start
    c.expect("create")
    replace = opt_or_replace(c)
    is_procedure = c.take("procedure")
    if not is_procedure:
        c.expect("function")
    name = func_name(c)
    parameters = func_args_with_defaults(c)
    returns: TypeName | None = None
    if not is_procedure and c.match[c.at] == "returns" and c.peek(1) != "null":
        c.at += 1
        at = c.start
        if c.take("table"):
            columns = c.paren_list(_table_func_column)
            parameters = _with_table_columns(parameters, columns)
            returns = _table_type(columns, at, c.end)
        else:
            returns = func_type(c)
    options = _options(c, _CREATE_OPTIONS)
    body = _routine_body(c)
    return CreateFunctionStmt(
        funcname=name,
        parameters=parameters,
        returnType=returns,
        options=options,
        sql_body=body,
        is_procedure=is_procedure,
        replace=replace,
        start=start,
        end=c.end,
    )


def _table_func_column(c: Cursor) -> FunctionParameter:
    """table_func_column."""
    start = c.start
    if not c.is_type_function_name():
        raise c.error()
    name = c.next_value()
    return FunctionParameter(name=name, argType=func_type(c), mode="FUNC_PARAM_TABLE", start=start, end=c.end)


def _with_table_columns(
    parameters: tuple[FunctionParameter, ...], columns: tuple[FunctionParameter, ...]
) -> tuple[FunctionParameter, ...]:
    """mergeTableFuncParameters."""
    for parameter in parameters:
        if parameter.mode in ("FUNC_PARAM_OUT", "FUNC_PARAM_INOUT"):
            message = "OUT and INOUT arguments aren't allowed in TABLE functions"
            raise ParseError(message, parameter.start, parameter.end)
    return parameters + columns


def _table_type(columns: tuple[FunctionParameter, ...], start: int, end: int) -> TypeName:
    """TableFuncTypeName: one column gives a set of its type, several a set of records."""
    if len(columns) == 1:
        return msgspec.structs.replace(columns[0].argType, setof=True, start=start, end=end)
    return TypeName(names=("pg_catalog", "record"), setof=True, start=start, end=end)


def _routine_body(c: Cursor) -> Node | tuple[Node, ...] | None:
    """opt_routine_body."""
    if c.match[c.at] == "return":
        return _return(c)
    if not c.take("begin"):
        return None
    c.expect("atomic")
    from schemalint.syntax.parser import statement

    statements: list[Node] = []
    while not c.take("end"):
        if c.take(";"):
            continue
        statements.append(_return(c) if c.match[c.at] == "return" else statement(c))
        c.expect(";")
    return tuple(statements)


def _return(c: Cursor) -> ReturnStmt:
    """ReturnStmt."""
    start = c.start
    c.expect("return")
    return ReturnStmt(returnval=expression(c), start=start, end=c.end)


# --- Options, each read after its first word

Option = Callable[[Cursor], tuple[str, DefArg]]


def _options(c: Cursor, known: dict[str, Option]) -> tuple[DefElem, ...]:
    options = []
    while (read := known.get(c.match[c.at] or "")) is not None:
        start = c.start
        name, arg = read(c)
        options.append(DefElem(defname=name, arg=arg, start=start, end=c.end))
    return tuple(options)


def _words(name: str, value: DefArg, *words: str) -> Option:
    def read(c: Cursor) -> tuple[str, DefArg]:
        c.expect(*words)
        return name, value

    return read


def _security(c: Cursor) -> tuple[str, DefArg]:
    c.take("external")
    c.expect("security")
    word = c.take_any("definer", "invoker")
    if word is None:
        raise c.error()
    return "security", word == "definer"


def _number(c: Cursor) -> tuple[str, DefArg]:
    return c.next_value(), numeric_only(c)


def _support(c: Cursor) -> tuple[str, DefArg]:
    return c.next_value(), c.any_name()


def _set(c: Cursor) -> tuple[str, DefArg]:
    return "set", function_set_reset_clause(c)


def _parallel(c: Cursor) -> tuple[str, DefArg]:
    return c.next_value(), c.col_id()


def _as(c: Cursor) -> tuple[str, DefArg]:
    c.expect("as")
    body = c.string()
    return "as", (body, c.string()) if c.take(",") else (body,)


def _language(c: Cursor) -> tuple[str, DefArg]:
    c.expect("language")
    return "language", non_reserved_word_or_string(c)


def _transform(c: Cursor) -> tuple[str, DefArg]:
    c.expect("transform")
    return "transform", c.list_of(_transform_type)


def _transform_type(c: Cursor) -> TypeName:
    c.expect("for", "type")
    return type_name(c)


_COMMON_OPTIONS: dict[str, Option] = {
    "called": _words("strict", False, "called", "on", "null", "input"),
    "returns": _words("strict", True, "returns", "null", "on", "null", "input"),
    "strict": _words("strict", True, "strict"),
    "immutable": _words("volatility", "immutable", "immutable"),
    "stable": _words("volatility", "stable", "stable"),
    "volatile": _words("volatility", "volatile", "volatile"),
    "external": _security,
    "security": _security,
    "leakproof": _words("leakproof", True, "leakproof"),
    "not": _words("leakproof", False, "not", "leakproof"),
    "cost": _number,
    "rows": _number,
    "support": _support,
    "set": _set,
    "reset": _set,
    "parallel": _parallel,
}
"""common_func_opt_item."""

_CREATE_OPTIONS: dict[str, Option] = _COMMON_OPTIONS | {
    "as": _as,
    "language": _language,
    "transform": _transform,
    "window": _words("window", True, "window"),
}
"""createfunc_opt_item."""


# --- ALTER, DO, CALL


def alter_function(c: Cursor) -> Node:
    """AlterFunctionStmt, and what every ALTER knows."""
    start = c.start
    c.expect("alter")
    kind = "OBJECT_" + c.next_value().upper()
    function = function_with_argtypes(c)
    found = change_object(c, start, kind, function, RENAME | OWNER | SCHEMA | DEPENDS)
    if found is not None:
        return found
    actions = _options(c, _COMMON_OPTIONS)
    if not actions:
        raise c.error()
    c.take("restrict")
    return AlterFunctionStmt(objtype=kind, func=function, actions=actions, start=start, end=c.end)


def do(c: Cursor) -> DoStmt:
    """DoStmt."""
    start = c.start
    c.expect("do")
    args: list[DefElem] = []
    while True:
        at = c.start
        if c.is_string():
            args.append(DefElem(defname="as", arg=c.string(), start=at, end=c.end))
        elif c.take("language"):
            args.append(DefElem(defname="language", arg=non_reserved_word_or_string(c), start=at, end=c.end))
        elif args:
            return DoStmt(args=tuple(args), start=start, end=c.end)
        else:
            raise c.error()


def call(c: Cursor) -> CallStmt:
    """CallStmt."""
    from schemalint.syntax.function_calls import func_application

    start = c.start
    c.expect("call")
    called: Any = func_application(c)
    assert isinstance(called, FuncCall)
    return CallStmt(funccall=called, start=start, end=c.end)
