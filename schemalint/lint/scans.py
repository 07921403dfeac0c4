"""Why a statement reads all rows of a table while others wait."""

from __future__ import annotations

from typing import Literal

from schemalint.catalog import model
from schemalint.lint.context import Context
from schemalint.lint.locks import lock_of, shared_table
from schemalint.lint.trees import constraints_of
from schemalint.simulator.effects import SHARE, Rewritten, Scanned
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node

Cause = Literal["check", "foreign key", "not null", "partition", "type"]

_CONSTRAINTS: dict[str, Cause] = {
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_NOTNULL": "not null",
}
_TYPES: dict[str, Cause] = {"c": "check", "f": "foreign key", "n": "not null"}


def blocked_scan(scanned: Scanned, ctx: Context, cause: Cause) -> tuple[model.Relation, Node | None] | None:
    """(the table, the part of the ALTER TABLE that asks for it) when rows that others use are read for this cause under a lock that
    keeps them from writing; None otherwise, and where the table is written anew anyway."""
    stmt = ctx.node
    table = shared_table(ctx, scanned.relation)
    if table is None or not isinstance(stmt, nodes.AlterTableStmt) or lock_of(ctx.statement, table.oid) < SHARE:
        return None
    if any(isinstance(e, Rewritten) and e.relation == table.oid for e in ctx.statement.effects):
        return None
    found, at = _cause(scanned, ctx, stmt, table)
    return (table, at) if found == cause else None


def _cause(
    scanned: Scanned, ctx: Context, stmt: nodes.AlterTableStmt, table: model.Relation
) -> tuple[Cause | None, Node | None]:
    if scanned.why == "partition constraint":
        return "partition", _action(stmt, "AT_AttachPartition")
    if scanned.why.startswith('column "'):
        column = scanned.why.split('"')[1]
        if any(c.subtype == "AT_AddColumn" and getattr(c.def_, "colname", None) == column for c in stmt.cmds):
            return None, None  # such a column has a value in each row, or the server refuses it where there are rows
        at = _action(stmt, "AT_SetNotNull", column)
        primary = (c for c, _ in constraints_of(stmt) if c.contype in ("CONSTR_PRIMARY", "CONSTR_NOTNULL"))
        return "not null", at if at is not None else next(primary, None)
    model_type = next((c.type for c in ctx.constraints(table.oid) if c.name == scanned.why), None)
    asked = [c for c, _ in constraints_of(stmt) if c.contype in _CONSTRAINTS and not c.skip_validation]
    for constraint in asked:
        kind = _CONSTRAINTS[constraint.contype]
        if constraint.conname == scanned.why or (constraint.conname is None and _TYPES.get(model_type or "c") == kind):
            return kind, constraint
    if asked and table.oid < 0:
        return _CONSTRAINTS[asked[0].contype], asked[0]
    changed = _action(stmt, "AT_AlterColumnType")
    return ("type", changed) if changed is not None else (None, None)


def _action(stmt: nodes.AlterTableStmt, subtype: str, name: str | None = None) -> nodes.AlterTableCmd | None:
    return next((c for c in stmt.cmds if c.subtype == subtype and name in (None, c.name)), None)
