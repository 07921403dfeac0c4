"""Where a statement uses regular expressions that are written out."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from schemalint.lint.trees import REGEX_OPERATORS, constraints_of, find_all, string_of
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node


class RegexUse(Struct, frozen=True):
    """`subject operator pattern`. `node` is the constant, `text` its value; negated for `!~`; `constraint` is the CHECK's name."""

    node: Node
    text: str
    flags: str
    negated: bool
    subject: Node | None
    constraint: str | None


def in_checks(stmt: Node) -> Iterator[RegexUse]:
    """Patterns in the CHECK constraints of a statement, those of domains included."""
    for name, expr in _checks(stmt):
        yield from in_expression(expr, name)


def _checks(stmt: Node) -> Iterator[tuple[str | None, Node | None]]:
    for constraint, _ in constraints_of(stmt):
        if constraint.contype == "CONSTR_CHECK":
            yield constraint.conname, constraint.raw_expr
    if isinstance(stmt, nodes.CreateDomainStmt):
        for constraint in stmt.constraints:
            if constraint.contype == "CONSTR_CHECK":
                yield constraint.conname, constraint.raw_expr
    if isinstance(stmt, nodes.AlterDomainStmt) and isinstance(stmt.def_, nodes.Constraint):
        yield stmt.def_.conname, stmt.def_.raw_expr


def in_expression(expr: object, constraint: str | None = None) -> Iterator[RegexUse]:
    """Patterns in an expression."""
    for node in find_all(expr, nodes.A_Expr):
        if node.kind != "AEXPR_OP" or node.name[-1] not in REGEX_OPERATORS or not isinstance(node.rexpr, Node):
            continue
        text = string_of(node.rexpr)
        if text is not None:
            name = node.name[-1]
            flags, negated = REGEX_OPERATORS[name], name.startswith("!")
            yield RegexUse(node.rexpr, text, flags, negated, node.lexpr, constraint)
    for call in find_all(expr, nodes.FuncCall):
        yield from _in_call(call, constraint)


def _in_call(call: nodes.FuncCall, constraint: str | None) -> Iterator[RegexUse]:
    if call.funcname[-1] not in ("regexp_like", "regexp_match", "regexp_matches", "regexp_count") or len(call.args) < 2:
        return
    text = string_of(call.args[1])
    place = 2 if call.funcname[-1] != "regexp_count" else 3
    flags = string_of(call.args[place]) if len(call.args) > place else ""
    if text is not None and flags is not None:
        yield RegexUse(call.args[1], text, flags.replace("g", ""), False, call.args[0], constraint)
