"""Row level security policies as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

AUTH_TYPES = {
    ("auth", "uid"): ("uuid", 2950),
    ("auth", "role"): ("text", 25),
    ("auth", "email"): ("text", 25),
    ("auth", "jwt"): ("jsonb", 3802),
}
"""What Supabase's functions return: name and type."""

PER_QUERY = frozenset((*AUTH_TYPES, ("current_setting",), ("pg_catalog", "current_setting")))
"""Stable functions of the session: their value is the same for every row of a query."""


def expressions(stmt: Node) -> Iterator[Node]:
    """USING and WITH CHECK of CREATE POLICY and ALTER POLICY."""
    if isinstance(stmt, (nodes.CreatePolicyStmt, nodes.AlterPolicyStmt)):
        for expr in (stmt.qual, stmt.with_check):
            if expr is not None:
                yield expr


def calls_per_row(tree: object) -> Iterator[nodes.FuncCall]:
    """Calls of session functions that are evaluated for each row: those that no `(SELECT f())` wraps.

    A subquery with a FROM asks again for each row of its own, so calls in its WHERE count, too.
    """
    if isinstance(tree, nodes.SubLink) and isinstance(tree.subselect, nodes.SelectStmt):
        if not tree.subselect.fromClause:
            return
        yield from calls_per_row(tree.subselect)
        yield from calls_per_row(tree.testexpr)
        return
    if isinstance(tree, nodes.FuncCall) and tree.funcname in PER_QUERY and _constant_arguments(tree):
        yield tree
        return
    if isinstance(tree, Node):
        for field in tree.__struct_fields__:
            yield from calls_per_row(getattr(tree, field))
    elif isinstance(tree, tuple):
        for item in tree:
            yield from calls_per_row(item)


def _constant_arguments(call: nodes.FuncCall) -> bool:
    return all(isinstance(arg, (nodes.A_Const, nodes.TypeCast)) for arg in call.args)
