"""Row level security policies as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.trees import same_shape
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


_OPEN_ROLES = ("anon", "authenticated")
"""Roles that PostgREST answers everybody as, with and without an account."""


def open_roles(roles: tuple[nodes.RoleSpec, ...]) -> list[str]:
    """For messages: those of a policy's roles that no login of the application's own stands for."""
    found = ["everybody" if role.roletype == "ROLESPEC_PUBLIC" else role.rolename or "" for role in roles]
    return [name for name in found if name == "everybody" or name in _OPEN_ROLES]


def always_true(tree: object) -> bool:
    """Whether an expression is true for every row, as far as constants say so."""
    match tree:
        case nodes.A_Const(kind="Boolean"):
            return tree.val is True
        case nodes.TypeCast():
            return str(getattr(tree.arg, "val", "")).lower() in ("t", "true", "on", "yes", "1")
        case nodes.BoolExpr(boolop="OR_EXPR"):
            return any(map(always_true, tree.args))
        case nodes.BoolExpr(boolop="AND_EXPR"):
            return all(map(always_true, tree.args))
        case nodes.A_Expr(kind="AEXPR_OP", name=("=",)):
            constant = isinstance(tree.lexpr, nodes.A_Const) and tree.lexpr.val is not None
            return constant and same_shape(tree.lexpr, tree.rexpr)
        case nodes.SubLink(
            subLinkType="EXPR_SUBLINK", subselect=nodes.SelectStmt(fromClause=(), whereClause=None, targetList=(only,))
        ):
            return always_true(only.val)
    return False
