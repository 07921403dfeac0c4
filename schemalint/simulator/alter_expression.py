"""SET EXPRESSION and DROP EXPRESSION of generated columns (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_columns import note_changed
from schemalint.simulator.alter_storage import is_published
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command, attnum_to_alter, no_such_column
from schemalint.simulator.constraints import RawColumnDefault, add_relation_new_constraints
from schemalint.simulator.deletion import remove_default
from schemalint.simulator.effects import Noted
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.pg_inherits import has_children
from schemalint.simulator.rename_relation import change_column


def at_exec_set_expression(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetExpression."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    num = attnum_to_alter(relation, name, at)
    column = relation.columns[num - 1]
    if not column.generated:
        message = f'column "{name}" of relation "{relation.name}" is not a generated column'
        raise Refusal("55000", message, at=at, word=name)
    if column.generated == "v":
        _check_virtual(work, relation, column, at)
        if column.notnull:
            tab.scans.append(f'column "{name}" is not null')
    elif relation.kind in "rm":
        tab.rewrite.append(f'column "{name}" is generated anew')
    from schemalint.simulator.alter_type import remember_all_dependent_for_rebuilding

    remember_all_dependent_for_rebuilding(work, tab, relation, num, "AT_SetExpression", at)
    generated = column.generated
    remove_default(session, relation, num)
    before = change_column(
        session, work.rel(tab.relid), replace(work.rel(tab.relid).columns[num - 1], generated=generated)
    )
    default = RawColumnDefault(num, command.def_, None, generated)
    add_relation_new_constraints(session, before, (default,), (), False, True)
    note_changed(work, before)


def _check_virtual(work: AlterTable, relation: Relation, column: Attribute, at: At) -> None:
    """What SET EXPRESSION is not supported for."""
    what = f'Column "{column.name}" of relation "{relation.name}" is a virtual generated column.'
    prefix = "ALTER TABLE / SET EXPRESSION is not supported for virtual generated columns in tables"
    if any(con.type == "c" for con in work.session.catalog.constraints(relation.oid)):
        raise Refusal("0A000", f"{prefix} with check constraints", at=at, detail=what)
    if is_published(work.session, relation):
        raise Refusal("0A000", f"{prefix} that are part of a publication", at=at, detail=what)


def prep_drop_expression(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepDropExpression."""
    at, name = command.at, command.name
    if not recurse and not recursing and has_children(work.session, relation.oid):
        raise Refusal("0A000", "ALTER TABLE / DROP EXPRESSION must be applied to child tables too", at=at)
    if recursing:
        return
    column = column_named(relation, name or "")
    if column is None:
        raise no_such_column(relation, name, at)
    if column.inhcount > 0:
        raise Refusal("42P16", "cannot drop generation expression from inherited column", at=at, word=name)


def at_exec_drop_expression(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropExpression."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    num = attnum_to_alter(relation, name, at)
    column = relation.columns[num - 1]
    if column.generated == "v":
        raise Refusal(
            "0A000",
            "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns",
            at=at,
            word=name,
            detail=f'Column "{name}" of relation "{relation.name}" is a virtual generated column.',
        )
    if not column.generated:
        if command.missing_ok:
            message = f'column "{name}" of relation "{relation.name}" is not a generated column, skipping'
            session.effect(Noted("NOTICE", message))
            return
        kind = "a generated" if session.version >= 18 else "a stored generated"
        message = f'column "{name}" of relation "{relation.name}" is not {kind} column'
        raise Refusal("55000", message, at=at, word=name)
    session.catalog.clear_dependencies(ObjectAddress("pg_class", relation.oid, num), "pg_class", "a")
    remove_default(session, relation, num)
