"""Snapshots: what is read back is what was written, they show no secrets, and a broken one is a message."""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from servers import Server

from schemalint.catalog import live
from schemalint.catalog.builtins import load
from schemalint.catalog.compare import compare
from schemalint.catalog.model import Constraint, Namespace, ObjectAddress, Relation, Type
from schemalint.catalog.snapshot import bucketed, read_snapshot, snapshot_text, write_snapshot
from schemalint.catalog.snapshot_loader import SnapshotLoader
from schemalint.catalog.store import Catalog
from schemalint.errors import UserError

CHECKOUT = Path(__file__).parents[2]
PUBLISHED = CHECKOUT / "docs" / "snapshot.schema.json"
SCRIPT = CHECKOUT / "scripts" / "generate_snapshot_schema.py"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog(server: Server, rich: str) -> Catalog:
    return live.read_live(server.dsn(rich))


@pytest.fixture(scope="module")
def text(catalog: Catalog) -> str:
    return snapshot_text(catalog, now=NOW)


def read(text: str, path: Path) -> Catalog:
    path.write_text(text, encoding="utf-8")
    return read_snapshot(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "catalog.json"


def test_round_trip(catalog: Catalog, text: str, file: Path) -> None:
    back = read(text, file)
    assert compare(catalog, back, dependencies=True) == []
    assert snapshot_text(back, now=NOW) == text
    assert (back.version, back.database, back.server_version) == (
        catalog.version,
        catalog.database,
        catalog.server_version,
    )


def test_the_schema_describes_it(text: str) -> None:
    jsonschema.validate(json.loads(text), json.loads(PUBLISHED.read_text(encoding="utf-8")))


def test_the_published_schema_is_that_of_the_structs() -> None:
    spec = importlib.util.spec_from_file_location("generate_snapshot_schema", SCRIPT)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert PUBLISHED.read_text(encoding="utf-8") == script.text()


def test_one_object_a_line_in_order(text: str) -> None:
    lines = [json.loads(line.rstrip(",")) for line in text.splitlines()[2:-1]]
    assert len({(line["class"], line["id"]) for line in lines}) == len(lines)
    tables = [line["id"] for line in lines if line["class"] == "pg_class" and line.get("kind", "r") in "rp"]
    assert tables == sorted(tables)


def test_no_secrets(text: str) -> None:
    for secret in ("rich_secret", "server_secret", "mapping_secret", "db.internal", "/dev/shm"):
        assert secret not in text
    assert '"options":["host=","password="]' in text


def test_the_same_for_another_database(server: Server, text: str, rich: str) -> None:
    """Identifiers and the order of creation do not show."""
    with server.connect(rich) as connection:
        (acl,) = connection.execute("SELECT nspacl::text FROM pg_namespace WHERE nspname = 'app'").fetchone() or ("",)
    assert acl
    name = server.create_database()
    try:
        with server.connect(name) as connection:
            connection.execute("CREATE TABLE early (i int); DROP TABLE early")
        one = snapshot_text(live.read_live(server.dsn(name)), now=NOW)
        with server.connect(name) as connection:
            connection.execute("CREATE TABLE early (i int); DROP TABLE early")
        assert snapshot_text(live.read_live(server.dsn(name)), now=NOW) == one
    finally:
        server.drop_database(name)


def test_what_is_looked_up_is_decoded_and_no_more(text: str, file: Path) -> None:
    back = read(text, file)
    assert isinstance(back.loader, SnapshotLoader)
    before = sum(back.loader.loaded)
    app = back.find_oid("pg_namespace", 0, "app")
    assert app is not None
    orders = back.find(Relation, app, "orders")
    assert orders is not None
    assert sum(back.loader.loaded) == before + 1
    assert {c.name for c in back.constraints(orders.oid)} >= {"orders_pkey", "small", "orders_customer_fkey"}
    assert {i.name for i in back.indexes(orders.oid)} == {"orders_pkey"}
    assert {c.name for c in back.children(orders.oid)} == {"child"}
    needing = {back.at(address).name for address, _, _ in back.dependents(orders.address) if back.at(address)}  # type: ignore[union-attr]
    assert "counted" in needing
    assert sum(back.loader.loaded) < len(back.loader.lines)


def test_lookups_agree_with_the_catalog(catalog: Catalog, text: str, file: Path) -> None:
    back = read(text, file)
    for relation in catalog.all(Relation):
        schema = catalog[Namespace, relation.namespace].name
        namespace = back.find_oid("pg_namespace", 0, schema)
        assert namespace is not None
        found = back.find(Relation, namespace, relation.name)
        assert found is not None, relation.name
        assert sorted(c.name for c in back.constraints(found.oid)) == sorted(
            c.name for c in catalog.constraints(relation.oid)
        )
        assert sorted(c.name for c in back.referencing(found.oid)) == sorted(
            c.name for c in catalog.referencing(relation.oid)
        )
        assert sorted(c.name for c in back.children(found.oid)) == sorted(
            c.name for c in catalog.children(relation.oid)
        )
        assert len(back.dependents(found.address)) == len(catalog.dependents(relation.address)), relation.name
        row = back.find(Type, namespace, relation.name)
        assert (row is None) == (relation.type == 0)
    assert back.find(Relation, 2200, "no_such") is None
    assert back.constraint_name_exists(back.find_oid("pg_namespace", 0, "app") or 0, "small")


def test_what_was_dropped_stays_dropped(text: str, file: Path) -> None:
    back = read(text, file)
    app = back.find_oid("pg_namespace", 0, "app") or 0
    counted, kept = back.find(Relation, app, "counted"), back.find(Relation, app, "kept")
    assert counted is not None and kept is not None
    back.remove(kept.address)
    assert back.find(Relation, app, "kept") is None
    assert kept.address not in [address for address, _, _ in back.dependents(counted.address)]
    back.rollback(0)
    assert back.find(Relation, app, "kept") is not None


@pytest.mark.parametrize(("value", "bucket"), [(-1, -1), (0, 0), (1, 1), (3, 4), (1000, 1024), (1e9, 2**30)])
def test_bucketed(value: float, bucket: int) -> None:
    assert bucketed(value) == bucket


def test_sizes(catalog: Catalog) -> None:
    assert '"bytes":' not in snapshot_text(catalog, "none")
    assert '"bytes":' in snapshot_text(catalog, "exact")


# --- files that cannot be read


def failure(text: str, file: Path) -> str:
    with pytest.raises(UserError) as caught:
        list(read(text, file).changed_objects())
    return str(caught.value)


@pytest.fixture(scope="module")
def small() -> str:
    catalog = Catalog(load(17))
    catalog.put(Relation(oid=16385, name="a", namespace=2200))
    catalog.put(Relation(oid=16384, name="b", namespace=2200))
    catalog.put(Constraint(oid=16386, name="c", relid=16385, key=(1,)))
    return snapshot_text(catalog, now=NOW)


def test_cut_off(small: str, file: Path) -> None:
    for length in range(len(small) - 2):
        said = failure(small[:length], file)
        assert said.startswith(str(file)), length


def test_a_future_version(small: str, file: Path) -> None:
    assert failure(small.replace('"format":1', '"format":2'), file).startswith(f"{file}: written by a newer schemalint")


def test_not_a_snapshot(file: Path) -> None:
    assert failure('{"a": 1}', file) == f"{file}:1: not a snapshot of schemalint"
    assert failure("", file) == f"{file}:1: not a snapshot of schemalint"


def test_a_broken_line_is_named(small: str, file: Path) -> None:
    lines = small.splitlines()
    lines[3] = lines[3][:20]
    assert failure("\n".join(lines), file).startswith(f"{file}:4: cannot be read")


def test_an_object_that_is_missing_is_named(small: str, file: Path) -> None:
    lines = [line for line in small.splitlines(keepends=True) if '"id":"public.a"' not in line]
    assert "names public.a, which is not in the file" in failure("".join(lines), file)


def test_windows_line_ends(small: str, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())
    assert len(list(read_snapshot(file).changed_objects())) == 3


def test_no_such_file(file: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_snapshot(file)


def test_no_such_directory(small: str, file: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        write_snapshot(Catalog(load(17)), file / "deeper.json")


def test_an_empty_database(file: Path) -> None:
    back = read(snapshot_text(Catalog(load(18))), file)
    assert list(back.changed_objects()) == []
    assert back.at(ObjectAddress("pg_class", 16384)) is None
