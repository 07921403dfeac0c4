"""SET and DROP NOT NULL (tablecmds.c). Since 18 they make and drop constraints, before they set a flag of the column."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import BoolExpr, Expr, NullTest, Var
from schemalint.simulator.alter_work import (
    PASS_COL_ATTRS,
    AlteredTable,
    AlterTable,
    At,
    Command,
    attnum_to_alter,
    simple_recursion,
)
from schemalint.simulator.constraints import add_relation_new_constraints
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.object_names import choose_constraint_name
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.pg_inherits import find_inheritance_children, has_children
from schemalint.simulator.rename_relation import change_column
from schemalint.simulator.stored import tree_of
from schemalint.simulator.utilcmd import make_not_null_constraint

# --- Preparation


def prep_drop_not_null(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepDropNotNull."""
    from schemalint.simulator.alter_table import prep_cmd

    if work.session.version >= 18:
        command.recurse = command.recurse or recurse
        return
    if relation.kind == "p" and not recurse and not recursing and has_children(work.session, relation.oid):
        message = "cannot remove constraint from only the partitioned table when partitions exist"
        raise Refusal("42P16", message, at=command.at, hint="Do not specify the ONLY keyword.")
    simple_recursion(work, relation, command, recurse, prep_cmd)


def prep_set_not_null(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepSetNotNull."""
    from schemalint.simulator.alter_table import prep_cmd

    if work.session.version >= 18:
        command.recurse = command.recurse or recurse
        return
    if recursing:
        return
    if relation.kind == "p" and not recurse:
        for child in find_inheritance_children(work.session, relation.oid, work.lockmode):
            check = Command("AT_CheckNotNull", command.name, None, command.at)
            work.table(child.oid).add(PASS_COL_ATTRS, check)
        return
    if relation.kind == "p" and recurse:
        column = column_named(relation, command.name or "")
        if column is not None and column.notnull:
            return
    simple_recursion(work, relation, command, recurse, prep_cmd)


# --- DROP NOT NULL


def at_exec_drop_not_null(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropNotNull."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    num = attnum_to_alter(relation, name, at)
    column = relation.columns[num - 1]
    if session.version >= 18 and not column.notnull:
        return
    if column.identity:
        message = f'column "{name}" of relation "{relation.name}" is an identity column'
        raise Refusal("42601", message, at=at, word=name)
    if session.version < 18:
        check_not_in_key(work, relation, num, at)
    if relation.ispartition and relation.inherits:
        parent = work.rel(relation.inherits[0])
        held = column_named(parent, name)
        if held is not None and held.notnull:
            raise Refusal("42P16", f'column "{name}" is marked NOT NULL in parent table', at=at, word=name)
    if session.version < 18:
        if column.notnull:
            change_column(session, relation, replace(column, notnull=False))
        return
    constraint = find_not_null_constraint_attnum(session, relation.oid, num)
    if constraint is None:
        change_column(session, relation, replace(column, notnull=False))
        return
    from schemalint.simulator.alter_constraints import drop_constraint_internal

    drop_constraint_internal(work, relation, constraint, "DROP_RESTRICT", command.recurse, False, at)


def check_not_in_key(work: AlterTable, relation: Relation, num: int, at: At) -> None:
    """A column of the primary key, or of the replica identity, is never null."""
    name = relation.columns[num - 1].name
    for index in work.session.catalog.indexes(relation.oid):
        info = index.index
        assert info is not None
        if num not in info.key[: info.nkeyatts]:
            continue
        if info.primary:
            raise Refusal("42P16", f'column "{name}" is in a primary key', at=at, word=name)
        if info.replident:
            raise Refusal("42P16", f'column "{name}" is in index used as replica identity', at=at, word=name)


# --- SET NOT NULL


def at_exec_set_not_null(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetNotNull, where the statement names the table."""
    assert command.name is not None
    if work.session.version >= 18:
        set_not_null(work, work.rel(tab.relid), None, command.name, command.recurse, False, command.at)
        return
    relation = work.rel(tab.relid)
    num = attnum_to_alter(relation, command.name, command.at)
    column = relation.columns[num - 1]
    if column.notnull:
        return
    if not not_null_implied(work, relation, num):
        tab.scans.append(f'column "{column.name}" is not null')
    change_column(work.session, relation, replace(column, notnull=True))


def at_exec_check_not_null(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecCheckNotNull: partitions of a table that is altered alone."""
    relation = work.rel(tab.relid)
    column = column_named(relation, command.name or "")
    if column is not None and not column.notnull:
        raise Refusal(
            "42P16",
            "constraint must be added to child tables too",
            at=command.at,
            detail=f'Column "{column.name}" of relation "{relation.name}" is not already NOT NULL.',
            hint="Do not specify the ONLY keyword.",
        )


def set_not_null(
    work: AlterTable, relation: Relation, con_name: str | None, name: str, recurse: bool, recursing: bool, at: At
) -> None:
    """ATExecSetNotNull since 18."""
    session = work.session
    num = attnum_to_alter(relation, name, at)
    held = find_not_null_constraint_attnum(session, relation.oid, num)
    if held is not None:
        _reuse(work, relation, held, recurse, recursing, at)
        return
    no_inherit = False
    if not recurse and has_children(session, relation.oid):
        if relation.kind == "p":
            message = "constraint must be added to child tables too"
            raise Refusal("42P16", message, at=at, hint="Do not specify the ONLY keyword.")
        no_inherit = True
    if con_name is None:
        con_name = choose_constraint_name(session, relation.name, name, "not_null", relation.namespace)
    constraint = replace(make_not_null_constraint(name), conname=con_name, is_no_inherit=no_inherit)
    add_relation_new_constraints(session, relation, (), (constraint,), False, not recursing)
    set_attnotnull(work, work.rel(relation.oid), num)
    if recurse:
        for child in find_inheritance_children(session, relation.oid, work.lockmode):
            set_not_null(work, work.rel(child.oid), con_name, name, True, True, at)


def _reuse(work: AlterTable, relation: Relation, held: Constraint, recurse: bool, recursing: bool, at: At) -> None:
    """The column has the constraint already."""
    session = work.session
    if held.noinherit and recurse:
        message = f'cannot change NO INHERIT status of NOT NULL constraint "{held.name}" on relation "{relation.name}"'
        raise Refusal("0A000", message, at=at, word=held.name)
    if recursing:
        session.change(replace(held, inhcount=held.inhcount + 1))
    elif not held.islocal:
        session.change(replace(held, islocal=True))
    elif not held.validated:
        from schemalint.simulator.alter_constraints import validate_constraint

        validate_constraint(work, relation, held.name, recurse, recursing, at)


def set_attnotnull(work: AlterTable, relation: Relation, num: int, queue_validation: bool = True) -> None:
    """set_attnotnull: mark the column, and have its rows read unless a CHECK proves that none is null."""
    column = relation.columns[num - 1]
    if column.notnull:
        return
    change_column(work.session, relation, replace(column, notnull=True))
    if queue_validation and not not_null_implied(work, relation, num):
        work.table(relation.oid).scans.append(f'column "{column.name}" is not null')


def not_null_implied(work: AlterTable, relation: Relation, num: int) -> bool:
    """Whether a CHECK that holds for all rows says that the column is not null (NotNullImpliedByRelConstraints)."""
    for constraint in work.session.catalog.constraints(relation.oid):
        if constraint.type == "c" and constraint.validated and constraint.enforced and constraint.expr is not None:
            tree = tree_of(work.session, constraint.expr, relation, "check_constraint")
            if _implies_not_null(tree, num):
                return True
    return False


def _implies_not_null(tree: Expr, num: int) -> bool:
    if isinstance(tree, BoolExpr):
        if tree.op == "and":
            return any(_implies_not_null(arg, num) for arg in tree.args)
        if tree.op == "or":
            return all(_implies_not_null(arg, num) for arg in tree.args)
        return False
    return isinstance(tree, NullTest) and not tree.isnull and isinstance(tree.arg, Var) and tree.arg.attno == num
