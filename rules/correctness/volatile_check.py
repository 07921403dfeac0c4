"""A CHECK depends on more than the row, so what passed once may fail later."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import constraints_of, find_all, function_name, time_dependent
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(
    on=(nodes.CreateStmt, nodes.AlterTableStmt),
    severity="warning",
    category="correctness",
    covers=("migrationpilot:MP087",),
)
def check(stmt: Node, ctx: Context) -> Iterator[Finding]:
    for constraint, _ in constraints_of(stmt):
        if constraint.contype != "CONSTR_CHECK":
            continue
        part = next(time_dependent(constraint.raw_expr), None)
        if part is not None:
            text = ctx.statement.source.text[part.start : part.end]
            yield Finding(
                f"{text} moves on: a row that passes this CHECK now may fail it when it is updated or restored",
                at=part,
                help="compare with a column that holds the time, such as created_at, or check it in a BEFORE trigger",
                notes=("the server checks a row only when it is written",),
            )
            continue
        call = next((c for c in find_all(constraint.raw_expr, nodes.FuncCall) if _volatile(c, ctx)), None)
        if call is not None:
            yield Finding(
                f"{function_name(call)}() is volatile: this CHECK may answer otherwise for the same row",
                at=call,
                help="let the CHECK use the row's own columns and immutable functions only",
            )


def _volatile(call: nodes.FuncCall, ctx: Context) -> bool:
    schema = call.funcname[-2] if len(call.funcname) > 1 else None
    found = [
        p for _, p in ctx.names.overloads(model.Proc, schema, call.funcname[-1]) if len(p.argtypes) >= len(call.args)
    ]
    return bool(found) and all(proc.volatile == "v" for proc in found)
