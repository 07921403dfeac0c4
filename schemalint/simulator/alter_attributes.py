"""SET STATISTICS, (options), STORAGE, COMPRESSION and OPTIONS of columns (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Relation
from schemalint.errors import Refusal
from schemalint.simulator.alter_work import AlteredTable, AlterTable, At, Command, attnum_to_alter
from schemalint.simulator.columns import get_attribute_compression, get_attribute_storage
from schemalint.simulator.effects import Noted
from schemalint.simulator.objectaddress import get_attnum
from schemalint.simulator.reloptions import attribute_reloptions, transform_rel_options
from schemalint.simulator.rename_relation import change_column

MAX_STATISTICS_TARGET = 10000


def at_exec_set_statistics(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetStatistics."""
    session, at, name = work.session, command.at, command.name
    relation = work.rel(tab.relid)
    if relation.kind not in "iI" and name is None:
        raise Refusal("0A000", "cannot refer to non-index column by number", at=at)
    target: int = -1 if command.def_ is None else command.def_
    if target < -1:
        raise Refusal("22023", f"statistics target {target} is too low", at=at)
    if target > MAX_STATISTICS_TARGET:
        target = MAX_STATISTICS_TARGET
        session.effect(Noted("WARNING", f"lowering statistics target to {target}"))
    if name is not None:
        num = get_attnum(relation, name)
        if not num:
            message = f'column "{name}" of relation "{relation.name}" does not exist'
            raise Refusal("42703", message, at=at, word=name)
    else:
        num = command.num
        if num > len(relation.columns):
            raise Refusal("42703", f'column number {num} of relation "{relation.name}" does not exist', at=at)
    if num < 0:
        raise Refusal("0A000", f'cannot alter system column "{name}"', at=at, word=name)
    column = relation.columns[num - 1]
    if relation.index is not None:
        of = f'column "{column.name}" of index "{relation.name}"'
        if num > relation.index.nkeyatts:
            raise Refusal("0A000", f"cannot alter statistics on included {of}", at=at)
        if relation.index.key[num - 1] != 0:
            hint = "Alter statistics on table column instead."
            raise Refusal("0A000", f"cannot alter statistics on non-expression {of}", at=at, hint=hint)
    change_column(session, relation, replace(column, statistics=target))


def at_exec_set_options(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetOptions: SET (...) and RESET (...) of a column."""
    session = work.session
    relation = work.rel(tab.relid)
    assert command.name is not None
    num = attnum_to_alter(relation, command.name, command.at)
    column = relation.columns[num - 1]
    reset = command.subtype == "AT_ResetOptions"
    options = transform_rel_options(session, column.options, command.def_, None, (), accept_oids=False, is_reset=reset)
    change_column(session, relation, replace(column, options=attribute_reloptions(session, options)))


def at_exec_set_storage(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetStorage."""
    relation = work.rel(tab.relid)
    assert command.name is not None
    num = attnum_to_alter(relation, command.name, command.at)
    column = relation.columns[num - 1]
    storage = get_attribute_storage(work.session, column.type, command.def_, command.at)
    change_column(work.session, relation, replace(column, storage=storage))


def at_exec_set_compression(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecSetCompression."""
    relation = work.rel(tab.relid)
    assert command.name is not None
    num = attnum_to_alter(relation, command.name, command.at)
    column = relation.columns[num - 1]
    compression = get_attribute_compression(work.session, column.type, command.def_, command.at)
    change_column(work.session, relation, replace(column, compression=compression))


def at_exec_alter_column_generic_options(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAlterColumnGenericOptions."""
    relation: Relation = work.rel(tab.relid)
    assert command.name is not None
    num = attnum_to_alter(relation, command.name, command.at)
    column = relation.columns[num - 1]
    options = transform_generic_options(column.fdwoptions, command.def_, command.at)
    change_column(work.session, relation, replace(column, fdwoptions=options))


def transform_generic_options(held: tuple[str, ...], changes: tuple, at: At) -> tuple[str, ...]:  # type: ignore[type-arg]
    """ADD, SET and DROP of foreign data options (transformGenericOptions)."""
    options = dict(option.split("=", 1) for option in held)
    for change in changes:
        name = change.defname
        if change.defaction in ("DEFELEM_DROP", "DEFELEM_SET") and name not in options:
            raise Refusal("42704", f'option "{name}" not found', at=at, word=name)
        if change.defaction in ("DEFELEM_ADD", "DEFELEM_UNSPEC") and name in options:
            raise Refusal("42710", f'option "{name}" provided more than once', at=at, word=name)
        if change.defaction == "DEFELEM_DROP":
            del options[name]
        else:
            options[name] = str(change.arg)
    return tuple(f"{name}={value}" for name, value in options.items())
