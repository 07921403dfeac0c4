"""Functions, aggregates and operators by the types of their arguments."""

from __future__ import annotations

from schemalint.syntax import keywords
from schemalint.syntax.common import func_name
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.expressions import any_operator, expression
from schemalint.syntax.nodes import FunctionParameter, ObjectWithArgs, TypeName
from schemalint.syntax.tokens import QUOTED, WORD
from schemalint.syntax.typenames import func_type, type_name

AggregateArgs = tuple[tuple[FunctionParameter, ...], int]

_MODES = {
    "in": "FUNC_PARAM_IN",
    "out": "FUNC_PARAM_OUT",
    "inout": "FUNC_PARAM_INOUT",
    "variadic": "FUNC_PARAM_VARIADIC",
}
_TYPE_WORDS = frozenset(
    """
    bigint bit boolean char character dec decimal float int integer interval json national nchar numeric real
    setof smallint time timestamp varchar
    """.split()
)
"""Column-name keywords that start a type."""

_AFTER_NAME = (_TYPE_WORDS | keywords.TYPE_FUNC_NAME | frozenset(_MODES)) - {"precision"}


def _arg_class(c: Cursor) -> str | None:
    mode = _MODES.get(c.match[c.at] or "")
    if mode is None:
        return None
    c.at += 1
    if mode == "FUNC_PARAM_IN" and c.take("out"):
        return "FUNC_PARAM_INOUT"
    return mode


def _is_param_name(c: Cursor) -> bool:
    """Whether the next word names a parameter, since what follows it starts a type or a mode."""
    if not c.is_type_function_name():
        return False
    kind = c.kind(1)
    if kind == QUOTED:
        return True
    if kind != WORD:
        return False
    word = c.peek(1)
    return word in _AFTER_NAME or word not in c.not_type_function_name


def func_arg(c: Cursor) -> FunctionParameter:
    """func_arg."""
    start = c.start
    name = None
    mode = _arg_class(c)
    if _is_param_name(c):
        name = c.next_value()
        if mode is None:
            mode = _arg_class(c)
    type_ = func_type(c)
    return FunctionParameter(name=name, argType=type_, mode=mode or "FUNC_PARAM_DEFAULT", start=start, end=c.end)


def func_arg_with_default(c: Cursor) -> FunctionParameter:
    """func_arg_with_default."""
    arg = func_arg(c)
    if c.take_any("default", "="):
        value = expression(c)
        return FunctionParameter(
            name=arg.name, argType=arg.argType, mode=arg.mode, defexpr=value, start=arg.start, end=c.end
        )
    return arg


def func_args(c: Cursor) -> tuple[FunctionParameter, ...]:
    """func_args."""
    if c.take("(", ")"):
        return ()
    return c.paren_list(func_arg)


def func_args_with_defaults(c: Cursor) -> tuple[FunctionParameter, ...]:
    """func_args_with_defaults."""
    if c.take("(", ")"):
        return ()
    return c.paren_list(func_arg_with_default)


def _input_types(args: tuple[FunctionParameter, ...]) -> tuple[TypeName, ...]:
    """extractArgTypes."""
    return tuple(a.argType for a in args if a.mode not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"))


def function_with_argtypes(c: Cursor) -> ObjectWithArgs:
    """function_with_argtypes."""
    start = c.start
    if c.peek(1) == "(" or (c.peek() in keywords.TYPE_FUNC_NAME and c.peek(1) != "."):
        name = func_name(c)
    else:
        name = c.any_name()
    if c.match[c.at] != "(":
        return ObjectWithArgs(objname=name, args_unspecified=True, start=start, end=c.end)
    args = func_args(c)
    return ObjectWithArgs(objname=name, objargs=_input_types(args), objfuncargs=args, start=start, end=c.end)


def _aggr_arg(c: Cursor) -> FunctionParameter:
    """aggr_arg."""
    arg = func_arg(c)
    if arg.mode in ("FUNC_PARAM_OUT", "FUNC_PARAM_INOUT"):
        raise ParseError("aggregates cannot have output arguments", arg.start, arg.end, "0A000")
    return arg


def aggr_args(c: Cursor) -> AggregateArgs:
    """aggr_args: the parameters, and how many of them are direct (-1 when it is no ordered-set aggregate)."""
    c.expect("(")
    if c.take("*"):
        c.expect(")")
        return (), -1
    direct: tuple[FunctionParameter, ...] = ()
    if c.match[c.at] != "order":
        direct = c.list_of(_aggr_arg)
        if c.take(")"):
            return direct, -1
    c.expect("order", "by")
    ordered = c.list_of(_aggr_arg)
    c.expect(")")
    if direct and direct[-1].mode == "FUNC_PARAM_VARIADIC":
        first = ordered[0]
        if len(ordered) != 1 or first.mode != "FUNC_PARAM_VARIADIC" or not _same_type(direct[-1], first):
            raise ParseError(
                "an ordered-set aggregate with a VARIADIC direct argument must have one VARIADIC aggregated argument"
                " of the same data type",
                first.start,
                first.end,
                "0A000",
            )
        ordered = ()  # the two variadic arguments are one
    return direct + ordered, len(direct)


def _same_type(one: FunctionParameter, other: FunctionParameter) -> bool:
    a, b = one.argType, other.argType
    return (a.names, a.setof, a.pct_type, a.arrayBounds) == (b.names, b.setof, b.pct_type, b.arrayBounds)


def aggregate_with_argtypes(c: Cursor) -> ObjectWithArgs:
    """aggregate_with_argtypes."""
    start = c.start
    name = func_name(c)
    args, _ = aggr_args(c)
    return ObjectWithArgs(objname=name, objargs=_input_types(args), objfuncargs=args, start=start, end=c.end)


def oper_argtypes(c: Cursor) -> tuple[TypeName | None, ...]:
    """oper_argtypes: None stands for NONE."""
    c.expect("(")
    left = None if c.take("none") else type_name(c)
    if left is not None and c.match[c.at] == ")":
        raise ParseError("missing argument", c.start, c.start + 1)
    c.expect(",")
    right = None if left is not None and c.take("none") else type_name(c)
    c.expect(")")
    return left, right


def operator_with_argtypes(c: Cursor) -> ObjectWithArgs:
    """operator_with_argtypes."""
    start = c.start
    name = any_operator(c)
    return ObjectWithArgs(objname=name, objargs=oper_argtypes(c), start=start, end=c.end)
