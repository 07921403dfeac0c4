"""The data of built-in objects: that it is what servers say, whole, and found by the keys that the catalog asks with."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from servers import Server

from schemalint.catalog import builtins, model

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "generate_builtins.py"

# Settings that say how a server was built, or that a distribution changes.
OF_THE_BUILD = {
    *("default_toast_compression", "wal_compression", "wal_sync_method", "effective_io_concurrency", "io_method"),
    *("maintenance_io_concurrency", "krb_server_keyfile", "server_version", "server_version_num", "extension_destdir"),
    *("ssl_ciphers", "ssl_groups", "ssl_ecdh_curve", "ssl_library", "unix_socket_directories", "debug_assertions"),
    *("max_stack_depth", "dynamic_shared_memory_type", "shared_memory_type", "huge_pages", "jit_provider"),
}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_builtins", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=builtins.MAJORS, ids=lambda major: f"pg{major}")
def here(request: pytest.FixtureRequest) -> builtins.Builtins:
    major: int = request.param
    return builtins.load(major)


def comparable(name: str, rows: Any) -> dict[Any, Any]:
    """Rows by key, without what depends on how the server was built."""
    if name == "pg_collation":
        icu = [row for row in rows if row.provider == "i" and row.oid >= builtins.FIRST_UNPINNED_OID]
        rows = [row for row in rows if row not in icu]
    if name == "settings":
        rows = [row for row in rows if row.name not in OF_THE_BUILD]
    return {row.word if name == "keywords" else row.name if name == "settings" else row.oid: row for row in rows}


@pytest.mark.server
def test_the_data_is_what_the_server_says(server: Server, generator: ModuleType) -> None:
    if server.major not in builtins.MAJORS:
        pytest.skip(f"there is no data of {server.major}")
    with server.connect() as connection:
        said = generator.read(connection)
    structs = {**builtins.STRUCTS, "keywords": builtins.Keyword, "settings": builtins.Setting}
    assert said.keys() == structs.keys()
    for name, struct in structs.items():
        text = builtins.file_of(server.major, name).read_bytes()
        rows = msgspec.json.decode(text, type=list[struct], strict=True)  # type: ignore[valid-type]
        assert comparable(name, rows) == comparable(name, said[name]), name


def test_names_lead_to_identifiers_and_these_to_rows(here: builtins.Builtins) -> None:
    int4 = here.find("pg_type", 11, "int4")
    assert int4 == 23
    assert here.get("pg_type", int4) == here.table(model.Type).by_oid[23]
    assert here.find("pg_type", 2200, "int4") is None
    assert here.find("pg_namespace", 0, "public") == 2200
    assert here.get("pg_type", 16384) is None


def test_catalogs_without_data_are_empty(here: builtins.Builtins) -> None:
    assert here.find("pg_trigger", 0, "any") is None
    assert here.find_all("pg_policy", 0, "any") == ()
    assert here.get("pg_trigger", 1) is None


def test_overloads_are_found_together(here: builtins.Builtins) -> None:
    overloads = [here.table(model.Proc).by_oid[oid] for oid in here.find_all("pg_proc", 11, "abs")]
    assert {here.table(model.Type).by_oid[proc.argtypes[0]].name for proc in overloads} == {
        *("float4", "float8", "int2", "int4", "int8", "numeric")
    }


def test_an_operator_class_is_named_with_its_access_method(here: builtins.Builtins) -> None:
    btree, hashed = here.find("pg_am", 0, "btree"), here.find("pg_am", 0, "hash")
    found = [here.find("pg_opclass", 11, f"{am} int4_ops") for am in (btree, hashed)]
    assert None not in found
    assert len(set(found)) == 2
    opclass = here.get("pg_opclass", found[0] or 0)
    assert opclass is not None and builtins.name_key(opclass) == f"{btree} int4_ops"


def test_text_search_objects_are_named_with_their_kind(here: builtins.Builtins) -> None:
    config = here.get("pg_ts", here.find("pg_ts", 11, "config english") or 0)
    assert isinstance(config, model.TextSearch)
    assert config.refers == here.find("pg_ts", 11, "parser default")
    assert config.mapping["asciiword"] == (here.find("pg_ts", 11, "dict english_stem"),)


def test_relations_are_decoded_one_by_one(here: builtins.Builtins) -> None:
    pg_class = here.get("pg_class", here.find("pg_class", 11, "pg_class") or 0)
    assert isinstance(pg_class, model.Relation)
    assert [column.name for column in pg_class.columns][:3] == ["oid", "relname", "relnamespace"]
    relations = here.table(model.Relation)
    assert tuple(relations.by_oid.values()) == relations.rows
    assert relations.by_oid.get(16384) is None


def test_any_fields_can_be_looked_up(here: builtins.Builtins) -> None:
    (cast,) = here.table(model.Cast).grouped("source", "target")[23, 20]
    assert (cast.context, cast.method) == ("i", "f")


def test_families_are_found_by_operator(here: builtins.Builtins) -> None:
    (equal,) = (
        operator.oid
        for operator in here.table(model.Operator).rows
        if (operator.name, operator.left, operator.right) == ("=", 23, 20)
    )
    members = {(family.am, family.name, member.strategy) for family, member in here.families_of_operator[equal]}
    assert {(403, "integer_ops", 3), (405, "integer_ops", 1)} <= members


def test_settings_are_named_in_any_case(here: builtins.Builtins) -> None:
    assert here.settings["datestyle"].name == "DateStyle"
    assert here.settings["work_mem"].unit == "kB"
    assert here.settings["seed"].context == "user"
    assert here.settings["plpgsql.check_asserts"].vartype == "bool"


def test_other_majors_are_read_as_the_nearest() -> None:
    assert builtins.load(13).version == 14
    assert builtins.load(19).version == 18


def test_every_identifier_leads_to_a_row(here: builtins.Builtins) -> None:
    types, procs, operators = here.table(model.Type), here.table(model.Proc), here.table(model.Operator)
    for proc in procs.rows:
        assert {*proc.argtypes, *proc.allargtypes, proc.rettype} <= types.by_oid.keys(), proc
        assert here.get("pg_language", proc.lang) is not None, proc
        assert here.get("pg_namespace", proc.namespace) is not None, proc
    for operator in operators.rows:
        assert {operator.left, operator.right, operator.result} - {0} <= types.by_oid.keys(), operator
        assert {operator.com, operator.negate} - {0} <= operators.by_oid.keys(), operator
        assert operator.code in procs.by_oid, operator
    for cast in here.table(model.Cast).rows:
        assert {cast.source, cast.target} <= types.by_oid.keys(), cast
    for family in here.table(model.OpFamily).rows:
        assert {member.operator for member in family.operators} <= operators.by_oid.keys(), family
        assert {member.proc for member in family.procs} <= procs.by_oid.keys(), family
    for relation in here.table(model.Relation).rows:
        assert {column.type for column in relation.columns} <= types.by_oid.keys(), relation
        assert relation.type == 0 or types.by_oid[relation.type].relid == relation.oid, relation
