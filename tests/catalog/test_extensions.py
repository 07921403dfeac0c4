"""The data of extensions: that it is what CREATE EXTENSION makes, and that it is put whole into a database."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from servers import Server

from schemalint.catalog import builtins, model
from schemalint.catalog.builtins import extensions
from schemalint.catalog.builtins.numbering import renumbered

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
COMPARED = (
    "bloom",
    "btree_gin",
    "citext",
    "earthdistance",
    "hstore",
    "pg_stat_statements",
    "postgres_fdw",
    "unaccent",
    "vector",
)


@pytest.fixture(scope="module")
def generator() -> Iterator[Any]:
    path = sys.path.copy()
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("generate_extensions")
    sys.path[:] = path


def created(name: str, major: int, **options: Any) -> extensions.Created:
    variant = extensions.load(name, major)
    assert variant is not None
    externals = [external for external in variant.externals if external.extension]
    places: dict[str, Any] = {"first_oid": 20000, "namespace": 2200, **options}
    required = {external: 90000 + place for place, external in enumerate(externals)}
    return extensions.create(variant, builtins.load(major), requires=required, **places)


@pytest.mark.server
@pytest.mark.parametrize("name", COMPARED)
def test_the_data_is_what_create_extension_makes(server: Server, generator: Any, name: str) -> None:
    variant = extensions.load(name, server.major)
    assert variant is not None
    with server.connect() as connection:
        row = connection.execute(
            "SELECT default_version FROM pg_available_extensions WHERE name = %s", [name]
        ).fetchone()
    if row is None or row[0] != variant.version or server.major not in variant.majors:
        pytest.skip(f"the server has another version, or none: {row}")
    with generator.scratch_database(server) as connection:
        made = generator.read_extension(connection, name)
    assert msgspec.structs.replace(made, majors=variant.majors).rows() == variant.rows()
    assert made.depends == variant.depends
    assert made.externals == variant.externals


@pytest.mark.parametrize("major", (14, 18))
@pytest.mark.parametrize("name", sorted(extensions.names()))
def test_every_identifier_leads_to_an_object(name: str, major: int) -> None:
    made = created(name, major)
    here = builtins.load(major)
    own = {member.oid for member in made.objects}
    external = set(range(90000, 90100))
    types = {0, *here.table(model.Type).by_oid, *external, *own}
    procs = {0, *here.table(model.Proc).by_oid, *external, *own}
    assert own == set(range(20000, 20000 + len(made.objects)))
    for member in made.objects:
        if isinstance(member, model.Proc):
            assert {member.rettype, member.variadic, *member.argtypes, *member.allargtypes} <= types, member
            assert member.lang in own | external or here.get("pg_language", member.lang) is not None, member
        if isinstance(member, model.Type):
            assert {member.elem, member.array, member.basetype} <= types, member
            assert {member.input, member.output, member.typmodin} <= procs, member
        if isinstance(member, model.Operator):
            assert {member.left, member.right, member.result} <= types, member
            assert {member.code, member.rest, member.join} <= procs, member
        if isinstance(member, model.OpFamily):
            assert {amop.left for amop in member.operators} <= types, member
            assert {amproc.proc for amproc in member.procs} <= procs, member
        if isinstance(member, model.Relation):
            assert {column.type for column in member.columns} <= types, member


def test_an_extension_comes_first_and_owns_its_members() -> None:
    made = created("citext", 18, first_oid=30000, namespace=16500, owner=16501)
    extension = made.objects[0]
    assert isinstance(extension, model.Extension)
    assert (extension.oid, extension.name, extension.namespace, extension.owner) == (30000, "citext", 16500, 16501)
    citext = next(member for member in made.objects if isinstance(member, model.Type) and member.name == "citext")
    array = next(member for member in made.objects if isinstance(member, model.Type) and member.name == "_citext")
    assert (citext.namespace, citext.owner, citext.array, array.elem) == (16500, 16501, array.oid, citext.oid)
    depends = set(made.depends)
    assert (extension.address, model.Dependency(model.ObjectAddress("pg_namespace", 16500), "n")) in depends
    assert (citext.address, model.Dependency(extension.address, "e")) in depends
    assert (array.address, model.Dependency(citext.address, "i")) in depends


def test_what_an_extension_requires_must_be_said() -> None:
    variant = extensions.load("earthdistance", 17)
    assert variant is not None and variant.requires == ("cube",)
    with pytest.raises(KeyError):
        extensions.create(variant, builtins.load(17), first_oid=20000, namespace=2200)


def test_languages_are_found_in_the_major_at_hand() -> None:
    """pg_partman's data is of one major; plpgsql's identifier is another in each."""
    for major in builtins.MAJORS:
        functions = [member for member in created("pg_partman", major).objects if isinstance(member, model.Proc)]
        plpgsql = builtins.load(major).find("pg_language", 0, "plpgsql")
        assert plpgsql in {function.lang for function in functions}


def test_an_unknown_extension_has_no_data() -> None:
    assert extensions.load("no_such_extension", 18) is None


def test_renumbering_reaches_the_parts_of_an_object() -> None:
    family = model.OpFamily(oid=1, name="f", am=403, operators=(model.AmOp(left=7, right=8, strategy=7, operator=9),))
    new = renumbered(family, {1: 101, 7: 107, 9: 109})
    assert new == model.OpFamily(
        oid=101, name="f", am=403, operators=(model.AmOp(left=107, right=8, strategy=7, operator=109),)
    )


def test_renumbering_nothing_keeps_the_object() -> None:
    proc = model.Proc(oid=5, name="p", argtypes=(23, 25))
    assert renumbered(proc, {99: 1}) is proc
