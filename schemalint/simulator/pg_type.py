"""Rows of pg_type: shells, array types and their names (pg_type.c)."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.catalog import model
from schemalint.catalog.model import ObjectAddress, Oid, Type
from schemalint.errors import Refusal
from schemalint.semantics.lsyscache import get_array_type, get_element_type
from schemalint.semantics.typeoids import ARRAY_SUBSCRIPT_HANDLER
from schemalint.simulator.session import Session

At = tuple[int, int] | None

NAMEDATALEN = 64

ARRAY_IN, ARRAY_OUT = 750, 751
RECORD_IN, RECORD_OUT = 2290, 2291
ENUM_IN, ENUM_OUT = 3506, 3507
RANGE_IN, RANGE_OUT = 3834, 3835
MULTIRANGE_IN, MULTIRANGE_OUT = 4231, 4232
DOMAIN_IN = 2597
SHELL_IN, SHELL_OUT = 2398, 2399


def clip(text: str, length: int) -> str:
    """The longest beginning of a name that has at most so many bytes (pg_mbcliplen)."""
    raw = text.encode()
    return text if len(raw) <= length else raw[:length].decode(errors="ignore")


def make_object_name(name1: str, name2: str | None, label: str | None) -> str:
    """`name1_name2_label`, with the longer of the names cut so that it fits (makeObjectName)."""
    overhead = (1 if name2 is not None else 0) + (1 + len(label.encode()) if label is not None else 0)
    available = NAMEDATALEN - 1 - overhead
    length1, length2 = len(name1.encode()), len(name2.encode()) if name2 is not None else 0
    while length1 + length2 > available:
        if length1 > length2:
            length1 -= 1
        else:
            length2 -= 1
    made = clip(name1, length1)
    if name2 is not None:
        made += "_" + clip(name2, length2)
    return made if label is None else f"{made}_{label}"


def make_array_type_name(session: Session, name: str, namespace: Oid) -> str:
    """A free name for the array over a type (makeArrayTypeName)."""
    made = make_object_name("", name, None)
    attempt = 0
    if session.version < 16:
        while session.catalog.find_oid("pg_type", namespace, made) is not None:
            attempt += 1
            made = clip("_" * (attempt + 1) + name, NAMEDATALEN - 1)
        return made
    while session.catalog.find_oid("pg_type", namespace, made) is not None:
        attempt += 1
        made = make_object_name("", name, str(attempt))
    return made


def make_multirange_type_name(session: Session, name: str, namespace: Oid) -> str:
    """A name for the multirange over a range type. Raises 42710 when it is taken (makeMultirangeTypeName)."""
    place = name.find("range")
    if place >= 0:
        made = name[:place] + "multi" + name[place:]
    else:
        made = clip(name, NAMEDATALEN - 12) + "_multirange"
    made = clip(made, NAMEDATALEN - 1)
    if session.catalog.find_oid("pg_type", namespace, made) is not None:
        raise Refusal(
            "42710",
            f'type "{made}" already exists',
            word=name,
            detail=f'Failed while creating a multirange type for type "{name}".',
            hint='You can manually specify a multirange type name using the "multirange_type_name" attribute.',
        )
    return made


def move_array_type_name(session: Session, oid: Oid, name: str, namespace: Oid) -> bool:
    """Rename an array type out of the way of a new type of its name; False when it is no such type (moveArrayTypeName)."""
    catalog = session.catalog
    found = catalog.get(Type, oid)
    if found is None or not found.isdefined:
        return True
    element = get_element_type(session, oid)
    if not element or get_array_type(session, element) != oid:
        return False
    catalog.put(replace(found, name=make_array_type_name(session, name, namespace)))
    return True


def free_type_name(session: Session, name: str, namespace: Oid, at: At = None) -> Oid:
    """Make sure that a type may have this name: returns the shell that has it already, or 0. Raises 42710."""
    oid = session.catalog.find_oid("pg_type", namespace, name)
    if oid is None:
        return 0
    found = session.catalog.get(Type, oid)
    if found is not None and not found.isdefined:
        return oid
    if not move_array_type_name(session, oid, name, namespace):
        raise Refusal("42710", f'type "{name}" already exists', at=at, word=name)
    return 0


def type_shell_make(session: Session, name: str, namespace: Oid) -> Type:
    """A type of which only the name is known yet (TypeShellMake)."""
    shell = Type(
        oid=session.catalog.new_oid(),
        name=name,
        namespace=namespace,
        owner=session.role,
        len=4,
        byval=True,
        typtype="p",
        category="P",
        isdefined=False,
        input=SHELL_IN,
        output=SHELL_OUT,
    )
    session.create(shell)
    record_type_dependencies(session, shell)
    return shell


def array_over(session: Session, element: Type, oid: Oid, name: str | None = None) -> Type:
    """The array type over `element`, with an identifier that was reserved for it."""
    if name is None:
        name = make_array_type_name(session, element.name, element.namespace)
    return Type(
        oid=oid,
        name=name,
        namespace=element.namespace,
        owner=element.owner,
        category="A",
        delim=element.delim,
        subscript=ARRAY_SUBSCRIPT_HANDLER,
        elem=element.oid,
        input=ARRAY_IN,
        output=ARRAY_OUT,
        typmodin=element.typmodin,
        align="d" if element.align == "d" else "i",
        storage="x",
        collation=element.collation,
    )


def type_create(session: Session, made: Type, *, array: bool = True) -> Type:
    """Add a type and the array over it, with their dependencies (TypeCreate, twice). The type may be a shell so far."""
    catalog = session.catalog
    array_oid = catalog.new_oid() if array else 0
    made = replace(made, array=array_oid)
    if catalog.at(made.address) is not None:
        session.change(made)
        catalog.clear_dependencies(made.address)
    else:
        session.create(made)
        made = catalog[Type, made.oid]  # with default privileges
    record_type_dependencies(session, made)
    if array:
        over = array_over(session, made, array_oid)
        catalog.put(over)
        record_type_dependencies(session, over)
    return made


def record_type_dependencies(session: Session, made: Type) -> None:
    """What a type needs (GenerateTypeDependencies)."""
    catalog = session.catalog
    address = made.address
    of_relation = catalog.get(model.Relation, made.relid) if made.relid else None
    dependent = made.relid and (of_relation is None or of_relation.kind != "c")
    if not dependent and not (made.elem and made.subscript == ARRAY_SUBSCRIPT_HANDLER):
        catalog.depend(address, ObjectAddress("pg_namespace", made.namespace))
    for function in (made.input, made.output, made.typmodin):
        if function:
            catalog.depend(address, ObjectAddress("pg_proc", function))
    if made.relid:
        if of_relation is not None and of_relation.kind == "c":
            catalog.depend(of_relation.address, address, "i")
        else:
            catalog.depend(address, ObjectAddress("pg_class", made.relid), "i")
    if made.elem:
        implicit = made.subscript == ARRAY_SUBSCRIPT_HANDLER
        catalog.depend(address, ObjectAddress("pg_type", made.elem), "i" if implicit else "n")
    if made.basetype:
        catalog.depend(address, ObjectAddress("pg_type", made.basetype))
    if made.collation and made.collation != 100:
        catalog.depend(address, ObjectAddress("pg_collation", made.collation))
