"""A policy trusts what users may write into their own account."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.lint.policies import expressions
from schemalint.lint.rule import Context, Finding, rule
from schemalint.lint.trees import column_name, string_of, walk
from schemalint.syntax.nodes import A_Expr, AlterPolicyStmt, ColumnRef, CreatePolicyStmt, Node

_FIELDS = ("->", "->>", "#>", "#>>")


@rule(
    on=(CreatePolicyStmt, AlterPolicyStmt),
    severity="warning",
    category="security",
    covers=("splinter:0015_rls_references_user_metadata",),
)
def check(stmt: CreatePolicyStmt | AlterPolicyStmt, ctx: Context) -> Iterator[Finding]:
    for expr in expressions(stmt):
        for node in walk(expr):
            if _is_metadata(node):
                yield Finding(
                    "the policy trusts user_metadata, which every user can change",
                    at=node,
                    help="read app_metadata, which only the server writes, or a table of the application",
                )
                return


def _is_metadata(node: Node) -> bool:
    """`... -> 'user_metadata'`, `... #>> '{user_metadata,team}'`, or the column that the claim comes from."""
    if isinstance(node, A_Expr) and node.kind == "AEXPR_OP" and node.name[-1] in _FIELDS:
        path = string_of(node.rexpr) or ""
        return path.strip("{} ").split(",")[0].strip(' "') == "user_metadata"
    return isinstance(node, ColumnRef) and column_name(node) == "raw_user_meta_data"
