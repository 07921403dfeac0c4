"""A column's default is refused by a CHECK on it."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.catalog import model
from schemalint.lint.rule import Context, Finding, Label, rule
from schemalint.lint.trees import column_name, columns_of, constraints_of, find_all, relation_of
from schemalint.lint.values import UNKNOWN, Value, allowed_values, evaluate, parse_expression
from schemalint.lint.wording import listed, quoted
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


@rule(on=(nodes.CreateStmt, nodes.AlterTableStmt), severity="warning", category="correctness")
def check(stmt: Node, ctx: Context) -> Iterator[Finding]:
    named = relation_of(stmt)
    relation = None if named is None else ctx.find(named)
    if relation is None:
        return
    defaults = _written_defaults(stmt)
    stored = _stored_defaults(relation, ctx)
    for constraint, _ in constraints_of(stmt):
        if constraint.contype != "CONSTR_CHECK" or constraint.raw_expr is None:
            continue
        for name, (value, at) in {**stored, **defaults}.items():
            if _refuses(constraint.raw_expr, name, value):
                yield _finding(name, value, at, constraint, ctx)
    if isinstance(stmt, nodes.AlterTableStmt):
        yield from _new_defaults(relation, defaults, ctx)


Default = tuple[Value, Node | None]


def _written_defaults(stmt: Node) -> dict[str, Default]:
    found: dict[str, Default] = {}
    for column in columns_of(stmt):
        for constraint in column.constraints:
            if constraint.contype == "CONSTR_DEFAULT" and column.colname is not None:
                found[column.colname] = (evaluate(constraint.raw_expr, {}), constraint.raw_expr)
    if isinstance(stmt, nodes.AlterTableStmt):
        for cmd in stmt.cmds:
            if cmd.subtype == "AT_ColumnDefault" and cmd.name is not None and isinstance(cmd.def_, Node):
                found[cmd.name] = (evaluate(cmd.def_, {}), cmd.def_)
    return found


def _stored_defaults(relation: model.Relation, ctx: Context) -> dict[str, Default]:
    return {
        c.name: (evaluate(parse_expression(c.default.text, ctx.version), {}), None)
        for c in relation.columns
        if not c.dropped and c.default is not None and not c.generated
    }


def _refuses(expr: Node, column: str, value: Value) -> bool:
    """Whether the condition is false for this value of the column, whatever the other columns are."""
    if value is UNKNOWN or value is None:
        return False
    if not any(column_name(ref) == column for ref in find_all(expr, nodes.ColumnRef)):
        return False
    return evaluate(expr, {column: value}) is False


def _new_defaults(relation: model.Relation, defaults: dict[str, Default], ctx: Context) -> Iterator[Finding]:
    """Defaults of ALTER TABLE against the constraints that are there already."""
    for constraint in ctx.constraints(relation.oid):
        if constraint.type != "c" or constraint.expr is None:
            continue
        expr = parse_expression(constraint.expr.text, ctx.version)
        for name, (value, at) in defaults.items():
            if expr is not None and at is not None and _refuses(expr, name, value):
                fact = f"constraint {constraint.name} of {ctx.shown(relation)}"
                label = Label(f"CHECK ({constraint.expr.text})", fact=fact)
                yield Finding(_message(name, value), at=at, labels=(label,), help=_help(expr))


def _finding(name: str, value: Value, at: Node | None, constraint: nodes.Constraint, ctx: Context) -> Finding:
    assert constraint.raw_expr is not None
    source = ctx.statement.source
    if at is None:
        return Finding(_message(name, value), at=constraint.raw_expr, help=_help(constraint.raw_expr))
    label = Label("the CHECK that refuses it", source, constraint.raw_expr.start, constraint.raw_expr.end)
    return Finding(_message(name, value), at=at, labels=(label,), help=_help(constraint.raw_expr))


def _message(name: str, value: Value) -> str:
    shown = quoted(value) if isinstance(value, str) else str(value).lower()
    return f"the default {shown} of {name} is refused by the CHECK on it, so an INSERT that leaves {name} out fails"


def _help(expr: Node) -> str | None:
    allowed = allowed_values(expr)
    if allowed is None:
        return "change the default, or allow it in the CHECK"
    return f"make the default one of {listed([quoted(v) for v in sorted(allowed[1])], 'or')}, or add it to the CHECK"
