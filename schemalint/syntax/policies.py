"""Row security policies."""

from __future__ import annotations

from schemalint.syntax.common import is_ident, role_list
from schemalint.syntax.constraints import parenthesized
from schemalint.syntax.cursor import Cursor
from schemalint.syntax.errors import ParseError
from schemalint.syntax.nodes import AlterPolicyStmt, CreatePolicyStmt, Node, RoleSpec
from schemalint.syntax.queries import range_var


def create_policy(c: Cursor) -> CreatePolicyStmt:
    """CreatePolicyStmt."""
    start = c.start
    c.expect("create", "policy")
    name = c.col_id()
    c.expect("on")
    table = range_var(c)
    permissive = _permissive(c)
    command = _command(c)
    roles = role_list(c) if c.take("to") else (RoleSpec(roletype="ROLESPEC_PUBLIC"),)
    qual, check = _conditions(c)
    return CreatePolicyStmt(
        policy_name=name,
        table=table,
        cmd_name=command,
        permissive=permissive,
        roles=roles,
        qual=qual,
        with_check=check,
        start=start,
        end=c.end,
    )


def alter_policy(c: Cursor) -> AlterPolicyStmt:
    """AlterPolicyStmt."""
    start = c.start
    c.expect("alter", "policy")
    name = c.col_id()
    c.expect("on")
    table = range_var(c)
    roles = role_list(c) if c.take("to") else None
    qual, check = _conditions(c)
    return AlterPolicyStmt(
        policy_name=name, table=table, roles=roles, qual=qual, with_check=check, start=start, end=c.end
    )


def _permissive(c: Cursor) -> bool:
    """RowSecurityDefaultPermissive."""
    if not c.take("as"):
        return True
    if not is_ident(c):
        raise c.error()
    start = c.start
    word = c.next_value()
    if word not in ("permissive", "restrictive"):
        raise ParseError(f'unrecognized row security option "{word}"', start, c.end)
    return word == "permissive"


def _command(c: Cursor) -> str:
    """RowSecurityDefaultForCmd."""
    if not c.take("for"):
        return "all"
    command = c.take_any("all", "select", "insert", "update", "delete")
    if command is None:
        raise c.error()
    return command


def _conditions(c: Cursor) -> tuple[Node | None, Node | None]:
    """RowSecurityOptionalExpr and RowSecurityOptionalWithCheck."""
    qual = parenthesized(c) if c.take("using") else None
    check = None
    if c.take("with"):
        c.expect("check")
        check = parenthesized(c)
    return qual, check
