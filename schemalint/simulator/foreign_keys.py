"""Foreign keys (ATAddForeignKeyConstraint of tablecmds.c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import Oid, OpClass, Relation
from schemalint.errors import Refusal, Undecidable
from schemalint.semantics.coerce import IMPLICIT, can_coerce_type
from schemalint.semantics.lsyscache import get_base_type
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.relations import attname_attnum
from schemalint.semantics.typcache import get_opfamily_member
from schemalint.semantics.types import format_type
from schemalint.simulator.constraints import create_constraint_entry
from schemalint.simulator.effects import SHARE_ROW_EXCLUSIVE, Scanned
from schemalint.simulator.object_names import choose_constraint_name, choose_index_name_addition
from schemalint.simulator.rangevars import check_not_system_catalog, check_table_open, relation_openrv
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import Constraint

At = tuple[int, int] | None

INDEX_MAX_KEYS = 32
BTREE, HASH, GIST = 403, 405, 783


class Referenced(NamedTuple):
    """The key that a foreign key refers to: columns, the index behind it, its operator classes."""

    attnums: tuple[int, ...]
    indexoid: Oid
    opclasses: tuple[Oid, ...]
    without_overlaps: bool


def add_foreign_key(
    session: Session, relation: Relation, con: Constraint, recurse: bool = True
) -> model.Constraint | None:
    """Name and add a foreign key (ATExecAddConstraint); None when what it refers to is not known."""
    at = (con.start, con.end)
    name = con.conname
    if name is not None:
        if any(other.name == name for other in session.catalog.constraints(relation.oid)):
            message = f'constraint "{name}" for relation "{relation.name}" already exists'
            raise Refusal("42710", message, at=at, word=name)
    else:
        addition = choose_index_name_addition(con.fk_attrs)
        name = choose_constraint_name(session, relation.name, addition, "fkey", relation.namespace)
    try:
        return at_add_foreign_key_constraint(session, relation, replace(con, conname=name), recurse)
    except Undecidable as reason:
        session.undecided.append(reason.reason)
        return None


def at_add_foreign_key_constraint(
    session: Session, relation: Relation, con: Constraint, recurse: bool = True
) -> model.Constraint:
    """ATAddForeignKeyConstraint."""
    at = (con.start, con.end)
    assert con.pktable is not None
    pkrel = relation_openrv(session, con.pktable, SHARE_ROW_EXCLUSIVE)
    session.lock(relation.oid, SHARE_ROW_EXCLUSIVE)
    pkrel = session.catalog[Relation, pkrel.oid]
    _check_partitioned(session, relation, pkrel, con, recurse, at)
    pkat = (con.pktable.start, con.pktable.end)
    if pkrel.kind not in "rp":
        check_table_open(session, pkrel, pkat)
        raise Refusal("42809", f'referenced relation "{pkrel.name}" is not a table', at=pkat, word=pkrel.name)
    check_not_system_catalog(session, pkrel, pkat)
    _check_persistence(relation, pkrel, at)
    fkattnums = transform_column_name_list(session, relation, con.fk_attrs, at)
    delsetcols = transform_column_name_list(session, relation, con.fk_del_set_cols, at)
    delsetcols = validate_fk_on_delete_set_columns(con, fkattnums, delsetcols, at)
    key = find_referenced_key(session, pkrel, con, at)
    _check_permissions(session, pkrel, key, pkat)
    _check_generated(relation, con, fkattnums, at)
    if con.fk_with_period:
        _check_period_actions(con, at)
    if len(fkattnums) != len(key.attnums):
        raise Refusal("42830", "number of referencing and referenced columns for foreign key disagree", at=at)
    operators = find_operators(session, relation, pkrel, con, fkattnums, key, at)
    made = add_fk_constraint(session, relation, pkrel, con, fkattnums, key, delsetcols, operators)
    if relation.kind == "p" or pkrel.kind == "p":
        from schemalint.simulator.foreign_key_partitions import add_fk_to_partitions

        add_fk_to_partitions(session, relation, pkrel, made, recurse)
    if pkrel.oncommit == "t":
        _check_on_commit(session, pkrel.oid)
    if not con.skip_validation and con.is_enforced and relation.kind != "p":
        session.effect(Scanned(relation.oid, made.name))
    return session.catalog[model.Constraint, made.oid]


def _check_on_commit(session: Session, oid: Oid) -> None:
    """A table that is emptied at COMMIT can be referred to by tables of the same kind only; COMMIT finds that out
    (heap_truncate_check_FKs)."""

    def check(session: Session) -> None:
        pkrel = session.catalog.get(Relation, oid)
        if pkrel is None:
            return
        for con in session.catalog.referencing(oid):
            other = session.catalog[Relation, con.relid]
            if other.oncommit != "t":
                raise Refusal(
                    "0A000",
                    "unsupported ON COMMIT and foreign key combination",
                    detail=f'Table "{other.name}" references "{pkrel.name}",'
                    " but they do not have the same ON COMMIT setting.",
                )

    session.set_var("commit_actions", (check, *session.var("commit_actions", ())))


def _check_partitioned(
    session: Session, relation: Relation, pkrel: Relation, con: Constraint, recurse: bool, at: At
) -> None:
    if relation.kind != "p":
        return
    where = f'foreign key on partitioned table "{relation.name}" referencing relation "{pkrel.name}"'
    if not recurse:
        raise Refusal("42809", f"cannot use ONLY for {where}", at=at)
    if session.version < 18 and con.skip_validation and not con.initially_valid:
        detail = "This feature is not yet supported on partitioned tables."
        raise Refusal("42809", f"cannot add NOT VALID {where}", at=at, detail=detail)


def _check_persistence(relation: Relation, pkrel: Relation, at: At) -> None:
    mine, theirs = relation.persistence, pkrel.persistence
    message = None
    if mine == "p" and theirs != "p":
        message = "constraints on permanent tables may reference only permanent tables"
    elif mine == "u" and theirs not in "pu":
        message = "constraints on unlogged tables may reference only permanent or unlogged tables"
    elif mine == "t" and theirs != "t":
        message = "constraints on temporary tables may reference only temporary tables"
    if message is not None:
        raise Refusal("42P16", message, at=at)


def transform_column_name_list(session: Session, relation: Relation, names: Sequence[str], at: At) -> tuple[int, ...]:
    """transformColumnNameList."""
    found: list[int] = []
    for name in names:
        num = attname_attnum(relation, name, True)
        if num == 0:
            message = f'column "{name}" referenced in foreign key constraint does not exist'
            raise Refusal("42703", message, at=at, word=name, objects=(relation.address,))
        if num < 0:
            raise Refusal("0A000", "system columns cannot be used in foreign keys", at=at, word=name)
        if len(found) >= INDEX_MAX_KEYS:
            raise Refusal("54011", f"cannot have more than {INDEX_MAX_KEYS} keys in a foreign key", at=at)
        found.append(num)
    return tuple(found)


def validate_fk_on_delete_set_columns(
    con: Constraint, fkattnums: tuple[int, ...], delsetcols: tuple[int, ...], at: At
) -> tuple[int, ...]:
    """validateFkOnDeleteSetColumns."""
    for num, name in zip(delsetcols, con.fk_del_set_cols, strict=True):
        if num not in fkattnums:
            message = f'column "{name}" referenced in ON DELETE SET action must be part of foreign key'
            raise Refusal("42P10", message, at=at, word=name)
    return tuple(dict.fromkeys(delsetcols))


# --- The referenced key


def find_referenced_key(session: Session, pkrel: Relation, con: Constraint, at: At) -> Referenced:
    """The unique key that the foreign key refers to."""
    if not con.pk_attrs:
        key = transform_fkey_get_primary_key(session, pkrel, at)
        if key.without_overlaps and not con.fk_with_period:
            message = "foreign key uses PERIOD on the referenced table but not the referencing table"
            raise Refusal("42830", message, at=at)
        return key
    attnums = transform_column_name_list(session, pkrel, con.pk_attrs, at)
    if con.fk_with_period and not con.pk_with_period:
        message = "foreign key uses PERIOD on the referencing table but not the referenced table"
        raise Refusal("42830", message, at=at)
    if con.pk_with_period and not con.fk_with_period:
        message = "foreign key uses PERIOD on the referenced table but not the referencing table"
        raise Refusal("42830", message, at=at)
    key = transform_fkey_check_attrs(session, pkrel, attnums, con.fk_with_period, at)
    if key.without_overlaps and not con.fk_with_period:
        message = "foreign key must use PERIOD when referencing a primary key using WITHOUT OVERLAPS"
        raise Refusal("42830", message, at=at)
    return key


def transform_fkey_get_primary_key(session: Session, pkrel: Relation, at: At) -> Referenced:
    """transformFkeyGetPrimaryKey."""
    for index in session.catalog.indexes(pkrel.oid):
        info = index.index
        if info is None or not info.primary or not info.valid:
            continue
        if not info.immediate:
            message = f'cannot use a deferrable primary key for referenced table "{pkrel.name}"'
            raise Refusal("55000", message, at=at)
        return Referenced(info.key[: info.nkeyatts], index.oid, info.opclasses, info.exclusion)
    message = f'there is no primary key for referenced table "{pkrel.name}"'
    raise Refusal("42704", message, at=at, word=pkrel.name, objects=(pkrel.address,))


def transform_fkey_check_attrs(
    session: Session, pkrel: Relation, attnums: tuple[int, ...], with_period: bool, at: At
) -> Referenced:
    """transformFkeyCheckAttrs: the columns may be in any order, and need a unique index that is valid and not partial."""
    if len(set(attnums)) != len(attnums):
        raise Refusal("42830", "foreign key referenced-columns list must not contain duplicates", at=at)
    deferrable = False
    for index in session.catalog.indexes(pkrel.oid):
        info = index.index
        if info is None or not info.valid or info.exprs or info.predicate is not None:
            continue
        if info.nkeyatts != len(attnums) or not (info.exclusion if with_period else info.unique):
            continue
        keys = info.key[: info.nkeyatts]
        if set(keys) != set(attnums):
            continue
        if with_period and keys[-1] != attnums[-1]:
            continue
        if not info.immediate:
            deferrable = True
            continue
        opclasses = tuple(info.opclasses[keys.index(num)] for num in attnums) if info.opclasses else ()
        return Referenced(attnums, index.oid, opclasses, info.exclusion)
    if deferrable:
        message = f'cannot use a deferrable unique constraint for referenced table "{pkrel.name}"'
        raise Refusal("55000", message, at=at)
    message = f'there is no unique constraint matching given keys for referenced table "{pkrel.name}"'
    raise Refusal("42830", message, at=at, word=pkrel.name, objects=(pkrel.address,))


# --- Rights, actions


def _check_permissions(session: Session, pkrel: Relation, key: Referenced, at: At) -> None:
    """checkFkeyPermissions."""
    if session.role == 10:
        return
    from schemalint.simulator.acl import has_column_privilege, has_privilege

    if has_privilege(session, pkrel, "x"):
        return
    if not all(has_column_privilege(session, pkrel, num, "x") for num in key.attnums):
        raise Refusal("42501", f"permission denied for table {pkrel.name}", at=at, word=pkrel.name)


def _check_generated(relation: Relation, con: Constraint, fkattnums: tuple[int, ...], at: At) -> None:
    for num in fkattnums:
        generated = relation.columns[num - 1].generated
        if not generated:
            continue
        action = None
        if con.fk_upd_action in ("n", "d", "c"):
            action = "ON UPDATE"
        elif con.fk_del_action in ("n", "d"):
            action = "ON DELETE"
        if action is not None:
            message = f"invalid {action} action for foreign key constraint containing generated column"
            raise Refusal("42601", message, at=at)
        if generated == "v":
            message = "foreign key constraints on virtual generated columns are not supported"
            raise Refusal("0A000", message, at=at)


def _check_period_actions(con: Constraint, at: At) -> None:
    for letter, action in ((con.fk_upd_action, "ON UPDATE"), (con.fk_del_action, "ON DELETE")):
        if letter in ("r", "c", "n", "d"):
            raise Refusal("0A000", f"unsupported {action} action for foreign key constraint using PERIOD", at=at)


# --- Operators


def find_operators(
    session: Session,
    relation: Relation,
    pkrel: Relation,
    con: Constraint,
    fkattnums: tuple[int, ...],
    key: Referenced,
    at: At,
) -> tuple[Oid, ...]:
    """The equality operators (referenced = referencing) of the columns. Raises 42804 where there is none."""
    found: list[Oid] = []
    for position, (fknum, pknum) in enumerate(zip(fkattnums, key.attnums, strict=True)):
        fkcol, pkcol = relation.columns[fknum - 1], pkrel.columns[pknum - 1]
        if UNKNOWN_TYPE in (fkcol.type, pkcol.type) or not key.opclasses:
            continue
        opclass = session.catalog.get(OpClass, key.opclasses[position])
        if opclass is None or opclass.am not in (BTREE, HASH, GIST):
            continue
        if con.fk_with_period and opclass.am != GIST and position == len(fkattnums) - 1:
            raise Refusal("42704", "could not identify an overlaps operator for foreign key", at=at, word=pkrel.name)
        operator = _equality(session, opclass, fkcol.type, pkcol.type)
        if not operator:
            raise _cannot_be_implemented(session, con, fkcol, pkcol, at)
        if session.version >= 18:
            _check_collations(session, con, fkcol, pkcol, at)
        found.append(operator)
    return tuple(found)


def _equality(session: Session, opclass: OpClass, fktype: Oid, pktype: Oid) -> Oid:
    opcintype = opclass.intype
    if opclass.am == GIST:
        return _gist_equality(session, opclass, fktype, pktype)
    strategy = 1 if opclass.am == HASH else 3
    ppeqop = get_opfamily_member(session, opclass.family, opcintype, opcintype, strategy)
    fktyped = get_base_type(session, fktype)
    pfeqop = get_opfamily_member(session, opclass.family, opcintype, fktyped, strategy)
    ffeqop = get_opfamily_member(session, opclass.family, fktyped, fktyped, strategy) if pfeqop else 0
    if pfeqop and ffeqop:
        return pfeqop
    if can_coerce_type(session, (pktype, fktype), (opcintype, opcintype), IMPLICIT):
        return ppeqop
    return 0


def _gist_equality(session: Session, opclass: OpClass, fktype: Oid, pktype: Oid) -> Oid:
    """Of temporal keys: the same type, or one that becomes it."""
    if get_base_type(session, fktype) == get_base_type(session, pktype):
        return 1
    opcintype = opclass.intype
    return 1 if can_coerce_type(session, (pktype, fktype), (opcintype, opcintype), IMPLICIT) else 0


def _cannot_be_implemented(
    session: Session, con: Constraint, fkcol: model.Attribute, pkcol: model.Attribute, at: At
) -> Refusal:
    types = f"{format_type(session, fkcol.type)} and {format_type(session, pkcol.type)}"
    if session.version >= 18:
        detail = (
            f'Key columns "{fkcol.name}" of the referencing table and "{pkcol.name}" of the referenced table'
            f" are of incompatible types: {types}."
        )
    else:
        detail = f'Key columns "{fkcol.name}" and "{pkcol.name}" are of incompatible types: {types}.'
    return Refusal(
        "42804",
        f'foreign key constraint "{con.conname}" cannot be implemented',
        at=at,
        word=fkcol.name,
        detail=detail,
    )


def _check_collations(
    session: Session, con: Constraint, fkcol: model.Attribute, pkcol: model.Attribute, at: At
) -> None:
    if bool(fkcol.collation) != bool(pkcol.collation):
        raise Refusal("XX000", "key columns are not both collatable", at=at, word=fkcol.name)
    if fkcol.collation == pkcol.collation or not fkcol.collation or not pkcol.collation:
        return
    mine = session.catalog.get(model.Collation, fkcol.collation)
    theirs = session.catalog.get(model.Collation, pkcol.collation)
    if mine is None or theirs is None or (mine.deterministic and theirs.deterministic):
        return
    raise Refusal(
        "42P21",
        f'foreign key constraint "{con.conname}" cannot be implemented',
        at=at,
        word=fkcol.name,
        detail=f'Key columns "{fkcol.name}" of the referencing table and "{pkcol.name}" of the referenced table have'
        f' incompatible collations: "{mine.name}" and "{theirs.name}".'
        "  If either collation is nondeterministic, then both collations have to be the same.",
    )


def add_fk_constraint(
    session: Session,
    relation: Relation,
    pkrel: Relation,
    con: Constraint,
    fkattnums: tuple[int, ...],
    key: Referenced,
    delsetcols: tuple[int, ...],
    operators: tuple[Oid, ...],
) -> model.Constraint:
    """The row of pg_constraint (addFkConstraint)."""
    assert con.conname is not None
    return create_constraint_entry(
        session,
        model.Constraint(
            oid=0,
            name=con.conname,
            namespace=relation.namespace,
            type="f",
            deferrable=con.deferrable,
            deferred=con.initdeferred,
            enforced=con.is_enforced,
            validated=con.initially_valid,
            relid=relation.oid,
            indid=key.indexoid,
            frelid=pkrel.oid,
            fupdtype=con.fk_upd_action or "a",
            fdeltype=con.fk_del_action or "a",
            fmatchtype=con.fk_matchtype or "s",
            key=fkattnums,
            fkey=key.attnums,
            fdelsetcols=delsetcols,
            eqops=operators if key.without_overlaps is False else (),
            noinherit=relation.kind != "p",
            period=con.fk_with_period,
        ),
    )
