"""SQL functions that the planner replaces by their body (inline_function of clauses.c), so that the body's volatility counts."""

from __future__ import annotations

from schemalint.catalog.model import Proc
from schemalint.errors import NotModelled, Refusal, Undecidable
from schemalint.semantics import query as q
from schemalint.semantics.lsyscache import State
from schemalint.semantics.parsestate import make_parsestate
from schemalint.syntax import nodes

LANGUAGE_SQL = 14
_depth = 0


def inline_function(state: State, call: q.FuncExpr) -> q.Expr | None:
    """The expression that a call of a simple SQL function stands for (its parameters left in), None when it is not inlined."""
    global _depth
    found = state.catalog.get(Proc, call.func)
    if found is None or found.lang != LANGUAGE_SQL or found.kind != "f" or found.secdef or found.retset:
        return None
    if found.rettype == 2249 or found.config or not found.src or _depth > 5:
        return None
    target = _only_target(found, state.version)
    if target is None:
        return None
    _depth += 1
    try:
        return _analyzed(state, found, target)
    except (Refusal, Undecidable, NotModelled):
        return None
    finally:
        _depth -= 1


def _only_target(found: Proc, version: int) -> nodes.Node | None:
    from schemalint.syntax.errors import NotUnderstood, ParseError
    from schemalint.syntax.parser import parse_statement

    assert found.src is not None
    try:
        select = parse_statement(found.src, version=version)
    except (ParseError, NotUnderstood):
        return None
    if not isinstance(select, nodes.SelectStmt) or len(select.targetList) != 1:
        return None
    plain = nodes.SelectStmt(targetList=select.targetList, start=select.start, end=select.end)
    if select != plain:
        return None
    target = select.targetList[0]
    return target.val if isinstance(target, nodes.ResTarget) else None


def _analyzed(state: State, found: Proc, target: nodes.Node) -> q.Expr | None:
    from schemalint.semantics.expressions import transform_expr

    names = found.argnames

    def parameter(pstate: object, ref: nodes.ColumnRef, held: q.Expr | None) -> q.Expr | None:
        last = ref.fields[-1]
        if held is None and isinstance(last, str) and last in names[: len(found.argtypes)]:
            number = names.index(last)
            return q.Param(type=found.argtypes[number], number=number + 1)
        return held

    pstate = make_parsestate(state.names)
    pstate.param_types = list(found.argtypes)
    pstate.post_column_hook = parameter
    expr = transform_expr(pstate, target, "select_target")
    if pstate.has_aggs or pstate.has_window_funcs or pstate.has_target_srfs or pstate.has_sublinks:
        return None
    return expr
