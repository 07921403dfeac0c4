"""ADD COLUMN, DROP COLUMN, SET and DROP DEFAULT (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Constraint, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import UNKNOWN_TYPE, Const
from schemalint.semantics.volatility import contain_volatile_functions
from schemalint.simulator.alter_transform import parse_transform_column
from schemalint.simulator.alter_work import (
    AlteredTable,
    AlterTable,
    At,
    Command,
    attnum_to_alter,
    no_such_column,
    simple_permissions,
    typed_table_recursion,
)
from schemalint.simulator.columns import build_desc_for_relation
from schemalint.simulator.constraints import RawColumnDefault, add_relation_new_constraints
from schemalint.simulator.create_context import Column
from schemalint.simulator.deletion import perform_multiple_deletions, remove_default
from schemalint.simulator.effects import Noted
from schemalint.simulator.heap import MAX_HEAP_ATTRIBUTE_NUMBER, check_attribute_type, record_column_dependencies
from schemalint.simulator.objectaddress import column_named, get_attnum
from schemalint.simulator.partition_keys import has_partition_attrs
from schemalint.simulator.pg_inherits import find_inheritance_children
from schemalint.simulator.rename_relation import change_column, check_for_column_name_collision

# --- ADD COLUMN


def prep_add_column(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepAddColumn."""
    if relation.of_type and not recursing:
        raise Refusal("42809", "cannot add column to typed table", at=command.at)
    if relation.kind == "c":
        from schemalint.simulator.alter_table import prep_cmd

        typed_table_recursion(work, relation, command, prep_cmd)
    if recurse:
        command.recurse = True


def at_exec_add_column(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddColumn, where the statement names the table."""
    _add_column(work, tab, command, None, command.recurse, False)


def _add_column(
    work: AlterTable, tab: AlteredTable, command: Command, column: Column | None, recurse: bool, recursing: bool
) -> None:
    session = work.session
    relation = work.rel(tab.relid)
    at = command.at
    if recursing:
        simple_permissions(session, relation, command.subtype, "rpcf", at)
    if relation.ispartition and not recursing:
        raise Refusal("42809", "cannot add column to a partition", at=at)
    if column is not None and column.inhcount and _merge_with_existing(work, relation, column, at):
        return
    coldef = command.def_
    name = column.name if column is not None else coldef.colname
    assert name is not None
    if not check_for_column_name_collision(session, relation, name, at, command.missing_ok):
        session.effect(Noted("NOTICE", f'column "{name}" of relation "{relation.name}" already exists, skipping'))
        from schemalint.simulator.effects import Skipped

        session.effect(Skipped(name, True, relation.address))
        return
    if column is None:
        column = parse_transform_column(work, tab, command)
        relation = work.rel(tab.relid)
    if column.identity and recurse and relation.kind != "p" and find_inheritance_children(session, relation.oid):
        message = "cannot recursively add identity column to table that has child tables"
        raise Refusal("42P16", message, at=at)
    relation, attribute = _append(work, relation, column, at)
    _add_default(work, tab, relation, attribute, column)
    record_column_dependencies(session, relation.oid, attribute)
    children = find_inheritance_children(session, relation.oid, work.lockmode)
    if children and not recurse:
        raise Refusal("42P16", "column must be added to child tables too", at=at)
    inherited = column
    if not recursing:
        inherited = replace(column, inhcount=1, is_local=False)
    for child in children:
        _add_column(work, work.table(child.oid), command, inherited, recurse, True)


def _merge_with_existing(work: AlterTable, relation: Relation, column: Column, at: At) -> bool:
    """A child may have the column already."""
    session = work.session
    held = column_named(relation, column.name)
    if held is None:
        return False
    name, table = column.name, relation.name
    if UNKNOWN_TYPE not in (held.type, column.type):
        if (held.type, held.typmod) != (column.type, column.typmod):
            message = f'child table "{table}" has different type for column "{name}"'
            raise Refusal("42804", message, at=at, word=name)
        if held.collation != column.collation:
            message = f'child table "{table}" has different collation for column "{name}"'
            raise Refusal("42P21", message, at=at, word=name)
    change_column(session, relation, replace(held, inhcount=held.inhcount + 1))
    session.effect(Noted("NOTICE", f'merging definition of column "{name}" for child "{table}"'))
    return True


def _append(work: AlterTable, relation: Relation, column: Column, at: At) -> tuple[Relation, Attribute]:
    """The pg_attribute row."""
    session = work.session
    num = len(relation.columns) + 1
    if num > MAX_HEAP_ATTRIBUTE_NUMBER:
        raise Refusal("54011", f"tables can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} columns", at=at)
    made = build_desc_for_relation(session, [column])[0]
    attribute = replace(made, num=num)
    check_attribute_type(
        session,
        attribute.name,
        attribute.type,
        attribute.collation,
        (relation.type,),
        at=at,
        virtual=attribute.generated == "v",
    )
    after = replace(relation, columns=(*relation.columns, attribute))
    session.change(after)
    return after, attribute


def _add_default(work: AlterTable, tab: AlteredTable, relation: Relation, attribute: Attribute, column: Column) -> None:
    """Store the default, and say whether rows from before take it without being written anew."""
    session = work.session
    if column.raw_default is not None or column.default is not None:
        default = RawColumnDefault(attribute.num, column.raw_default, column.default, column.generated)
        add_relation_new_constraints(session, relation, (default,), (), False, True)
        relation = work.rel(relation.oid)
    if relation.kind not in "rpm":
        return
    held = relation.columns[attribute.num - 1]
    constrained = domain_has_constraints(work, attribute.type)
    volatile = held.default is not None and contain_volatile_functions(session, held.default.tree)
    if held.generated == "v":
        tab.newvals = constrained
    elif held.default is not None or column.identity or constrained:
        tab.newvals = True
        if volatile or column.identity or constrained or held.generated:
            tab.rewrite.append(f'column "{attribute.name}" is added with values')
            return
        columns = list(relation.columns)
        columns[attribute.num - 1] = replace(held, missing=True)
        session.catalog.put(replace(relation, columns=tuple(columns)))
        if isinstance(held.default, Const) and held.default.isnull:
            tab.newvals = False
        return
    if column.is_not_null:
        tab.scans.append(f'column "{attribute.name}" is not null')


def domain_has_constraints(work: AlterTable, oid: int) -> bool:
    """Whether a type is a domain that checks its values (DomainHasConstraints)."""
    from schemalint.catalog.model import Type

    catalog = work.session.catalog
    found = catalog.get(Type, oid)
    while found is not None and found.typtype == "d":
        if found.notnull or any(con.type in "cn" for con in catalog.domain_constraints(found.oid)):
            return True
        found = catalog.get(Type, found.basetype)
    return False


# --- DROP COLUMN


def prep_drop_column(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepDropColumn."""
    if relation.of_type and not recursing:
        raise Refusal("42809", "cannot drop column from typed table", at=command.at)
    if relation.kind == "c":
        from schemalint.simulator.alter_table import prep_cmd

        typed_table_recursion(work, relation, command, prep_cmd)
    if recurse:
        command.recurse = True


def at_exec_drop_column(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropColumn, where the statement names the table."""
    addresses: list[ObjectAddress] = []
    _drop_column(work, work.rel(tab.relid), command, command.recurse, False, addresses)
    if addresses:
        perform_multiple_deletions(work.session, addresses, command.behavior, command.at)


def _drop_column(
    work: AlterTable,
    relation: Relation,
    command: Command,
    recurse: bool,
    recursing: bool,
    addresses: list[ObjectAddress],
) -> None:
    session, at, name = work.session, command.at, command.name
    assert name is not None
    if recursing:
        simple_permissions(session, relation, command.subtype, "rpcf", at)
    num = get_attnum(relation, name)
    if not num:
        if command.missing_ok and not recursing:
            from schemalint.simulator.effects import Skipped

            session.effect(Skipped(name, False, relation.address))
            return
        raise no_such_column(relation, name, at)
    if num < 0:
        raise Refusal("0A000", f'cannot drop system column "{name}"', at=at, word=name)
    column = relation.columns[num - 1]
    if column.inhcount > 0 and not recursing:
        raise Refusal("42P16", f'cannot drop inherited column "{name}"', at=at, word=name)
    if has_partition_attrs(session, relation, {num}):
        message = f'cannot drop column "{name}" because it is part of the partition key of relation "{relation.name}"'
        raise Refusal("42P16", message, at=at, word=name)
    children = find_inheritance_children(session, relation.oid, work.lockmode)
    if children and relation.kind == "p" and not recurse:
        message = "cannot drop column from only the partitioned table when partitions exist"
        raise Refusal("42P16", message, at=at, hint="Do not specify the ONLY keyword.")
    for child in children:
        held = column_named(child, name)
        if held is None or held.inhcount <= 0:
            continue
        if not recurse:
            change_column(session, child, replace(held, inhcount=held.inhcount - 1, islocal=True))
        elif held.inhcount == 1 and not held.islocal:
            _drop_column(work, child, command, True, True, addresses)
        else:
            change_column(session, child, replace(held, inhcount=held.inhcount - 1))
    addresses.append(ObjectAddress("pg_class", relation.oid, num))


# --- SET and DROP DEFAULT


def at_exec_column_default(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecColumnDefault."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    num = attnum_to_alter(relation, name, at)
    column = relation.columns[num - 1]
    new = command.def_
    if column.identity:
        message = f'column "{name}" of relation "{relation.name}" is an identity column'
        hint = "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead." if new is None else None
        raise Refusal("42601", message, at=at, word=name, hint=hint)
    if column.generated:
        raise Refusal(
            "42601",
            f'column "{name}" of relation "{relation.name}" is a generated column',
            at=at,
            word=name,
            hint=_generated_hint(session.version, new is None, column.generated),
        )
    remove_default(session, relation, num)
    if new is not None:
        default = RawColumnDefault(num, new)
        before = work.rel(tab.relid)
        add_relation_new_constraints(session, before, (default,), (), False, True)
        note_changed(work, before)


def note_changed(work: AlterTable, before: Relation) -> None:
    """The effect of what others changed in a relation."""
    from schemalint.simulator.effects import Changed

    after = work.rel(before.oid)
    if after is not before:
        work.session.effect(Changed(before, after))


def _generated_hint(version: int, drop: bool, kind: str) -> str | None:
    if drop:
        return "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead." if kind == "s" else None
    return "Use ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION instead." if version >= 17 else None


__all__ = [
    "Constraint",
    "at_exec_add_column",
    "at_exec_column_default",
    "at_exec_drop_column",
    "domain_has_constraints",
    "note_changed",
    "prep_add_column",
    "prep_drop_column",
]
