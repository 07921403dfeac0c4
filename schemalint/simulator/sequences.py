"""CREATE SEQUENCE and ALTER SEQUENCE (sequence.c)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.catalog.model import Attribute, ObjectAddress, Oid, Relation, SequenceInfo
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.relations import attname_attnum, find_attribute
from schemalint.semantics.types import format_type, typename_type_id
from schemalint.simulator.defelem import def_get_boolean, def_get_int64, error_conflicting_def_elem
from schemalint.simulator.effects import ACCESS_SHARE, SHARE_ROW_EXCLUSIVE, Noted, Skipped
from schemalint.simulator.heap import heap_create_with_catalog
from schemalint.simulator.rangevars import (
    range_var_get_and_check_creation_namespace,
    range_var_get_relid,
    relation_openrv,
)
from schemalint.simulator.session import Session
from schemalint.syntax.nodes import AlterSeqStmt, CreateSeqStmt, DefElem, RangeVar, TypeName

At = tuple[int, int] | None

_RANGES = {
    typeoids.INT2: (-(2**15), 2**15 - 1),
    typeoids.INT4: (-(2**31), 2**31 - 1),
    typeoids.INT8: (-(2**63), 2**63 - 1),
}

SEQUENCE_COLUMNS = (
    Attribute(num=1, name="last_value", type=typeoids.INT8, notnull=True),
    Attribute(num=2, name="log_cnt", type=typeoids.INT8, notnull=True),
    Attribute(num=3, name="is_called", type=typeoids.BOOL, notnull=True),
)


def define_sequence(session: Session, stmt: CreateSeqStmt) -> None:
    """CREATE SEQUENCE (DefineSequence)."""
    at = (stmt.sequence.start, stmt.sequence.end)
    if stmt.sequence.relpersistence == "u" and session.version < 15:
        raise Refusal("0A000", "unlogged sequences are not supported", at=at)
    namespace, persistence, existing = range_var_get_and_check_creation_namespace(session, stmt.sequence)
    name = stmt.sequence.relname
    if stmt.if_not_exists and existing is not None:
        session.effect(Noted("NOTICE", f'relation "{name}" already exists, skipping'))
        session.effect(Skipped(name, True, existing.address))
        return
    create_sequence(session, namespace, name, stmt.options, persistence=persistence, owner=session.role, at=at)


def create_sequence(
    session: Session,
    namespace: Oid,
    name: str,
    options: tuple[DefElem, ...],
    *,
    persistence: str,
    owner: Oid,
    seqtype: Oid = 0,
    for_identity: bool = False,
    oid: Oid = 0,
    at: At = None,
) -> Oid:
    """A sequence whose schema and persistence are known (the rest of DefineSequence)."""
    info, owned_by, _ = init_params(session, options, for_identity, SequenceInfo(), True, seqtype)
    made = heap_create_with_catalog(
        session,
        Relation(
            oid=oid,
            name=name,
            namespace=namespace,
            kind="S",
            owner=owner,
            persistence=persistence,
            columns=SEQUENCE_COLUMNS,
            sequence=info,
        ),
        at,
    )
    if owned_by is not None:
        process_owned_by(session, made, owned_by, for_identity)
    return made.oid


def alter_sequence(session: Session, stmt: AlterSeqStmt) -> None:
    """ALTER SEQUENCE (AlterSequence)."""
    from schemalint.simulator.acl import owner_check

    name, at = stmt.sequence.relname, (stmt.sequence.start, stmt.sequence.end)
    found = range_var_get_relid(session, stmt.sequence, SHARE_ROW_EXCLUSIVE, stmt.missing_ok)
    if found is None:
        session.effect(Noted("NOTICE", f'relation "{name}" does not exist, skipping'))
        session.effect(Skipped(name, False))
        return
    owner_check(session, found, at)
    if found.kind != "S" or found.sequence is None:
        if session.version >= 17:
            raise Refusal("42809", f'cannot open relation "{name}"', at=at, word=name)
        raise Refusal("42809", f'"{name}" is not a sequence', at=at, word=name)
    info, owned_by, _ = init_params(session, stmt.options, False, found.sequence, False)
    after = replace(found, sequence=info)
    session.change(after)
    if owned_by is not None:
        process_owned_by(session, after, owned_by, False)


def init_params(
    session: Session,
    options: tuple[DefElem, ...],
    for_identity: bool,
    old: SequenceInfo,
    is_init: bool,
    seqtype: Oid = 0,
) -> tuple[SequenceInfo, DefElem | None, bool]:
    """(parameters, OWNED BY option, whether the state is written anew) of a sequence's options (init_params).

    `seqtype` is an identity or serial column's type, as if AS came first.
    """
    given = _options_by_name(options, bool(seqtype))
    info, reset_max, reset_min = _with_type(session, given.get("as"), for_identity, old, is_init, seqtype)
    lowest, highest = _RANGES[info.type]
    if (option := given.get("increment")) is not None:
        increment = def_get_int64(option)
        if increment == 0:
            raise Refusal("22023", "INCREMENT must not be zero", at=_at(option))
        info = replace(info, increment=increment)
    elif is_init:
        info = replace(info, increment=1)
    if (option := given.get("cycle")) is not None:
        info = replace(info, cycle=def_get_boolean(option))
    elif is_init:
        info = replace(info, cycle=False)
    shown = format_type(session, info.type)
    option = given.get("maxvalue")
    if option is not None and option.arg is not None:
        info = replace(info, max=def_get_int64(option))
    elif is_init or option is not None or reset_max:
        info = replace(info, max=highest if info.increment > 0 or reset_max else -1)
    if not lowest <= info.max <= highest:
        raise Refusal("22023", f"MAXVALUE ({info.max}) is out of range for sequence data type {shown}", at=_at(option))
    option = given.get("minvalue")
    if option is not None and option.arg is not None:
        info = replace(info, min=def_get_int64(option))
    elif is_init or option is not None or reset_min:
        info = replace(info, min=lowest if info.increment < 0 or reset_min else 1)
    if not lowest <= info.min <= highest:
        raise Refusal("22023", f"MINVALUE ({info.min}) is out of range for sequence data type {shown}", at=_at(option))
    if info.min >= info.max:
        raise Refusal("22023", f"MINVALUE ({info.min}) must be less than MAXVALUE ({info.max})", at=_at(option))
    info, restarted = _with_start(info, given, is_init)
    return info, given.get("owned_by"), restarted


def _at(option: DefElem | None) -> At:
    return None if option is None or option.start < 0 else (option.start, option.end)


def _options_by_name(options: tuple[DefElem, ...], has_type: bool) -> dict[str, DefElem]:
    given: dict[str, DefElem] = {}
    for option in options:
        name = option.defname
        if name == "sequence_name":
            raise Refusal("42601", "invalid sequence option SEQUENCE NAME", at=_at(option))
        if name not in _KNOWN:
            raise Refusal("XX000", f'option "{name}" not recognized', at=_at(option))
        if name in given or (name == "as" and has_type):
            raise error_conflicting_def_elem(option)
        given[name] = option
    return given


_KNOWN = frozenset("as increment start restart maxvalue minvalue cache cycle owned_by".split())


def _with_type(
    session: Session, option: DefElem | None, for_identity: bool, old: SequenceInfo, is_init: bool, seqtype: Oid
) -> tuple[SequenceInfo, bool, bool]:
    """(parameters of the type, whether MAXVALUE, and MINVALUE, follow a changed type)."""
    if option is None and not seqtype:
        return (replace(old, type=typeoids.INT8), False, False) if is_init else (old, False, False)
    new = seqtype
    if option is not None:
        assert isinstance(option.arg, TypeName)
        new = typename_type_id(session, option.arg)
    if new not in _RANGES:
        what = "identity column" if for_identity else "sequence"
        raise Refusal("22023", f"{what} type must be smallint, integer, or bigint", at=_at(option))
    lowest, highest = _RANGES[old.type]
    reset_max = not is_init and old.max == highest
    reset_min = not is_init and old.min == lowest
    return replace(old, type=new), reset_max, reset_min


def _with_start(info: SequenceInfo, given: dict[str, DefElem], is_init: bool) -> tuple[SequenceInfo, bool]:
    option = given.get("start")
    if option is not None:
        info = replace(info, start=def_get_int64(option))
    elif is_init:
        info = replace(info, start=info.min if info.increment > 0 else info.max)
    _check_within("START", info.start, info, option)
    restart = given.get("restart")
    if restart is not None:
        value = def_get_int64(restart) if restart.arg is not None else info.start
        _check_within("RESTART", value, info, restart)
    option = given.get("cache")
    if option is not None:
        cache = def_get_int64(option)
        if cache <= 0:
            raise Refusal("22023", f"CACHE ({cache}) must be greater than zero", at=_at(option))
        info = replace(info, cache=cache)
    elif is_init:
        info = replace(info, cache=1)
    return info, restart is not None


def _check_within(what: str, value: int, info: SequenceInfo, option: DefElem | None) -> None:
    if value < info.min:
        message = f"{what} value ({value}) cannot be less than MINVALUE ({info.min})"
    elif value > info.max:
        message = f"{what} value ({value}) cannot be greater than MAXVALUE ({info.max})"
    else:
        return
    raise Refusal("22023", message, at=_at(option))


def process_owned_by(session: Session, sequence: Relation, option: DefElem, for_identity: bool) -> None:
    """OWNED BY (process_owned_by)."""
    names: Any = option.arg
    at = _at(option)
    catalog = session.catalog
    table: Relation | None = None
    num = 0
    if len(names) == 1:
        if names[0] != "none":
            raise Refusal(
                "42601",
                "invalid OWNED BY option",
                at=at,
                hint="Specify OWNED BY table.column or OWNED BY NONE.",
            )
    else:
        table, num = _owning_column(session, sequence, names, at)
    owner = sequence_is_owned(session, sequence.oid, "i")
    if owner is not None and not for_identity:
        owning = catalog[Relation, owner.objid]
        raise Refusal(
            "0A000",
            "cannot change ownership of identity sequence",
            at=at,
            detail=f'Sequence "{sequence.name}" is linked to table "{owning.name}".',
        )
    catalog.clear_dependencies(sequence.address, "pg_class", "i" if for_identity else "a")
    if table is not None:
        record_sequence_owner(session, sequence.oid, table.oid, num, for_identity)


def _owning_column(session: Session, sequence: Relation, names: tuple[str, ...], at: At) -> tuple[Relation, int]:
    start, end = at if at is not None else (-1, -1)
    rangevar = RangeVar(
        schemaname=names[-3] if len(names) > 2 else None,
        relname=names[-2],
        catalogname=names[-4] if len(names) > 3 else None,
        start=start,
        end=end,
    )
    table = relation_openrv(session, rangevar, ACCESS_SHARE)
    if table.kind not in "rfvp":
        if session.version >= 15:
            message = f'sequence cannot be owned by relation "{table.name}"'
        else:
            message = f'referenced relation "{table.name}" is not a table or foreign table'
        raise Refusal("42809", message, at=at, word=table.name)
    if table.owner != sequence.owner:
        raise Refusal("55000", "sequence must have same owner as table it is linked to", at=at)
    if table.namespace != sequence.namespace:
        raise Refusal("55000", "sequence must be in same schema as table it is linked to", at=at)
    num = attname_attnum(table, names[-1], True)
    if not num:
        message = f'column "{names[-1]}" of relation "{table.name}" does not exist'
        raise Refusal("42703", message, at=at, word=names[-1])
    return table, max(num, 0)  # a system column goes with the whole table


def record_sequence_owner(session: Session, sequence: Oid, relid: Oid, num: int, for_identity: bool) -> None:
    """A sequence goes with the column that owns it."""
    session.catalog.depend(
        ObjectAddress("pg_class", sequence), ObjectAddress("pg_class", relid, num), "i" if for_identity else "a"
    )


def sequence_is_owned(session: Session, sequence: Oid, deptype: str) -> ObjectAddress | None:
    """The column that owns a sequence by this kind of dependency (sequenceIsOwned)."""
    for needed, kind in session.catalog.depends_on(ObjectAddress("pg_class", sequence)):
        if kind == deptype and needed.classid == "pg_class" and needed.objsubid:
            return needed
    return None


def get_owned_sequences(session: Session, relid: Oid, num: int = 0, deptype: str = "") -> list[Oid]:
    """The sequences that a column (or any, with 0) owns; `deptype` i for identity columns' only (getOwnedSequences_internal)."""
    return [
        dependent.objid
        for dependent, subid, kind in session.catalog.dependents(ObjectAddress("pg_class", relid, num))
        if subid
        and kind in (deptype or "ai")
        and dependent.classid == "pg_class"
        and not dependent.objsubid
        and (found := session.catalog.get(Relation, dependent.objid)) is not None
        and found.kind == "S"
    ]


def get_identity_sequence(session: Session, relation: Relation, num: int) -> Oid:
    """The sequence of an identity column, 0 when there is none (getIdentitySequence); a partition's is its root's."""
    name = relation.columns[num - 1].name
    while relation.ispartition and relation.inherits:
        relation = session.catalog[Relation, relation.inherits[0]]
    column = find_attribute(relation, name)
    found = get_owned_sequences(session, relation.oid, column.num if column is not None else num, "i")
    return found[0] if found else 0
