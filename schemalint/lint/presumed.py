"""What a statement does to tables that the catalog does not hold, where the catalog is not all that exists.

Such a table is taken to exist and to have rows, since the files do not make it. What is said here follows from the statement alone
and from what earlier statements of the batch did to the table; where the table's columns would decide, the caller is told nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemalint.catalog import model
from schemalint.lint.context import Context
from schemalint.lint.trees import find_all, walk
from schemalint.simulator.alter_locks import alter_table_get_lock_level
from schemalint.simulator.effects import (
    ACCESS_EXCLUSIVE,
    ROW_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Dropped,
    Effect,
    IndexBuilt,
    Locked,
    Rewritten,
    Scanned,
    Truncated,
)
from schemalint.syntax import nodes
from schemalint.syntax.nodes import Node, RangeVar

_SERIAL = frozenset("serial serial2 serial4 serial8 smallserial bigserial".split())
_REWRITING = {"AT_SetLogged": "SET LOGGED", "AT_SetUnLogged": "SET UNLOGGED", "AT_SetTableSpace": "SET TABLESPACE"}


def presumed_effects(ctx: Context, node: Node) -> tuple[Effect, ...]:
    """The effects on tables that are presumed to exist; nothing where the catalog holds all that the statement names."""
    return tuple(effect for effect in _effects(ctx, node) if _about(effect) < 0)


def _about(effect: Effect) -> int:
    if isinstance(effect, Dropped):
        return effect.object.oid
    return getattr(effect, "relation", 0)


def _effects(ctx: Context, node: Node) -> Iterator[Effect]:
    match node:
        case nodes.AlterTableStmt():
            yield from _alter_table(ctx, node)
        case nodes.CreateStmt() | nodes.CreateForeignTableStmt():
            yield from _referenced(ctx, find_all(node, nodes.Constraint))
        case nodes.IndexStmt() if node.relation is not None:
            if (oid := ctx.presume(node.relation)) is not None:
                yield Locked(oid, SHARE_UPDATE_EXCLUSIVE if node.concurrent else SHARE)
                yield IndexBuilt(0, oid, node.concurrent)
        case nodes.ReindexStmt() if node.relation is not None:
            index = node.kind == "REINDEX_OBJECT_INDEX"
            if (oid := ctx.presume(node.relation, "i" if index else "r")) is not None:
                concurrently = any(p.defname == "concurrently" for p in node.params)
                yield Locked(oid, SHARE_UPDATE_EXCLUSIVE if concurrently else SHARE)
                yield IndexBuilt(0, oid, concurrently)
        case nodes.RefreshMatViewStmt():
            if (oid := ctx.presume(node.relation, "m")) is not None:
                yield Locked(oid, 7 if node.concurrent else ACCESS_EXCLUSIVE)
                if not node.concurrent:
                    yield Rewritten(oid, "REFRESH MATERIALIZED VIEW")
        case nodes.VacuumStmt() if any(option.defname == "full" for option in node.options):
            for vacuumed in node.rels:
                yield from _rewritten(ctx, vacuumed.relation, "VACUUM FULL")
        case nodes.ClusterStmt() if node.relation is not None:
            yield from _rewritten(ctx, node.relation, "CLUSTER")
        case nodes.LockStmt():
            yield from _locked(ctx, node.relations, node.mode)
        case nodes.TruncateStmt():
            for relation in node.relations:
                if (oid := ctx.presume(relation)) is not None:
                    yield Locked(oid, ACCESS_EXCLUSIVE)
                    yield Truncated(oid)
        case nodes.CreateTrigStmt():
            yield from _locked(ctx, (node.relation,), SHARE_ROW_EXCLUSIVE)
        case nodes.RuleStmt():
            yield from _locked(ctx, (node.relation,), ACCESS_EXCLUSIVE)
        case nodes.CreatePolicyStmt() | nodes.AlterPolicyStmt():
            yield from _locked(ctx, (node.table,), ACCESS_EXCLUSIVE)
        case nodes.RenameStmt() if node.relation is not None and node.renameType != "OBJECT_INDEX":
            yield from _locked(ctx, (node.relation,), ACCESS_EXCLUSIVE)
        case nodes.InsertStmt() | nodes.UpdateStmt() | nodes.DeleteStmt() if node.relation is not None:
            yield from _locked(ctx, (node.relation,), ROW_EXCLUSIVE)
        case nodes.DropStmt():
            yield from _drop(ctx, node)


def _locked(ctx: Context, relations: Iterable[RangeVar], mode: int) -> Iterator[Effect]:
    for relation in relations:
        if (oid := ctx.presume(relation)) is not None:
            yield Locked(oid, mode)


def _rewritten(ctx: Context, relation: RangeVar, why: str) -> Iterator[Effect]:
    if (oid := ctx.presume(relation)) is not None:
        yield Locked(oid, ACCESS_EXCLUSIVE)
        yield Rewritten(oid, why)


_DROPPED_KINDS = {"OBJECT_TABLE": "r", "OBJECT_INDEX": "i", "OBJECT_MATVIEW": "m", "OBJECT_VIEW": "v"}


def _drop(ctx: Context, node: nodes.DropStmt) -> Iterator[Effect]:
    kind = _DROPPED_KINDS.get(node.removeType)
    for names in node.objects:
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            continue
        parts = names if kind is not None else names[:-1]
        if not parts or (kind is None and node.removeType not in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE")):
            continue
        oid = ctx.presume(RangeVar(relname=parts[-1], schemaname=parts[-2] if len(parts) > 1 else None), kind or "r")
        if oid is None:
            continue
        yield Locked(oid, SHARE_UPDATE_EXCLUSIVE if node.concurrent else ACCESS_EXCLUSIVE)
        relation = ctx.relation(oid)
        if kind is not None and relation is not None:
            yield Dropped(relation, cascade=False)


def _alter_table(ctx: Context, node: nodes.AlterTableStmt) -> Iterator[Effect]:
    if node.objtype != "OBJECT_TABLE":
        return
    oid = ctx.presume(node.relation)
    if oid is not None:
        yield Locked(oid, alter_table_get_lock_level(node.cmds))
    for cmd in node.cmds:
        yield from _referenced(ctx, find_all(cmd.def_, nodes.Constraint))
        if oid is not None:
            yield from _action(ctx, oid, node.relation, cmd)
        elif cmd.subtype == "AT_AttachPartition":
            yield from _attached(ctx, cmd)


def _referenced(ctx: Context, constraints: Iterable[nodes.Constraint]) -> Iterator[Effect]:
    for constraint in constraints:
        if constraint.pktable is not None:
            yield from _locked(ctx, (constraint.pktable,), SHARE_ROW_EXCLUSIVE)


def _attached(ctx: Context, cmd: nodes.AlterTableCmd) -> Iterator[Effect]:
    if (child := ctx.presume(cmd.def_.name)) is not None:
        yield Locked(child, ACCESS_EXCLUSIVE)
        if not any(True for _ in _earlier(ctx, cmd.def_.name, "AT_ValidateConstraint")):
            yield Scanned(child, "partition constraint")


def _action(ctx: Context, oid: int, table: RangeVar, cmd: nodes.AlterTableCmd) -> Iterator[Effect]:
    match cmd.subtype:
        case "AT_AddColumn" if isinstance(cmd.def_, nodes.ColumnDef):
            yield from _added_column(ctx, oid, cmd.def_)
        case "AT_AddConstraint" if isinstance(cmd.def_, nodes.Constraint):
            yield from _added_constraint(oid, cmd.def_)
        case "AT_SetNotNull" if not _proven_not_null(ctx, table, cmd.name):
            yield Scanned(oid, f'column "{cmd.name}" is not null')
        case "AT_AlterColumnType" if isinstance(cmd.def_, nodes.ColumnDef) and not _widest(cmd.def_):
            yield Rewritten(oid, f'type of column "{cmd.name}", unless it is stored alike now')
        case "AT_SetLogged" | "AT_SetUnLogged" | "AT_SetTableSpace":
            yield Rewritten(oid, _REWRITING[cmd.subtype])
        case "AT_ValidateConstraint":
            yield Scanned(oid, cmd.name or "")
        case "AT_AttachPartition":
            yield from _attached(ctx, cmd)
        case "AT_DetachPartition" if not cmd.def_.concurrent:
            yield from _locked(ctx, (cmd.def_.name,), ACCESS_EXCLUSIVE)
        case "AT_DropColumn":
            relation = ctx.relation(oid)
            if relation is not None:
                yield Dropped(relation, column=cmd.name, cascade=False)


def _widest(column: nodes.ColumnDef) -> bool:
    """Whether the new type is text or varchar without a length, which most changes to are free of work."""
    to = column.typeName
    plain = to is not None and to.names[-1] in ("text", "varchar") and not to.typmods and not to.arrayBounds
    return plain and column.raw_default is None and column.collClause is None


def _added_column(ctx: Context, oid: int, column: nodes.ColumnDef) -> Iterator[Effect]:
    kinds = {c.contype: c for c in column.constraints}
    default = kinds.get("CONSTR_DEFAULT")
    generated = kinds.get("CONSTR_GENERATED")
    if (
        (column.typeName is not None and column.typeName.names[-1] in _SERIAL)
        or "CONSTR_IDENTITY" in kinds
        or (generated is not None and generated.generated_kind != "v")
        or (default is not None and _is_volatile(ctx, default.raw_expr))
    ):
        yield Rewritten(oid, f'column "{column.colname}" is added with values')
    for kind, constraint in kinds.items():
        if kind == "CONSTR_CHECK" or (kind == "CONSTR_FOREIGN" and default is not None):
            yield Scanned(oid, constraint.conname or f'condition of column "{column.colname}"')
        elif kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY"):
            yield IndexBuilt(0, oid)


def _added_constraint(oid: int, constraint: nodes.Constraint) -> Iterator[Effect]:
    match constraint.contype:
        case "CONSTR_CHECK" | "CONSTR_FOREIGN" | "CONSTR_NOTNULL" if not constraint.skip_validation:
            yield Scanned(oid, constraint.conname or "the constraint")
        case "CONSTR_UNIQUE" | "CONSTR_PRIMARY" | "CONSTR_EXCLUSION" if constraint.indexname is None:
            yield IndexBuilt(0, oid)


def _is_volatile(ctx: Context, expression: object) -> bool:
    """Whether a default must be computed for each row; a function that is not known is taken to be as functions are by default."""
    for call in walk(expression):
        if isinstance(call, nodes.FuncCall):
            schema = call.funcname[-2] if len(call.funcname) > 1 else None
            found = [proc for _, proc in ctx.names.overloads(model.Proc, schema, call.funcname[-1])]
            if not found or any(proc.volatile == "v" for proc in found):
                return True
    return False


def _earlier(ctx: Context, table: RangeVar, subtype: str) -> Iterator[nodes.AlterTableCmd]:
    """Actions of a kind on the table in earlier statements."""
    for statement in ctx.statements:
        node = statement.node
        if (
            statement is not ctx.statement
            and isinstance(node, nodes.AlterTableStmt)
            and (node.relation.schemaname, node.relation.relname) == (table.schemaname, table.relname)
        ):
            yield from (cmd for cmd in node.cmds if cmd.subtype == subtype)


def _proven_not_null(ctx: Context, table: RangeVar, column: str | None) -> bool:
    """Whether a constraint that was checked before proves it; one that earlier migrations made counts when it is validated here."""
    validated = {cmd.name for cmd in _earlier(ctx, table, "AT_ValidateConstraint")}
    for cmd in _earlier(ctx, table, "AT_AddConstraint"):
        constraint = cmd.def_
        if not isinstance(constraint, nodes.Constraint):
            continue
        known = constraint.conname in validated or not constraint.skip_validation
        if known and (constraint.keys == (column,) and constraint.contype == "CONSTR_NOTNULL"):
            return True
        if known and constraint.contype == "CONSTR_CHECK" and _implies(constraint.raw_expr, column):
            return True
        validated.discard(constraint.conname)
    return bool(validated)


def _implies(condition: object, column: str | None) -> bool:
    """Whether a condition is false or null where the column is null: `column IS NOT NULL`, also among others joined by AND."""
    if isinstance(condition, nodes.BoolExpr) and condition.boolop == "AND_EXPR":
        return any(_implies(arg, column) for arg in condition.args)
    return (
        isinstance(condition, nodes.NullTest)
        and condition.nulltesttype == "IS_NOT_NULL"
        and isinstance(condition.arg, nodes.ColumnRef)
        and condition.arg.fields[-1] == column
    )
