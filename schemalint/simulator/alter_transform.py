"""Parse transformation of actions of ALTER TABLE: what they make besides is queued (ATParseTransformCmd of tablecmds.c,
transformAlterTableStmt of parse_utilcmd.c)."""

from __future__ import annotations

from schemalint.catalog.model import Relation
from schemalint.simulator.alter_work import (
    PASS_ADD_INDEX,
    PASS_ADD_INDEXCONSTR,
    PASS_ADD_OTHERCONSTR,
    PASS_COL_ATTRS,
    AlteredTable,
    AlterTable,
    Command,
)
from schemalint.simulator.create_context import Column, CreateStmtContext
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.sequences import record_sequence_owner
from schemalint.simulator.utilcmd import (
    make_not_null_constraint,
    transform_check_constraints,
    transform_column_definition,
    transform_fk_constraints,
    transform_table_constraint,
)
from schemalint.syntax.nodes import RangeVar


def alter_context(work: AlterTable, relation: Relation) -> CreateStmtContext:
    """The context of transformAlterTableStmt."""
    session = work.session
    rangevar = RangeVar(
        schemaname=session.names.namespace_name(relation.namespace),
        relname=relation.name,
        relpersistence=relation.persistence,
        start=work.rangevar.start,
        end=work.rangevar.end,
    )
    return CreateStmtContext(
        session,
        "ALTER FOREIGN TABLE" if relation.kind == "f" else "ALTER TABLE",
        rangevar,
        relation.namespace,
        relation.persistence,
        rel=relation,
        isforeign=relation.kind == "f",
        isalter=True,
        ispartitioned=relation.kind == "p",
    )


def parse_transform_column(work: AlterTable, tab: AlteredTable, command: Command) -> Column:
    """The column of ADD COLUMN; its constraints become actions of their own."""
    cxt = alter_context(work, work.rel(tab.relid))
    column = transform_column_definition(cxt, command.def_)
    skip_validation = column.raw_default is None and column.default is None
    _finish(work, tab, cxt, command, skip_validation)
    return column


def parse_transform_constraint(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """A table constraint becomes an action of a later pass."""
    cxt = alter_context(work, work.rel(tab.relid))
    transform_table_constraint(cxt, command.def_)
    _finish(work, tab, cxt, command, False)


def _finish(
    work: AlterTable, tab: AlteredTable, cxt: CreateStmtContext, command: Command, skip_validation: bool
) -> None:
    if cxt.ixconstraints:
        from schemalint.simulator.utilcmd_index import transform_index_constraints

        transform_index_constraints(cxt)
    transform_fk_constraints(cxt, skip_validation, True)
    transform_check_constraints(cxt, False)
    _queue_not_null(work, tab, cxt, command)
    for definition in cxt.indexes:
        if definition.index_oid:
            _queue(tab, PASS_ADD_INDEXCONSTR, "AT_AddIndexConstraint", definition, command)
        else:
            _queue(tab, PASS_ADD_INDEX, "AT_AddIndex", definition, command)
    for con in cxt.ckconstraints:
        _queue(tab, PASS_ADD_OTHERCONSTR, "AT_AddConstraint", con, command)
    for con in cxt.nnconstraints:
        _queue(tab, PASS_COL_ATTRS, "AT_AddConstraint", con, command)
    for con in cxt.fkconstraints:
        _queue(tab, PASS_ADD_OTHERCONSTR, "AT_AddConstraint", con, command)
    if cxt.owned_sequences:
        work.after.append(lambda: _own_sequences(work, tab, cxt))


def _queue(tab: AlteredTable, which: int, subtype: str, def_: object, command: Command) -> None:
    made = Command(subtype, None, def_, command.at)
    made.recurse = command.recurse
    made.transformed = True
    tab.add(which, made)


def _queue_not_null(work: AlterTable, tab: AlteredTable, cxt: CreateStmtContext, command: Command) -> None:
    """The columns of a primary key."""
    if work.session.version >= 18:
        if any(definition.index_oid for definition in cxt.indexes):
            cxt.nnconstraints.extend(make_not_null_constraint(name) for name in cxt.set_not_null)
        return
    from schemalint.simulator.alter_not_null import prep_set_not_null

    for name in cxt.set_not_null:
        made = Command("AT_SetNotNull", name, None, command.at)
        prep_set_not_null(work, tab, work.rel(tab.relid), made, command.recurse, False)
        tab.add(PASS_COL_ATTRS, made)


def _own_sequences(work: AlterTable, tab: AlteredTable, cxt: CreateStmtContext) -> None:
    """ALTER SEQUENCE ... OWNED BY of serial and identity columns."""
    relation = work.rel(tab.relid)
    for sequence, name in cxt.owned_sequences:
        column = column_named(relation, name)
        if column is not None:
            record_sequence_owner(work.session, sequence, relation.oid, column.num, bool(column.identity))
