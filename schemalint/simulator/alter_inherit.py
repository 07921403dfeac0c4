"""INHERIT, NO INHERIT, OF and NOT OF (tablecmds.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Constraint, ObjectAddress, Relation
from schemalint.errors import Refusal
from schemalint.semantics.query import UNKNOWN_TYPE, equal
from schemalint.semantics.types import typename_type
from schemalint.simulator.alter_work import FINALIZE_HINT, AlteredTable, AlterTable, At, Command, simple_permissions
from schemalint.simulator.effects import ACCESS_SHARE, SHARE_UPDATE_EXCLUSIVE
from schemalint.simulator.not_null import find_not_null_constraint_attnum
from schemalint.simulator.objectaddress import column_named, constraint_of
from schemalint.simulator.pg_inherits import find_all_inheritors
from schemalint.simulator.rangevars import range_var_get_relid
from schemalint.simulator.rename_relation import change_column
from schemalint.simulator.session import Session
from schemalint.simulator.stored import map_variable_attnos, tree_of
from schemalint.syntax.nodes import RangeVar, TypeName

_GENERATED = {"s": "STORED", "v": "VIRTUAL"}

# --- INHERIT


def prep_add_inherit(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepAddInherit, ATPrepChangeInherit."""
    if relation.of_type:
        raise Refusal("42809", "cannot change inheritance of typed table", at=command.at)
    if relation.ispartition:
        raise Refusal("42809", "cannot change inheritance of a partition", at=command.at)
    if relation.kind == "p":
        raise Refusal("42809", "cannot change inheritance of partitioned table", at=command.at)


def open_relation(session: Session, rangevar: RangeVar, mode: int) -> Relation:
    """table_openrv."""
    from schemalint.simulator.objectaddress import check_has_storage_or_rows

    found = range_var_get_relid(session, rangevar, mode)
    assert found is not None
    check_has_storage_or_rows(session, found, (rangevar.start, rangevar.end))
    return found


def at_exec_add_inherit(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddInherit."""
    session = work.session
    child = work.rel(tab.relid)
    rangevar: RangeVar = command.def_
    at = (rangevar.start, rangevar.end)
    parent = open_relation(session, rangevar, SHARE_UPDATE_EXCLUSIVE)
    simple_permissions(session, parent, "AT_AddInherit", "rpf", at)
    if parent.persistence == "t" and child.persistence != "t":
        raise Refusal("42809", f'cannot inherit from temporary relation "{parent.name}"', at=at, word=parent.name)
    if parent.kind == "p":
        raise Refusal("42809", f'cannot inherit from partitioned table "{parent.name}"', at=at, word=parent.name)
    if parent.ispartition:
        raise Refusal("42809", "cannot inherit from a partition", at=at, word=parent.name)
    if any(oid == parent.oid for oid, _ in find_all_inheritors(session, child.oid, SHARE_UPDATE_EXCLUSIVE)):
        detail = f'"{parent.name}" is already a child of "{child.name}".'
        raise Refusal("42P07", "circular inheritance not allowed", at=at, detail=detail, word=parent.name)
    trigger = find_trigger_with_transition_tables(session, child)
    if trigger is not None:
        raise Refusal(
            "0A000",
            f'trigger "{trigger}" prevents table "{child.name}" from becoming an inheritance child',
            at=at,
            detail="ROW triggers with transition tables are not supported in inheritance hierarchies.",
        )
    create_inheritance(session, child, parent, False, at)


def find_trigger_with_transition_tables(session: Session, relation: Relation) -> str | None:
    """A row trigger that sees transition tables, which no child may have (FindTriggerIncompatibleWithInheritance)."""
    for trigger in session.catalog.triggers(relation.oid):
        if trigger.type & 1 and (trigger.oldtable is not None or trigger.newtable is not None):
            return trigger.name
    return None


def create_inheritance(session: Session, child: Relation, parent: Relation, ispartition: bool, at: At) -> None:
    """CreateInheritance."""
    if parent.oid in child.inherits:
        message = f'relation "{parent.name}" would be inherited from more than once'
        raise Refusal("42P07", message, at=at, word=parent.name)
    merge_attributes_into_existing(session, child.oid, parent, ispartition, at)
    merge_constraints_into_existing(session, child.oid, parent, at)
    child = session.catalog[Relation, child.oid]
    session.change(replace(child, inherits=(*child.inherits, parent.oid)))
    session.catalog.depend(child.address, parent.address, "a" if ispartition else "n")


def merge_attributes_into_existing(
    session: Session, child_oid: int, parent: Relation, ispartition: bool, at: At
) -> None:
    """The child must have all columns of the parent (MergeAttributesIntoExisting)."""
    for column in parent.columns:
        if column.dropped:
            continue
        child = session.catalog[Relation, child_oid]
        held = column_named(child, column.name)
        if held is None:
            raise Refusal("42804", f'child table is missing column "{column.name}"', at=at, word=column.name)
        _check_same(session, child, parent, held, column, at)
        inhcount, islocal = held.inhcount + 1, held.islocal and not ispartition
        identity = column.identity if ispartition and session.version >= 17 else held.identity
        change_column(session, child, replace(held, inhcount=inhcount, islocal=islocal, identity=identity))


def _check_same(
    session: Session, child: Relation, parent: Relation, held: Attribute, column: Attribute, at: At
) -> None:
    name = column.name
    if UNKNOWN_TYPE not in (held.type, column.type):
        if (held.type, held.typmod) != (column.type, column.typmod):
            message = f'child table "{child.name}" has different type for column "{name}"'
            raise Refusal("42804", message, at=at, word=name)
        if held.collation != column.collation:
            message = f'child table "{child.name}" has different collation for column "{name}"'
            raise Refusal("42P21", message, at=at, word=name)
    if column.notnull and not held.notnull:
        inherited = True
        if session.version >= 18:
            constraint = find_not_null_constraint_attnum(session, parent.oid, column.num)
            inherited = constraint is not None and not constraint.noinherit
        if inherited:
            table = f' "{child.name}"' if session.version >= 18 else ""
            message = f'column "{name}" in child table{table} must be marked NOT NULL'
            raise Refusal("42804", message, at=at, word=name)
    if column.generated and not held.generated:
        message = f'column "{name}" in child table must be a generated column'
        raise Refusal("42804", message, at=at, word=name)
    if session.version < 16:
        _check_same_generation(session, child, parent, held, column, at)
        return
    if held.generated and not column.generated:
        message = f'column "{name}" in child table must not be a generated column'
        raise Refusal("42804", message, at=at, word=name)
    if held.generated != column.generated:
        raise Refusal(
            "42804",
            f'column "{name}" inherits from generated column of different kind',
            at=at,
            word=name,
            detail=f"Parent column is {_GENERATED[column.generated]}, child column is {_GENERATED[held.generated]}.",
        )


def _check_same_generation(
    session: Session, child: Relation, parent: Relation, held: Attribute, column: Attribute, at: At
) -> None:
    """Both must be generated alike, before 16."""
    if not column.generated or column.default is None or held.default is None:
        return
    wanted, _ = map_variable_attnos(
        tree_of(session, column.default, parent, "generated_column"), _attmap(parent, child)
    )
    if not equal(wanted, tree_of(session, held.default, child, "generated_column")):
        message = f'column "{column.name}" in child table has a conflicting generation expression'
        raise Refusal("42804", message, at=at, word=column.name)


def _attmap(parent: Relation, child: Relation) -> dict[int, int]:
    """Numbers of the parent's columns -> those of the child's."""
    found = {}
    for column in parent.columns:
        mine = column_named(child, column.name) if not column.dropped else None
        if mine is not None:
            found[column.num] = mine.num
    return found


def merge_constraints_into_existing(session: Session, child_oid: int, parent: Relation, at: At) -> None:
    """The child must have all CHECK and, since 18, NOT NULL constraints of the parent (MergeConstraintsIntoExisting)."""
    kinds = "cn" if session.version >= 18 else "c"
    child = session.catalog[Relation, child_oid]
    for constraint in session.catalog.constraints(parent.oid):
        if constraint.type not in kinds or constraint.noinherit:
            continue
        held = _find_in_child(session, child, parent, constraint)
        if held is None:
            if constraint.type == "n":
                name = parent.columns[constraint.key[0] - 1].name
                message = f'column "{name}" in child table "{child.name}" must be marked NOT NULL'
                raise Refusal("42804", message, at=at, word=name)
            message = f'child table is missing constraint "{constraint.name}"'
            raise Refusal("42804", message, at=at, word=constraint.name)
        if constraint.type == "c" and not _same_definition(session, child, parent, held, constraint):
            message = f'child table "{child.name}" has different definition for check constraint "{held.name}"'
            raise Refusal("42804", message, at=at, word=held.name)
        _check_no_conflict(session, child, held, constraint, at)
        islocal = held.islocal and parent.kind != "p"
        session.change(replace(held, inhcount=held.inhcount + 1, islocal=islocal))


def _find_in_child(session: Session, child: Relation, parent: Relation, constraint: Constraint) -> Constraint | None:
    if constraint.type == "n":
        column = column_named(child, parent.columns[constraint.key[0] - 1].name)
        return find_not_null_constraint_attnum(session, child.oid, column.num) if column is not None else None
    held = constraint_of(session, child, constraint.name)
    return held if held is not None and held.type == constraint.type else None


def _check_no_conflict(session: Session, child: Relation, held: Constraint, constraint: Constraint, at: At) -> None:
    what = None
    if held.noinherit:
        what = "non-inherited"
    elif constraint.validated and held.enforced and not held.validated:
        what = "NOT VALID"
    elif constraint.enforced and not held.enforced:
        what = "NOT ENFORCED"
    if what is not None:
        message = f'constraint "{held.name}" conflicts with {what} constraint on child table "{child.name}"'
        raise Refusal("42P17", message, at=at, word=held.name)


def _same_definition(
    session: Session, child: Relation, parent: Relation, held: Constraint, constraint: Constraint
) -> bool:
    """constraints_equivalent, of CHECKs."""
    if held.expr is None or constraint.expr is None:
        return True
    if (held.deferrable, held.deferred) != (constraint.deferrable, constraint.deferred):
        return False
    attmap = _attmap(parent, child)
    wanted, _ = map_variable_attnos(tree_of(session, constraint.expr, parent, "check_constraint"), attmap)
    return equal(wanted, tree_of(session, held.expr, child, "check_constraint"))


# --- NO INHERIT


def at_exec_drop_inherit(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropInherit."""
    session = work.session
    child = work.rel(tab.relid)
    if child.ispartition:
        raise Refusal("42809", "cannot change inheritance of a partition", at=command.at)
    rangevar: RangeVar = command.def_
    parent = open_relation(session, rangevar, ACCESS_SHARE)
    remove_inheritance(session, child, parent, (rangevar.start, rangevar.end))


def remove_inheritance(
    session: Session, child: Relation, parent: Relation, at: At, *, expect_detached: bool = False
) -> None:
    """RemoveInheritance."""
    if parent.oid not in child.inherits:
        if parent.kind == "p":
            message = f'relation "{child.name}" is not a partition of relation "{parent.name}"'
        else:
            message = f'relation "{parent.name}" is not a parent of relation "{child.name}"'
        raise Refusal("42P01", message, at=at, word=parent.name)
    if expect_detached and not child.detachpending:
        message = f'cannot complete detaching partition "{child.name}"'
        detail = "There's no pending concurrent detach."
        raise Refusal("55000", message, at=at, word=child.name, detail=detail)
    if child.detachpending and not expect_detached:
        message = f'cannot detach partition "{child.name}"'
        detail = "The partition is being detached concurrently or has an unfinished detach."
        raise Refusal("55000", message, at=at, word=child.name, detail=detail, hint=FINALIZE_HINT)
    after = replace(child, detachpending=False, inherits=tuple(oid for oid in child.inherits if oid != parent.oid))
    names = {column.name for column in parent.columns if not column.dropped}
    columns = tuple(
        replace(column, inhcount=column.inhcount - 1, islocal=column.islocal or column.inhcount == 1)
        if column.name in names and column.inhcount > 0 and not column.dropped
        else column
        for column in after.columns
    )
    session.change(replace(after, columns=columns))
    _release_constraints(session, child, parent)
    held = [
        d
        for d in session.catalog.depends_on(child.address)
        if not (d.refobj == ObjectAddress("pg_class", parent.oid) and d.deptype in "na")
    ]
    session.catalog.clear_dependencies(child.address)
    for dependency in held:
        session.catalog.depend(child.address, dependency.refobj, dependency.deptype)


def _release_constraints(session: Session, child: Relation, parent: Relation) -> None:
    kinds = "cn" if session.version >= 18 else "c"
    for constraint in session.catalog.constraints(parent.oid):
        if constraint.type not in kinds or constraint.noinherit:
            continue
        held = _find_in_child(session, child, parent, constraint)
        if held is not None and held.inhcount > 0:
            islocal = held.islocal or held.inhcount == 1
            session.change(replace(held, inhcount=held.inhcount - 1, islocal=islocal))


# --- OF and NOT OF


def at_exec_add_of(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAddOf."""
    from schemalint.simulator.alter_transform import alter_context
    from schemalint.simulator.utilcmd import check_of_type

    session = work.session
    relation = work.rel(tab.relid)
    name: TypeName = command.def_
    at = (name.start, name.end)
    found, _ = typename_type(session, name)
    row = check_of_type(alter_context(work, relation), found, at)
    if relation.inherits:
        raise Refusal("42809", "typed tables cannot inherit", at=at)
    mine = [column for column in relation.columns if not column.dropped]
    for place, wanted in enumerate(column for column in row.columns if not column.dropped):
        if place >= len(mine):
            raise Refusal("42804", f'table is missing column "{wanted.name}"', at=at, word=wanted.name)
        held = mine[place]
        if held.name != wanted.name:
            message = f'table has column "{held.name}" where type requires "{wanted.name}"'
            raise Refusal("42804", message, at=at, word=held.name)
        if (held.type, held.typmod, held.collation) != (wanted.type, wanted.typmod, wanted.collation):
            message = f'table "{relation.name}" has different type for column "{wanted.name}"'
            raise Refusal("42804", message, at=at, word=wanted.name)
    wanted_count = sum(not column.dropped for column in row.columns)
    if len(mine) > wanted_count:
        extra = mine[wanted_count].name
        raise Refusal("42804", f'table has extra column "{extra}"', at=at, word=extra)
    if relation.of_type:
        session.catalog.clear_dependencies(relation.address, "pg_type", "n")
    session.change(replace(relation, of_type=found.oid))
    session.catalog.depend(relation.address, found.address)


def at_exec_drop_of(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecDropOf."""
    relation = work.rel(tab.relid)
    if not relation.of_type:
        raise Refusal("42809", f'"{relation.name}" is not a typed table', at=command.at, word=relation.name)
    work.session.catalog.clear_dependencies(relation.address, "pg_type", "n")
    work.session.change(replace(relation, of_type=0))
