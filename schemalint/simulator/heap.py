"""Relations come into the catalog (heap.c: heap_create_with_catalog and what it calls)."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.catalog import model
from schemalint.catalog.model import FIRST_NORMAL_OID, Attribute, ObjectAddress, Oid, Relation, Type
from schemalint.errors import Refusal
from schemalint.semantics import typeoids
from schemalint.semantics.lsyscache import get_element_type, get_type, get_typtype
from schemalint.semantics.query import UNKNOWN_TYPE
from schemalint.semantics.relations import SYSTEM_ATTRIBUTES
from schemalint.semantics.types import format_type
from schemalint.simulator.effects import ACCESS_EXCLUSIVE
from schemalint.simulator.pg_type import array_over, free_type_name, record_type_dependencies
from schemalint.simulator.rangevars import check_system_namespace
from schemalint.simulator.session import Session

At = tuple[int, int] | None

MAX_HEAP_ATTRIBUTE_NUMBER = 1600
HEAP_AM = 2
FIRST_UNPINNED = 12000

RECORD_IN, RECORD_OUT = 2290, 2291
DEFAULT_COLLATION = 100


def check_attribute_names_types(
    session: Session, columns: Sequence[Attribute], kind: str, at: At = None, *, any_array: bool = False
) -> None:
    """Raise what no relation may have as columns (CheckAttributeNamesTypes)."""
    if len(columns) > MAX_HEAP_ATTRIBUTE_NUMBER:
        raise Refusal("54011", f"tables can have at most {MAX_HEAP_ATTRIBUTE_NUMBER} columns", at=at)
    if kind not in ("v", "c"):
        for column in columns:
            if column.name in SYSTEM_ATTRIBUTES and not column.dropped:
                message = f'column name "{column.name}" conflicts with a system column name'
                raise Refusal("42701", message, at=at, word=column.name)
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise Refusal("42701", f'column name "{column.name}" specified more than once', at=at, word=column.name)
        seen.add(column.name)
    for column in columns:
        if column.dropped:
            continue
        check_attribute_type(
            session,
            column.name,
            column.type,
            column.collation,
            at=at,
            virtual=column.generated == "v",
            any_array=any_array,
        )


def check_attribute_type(
    session: Session,
    name: str,
    oid: Oid,
    collation: Oid,
    containing: tuple[Oid, ...] = (),
    *,
    at: At = None,
    virtual: bool = False,
    any_array: bool = False,
    partkey: bool = False,
) -> None:
    """Raise 42P16 for a type that no column can have (CheckAttributeType). `containing` are row types it would be part of."""
    if oid == UNKNOWN_TYPE:
        return
    found = get_type(session, oid)
    if found is None:
        return
    kind = found.typtype
    if kind == "b" and oid < FIRST_NORMAL_OID and not get_element_type(session, oid):
        pass
    elif kind == "p":
        if not (oid == typeoids.ANYARRAY and any_array):
            shown = format_type(session, oid)
            if partkey:
                raise Refusal("42P16", f"partition key column {name} has pseudo-type {shown}", at=at)
            raise Refusal("42P16", f'column "{name}" has pseudo-type {shown}', at=at, word=name)
    elif kind == "d":
        if virtual:
            raise Refusal("0A000", f'virtual generated column "{name}" cannot have a domain type', at=at, word=name)
        check_attribute_type(session, name, found.basetype, collation, containing, at=at, partkey=partkey)
    elif kind == "c":
        if oid in containing:
            shown = format_type(session, oid)
            raise Refusal("42P16", f"composite type {shown} cannot be made a member of itself", at=at)
        relation = session.catalog.get(Relation, found.relid)
        for column in relation.columns if relation is not None else ():
            if not column.dropped:
                check_attribute_type(
                    session, column.name, column.type, column.collation, (*containing, oid), at=at, virtual=virtual
                )
    elif kind == "r":
        check_attribute_type(session, name, found.subtype, found.subtype_collation, containing, at=at, virtual=virtual)
    elif kind == "m":
        check_attribute_type(session, name, found.range, 0, containing, at=at, virtual=virtual)
    elif found.elem and (element := get_element_type(session, oid)):
        if element < FIRST_NORMAL_OID and get_typtype(session, element) == "b":
            pass
        else:
            check_attribute_type(session, name, element, collation, containing, at=at, virtual=virtual)
    if virtual and oid >= FIRST_UNPINNED:
        raise Refusal(
            "0A000",
            f'virtual generated column "{name}" cannot have a user-defined type',
            at=at,
            word=name,
            detail="Virtual generated columns that make use of user-defined types are not yet supported.",
        )
    if not collation and found.collation:
        shown = format_type(session, oid)
        what = f"partition key column {name}" if partkey else f'column "{name}"'
        raise Refusal(
            "42P16",
            f"no collation was derived for {what} with collatable type {shown}",
            at=at,
            hint="Use the COLLATE clause to set the collation explicitly.",
        )


def heap_create_with_catalog(session: Session, relation: Relation, at: At = None) -> Relation:
    """Add a relation with its row type and dependencies; `relation` lacks identifiers (heap_create_with_catalog).

    Raises 42P07 when the name is taken.
    """
    catalog = session.catalog
    check_attribute_names_types(session, relation.columns, relation.kind, at)
    if catalog.find_oid("pg_class", relation.namespace, relation.name) is not None:
        raise Refusal("42P07", f'relation "{relation.name}" already exists', at=at, word=relation.name)
    with_type = relation.kind not in "SiIt"
    named = with_type or relation.kind == "S"  # sequences have no row type, and their names must be free all the same
    shell = check_no_type_of_name(session, relation.name, relation.namespace, at) if named else 0
    check_system_namespace(session, relation.namespace, relation.name, relation.kind, at)
    oid = relation.oid or catalog.new_oid()
    rowtype = (shell or catalog.new_oid()) if with_type else 0
    made = _with_identifiers(relation, oid, rowtype)
    session.create(made)
    made = session.catalog[Relation, oid]  # with default privileges
    session.lock(oid, ACCESS_EXCLUSIVE)
    if with_type:
        create_row_type(session, made)
    record_relation_dependencies(session, made)
    return made


def _with_identifiers(relation: Relation, oid: Oid, rowtype: Oid) -> Relation:
    from msgspec.structs import replace

    return replace(relation, oid=oid, type=rowtype)


def check_no_type_of_name(session: Session, name: str, namespace: Oid, at: At) -> Oid:
    """Raise 42710 when a type that cannot step aside has the relation's name. A shell's identifier is returned: the row type takes
    its place."""
    taken = session.catalog.find_oid("pg_type", namespace, name)
    if taken is None:
        return 0
    hint = (
        "A relation has an associated type of the same name, "
        "so you must use a name that doesn't conflict with any existing type."
    )
    try:
        return free_type_name(session, name, namespace, at)
    except Refusal as refusal:
        refusal.hint = hint
        raise


def create_row_type(session: Session, relation: Relation) -> None:
    """A relation's row type, and the array over it (AddNewRelationType)."""
    array_oid = session.catalog.new_oid()
    rowtype = Type(
        oid=relation.type,
        name=relation.name,
        namespace=relation.namespace,
        owner=relation.owner,
        typtype="c",
        category="C",
        relid=relation.oid,
        input=RECORD_IN,
        output=RECORD_OUT,
        align="d",
        storage="x",
        array=array_oid,
    )
    session.catalog.put(rowtype)
    record_type_dependencies(session, rowtype)
    array = array_over(session, rowtype, array_oid)
    session.catalog.put(array)
    record_type_dependencies(session, array)


def record_relation_dependencies(session: Session, relation: Relation) -> None:
    """What a relation and its columns need: schema, owner, access method, type of a typed table, types and collations."""
    catalog = session.catalog
    address = relation.address
    if relation.kind != "c":
        catalog.depend(address, ObjectAddress("pg_namespace", relation.namespace))
        if relation.of_type:
            catalog.depend(address, ObjectAddress("pg_type", relation.of_type))
        if relation.am >= FIRST_NORMAL_OID:
            catalog.depend(address, ObjectAddress("pg_am", relation.am))
    record_dependency_on_owner(session, address, relation.owner)
    for column in relation.columns:
        record_column_dependencies(session, relation.oid, column)


def record_dependency_on_owner(session: Session, address: ObjectAddress, owner: Oid) -> None:
    """recordDependencyOnOwner; roles of the server's own are pinned."""
    if owner >= FIRST_NORMAL_OID:
        session.catalog.depend(address, ObjectAddress("pg_authid", owner), "o")


def record_column_dependencies(session: Session, relid: Oid, column: Attribute) -> None:
    """A column needs its type and collation (AddNewAttributeTuples)."""
    if column.dropped:
        return
    if column.type >= FIRST_NORMAL_OID and column.type != UNKNOWN_TYPE:
        session.catalog.depend(ObjectAddress("pg_class", relid, column.num), ObjectAddress("pg_type", column.type))
    if column.collation >= FIRST_NORMAL_OID:
        session.catalog.depend(
            ObjectAddress("pg_class", relid, column.num), ObjectAddress("pg_collation", column.collation)
        )


def default_tablespace(session: Session, persistence: str, partitioned: bool) -> Oid:
    """The tablespace of a new relation that names none (GetDefaultTablespace); 0 is the database's own."""
    if persistence == "t":
        return 0
    name = session.setting("default_tablespace")
    if not name:
        return 0
    found = session.catalog.find(model.Tablespace, 0, name)
    if found is None or found.name == "pg_default":
        return 0
    return found.oid


def get_tablespace_oid(session: Session, name: str, at: At = None) -> Oid:
    """get_tablespace_oid."""
    found = session.catalog.find(model.Tablespace, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'tablespace "{name}" does not exist', at=at, word=name)
    return found.oid


def get_am_oid(session: Session, name: str, kind: str, at: At = None) -> model.AccessMethod:
    """An access method of a kind, t table or i index (get_table_am_oid, get_index_am_oid)."""
    found = session.catalog.find(model.AccessMethod, 0, name)
    if found is None:
        session.names.unknown_or(name, at)
        raise Refusal("42704", f'access method "{name}" does not exist', at=at, word=name)
    if found.type != kind:
        what = "TABLE" if kind == "t" else "INDEX"
        raise Refusal("55000", f'access method "{name}" is not of type {what}', at=at, word=name)
    return found
