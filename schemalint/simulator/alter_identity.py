"""ADD, SET and DROP of identity columns (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_transform import alter_context
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command, attnum_to_alter, no_such_column
from schemalint.simulator.create_context import Column
from schemalint.simulator.deletion import perform_deletion
from schemalint.simulator.effects import SHARE_ROW_EXCLUSIVE, Noted
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.objectaddress import column_named, get_attnum
from schemalint.simulator.pg_inherits import find_inheritance_children
from schemalint.simulator.rename_relation import change_column
from schemalint.simulator.sequences import get_identity_sequence, init_params, record_sequence_owner
from schemalint.simulator.utilcmd_serial import generate_serial_extra_stmts
from schemalint.syntax.nodes import Constraint, DefElem

_ONLY = {
    "add": "cannot add identity to a column of only the partitioned table",
    "set": "cannot change identity column of only the partitioned table",
    "drop": "cannot drop identity from a column of only the partitioned table",
}
_PARTITION = {
    "add": "cannot add identity to a column of a partition",
    "set": "cannot change identity column of a partition",
    "drop": "cannot drop identity from a column of a partition",
}


def _check_partitioning(work: AlterTable, relation: Relation, verb: str, recurse: bool, at: At) -> None:
    """The identity of a partitioned table's column is that of all partitions, since 17."""
    if work.session.version < 17:
        return
    if relation.kind == "p" and not recurse:
        raise Refusal("42P16", _ONLY[verb], at=at, hint="Do not specify the ONLY keyword.")
    if relation.ispartition:
        raise Refusal("42P16", _PARTITION[verb], at=at)


def _set_identity(work: AlterTable, relation: Relation, name: str, identity: str) -> None:
    """Set the column's kind of identity, in partitions too."""
    column = column_named(relation, name)
    if column is None:
        return
    change_column(work.session, relation, replace(column, identity=identity))
    if relation.kind == "p" and work.session.version >= 17:
        for child in find_inheritance_children(work.session, relation.oid, work.lockmode):
            _set_identity(work, child, name, identity)


def at_exec_add_identity(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddIdentity; its sequence is made first (transformAlterTableStmt)."""
    session, at, name = work.session, command.at, command.name
    constraint: Constraint = command.def_
    assert name is not None
    relation = work.rel(tab.relid)
    num = get_attnum(relation, name)
    if not num:
        raise no_such_column(relation, name, at)
    if num > 0:
        cxt = alter_context(work, relation)
        column = Column(name=name, type=relation.columns[num - 1].type, at=at)
        sequence = generate_serial_extra_stmts(cxt, column, column.type, constraint.options, True)
        work.after.append(lambda: record_sequence_owner(session, sequence, relation.oid, num, True))
    _check_partitioning(work, relation, "add", command.recurse, at)
    attnum_to_alter(relation, name, at)
    held = relation.columns[num - 1]
    of = f'column "{name}" of relation "{relation.name}"'
    if not held.notnull:
        raise Refusal("55000", f"{of} must be declared NOT NULL before identity can be added", at=at, word=name)
    not_null = find_not_null_constraint_attnum(session, relation.oid, num) if session.version >= 18 else None
    if not_null is not None and not not_null.validated:
        raise Refusal(
            "55000",
            f'incompatible NOT VALID constraint "{not_null.name}" on relation "{relation.name}"',
            at=at,
            word=not_null.name,
            hint="You might need to validate it using ALTER TABLE ... VALIDATE CONSTRAINT.",
        )
    if held.identity:
        raise Refusal("55000", f"{of} is already an identity column", at=at, word=name)
    if held.default is not None:
        raise Refusal("55000", f"{of} already has a default value", at=at, word=name)
    _set_identity(work, relation, name, constraint.generated_when)


def at_exec_set_identity(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetIdentity; options of the sequence are set first."""
    at, name = command.at, command.name
    options: tuple[DefElem, ...] = command.def_
    assert name is not None
    relation = work.rel(tab.relid)
    num = get_attnum(relation, name)
    if not num:
        raise no_such_column(relation, name, at)
    if num > 0:
        _alter_sequence(work, relation, num, options)
    generated = [option for option in options if option.defname == "generated"]
    if len(generated) > 1:
        start, end = generated[1].start, generated[1].end
        raise Refusal("42601", "conflicting or redundant options", at=(start, end))
    _check_partitioning(work, relation, "set", command.recurse, at)
    attnum_to_alter(relation, name, at)
    if not relation.columns[num - 1].identity:
        message = f'column "{name}" of relation "{relation.name}" is not an identity column'
        raise Refusal("55000", message, at=at, word=name)
    if generated:
        kind = generated[0].arg
        _set_identity(work, relation, name, chr(kind) if isinstance(kind, int) else str(kind))


def _alter_sequence(work: AlterTable, relation: Relation, num: int, options: tuple[DefElem, ...]) -> None:
    rest = tuple(option for option in options if option.defname != "generated")
    oid = get_identity_sequence(work.session, relation, num)
    sequence = work.session.catalog.get(Relation, oid) if oid else None
    if sequence is not None and sequence.sequence is not None:
        work.session.lock(sequence.oid, SHARE_ROW_EXCLUSIVE)
        if not rest:
            return
        info, _, _ = init_params(work.session, rest, True, sequence.sequence, False)
        work.session.change(replace(sequence, sequence=info))


def at_exec_drop_identity(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropIdentity."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    _check_partitioning(work, relation, "drop", command.recurse, at)
    num = attnum_to_alter(relation, name, at)
    of = f'column "{name}" of relation "{relation.name}"'
    if not relation.columns[num - 1].identity:
        if command.missing_ok:
            session.effect(Noted("NOTICE", f"{of} is not an identity column, skipping"))
            return
        raise Refusal("55000", f"{of} is not an identity column", at=at, word=name)
    sequence = get_identity_sequence(session, relation, num)
    _set_identity(work, relation, name, "")
    if sequence:
        address = ObjectAddress("pg_class", sequence)
        session.catalog.clear_dependencies(address, "pg_class", "i")
        perform_deletion(session, address, "DROP_RESTRICT", at)
