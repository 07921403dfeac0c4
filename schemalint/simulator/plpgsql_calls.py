"""Calls of PL/pgSQL functions that a query certainly makes: what their bodies define is defined (pl_exec.c: plpgsql_exec_function).

Only bodies that can define something are run: what they read and write in tables decides no verdict here.
"""

from __future__ import annotations

from schemalint.catalog.model import Language, Proc, Relation
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics.parsestate import span
from schemalint.semantics.query import Const, Expr, FuncExpr, NamedArgExpr, RelabelType
from schemalint.simulator.describe import shown
from schemalint.simulator.do_blocks import run_block
from schemalint.simulator.do_frame import Frame, maybe_run, statements_of
from schemalint.simulator.do_statements import may_define
from schemalint.simulator.evaluate import UNKNOWN, Value
from schemalint.simulator.function_attributes import function_settings
from schemalint.simulator.session import Session
from schemalint.syntax.errors import ParseError
from schemalint.syntax.plpgsql.parser import parse_body

REGCLASS = 2205
MAX_DEPTH = 8


def is_plpgsql(session: Session, proc: Proc) -> bool:
    language = session.catalog.get(Language, proc.lang)
    return language is not None and language.name == "plpgsql"


def execute_plpgsql_function(session: Session, proc: Proc, call: FuncExpr) -> None:
    """Run the body with the arguments that are constants, where it can define something."""
    body = proc.src or ""
    try:
        block = parse_body(body, 0, len(body), session.version)
    except ParseError:
        return
    if not any(may_define(statement) for statement in statements_of(block)):
        return
    depth = session.call_depth
    if depth >= MAX_DEPTH:
        return
    at = span(call) or (0, 0)
    saved = session.text
    frame = Frame(session, body, at, in_function=True)
    frame.variables.update(_arguments(session, proc, call))
    session.catalog_rows.clear()
    try:
        session.call_depth = depth + 1
        with function_settings(session, proc, at):
            session.text = body
            run_block(frame, block)
    except Refusal as refusal:
        refusal.at = at
        raise
    except NotModelled as what:
        maybe_run(frame, (block,), Undecidable(what.what))
    finally:
        session.call_depth = depth
        session.text = saved
        session.prepare()


def _arguments(session: Session, proc: Proc, call: FuncExpr) -> dict[str, Value]:
    """Parameter -> value, UNKNOWN where the call does not tell."""
    types = proc.allargtypes or proc.argtypes
    modes = proc.argmodes or "i" * len(types)
    inputs = [i for i, mode in enumerate(modes) if mode in "ibv"]
    values: dict[int, Value] = {}
    for place, arg in enumerate(call.args):
        if isinstance(arg, NamedArgExpr):
            if arg.name in proc.argnames:
                values[proc.argnames.index(arg.name)] = _value(session, arg.arg)
        elif place < len(inputs) and modes[inputs[place]] != "v":
            values[inputs[place]] = _value(session, arg)
    first_default = len(inputs) - len(proc.defaults)
    found: dict[str, Value] = {}
    for i, mode in enumerate(modes):
        name = proc.argnames[i] if i < len(proc.argnames) else ""
        if not name or mode == "t":
            continue
        if mode == "o":
            found[name] = None
        elif i in values:
            found[name] = values[i]
        else:
            place = inputs.index(i) - first_default
            tree = proc.defaults[place].tree if 0 <= place < len(proc.defaults) else None
            found[name] = _value(session, tree) if isinstance(tree, Expr) else UNKNOWN
    return found


def _value(session: Session, expr: Expr) -> Value:
    while isinstance(expr, RelabelType):
        expr = expr.arg
    if not isinstance(expr, Const):
        return UNKNOWN
    if expr.isnull:
        return None
    if expr.type == REGCLASS:
        relation = session.catalog.get(Relation, expr.value) if isinstance(expr.value, int) else None
        return UNKNOWN if relation is None else shown(session, relation)
    return expr.value if isinstance(expr.value, str | int | bool) else UNKNOWN
