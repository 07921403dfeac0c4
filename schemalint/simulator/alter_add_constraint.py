"""ADD CONSTRAINT and what it becomes: constraints, indexes, constraints over indexes (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Constraint, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_not_null import set_attnotnull
from schemalint.simulator.alter_transform import parse_transform_constraint
from schemalint.simulator.alter_work import (
    PASS_ADD_CONSTR,
    AlteredTable,
    AlterTable,
    At,
    Command,
    simple_permissions,
)
from schemalint.simulator.constraints import add_relation_new_constraints
from schemalint.simulator.create_context import IndexDefinition
from schemalint.simulator.effects import SHARE, Noted
from schemalint.simulator.foreign_keys import add_foreign_key
from schemalint.simulator.indexes import define_index_of
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.objectaddress import column_named, constraint_of
from schemalint.simulator.pg_inherits import find_all_inheritors, find_inheritance_children
from schemalint.simulator.rename_relation import rename_relation_internal
from schemalint.simulator.utilcmd import make_not_null_constraint
from schemalint.syntax import nodes

# --- Preparation


def prep_add_constraint(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """Since 18, a primary key first asks for NOT NULL constraints (ATPrepAddPrimaryKey)."""
    constraint = command.def_
    if work.session.version < 18 or constraint.contype != "CONSTR_PRIMARY":
        return
    for name in constraint.keys:
        held = _not_null_of(work, relation, name)
        if held is not None:
            _verify_not_null_pk_compatible(work, held, name, command.at)
            continue
        if not recurse:
            for child in find_inheritance_children(work.session, relation.oid, work.lockmode):
                found = _not_null_of(work, child, name)
                if found is None:
                    message = f'column "{name}" of table "{child.name}" is not marked NOT NULL'
                    raise Refusal("XX000", message, at=command.at, word=name)
                _verify_not_null_pk_compatible(work, found, name, command.at)
        from schemalint.simulator.alter_table import prep_cmd

        made = Command("AT_AddConstraint", None, make_not_null_constraint(name), command.at)
        prep_cmd(work, relation, made, True, False)


def _not_null_of(work: AlterTable, relation: Relation, name: str) -> Constraint | None:
    """findNotNullConstraint."""
    column = column_named(relation, name)
    return None if column is None else find_not_null_constraint_attnum(work.session, relation.oid, column.num)


def _verify_not_null_pk_compatible(work: AlterTable, held: Constraint, name: str, at: At) -> None:
    """verifyNotNullPKCompatible."""
    if not held.noinherit and held.validated:
        return
    marked = "NO INHERIT" if held.noinherit else "NOT VALID"
    table = work.rel(held.relid).name
    if held.noinherit:
        hint = (
            "You might need to make the existing constraint inheritable using "
            "ALTER TABLE ... ALTER CONSTRAINT ... INHERIT."
        )
    else:
        hint = "You might need to validate it using ALTER TABLE ... VALIDATE CONSTRAINT."
    raise Refusal(
        "55000",
        f'cannot create primary key on column "{name}"',
        at=at,
        word=name,
        detail=f'The constraint "{held.name}" on column "{name}" of table "{table}", marked {marked}, '
        "is incompatible with a primary key.",
        hint=hint,
    )


# --- ADD CONSTRAINT


def at_exec_add_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddConstraint; what the statement says is transformed first."""
    if work.cur_pass == PASS_ADD_CONSTR and not command.transformed:
        parse_transform_constraint(work, tab, command)
        return
    constraint = command.def_
    if constraint.contype == "CONSTR_FOREIGN":
        add_foreign_key(work.session, work.rel(tab.relid), constraint, command.recurse)
    else:
        add_check_nn_constraint(work, work.rel(tab.relid), constraint, command.recurse, False, False, command.at)


def add_check_nn_constraint(
    work: AlterTable,
    relation: Relation,
    constraint: nodes.Constraint,
    recurse: bool,
    recursing: bool,
    is_readd: bool,
    at: At,
) -> None:
    """ATAddCheckNNConstraint (before 18 ATAddCheckConstraint): children get it, too."""
    session = work.session
    if recursing:
        simple_permissions(session, relation, "AT_AddConstraint", "rpf", at)
    added = add_relation_new_constraints(
        session, relation, (), (constraint,), recursing or is_readd, not recursing, is_readd
    )
    for made in added:
        if not made.skip_validation and made.contype != "n":
            work.table(relation.oid).scans.append(made.name)
        if constraint.conname is None:
            constraint = replace(constraint, conname=made.name)
        if made.contype == "n":
            set_attnotnull(work, work.rel(relation.oid), made.attnum, not made.skip_validation)
    if not added or constraint.is_no_inherit:
        return
    children = find_inheritance_children(session, relation.oid, work.lockmode)
    if children and not recurse:
        raise Refusal("42P16", "constraint must be added to child tables too", at=at)
    for child in children:
        add_check_nn_constraint(work, work.rel(child.oid), constraint, recurse, True, is_readd, at)


# --- Indexes of constraints


def at_exec_add_index(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddIndex."""
    definition: IndexDefinition = command.def_
    only = not command.recurse
    if not only and work.rel(tab.relid).kind == "p":
        find_all_inheritors(work.session, tab.relid, work.lockmode if work.session.version >= 18 else SHARE)
    define_index_of(work.session, work.rel(tab.relid), definition, only=only, is_alter_table=True)


def at_exec_add_index_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddIndexConstraint: ADD CONSTRAINT ... USING INDEX."""
    session, at = work.session, command.at
    definition: IndexDefinition = command.def_
    relation = work.rel(tab.relid)
    if relation.kind == "p":
        message = "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables"
        raise Refusal("0A000", message, at=at)
    index = work.rel(definition.index_oid)
    name = definition.idxname or index.name
    if name != index.name:
        note = f'ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "{index.name}" to "{name}"'
        session.effect(Noted("NOTICE", note))
        rename_relation_internal(session, index, name, at)
        index = work.rel(index.oid)
    info = index.index
    assert info is not None
    if definition.primary:
        _check_primary_key(work, relation, index, at)
    made = _constraint_over(work, relation, index, definition, at)
    columns_only = [num for num in info.key if num > 0]
    for num in columns_only:
        _forget_column_dependency(work, index, relation, num)
    session.catalog.depend(index.address, made.address, "i")
    changed = replace(info, primary=definition.primary, immediate=not definition.deferrable)
    session.change(replace(index, index=changed))


def _check_primary_key(work: AlterTable, relation: Relation, index: Relation, at: At) -> None:
    """index_check_primary_key, as far as an index that exists may fail it."""
    info = index.index
    assert info is not None
    if any(other.index is not None and other.index.primary for other in work.session.catalog.indexes(relation.oid)):
        message = f'multiple primary keys for table "{relation.name}" are not allowed'
        raise Refusal("42P16", message, at=at)
    if info.nulls_not_distinct:
        raise Refusal("42P16", "primary keys cannot use NULLS NOT DISTINCT indexes", at=at)
    for num in info.key[: info.nkeyatts]:
        if num == 0:
            raise Refusal("0A000", "primary keys cannot be expressions", at=at)
        if num > 0 and not relation.columns[num - 1].notnull:
            name = relation.columns[num - 1].name
            raise Refusal("42P16", f'primary key column "{name}" is not marked NOT NULL', at=at, word=name)


def _constraint_over(
    work: AlterTable, relation: Relation, index: Relation, definition: IndexDefinition, at: At
) -> Constraint:
    """index_constraint_create."""
    from schemalint.simulator.constraints import create_constraint_entry

    info = index.index
    assert info is not None
    if constraint_of(work.session, relation, index.name) is not None:
        message = f'constraint "{index.name}" for relation "{relation.name}" already exists'
        raise Refusal("42710", message, at=at, word=index.name)
    return create_constraint_entry(
        work.session,
        Constraint(
            oid=0,
            name=index.name,
            namespace=relation.namespace,
            type="p" if definition.primary else "u",
            deferrable=definition.deferrable,
            deferred=definition.initdeferred,
            relid=relation.oid,
            indid=index.oid,
            key=info.key[: info.nkeyatts],
            noinherit=True,
        ),
    )


def _forget_column_dependency(work: AlterTable, index: Relation, relation: Relation, num: int) -> None:
    """The constraint now stands between the index and its columns (INDEX_CONSTR_CREATE_REMOVE_OLD_DEPS)."""
    catalog = work.session.catalog
    kept = [
        held
        for held in catalog.depends_on(index.address)
        if not (held.refobj == ObjectAddress("pg_class", relation.oid, num) and held.deptype == "a")
    ]
    catalog.clear_dependencies(index.address)
    for held in kept:
        catalog.depend(index.address, held.refobj, held.deptype)
