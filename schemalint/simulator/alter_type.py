"""ALTER COLUMN TYPE (ATPrepAlterColumnType, ATExecAlterColumnType of tablecmds.c)."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, Expression, ObjectAddress, Oid, Relation
from schemalint.errors import Refusal
from schemalint.semantics.coerce import ASSIGNMENT, coerce_to_target_type
from schemalint.semantics.collations import assign_expr_collations
from schemalint.semantics.expressions import transform_expr
from schemalint.semantics.query import Expr, Var
from schemalint.semantics.types import format_type, get_column_def_collation, known_type
from schemalint.simulator.alter_type_coercion import (
    column_change_requires_rewrite,
    strip_implicit_coercions,
)
from schemalint.simulator.alter_work import (
    AlteredTable,
    AlterTable,
    At,
    Command,
    attnum_to_alter,
    typed_table_recursion,
)
from schemalint.simulator.composites import find_composite_type_dependencies
from schemalint.simulator.constraints import store_attr_default
from schemalint.simulator.describe import describe
from schemalint.simulator.effects import Changed
from schemalint.simulator.heap import check_attribute_type, record_column_dependencies
from schemalint.simulator.objectaddress import column_named
from schemalint.simulator.partition_keys import has_partition_attrs
from schemalint.simulator.pg_inherits import find_all_inheritors, has_children
from schemalint.simulator.sequences import get_identity_sequence, init_params
from schemalint.simulator.stored import map_variable_attnos, relation_parsestate, tree_of
from schemalint.syntax.nodes import ColumnDef, DefElem


class NewType(NamedTuple):
    """What a column is to become."""

    type: Oid
    typmod: int
    collation: Oid
    ndims: int
    using: Expr | None


# --- Preparation


def prep_alter_column_type(
    work: AlterTable, tab: AlteredTable, relation: Relation, command: Command, recurse: bool, recursing: bool
) -> None:
    """ATPrepAlterColumnType, after the action's parse transformation."""
    session, at, name = work.session, command.at, command.name
    coldef: ColumnDef = command.def_
    assert name is not None and coldef.typeName is not None
    using: Expr | None = command.transformed.using if command.transformed is not None else None
    if not recursing:
        using = _transform(work, relation, command, coldef)
    if relation.of_type and not recursing:
        raise Refusal("42809", "cannot alter column type of typed table", at=at)
    num = attnum_to_alter(relation, name, at)
    column = relation.columns[num - 1]
    if column.generated and coldef.raw_default is not None:
        raise Refusal(
            "42611",
            "cannot specify USING when altering type of generated column",
            at=at,
            detail=f'Column "{name}" is a generated column.',
        )
    if column.inhcount > 0 and not recursing:
        raise Refusal("42P16", f'cannot alter inherited column "{name}"', at=at, word=name)
    if has_partition_attrs(session, relation, {num}):
        message = f'cannot alter column "{name}" because it is part of the partition key of relation "{relation.name}"'
        raise Refusal("42P16", message, at=at, word=name)
    new = _new_type(work, relation, column, coldef, using)
    command.transformed = new
    _prepare_rows(work, tab, relation, column, new, coldef, at)
    if relation.kind in "cfp" or column.generated == "v":
        find_composite_type_dependencies(session, relation.type, relation, at=at)
    _recurse(work, relation, command, recurse, recursing)


def _transform(work: AlterTable, relation: Relation, command: Command, coldef: ColumnDef) -> Expr | None:
    """USING is analyzed, and the sequence of an identity column gets the new type (transformAlterTableStmt)."""
    session, at = work.session, command.at
    using = None
    if coldef.raw_default is not None:
        pstate = relation_parsestate(session, relation)
        using = transform_expr(pstate, coldef.raw_default, "alter_col_transform")
    assert command.name is not None
    column = column_named(relation, command.name)
    if column is not None and column.identity and not relation.ispartition:
        sequence = session.catalog.get(Relation, get_identity_sequence(session, relation, column.num))
        if sequence is not None and sequence.sequence is not None:
            option = DefElem(defname="as", arg=coldef.typeName, start=at[0] if at else -1, end=at[1] if at else -1)
            info, _, _ = init_params(session, (option,), True, sequence.sequence, False)
            session.change(replace(sequence, sequence=info))
    return using


def _new_type(
    work: AlterTable, relation: Relation, column: Attribute, coldef: ColumnDef, using: Expr | None
) -> NewType:
    session = work.session
    type_name = coldef.typeName
    assert type_name is not None
    at = (type_name.start, type_name.end)
    oid, typmod = known_type(session, type_name)
    if session.role != 10:
        from schemalint.simulator.acl import check_type_usage

        check_type_usage(session, oid, at)
    collation = get_column_def_collation(session, coldef, oid)
    check_attribute_type(session, column.name, oid, collation, (relation.type,), at=at, virtual=column.generated == "v")
    return NewType(oid, typmod, collation, len(type_name.arrayBounds), using)


def _prepare_rows(
    work: AlterTable, tab: AlteredTable, relation: Relation, column: Attribute, new: NewType, coldef: ColumnDef, at: At
) -> None:
    """How old values become new ones."""
    session, name = work.session, column.name
    if column.generated == "v":
        return
    if relation.kind not in "rp":
        if coldef.raw_default is not None:
            if session.version >= 15 and relation.kind == "f":
                raise Refusal("42809", f'"{relation.name}" is not a table', at=at, word=relation.name)
            raise Refusal("42809", f'"{relation.name}" is not a table', at=at, word=relation.name)
        return
    pstate = relation_parsestate(session, relation)
    expr: Expr = new.using if new.using is not None else _var_of(column)
    transform = coerce_to_target_type(pstate, expr, expr.type, new.type, new.typmod, ASSIGNMENT, "implicit_cast", None)
    shown = format_type(session, new.type)
    if transform is None:
        if new.using is not None:
            raise Refusal(
                "42804",
                f'result of USING clause for column "{name}" cannot be cast automatically to type {shown}',
                at=at,
                word=name,
                hint="You might need to add an explicit cast.",
            )
        target = format_type(session, new.type, new.typmod)
        hint = f'You might need to specify "USING {name}::{target}".' if not column.generated else None
        raise Refusal(
            "42804", f'column "{name}" cannot be cast automatically to type {shown}', at=at, word=name, hint=hint
        )
    assign_expr_collations(pstate, transform)
    if relation.kind == "r" or session.version < 18:
        tab.newvals = True
        if column_change_requires_rewrite(session, transform, column.num):
            tab.rewrite.append(f'column "{name}" changes its type')


def _var_of(column: Attribute) -> Var:
    """makeVar."""
    return Var(type=column.type, typmod=column.typmod, varno=1, attno=column.num, collation=column.collation)


def _recurse(work: AlterTable, relation: Relation, command: Command, recurse: bool, recursing: bool) -> None:
    from schemalint.simulator.alter_table import prep_cmd

    session, at, name = work.session, command.at, command.name
    assert name is not None
    if relation.kind == "c":
        typed_table_recursion(work, relation, command, prep_cmd)
    if recurse and relation.kind in "rpf":
        for child_oid, numparents in find_all_inheritors(session, relation.oid, work.lockmode):
            if child_oid == relation.oid:
                continue
            child = work.rel(child_oid)
            column = column_named(child, name)
            if column is None:
                continue
            if column.inhcount > numparents:
                message = f'cannot alter inherited column "{name}" of relation "{child.name}"'
                raise Refusal("42P16", message, at=at, word=name)
            prep_cmd(work, child, _for_child(work, relation, child, command), False, True)
    elif not recursing and has_children(session, relation.oid):
        message = f'type of inherited column "{name}" must be changed in child tables too'
        raise Refusal("42P16", message, at=at, word=name)


def _for_child(work: AlterTable, relation: Relation, child: Relation, command: Command) -> Command:
    """USING with the columns of a child."""
    new: NewType = command.transformed
    copied = command.copy()
    if new.using is None:
        return copied
    attmap = {}
    for column in relation.columns:
        held = column_named(child, column.name) if not column.dropped else None
        if held is not None:
            attmap[column.num] = held.num
    using, whole = map_variable_attnos(new.using, attmap)
    if whole:
        raise Refusal(
            "0A000",
            "cannot convert whole-row table reference",
            at=command.at,
            detail="USING expression contains a whole-row table reference.",
        )
    copied.transformed = new._replace(using=using)
    return copied


# --- Execution


def at_exec_alter_column_type(work: AlterTable, tab: AlteredTable, command: Command) -> None:
    """ATExecAlterColumnType."""
    session, at, name = work.session, command.at, command.name
    assert name is not None
    relation = work.rel(tab.relid)
    column = column_named(relation, name)
    new: NewType = command.transformed
    if column is None:
        message = f'column "{name}" of relation "{relation.name}" does not exist'
        raise Refusal("42703", message, at=at, word=name)
    before = tab.old.columns[column.num - 1]
    if (column.type, column.typmod) != (before.type, before.typmod):
        raise Refusal("0A000", f'cannot alter type of column "{name}" twice', at=at, word=name)
    default = _coerced_default(work, relation, column, new, at)
    remember_all_dependent_for_rebuilding(work, tab, relation, column.num, "AT_AlterColumnType", at)
    after = replace(
        column,
        type=new.type,
        typmod=new.typmod,
        collation=new.collation,
        ndims=new.ndims,
        storage="",
        compression="",
        missing=False if tab.rewrite else column.missing,
    )
    address = ObjectAddress("pg_class", relation.oid, column.num)
    session.catalog.clear_dependencies(address, "pg_type")
    session.catalog.clear_dependencies(address, "pg_collation")
    columns = list(relation.columns)
    columns[column.num - 1] = after
    changed = replace(relation, columns=tuple(columns))
    session.catalog.put(changed)
    record_column_dependencies(session, relation.oid, after)
    if default is not None:
        session.catalog.clear_dependencies(ObjectAddress("pg_attrdef", relation.oid, column.num))
        store_attr_default(session, changed, column.num, default)
    session.effect(Changed(relation, work.rel(relation.oid)))


def _coerced_default(
    work: AlterTable, relation: Relation, column: Attribute, new: NewType, at: At
) -> Expression | None:
    """The default or generation expression as the new type."""
    if column.default is None:
        return None
    session, name = work.session, column.name
    tree = strip_implicit_coercions(tree_of(session, column.default, relation, "column_default"))
    coerced = coerce_to_target_type(session, tree, tree.type, new.type, new.typmod, ASSIGNMENT, "implicit_cast", None)
    if coerced is None:
        what = "generation expression" if column.generated else "default"
        shown = format_type(session, new.type)
        message = f'{what} for column "{name}" cannot be cast automatically to type {shown}'
        raise Refusal("42804", message, at=at, word=name)
    return Expression(column.default.text, coerced)


# --- What depends on the column


def remember_all_dependent_for_rebuilding(
    work: AlterTable, tab: AlteredTable, relation: Relation, num: int, subtype: str, at: At
) -> None:
    """Note indexes, constraints and statistics to be made again; refuse what cannot follow
    (RememberAllDependentForRebuilding)."""
    session = work.session
    name = relation.columns[num - 1].name
    own_default = ObjectAddress("pg_attrdef", relation.oid, num)
    for dependent, _, _ in session.catalog.dependents(ObjectAddress("pg_class", relation.oid, num)):
        classid = dependent.classid
        if dependent == own_default:
            continue
        if classid == "pg_constraint":
            tab.changed_constraints.setdefault(dependent.objid, None)
            continue
        if classid == "pg_statistic_ext":
            tab.changed_statistics.setdefault(dependent.objid, None)
            continue
        if classid == "pg_class":
            found = session.catalog.get(Relation, dependent.objid)
            if found is not None and found.index is not None:
                remember_index(work, tab, found)
                continue
            if found is None or found.kind == "S":
                continue
            if found.kind not in "vm" and found.oid != relation.oid:
                continue
        if subtype == "AT_AlterColumnType":
            _refuse_dependent(work, relation, dependent, name, at)


def remember_index(work: AlterTable, tab: AlteredTable, index: Relation) -> None:
    """RememberIndexForRebuilding: the index of a constraint is made again with that."""
    from schemalint.simulator.rename_relation import index_constraint

    constraint = index_constraint(work.session, index)
    if constraint is not None:
        tab.changed_constraints.setdefault(constraint.oid, None)
    else:
        tab.changed_indexes.setdefault(index.oid, None)


_USERS = {
    "pg_proc": "function or procedure",
    "pg_rewrite": "view or rule",
    "pg_class": "view or rule",
}
_IN = {"pg_trigger": "in a trigger definition", "pg_policy": "in a policy definition"}


def _refuse_dependent(work: AlterTable, relation: Relation, dependent: ObjectAddress, name: str, at: At) -> None:
    session = work.session
    classid = dependent.classid
    if classid == "pg_attrdef" or dependent.objid == relation.oid:
        other = session.catalog[Relation, dependent.objid].columns[dependent.objsubid - 1].name
        raise Refusal(
            "0A000" if session.version >= 15 else "42601",
            "cannot alter type of a column used by a generated column",
            at=at,
            word=name,
            detail=f'Column "{name}" is used by generated column "{other}".',
            objects=(dependent,),
        )
    if classid == "pg_publication_rel":
        what = "by a publication WHERE clause"
    elif classid in _IN:
        what = _IN[classid]
    elif classid in _USERS:
        what = f"by a {_USERS[classid]}"
    else:
        return
    shown = describe(session, dependent)
    if classid == "pg_class":
        shown = f"rule _RETURN on {shown}"
    raise Refusal(
        "0A000",
        f"cannot alter type of a column used {what}",
        at=at,
        word=name,
        detail=f'{shown} depends on column "{name}"',
        objects=(dependent,),
    )
