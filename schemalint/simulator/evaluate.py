"""The value of an expression that depends on the catalog and constants alone.

Conditions of DO blocks (`IF NOT EXISTS (SELECT ... FROM information_schema.columns ...)`) and strings for EXECUTE are computed over
the raw parse tree with SQL's three-valued logic. Whatever needs rows of user tables, or a function that is not here, raises Undecidable.
"""

from __future__ import annotations

import re
from typing import Any

from schemalint.errors import Undecidable
from schemalint.simulator.catalog_views import Row
from schemalint.simulator.describe import quote_identifier
from schemalint.simulator.session import Session
from schemalint.syntax import nodes as n
from schemalint.syntax.nodes import Node

Value = Any
"""None is NULL; text, numbers, Booleans and lists are Python's."""


class Scope:
    """Names while an expression is evaluated: variables, and the rows that FROM brings into play."""

    __slots__ = ("parent", "rows", "session", "variables")

    def __init__(self, session: Session, variables: dict[str, Value], parent: Scope | None = None) -> None:
        self.session = session
        self.variables = variables
        self.rows: dict[str, Row] = {}
        self.parent = parent

    def column(self, names: tuple[str, ...]) -> Value:
        scope: Scope | None = self
        while scope is not None:
            if len(names) == 1:
                found = [row for row in scope.rows.values() if names[0] in row]
                if found:
                    return found[0][names[0]]
            elif names[-2] in scope.rows and names[-1] in scope.rows[names[-2]]:
                return scope.rows[names[-2]][names[-1]]
            scope = scope.parent
        if names[0] in self.variables:
            value = self.variables[names[0]]
            if len(names) == 1:
                if value is _UNKNOWN:
                    raise Undecidable(f'the value of "{names[0]}" is not known')
                return value
            if isinstance(value, dict) and names[1] in value:
                return value[names[1]]
        raise Undecidable(f'the value of "{".".join(names)}" is not known')


_UNKNOWN = object()
"""A variable whose value is not known."""

UNKNOWN = _UNKNOWN


def evaluate(scope: Scope, node: Node) -> Value:
    """The value of an expression. Raises Undecidable."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise Undecidable(f"the value of a {type(node).__name__} is not known")
    return handler(scope, node)


def _const(scope: Scope, node: n.A_Const) -> Value:
    if node.kind == "Float":
        return float(str(node.val))
    if node.kind == "BitString":
        raise Undecidable("bit strings are not evaluated")
    return node.val


def _column_ref(scope: Scope, node: n.ColumnRef) -> Value:
    names = tuple(f for f in node.fields if isinstance(f, str))
    if len(names) != len(node.fields):
        raise Undecidable("a whole row is not evaluated")
    if len(names) == 1 and len(scope.rows) and names[0] in scope.rows:
        raise Undecidable("a whole row is not evaluated")
    return scope.column(names)


def _bool_expr(scope: Scope, node: n.BoolExpr) -> Value:
    if node.boolop == "NOT_EXPR":
        value = evaluate(scope, node.args[0])
        return None if value is None else not value
    decisive = node.boolop == "OR_EXPR"
    null, unknown = False, None
    for arg in node.args:
        try:
            value = evaluate(scope, arg)
        except Undecidable as reason:
            unknown = reason
            continue
        if value is decisive:
            return decisive
        null = null or value is None
    if unknown is not None:
        raise unknown
    return None if null else not decisive


def _type_cast(scope: Scope, node: n.TypeCast) -> Value:
    value = evaluate(scope, node.arg)
    name = node.typeName.names[-1]
    if value is None:
        return None
    if node.typeName.arrayBounds:
        if isinstance(value, str) and name in ("text", "varchar", "name"):
            from schemalint.semantics.input import parse_array

            parsed = parse_array(value)
            return list(parsed) if isinstance(parsed, list) else None
        return value
    match name:
        case "text" | "varchar" | "name" | "bpchar":
            return _text(value)
        case "int4" | "int8" | "int2" | "oid":
            return int(value)
        case "bool":
            return value if isinstance(value, bool) else str(value).lower() in ("t", "true", "yes", "on", "1", "y")
        case "regclass" | "regtype" | "regnamespace" | "regrole":
            return _reg(scope.session, name, value)
    raise Undecidable(f"a cast to {name} is not evaluated")


def _reg(session: Session, kind: str, value: Value, *, missing_ok: bool = False) -> Value:
    if isinstance(value, int):
        return value
    from schemalint.catalog import model
    from schemalint.semantics.objectnames import string_to_qualified_name_list

    names = string_to_qualified_name_list(_text(value))

    if kind in ("regnamespace", "regrole"):
        oid = session.catalog.find_oid("pg_namespace" if kind == "regnamespace" else "pg_authid", 0, names[-1])
    elif kind == "regclass":
        relation = session.names.lookup(model.Relation, names)
        oid = relation.oid if relation is not None else None
    else:
        found = session.names.lookup(model.Type, names)
        oid = found.oid if found is not None else None
    if oid is None:
        session.names.unknown_or(names[-1])
        if missing_ok:
            return None
        raise Undecidable(f'"{value}" does not exist')
    return oid


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        raise Undecidable("an array's text is not evaluated")
    return str(value)


def _comparable(a: Value, b: Value) -> tuple[Value, Value]:
    try:
        if isinstance(a, (int, float)) and isinstance(b, str) and not isinstance(a, bool):
            return a, float(b)
        if isinstance(b, (int, float)) and isinstance(a, str) and not isinstance(b, bool):
            return float(a), b
    except ValueError:
        raise Undecidable("a text is not a number") from None
    if isinstance(a, bool) and isinstance(b, str):
        return a, b.lower() in ("t", "true", "on", "yes", "1")
    if isinstance(b, bool) and isinstance(a, str):
        return a.lower() in ("t", "true", "on", "yes", "1"), b
    return a, b


def apply_operator(name: str, a: Value, b: Value) -> Value:
    if a is None or b is None:
        return None
    if name != "||":
        a, b = _comparable(a, b)
    match name:
        case "=":
            return a == b
        case "<>":
            return a != b
        case "<":
            return a < b
        case ">":
            return a > b
        case "<=":
            return a <= b
        case ">=":
            return a >= b
        case "||":
            return a + b if isinstance(a, list) and isinstance(b, list) else _text(a) + _text(b)
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "~~" | "~~*" | "!~~" | "!~~*":
            return _like(name, a, b)
        case "~" | "~*" | "!~" | "!~*":
            try:
                found = re.search(b, a, re.IGNORECASE if name.endswith("*") else 0) is not None
            except re.error:
                raise Undecidable("this regular expression is not evaluated") from None
            return found != name.startswith("!")
    raise Undecidable(f"operator {name} is not evaluated")


def _like(name: str, value: str, pattern: str) -> bool:
    out = []
    chars = iter(pattern)
    for ch in chars:
        out.append({"%": ".*", "_": "."}.get(ch) or re.escape(next(chars, "") if ch == "\\" else ch))
    found = re.fullmatch("".join(out), value, re.DOTALL | (re.IGNORECASE if name.endswith("*") else 0)) is not None
    return found != name.startswith("!")


def _a_expr(scope: Scope, node: n.A_Expr) -> Value:
    name = node.name[-1]
    match node.kind:
        case "AEXPR_OP" | "AEXPR_LIKE" | "AEXPR_ILIKE":
            assert isinstance(node.rexpr, Node)
            right = evaluate(scope, node.rexpr)
            if node.lexpr is None:
                return -right if name == "-" and right is not None else right
            return apply_operator(name, evaluate(scope, node.lexpr), right)
        case "AEXPR_IN":
            assert node.lexpr is not None and isinstance(node.rexpr, tuple)
            left = evaluate(scope, node.lexpr)
            results = [apply_operator("=", left, evaluate(scope, item)) for item in node.rexpr]
            value = True if True in results else None if None in results else False
            return value if name == "=" or value is None else not value
        case "AEXPR_OP_ANY" | "AEXPR_OP_ALL":
            assert node.lexpr is not None and isinstance(node.rexpr, Node)
            left, array = evaluate(scope, node.lexpr), evaluate(scope, node.rexpr)
            if array is None:
                return None
            results = [apply_operator(name, left, item) for item in array]
            if node.kind == "AEXPR_OP_ANY":
                return True if True in results else None if None in results else False
            return False if False in results else None if None in results else True
        case "AEXPR_DISTINCT" | "AEXPR_NOT_DISTINCT":
            assert node.lexpr is not None and isinstance(node.rexpr, Node)
            same = evaluate(scope, node.lexpr) == evaluate(scope, node.rexpr)
            return same if node.kind == "AEXPR_NOT_DISTINCT" else not same
    raise Undecidable(f"{node.kind} is not evaluated")


def _null_test(scope: Scope, node: n.NullTest) -> Value:
    return (evaluate(scope, node.arg) is None) == (node.nulltesttype == "IS_NULL")


def _boolean_test(scope: Scope, node: n.BooleanTest) -> Value:
    value = evaluate(scope, node.arg)
    wanted = {"TRUE": True, "FALSE": False, "UNKNOWN": None}[node.booltesttype.rsplit("_", 1)[1]]
    return (value is wanted) != node.booltesttype.startswith("IS_NOT_")


def _sub_link(scope: Scope, node: n.SubLink) -> Value:
    if not isinstance(node.subselect, n.SelectStmt):
        raise Undecidable("this subquery is not evaluated")
    from schemalint.simulator.catalog_queries import select

    if node.subLinkType == "EXISTS_SUBLINK":
        return next(select(scope, node.subselect, bare=True), None) is not None
    rows = list(select(scope, node.subselect))
    match node.subLinkType:
        case "EXPR_SUBLINK":
            return rows[0][0] if rows else None
        case "ARRAY_SUBLINK":
            return [row[0] for row in rows]
        case "ANY_SUBLINK":
            assert node.testexpr is not None
            left = evaluate(scope, node.testexpr)
            results = [apply_operator(node.operName[-1] if node.operName else "=", left, row[0]) for row in rows]
            return True if True in results else None if None in results else False
    raise Undecidable(f"{node.subLinkType} is not evaluated")


def _func_call(scope: Scope, node: n.FuncCall) -> Value:
    name = node.funcname[-1]
    function = _FUNCTIONS.get(name)
    if function is None or node.over is not None or (len(node.funcname) > 1 and node.funcname[0] != "pg_catalog"):
        raise Undecidable(f"function {name} is not evaluated")
    return function(scope.session, [evaluate(scope, arg) for arg in node.args])


def _case(scope: Scope, node: n.CaseExpr) -> Value:
    subject = evaluate(scope, node.arg) if node.arg is not None else None
    for when in node.args:
        test = evaluate(scope, when.expr)
        if (test if node.arg is None else apply_operator("=", subject, test)) is True:
            return evaluate(scope, when.result)
    return evaluate(scope, node.defresult) if node.defresult is not None else None


def _coalesce(scope: Scope, node: n.CoalesceExpr) -> Value:
    for arg in node.args:
        value = evaluate(scope, arg)
        if value is not None:
            return value
    return None


def _array(scope: Scope, node: n.A_ArrayExpr) -> Value:
    return [evaluate(scope, element) for element in node.elements]


def _sql_value_function(scope: Scope, node: n.SQLValueFunction) -> Value:
    match node.op:
        case "SVFOP_CURRENT_USER" | "SVFOP_USER" | "SVFOP_CURRENT_ROLE":
            return scope.session.role_name(scope.session.role)
        case "SVFOP_SESSION_USER":
            return scope.session.role_name(scope.session.var("session_role", 10))
        case "SVFOP_CURRENT_CATALOG":
            return scope.session.names.database
        case "SVFOP_CURRENT_SCHEMA":
            return _current_schema(scope.session, [])
    raise Undecidable("the current time is not evaluated")


_HANDLERS: dict[type, Any] = {
    n.A_Const: _const,
    n.ColumnRef: _column_ref,
    n.BoolExpr: _bool_expr,
    n.TypeCast: _type_cast,
    n.A_Expr: _a_expr,
    n.NullTest: _null_test,
    n.BooleanTest: _boolean_test,
    n.SubLink: _sub_link,
    n.FuncCall: _func_call,
    n.CaseExpr: _case,
    n.CoalesceExpr: _coalesce,
    n.A_ArrayExpr: _array,
    n.SQLValueFunction: _sql_value_function,
    n.CollateClause: lambda scope, node: evaluate(scope, node.arg),
}


# --- functions


def _current_schema(session: Session, args: list[Value]) -> Value:
    creation = session.names.creation
    return session.names.namespace_name(creation) if creation else None


def _current_setting(session: Session, args: list[Value]) -> Value:
    name = str(args[0]).lower()
    value = session.setting(name)
    if value is not None:
        return value
    if name == "search_path":
        return ", ".join(session.var("search_path", ('"$user"', "public")))
    if name == "server_version_num":
        return str(session.version * 10000)
    if name == "server_version":
        raise Undecidable("the server's minor version is not known")
    known = session.catalog.builtins.settings.get(name)
    if known is not None:
        return known.boot_val
    if len(args) > 1 and args[1] is True:
        return None
    raise Undecidable(f'the setting "{name}" is not known')


def _format(session: Session, args: list[Value]) -> Value:
    if not args or args[0] is None:
        return None
    values, position = args[1:], 0

    def one(match: re.Match[str]) -> str:
        nonlocal position
        if match[0] == "%%":
            return "%"
        at = int(match[1][:-1]) - 1 if match[1] else position
        position = at + 1
        if at >= len(values):
            raise Undecidable("format() has too few arguments")
        value = values[at]
        match match[2]:
            case "I":
                return quote_identifier(_text(value))
            case "L":
                return "NULL" if value is None else "'" + _text(value).replace("'", "''") + "'"
        return "" if value is None else _text(value)

    return re.sub(r"%(?:(\d+\$)?([sIL])|%)", one, _text(args[0]))


def _substring(args: list[Value]) -> Value:
    if not isinstance(args[1], int):
        raise Undecidable("substring() by a pattern is not evaluated")
    end = args[1] - 1 + args[2] if len(args) > 2 else None
    return _text(args[0])[max(args[1] - 1, 0) : end]


def _strict(function: Any) -> Any:
    def call(session: Session, args: list[Value]) -> Value:
        return None if any(a is None for a in args) else function(session, args)

    return call


def _no_such(kind: str) -> Any:
    return _strict(lambda session, args: _reg(session, kind, args[0], missing_ok=True))


_FUNCTIONS: dict[str, Any] = {
    "current_schema": _current_schema,
    "current_database": lambda session, args: session.names.database,
    "current_setting": _current_setting,
    "format": _format,
    "lower": _strict(lambda session, args: _text(args[0]).lower()),
    "upper": _strict(lambda session, args: _text(args[0]).upper()),
    "quote_ident": _strict(lambda session, args: quote_identifier(_text(args[0]))),
    "quote_literal": _strict(lambda session, args: "'" + _text(args[0]).replace("'", "''") + "'"),
    "concat": lambda session, args: "".join(_text(a) for a in args if a is not None),
    "concat_ws": lambda session, args: (
        None if args[0] is None else _text(args[0]).join(_text(a) for a in args[1:] if a is not None)
    ),
    "chr": _strict(lambda session, args: chr(args[0])),
    "substr": _strict(lambda session, args: _substring(args)),
    "substring": _strict(lambda session, args: _substring(args)),
    "split_part": _strict(lambda session, args: (_text(args[0]).split(args[1]) + [""] * args[2])[args[2] - 1]),
    "array_to_string": _strict(lambda session, args: args[1].join(_text(a) for a in args[0] if a is not None)),
    "starts_with": _strict(lambda session, args: _text(args[0]).startswith(args[1])),
    "length": _strict(lambda session, args: len(args[0])),
    "replace": _strict(lambda session, args: _text(args[0]).replace(args[1], args[2])),
    "to_regclass": _no_such("regclass"),
    "to_regtype": _no_such("regtype"),
    "to_regnamespace": _no_such("regnamespace"),
    "to_regrole": _no_such("regrole"),
    "array_length": _strict(lambda session, args: len(args[0]) or None),
    "btrim": _strict(lambda session, args: _text(args[0]).strip(*args[1:])),
    "left": _strict(lambda session, args: _text(args[0])[: args[1]]),
}
