"""DROP, ALTER and VALIDATE CONSTRAINT (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_not_null import set_attnotnull
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command, simple_permissions
from schemalint.simulator.deletion import perform_deletion
from schemalint.simulator.effects import ACCESS_EXCLUSIVE, ROW_SHARE, SHARE_UPDATE_EXCLUSIVE, Noted, Skipped
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.objectaddress import column_named, constraint_of
from schemalint.simulator.pg_inherits import find_inheritance_children
from schemalint.syntax.nodes import ATAlterConstraint


def _missing(work: AlterTable, relation: Relation, name: str, at: At) -> Refusal:
    message = f'constraint "{name}" of relation "{relation.name}" does not exist'
    return work.session.names.missing("42704", message, None, name, at)


# --- DROP CONSTRAINT


def at_exec_drop_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropConstraint."""
    assert command.name is not None
    relation = work.rel(tab.relid)
    constraint = constraint_of(work.session, relation, command.name)
    if constraint is None:
        if command.missing_ok:
            message = f'constraint "{command.name}" of relation "{relation.name}" does not exist, skipping'
            work.session.effect(Noted("NOTICE", message))
            work.session.effect(Skipped(command.name, False, relation.address))
            return
        raise _missing(work, relation, command.name, command.at)
    drop_constraint_internal(work, relation, constraint, command.behavior, command.recurse, False, command.at)


def drop_constraint_internal(
    work: AlterTable,
    relation: Relation,
    constraint: Constraint,
    behavior: str,
    recurse: bool,
    recursing: bool,
    at: At,
) -> None:
    """dropconstraint_internal."""
    session, name = work.session, constraint.name
    if recursing:
        simple_permissions(session, relation, "AT_DropConstraint", "rpf", at)
    if constraint.inhcount > 0 and not recursing:
        message = f'cannot drop inherited constraint "{name}" of relation "{relation.name}"'
        raise Refusal("42P16", message, at=at, word=name)
    if constraint.type == "n" and session.version >= 18:
        _check_not_null_unused(work, relation, constraint, at)
    if constraint.type == "f" and constraint.frelid != relation.oid:
        session.lock(constraint.frelid, ACCESS_EXCLUSIVE)
    perform_deletion(session, constraint.address, behavior, at)
    propagates = constraint.type == "c" or (constraint.type == "n" and session.version >= 18)
    if not propagates and relation.kind == "p":
        return
    children = [] if constraint.noinherit else find_inheritance_children(session, relation.oid, work.lockmode)
    if relation.kind == "p" and children and not recurse and session.version < 18:
        message = "cannot remove constraint from only the partitioned table when partitions exist"
        raise Refusal("42P16", message, at=at, hint="Do not specify the ONLY keyword.")
    for child in children if propagates else ():
        _drop_from_child(work, relation, work.rel(child.oid), constraint, behavior, recurse, at)


def _drop_from_child(
    work: AlterTable, parent: Relation, child: Relation, constraint: Constraint, behavior: str, recurse: bool, at: At
) -> None:
    session = work.session
    held: Constraint | None
    if constraint.type == "n":
        column = column_named(child, parent.columns[constraint.key[0] - 1].name)
        held = find_not_null_constraint_attnum(session, child.oid, column.num) if column is not None else None
    else:
        held = constraint_of(session, child, constraint.name)
    if held is None:
        raise _missing(work, child, constraint.name, at)
    if held.inhcount <= 0:
        return
    if not recurse:
        session.change(replace(held, inhcount=held.inhcount - 1, islocal=True))
    elif held.inhcount == 1 and not held.islocal:
        drop_constraint_internal(work, child, held, behavior, recurse, True, at)
    else:
        session.change(replace(held, inhcount=held.inhcount - 1))


def _check_not_null_unused(work: AlterTable, relation: Relation, constraint: Constraint, at: At) -> None:
    """A NOT NULL constraint that a key or an identity column needs stays."""
    num = constraint.key[0]
    column = relation.columns[num - 1]
    from schemalint.simulator.alter_not_null import check_not_in_key

    check_not_in_key(work, relation, num, at)
    if column.identity:
        message = f'column "{column.name}" of relation "{relation.name}" is an identity column'
        raise Refusal("42601", message, at=at, word=column.name)


# --- ALTER CONSTRAINT


def at_exec_alter_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAlterConstraint."""
    change: ATAlterConstraint = command.def_
    session, at, name = work.session, command.at, change.conname
    relation = work.rel(tab.relid)
    if relation.kind == "p" and not command.recurse and session.version >= 18:
        message = "constraint must be altered in child tables too"
        raise Refusal("42P16", message, at=at, hint="Do not specify the ONLY keyword.")
    constraint = constraint_of(session, relation, name)
    if constraint is None:
        raise _missing(work, relation, name, at)
    of = f'constraint "{name}" of relation "{relation.name}"'
    if change.alterDeferrability and constraint.type != "f":
        raise Refusal("42809", f"{of} is not a foreign key constraint", at=at, word=name)
    if change.alterEnforceability and constraint.type != "f":
        raise Refusal("42809", f"cannot alter enforceability of {of}", at=at, word=name)
    if change.alterInheritability and constraint.type != "n":
        raise Refusal("42809", f"{of} is not a not-null constraint", at=at, word=name)
    if change.alterInheritability and change.noinherit and constraint.inhcount > 0:
        message = f'cannot alter inherited constraint "{name}" on relation "{relation.name}"'
        raise Refusal("42P16", message, at=at, word=name)
    if constraint.parentid:
        _refuse_part(work, relation, constraint, at)
    _alter_constraint(work, relation, constraint, change, command.recurse, at)


def _refuse_part(work: AlterTable, relation: Relation, constraint: Constraint, at: At) -> None:
    top = constraint
    while top.parentid:
        top = work.session.catalog[Constraint, top.parentid]
    root = work.session.catalog.get(Relation, top.relid)
    detail = hint = None
    if root is not None:
        detail = f'Constraint "{constraint.name}" is derived from constraint "{top.name}" of relation "{root.name}".'
        hint = "You may alter the constraint it derives from instead."
    message = f'cannot alter constraint "{constraint.name}" on relation "{relation.name}"'
    sqlstate = "55000" if work.session.version >= 18 else "XX000"
    raise Refusal(sqlstate, message, at=at, word=constraint.name, detail=detail, hint=hint)


def _alter_constraint(
    work: AlterTable, relation: Relation, constraint: Constraint, change: ATAlterConstraint, recurse: bool, at: At
) -> None:
    """ATExecAlterConstraintInternal: parts of a constraint change with it."""
    session = work.session
    after = constraint
    if change.alterEnforceability and change.is_enforced != constraint.enforced:
        after = replace(after, enforced=change.is_enforced, validated=change.is_enforced)
        if change.is_enforced and relation.kind == "r":
            work.table(relation.oid).foreign_keys.append((constraint.name, constraint.frelid))
    if change.alterDeferrability:
        after = replace(after, deferrable=change.deferrable, deferred=change.initdeferred)
    if change.alterInheritability and change.noinherit != constraint.noinherit:
        after = replace(after, noinherit=change.noinherit)
        _alter_inheritability(work, relation, constraint, change.noinherit, at)
    if after != constraint:
        session.change(after)
    for part in session.catalog.child_constraints(constraint.oid):
        _alter_constraint(work, work.rel(part.relid), part, change, recurse, at)


def _alter_inheritability(
    work: AlterTable, relation: Relation, constraint: Constraint, noinherit: bool, at: At
) -> None:
    """ATExecAlterConstrInheritability."""
    from schemalint.simulator.alter_not_null import set_not_null

    name = relation.columns[constraint.key[0] - 1].name
    for child in find_inheritance_children(work.session, relation.oid, work.lockmode):
        if not noinherit:
            set_not_null(work, work.rel(child.oid), constraint.name, name, True, True, at)
            continue
        column = column_named(child, name)
        held = find_not_null_constraint_attnum(work.session, child.oid, column.num) if column is not None else None
        if held is not None:
            work.session.change(replace(held, inhcount=held.inhcount - 1, islocal=True))


# --- VALIDATE CONSTRAINT


def at_exec_validate_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecValidateConstraint, where the statement names the table."""
    assert command.name is not None
    validate_constraint(work, work.rel(tab.relid), command.name, command.recurse, False, command.at)


def validate_constraint(
    work: AlterTable, relation: Relation, name: str, recurse: bool, recursing: bool, at: At
) -> None:
    """ATExecValidateConstraint."""
    session = work.session
    constraint = constraint_of(session, relation, name)
    if constraint is None:
        raise _missing(work, relation, name, at)
    modern = session.version >= 18
    if constraint.type not in ("fcn" if modern else "fc"):
        if modern:
            message = f'cannot validate constraint "{name}" of relation "{relation.name}"'
            detail = "This operation is not supported for this type of constraint."
            raise Refusal("42809", message, at=at, word=name, detail=detail)
        message = f'constraint "{name}" of relation "{relation.name}" is not a foreign key or check constraint'
        raise Refusal("42809", message, at=at, word=name)
    if not constraint.enforced:
        raise Refusal("55000", "cannot validate NOT ENFORCED constraint", at=at, word=name)
    if constraint.validated:
        return
    if constraint.type == "f":
        _validate_foreign_key(work, relation, constraint)
        return
    children = [] if recursing or constraint.noinherit else find_inheritance_children(session, relation.oid)
    if children and not recurse:
        raise Refusal("42P16", "constraint must be validated on child tables too", at=at)
    for child in find_inheritance_children(session, relation.oid, SHARE_UPDATE_EXCLUSIVE):
        if constraint.noinherit:
            break
        held_name: str | None = name
        if constraint.type == "n":
            column = column_named(child, relation.columns[constraint.key[0] - 1].name)
            held = find_not_null_constraint_attnum(session, child.oid, column.num) if column is not None else None
            held_name = held.name if held is not None else None
        if held_name is not None:
            validate_constraint(work, work.rel(child.oid), held_name, recurse, True, at)
    session.change(replace(constraint, validated=True))
    if relation.kind in "rm":
        if constraint.type == "n":
            num = constraint.key[0]
            relation = work.rel(relation.oid)
            if relation.columns[num - 1].notnull:
                work.table(relation.oid).scans.append(name)
            set_attnotnull(work, relation, num)
        else:
            work.table(relation.oid).scans.append(name)


def _validate_foreign_key(work: AlterTable, relation: Relation, constraint: Constraint) -> None:
    """QueueFKConstraintValidation."""
    work.session.lock(constraint.frelid, ROW_SHARE)
    work.session.change(replace(constraint, validated=True))
    if relation.kind == "r":
        work.table(relation.oid).foreign_keys.append((constraint.name, constraint.frelid))
    for part in work.session.catalog.child_constraints(constraint.oid):
        if not part.validated:
            _validate_foreign_key(work, work.rel(part.relid), part)
