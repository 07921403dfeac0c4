"""Types that come with other objects: a relation's row type, and the array over a type. Snapshots leave out those that are as made."""

from __future__ import annotations

from schemalint.catalog import model
from schemalint.catalog.model import ObjectAddress, Oid, Relation, Type
from schemalint.catalog.store import Catalog

Edge = tuple[ObjectAddress, ObjectAddress, str]

ARRAY_SUBSCRIPT_HANDLER = 6179
ARRAY_IN, ARRAY_OUT = 750, 751
RECORD_IN, RECORD_OUT = 2290, 2291
LONGEST_NAME = 63  # bytes


def array_name(name: str) -> str:
    """What the array over a type is called when that name is free (makeArrayTypeName)."""
    return ("_" + name).encode()[:LONGEST_NAME].decode(errors="ignore")


def array_over(element: Type, oid: Oid, subscript: Oid = ARRAY_SUBSCRIPT_HANDLER) -> Type:
    """The array type over another."""
    return Type(
        oid=oid,
        name=array_name(element.name),
        namespace=element.namespace,
        owner=element.owner,
        category="A",
        delim=element.delim,
        subscript=subscript,
        elem=element.oid,
        input=ARRAY_IN,
        output=ARRAY_OUT,
        typmodin=element.typmodin,
        align="d" if element.align == "d" else "i",
        storage="x",
        collation=element.collation,
    )


def row_type(relation: Relation, oid: Oid, array: Oid) -> Type:
    """The type of a relation's rows."""
    return Type(
        oid=oid,
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
        array=array,
    )


def edges_of_array(array: Type) -> list[Edge]:
    return [(array.address, ObjectAddress("pg_type", array.elem), "i")]


def edges_of_row_type(made: Type) -> list[Edge]:
    return [(made.address, ObjectAddress("pg_class", made.relid), "i")]


def is_implied(catalog: Catalog, found: Type) -> bool:
    """Whether a type is exactly what its relation or element brings with it, with no comment and no further dependency."""
    if catalog.comment(found.address) is not None:
        return False
    if found.relid:
        relation = catalog.get(model.Relation, found.relid)
        if relation is None or relation.kind == "c" or relation.type != found.oid:
            return False
        expected, edges = row_type(relation, found.oid, found.array), edges_of_row_type(found)
    elif found.elem:
        element = catalog.get(Type, found.elem)
        if element is None or element.array != found.oid or element.oid < model.FIRST_NORMAL_OID:
            return False
        expected, edges = array_over(element, found.oid, found.subscript), edges_of_array(found)
    else:
        return False
    return (
        found == expected
        and [(found.address, on, deptype) for on, deptype in catalog.depends_on(found.address)] == edges
    )
