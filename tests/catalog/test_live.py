"""A catalog read from a running server: what it holds, that reading changes nothing, and what is said when it fails."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import psycopg
import pytest
from servers import Server

from schemalint.catalog import live
from schemalint.catalog.builtins import MAJORS
from schemalint.catalog.compare import compare
from schemalint.catalog.connection_errors import reading_failed
from schemalint.catalog.model import (
    CatalogObject,
    Constraint,
    Database,
    Namespace,
    ObjectAddress,
    Policy,
    Proc,
    Relation,
    Role,
    StatisticsObject,
    TextSearch,
    Trigger,
    Type,
)
from schemalint.catalog.partial import LiveLoader
from schemalint.catalog.rows import split_list
from schemalint.catalog.store import Catalog
from schemalint.errors import UserError
from schemalint.lint.similar import table_meant
from schemalint.simulator import Simulator

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def catalog(server: Server, rich: str) -> Catalog:
    return live.read_live(server.dsn(rich))


def schema(catalog: Catalog, name: str = "app") -> int:
    oid = catalog.find_oid("pg_namespace", 0, name)
    assert oid is not None
    return oid


def relation(catalog: Catalog, name: str) -> Relation:
    found = catalog.find(Relation, schema(catalog), name)
    assert found is not None, name
    return found


def constraint(catalog: Catalog, table: str, name: str) -> Constraint:
    return next(found for found in catalog.constraints(relation(catalog, table).oid) if found.name == name)


def test_the_database(catalog: Catalog, server: Server, rich: str) -> None:
    assert catalog.version == server.major
    assert catalog.server_version == server.version
    assert catalog.database == rich
    assert [found.name for found in catalog.all(Database)] == [rich]
    assert catalog.closed


def test_columns(catalog: Catalog) -> None:
    customers = relation(catalog, "customers")
    by_name = {column.name: column for column in customers.columns}
    assert by_name["id"].identity == "a"
    assert by_name["email"].typmod == 204
    assert by_name["email"].storage == "e"
    assert by_name["email"].statistics == 500
    assert by_name["id"].options == ("n_distinct=-1",)
    assert by_name["mood"].default is not None and by_name["mood"].default.text == "'ok'::app.mood"
    assert by_name["doubled"].generated == "s"
    assert by_name["added"].missing
    assert customers.columns[4].dropped
    assert by_name["email"].acl == ("rich_reader=w*/rich_owner",)
    assert catalog.comment(ObjectAddress("pg_class", customers.oid, 2)) == "where to write to"
    assert customers.options == ("fillfactor=70",)
    assert customers.replident == "f"


def test_constraints(catalog: Catalog) -> None:
    assert constraint(catalog, "customers", "email_has_at").noinherit
    assert constraint(catalog, "customers", "one_email").deferred
    assert not constraint(catalog, "orders", "small").validated
    key = constraint(catalog, "orders", "orders_customer_fkey")
    assert (key.fdeltype, key.key, key.fkey) == ("n", (2,), (1,))
    assert [found.name for found in catalog.referencing(relation(catalog, "customers").oid)] == ["orders_customer_fkey"]
    positive = catalog.find(Type, schema(catalog), "positive")
    assert positive is not None
    assert {(c.name, c.validated) for c in catalog.domain_constraints(positive.oid)} == {
        ("is_positive", True),
        ("is_small", False),
    }


def test_indexes(catalog: Catalog) -> None:
    index = relation(catalog, "customers_lower").index
    assert index is not None and index.predicate is not None
    assert (index.key, index.nkeyatts, index.option) == ((0, 0, 8), 2, (3, 0))
    assert [found.text for found in index.exprs] == ["lower((email)::text)", "((score)::integer + 1)"] or index.exprs
    assert relation(catalog, "orders_pkey").index.clustered  # type: ignore[union-attr]


def test_partitions(catalog: Catalog) -> None:
    events = relation(catalog, "events")
    assert events.partition_key is not None
    assert (events.partition_key.strategy, events.partition_key.attrs) == ("r", (1, 0))
    assert [expr.text for expr in events.partition_key.exprs] == ["lower(kind)"]
    assert {child.name for child in catalog.children(events.oid)} == {"events_2020", "events_rest"}
    bound = relation(catalog, "events_2020").partition_bound
    assert bound is not None
    assert bound.text == "FOR VALUES FROM ('2020-01-01', 'a') TO ('2021-01-01', MAXVALUE)"
    rest = relation(catalog, "events_rest").partition_bound
    assert rest is not None and rest.is_default
    hashed = relation(catalog, "hashed_0").partition_bound
    assert hashed is not None and (hashed.strategy, hashed.modulus, hashed.remainder) == ("h", 2, 0)
    assert [child.name for child in catalog.children(relation(catalog, "events_n").oid)] != []


def test_routines(catalog: Catalog) -> None:
    (plus,) = catalog.overloads(Proc, schema(catalog), "plus")
    assert (plus.argmodes, plus.argnames, plus.strict, plus.volatile) == ("iio", ("a", "b", "total"), True, "i")
    assert [default.text for default in plus.defaults] == ["1"]
    assert plus.acl == ("postgres=X/postgres", "rich_reader=X/postgres")
    (touch,) = catalog.overloads(Proc, schema(catalog), "touch")
    assert touch.secdef and touch.config == ("search_path=app, pg_temp",)
    (body,) = catalog.overloads(Proc, schema(catalog), "body")
    assert body.sqlbody is not None and "SELECT" in body.sqlbody.text
    (total,) = catalog.overloads(Proc, schema(catalog), "total")
    assert total.agg is not None and total.kind == "a"


def test_triggers_and_policies(catalog: Catalog) -> None:
    (touch,) = catalog.triggers(relation(catalog, "customers").oid)
    assert touch.args == ("an argument", "C:\\temp", "größer")
    assert touch.when is not None and "IS DISTINCT FROM" in touch.when.text
    assert touch.columns == (2, 3)
    later = next(t for t in catalog.triggers(relation(catalog, "orders").oid) if t.name == "later")
    assert (later.enabled, later.deferrable) == ("D", True)
    assert isinstance(later, Trigger)
    (own,) = catalog.policies(relation(catalog, "orders").oid)
    assert isinstance(own, Policy)
    assert (own.cmd, own.permissive, len(own.roles)) == ("w", False, 2)
    assert relation(catalog, "orders").forcerowsecurity


def test_views_depend_on_columns(catalog: Catalog) -> None:
    happy, customers = relation(catalog, "happy"), relation(catalog, "customers")
    assert happy.view is not None and happy.view.text.startswith("SELECT")
    assert (happy.address, 2, "n") in catalog.dependents(ObjectAddress("pg_class", customers.oid, 2))
    assert not relation(catalog, "kept").populated


def test_roles(catalog: Catalog) -> None:
    reader = catalog.find(Role, 0, "rich_reader")
    owner = catalog.find(Role, 0, "rich_owner")
    assert reader is not None and owner is not None
    assert reader.config == ("lock_timeout=2s",)
    assert reader.canlogin and not owner.inherit
    assert reader.member_of[owner.oid][0]


def test_other_kinds(catalog: Catalog) -> None:
    (related,) = catalog.in_namespace(StatisticsObject, schema(catalog))
    assert (related.keys, sorted(related.kinds.replace("e", ""))) == ((2,), ["d", "f"])
    assert len(related.exprs) == 1
    search = catalog.find(TextSearch, schema(catalog), "config search")
    assert search is not None and len(search.mapping["asciiword"]) == 2
    public = catalog.get(Namespace, 2200)
    assert public is not None and not any(item.startswith("=") for item in public.acl or ())
    sequence = relation(catalog, "numbers").sequence
    assert sequence is not None and (sequence.min, sequence.max, sequence.cycle) == (-5, 100, True)


def test_nothing_refers_to_what_is_not_there(catalog: Catalog) -> None:
    names = compare(Catalog(catalog.builtins), catalog)
    assert names
    from schemalint.catalog.references import Identities

    shown = Identities(catalog)
    for obj in catalog.changed_objects():
        for dependency in catalog.depends_on(obj.address):
            found = shown.of(dependency.refobj.classid, dependency.refobj.objid)
            assert not found.startswith(dependency.refobj.classid), (obj, dependency)


def test_a_role_without_rights_reads_the_same(server: Server, rich: str, catalog: Catalog) -> None:
    with server.connect() as connection:
        connection.execute("CREATE ROLE nobody_special LOGIN")
    try:
        found = live.read_live(server.dsn(rich) + " user=nobody_special")
    finally:
        with server.connect() as connection:
            connection.execute("DROP ROLE nobody_special")
    differing = {d for d in compare(catalog, found, dependencies=True) if d.identity != "nobody_special"}
    assert {(d.classid, d.attribute) for d in differing} <= {("pg_user_mapping", "options")}


def test_reading_writes_nothing(server: Server, rich: str) -> None:
    counters = """
        SELECT tup_inserted, tup_updated, tup_deleted, temp_files FROM pg_stat_database WHERE datname = current_database()"""
    with server.connect(rich) as connection:
        before = connection.execute(counters).fetchone()
        with live.connect(server.dsn(rich)) as reading:
            live.read_catalog(reading)
            reader = live.Reader(reading, "")
            reader.fetch([("SELECT 1", None)])
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                reading.execute("CREATE TABLE written (i int)")
        assert connection.execute(counters).fetchone() == before


def test_settings_of_the_transaction(server: Server) -> None:
    with live.connect(server.dsn()) as connection:
        reader = live.Reader(connection, "", {**live.SETTINGS, "statement_timeout": "7s"})
        names = (
            "statement_timeout",
            "lock_timeout",
            "transaction_read_only",
            "transaction_isolation",
            "application_name",
        )
        (cursor,) = reader.fetch([("SELECT " + ", ".join(f"current_setting('{name}')" for name in names), None)])
        assert cursor.fetchone() == ("7s", "5s", "on", "repeatable read", "schemalint")


def test_one_round_trip_reads_all(server: Server, rich: str, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[live.Reader] = []

    class Counting(live.Reader):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            readers.append(self)

    monkeypatch.setattr(live, "Reader", Counting)
    live.read_live(server.dsn(rich))
    assert [reader.round_trips for reader in readers] == [1]


# --- what is said when it fails


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def failure(dsn: str) -> str:
    with pytest.raises(UserError) as caught:
        live.read_live(dsn)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(caught.value)


def test_refused(free_port: int) -> None:
    said = failure(f"postgresql://bob:hunter2@127.0.0.1:{free_port}/shop")
    assert said.startswith(f'cannot connect to database "shop" on 127.0.0.1:{free_port}: connection refused')


def test_no_such_host() -> None:
    said = failure("postgresql://bob:hunter2@no-such-host.invalid/shop?connect_timeout=5")
    assert said == 'cannot connect to database "shop" on no-such-host.invalid: the host name does not resolve'


def test_no_such_socket() -> None:
    assert "no server listens on this socket" in failure("host=/nowhere dbname=shop password=hunter2")


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://bob:hunter2@[::1/shop",
        "postgresql://bob:hunter2@host:port%zz/shop",
        "bob:hunter2",
        "passwrd=hunter2 host=x",
        "postgresql://bob:a@hunter2@host/shop",
        "host=x password='hunter2",
    ],
)
def test_unreadable_connection_strings_are_not_shown(dsn: str) -> None:
    assert failure(dsn).startswith("the connection string")


def test_no_answer() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        port = silent.getsockname()[1]
        said = failure(f"postgresql://bob:hunter2@127.0.0.1:{port}/shop?connect_timeout=2")
    assert said.endswith("no answer in time")


def test_no_such_database(server: Server) -> None:
    assert 'database "no_such" does not exist' in failure(server.dsn("no_such"))


def test_no_such_role(server: Server) -> None:
    assert 'role "no_such" does not exist' in failure(server.dsn() + " user=no_such password=hunter2")


@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """The port of something that answers each message with the next of these, as a server would."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        for message in answers:
                            connection.recv(1024)
                            connection.sendall(message)
                        connection.recv(1024)

        Thread(target=answer, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def test_tls_that_the_server_lacks() -> None:
    with answering(b"N") as port:
        said = failure(f"postgresql://bob:hunter2@127.0.0.1:{port}/shop?sslmode=require&connect_timeout=5")
    assert "does not support TLS" in said


def test_a_password_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/nowhere")
    with answering(b"R\0\0\0\x08\0\0\0\x03") as port:
        dsn = f"postgresql://bob@127.0.0.1:{port}/shop?sslmode=disable&gssencmode=disable&connect_timeout=5"
        assert "a password is needed" in failure(dsn)


def test_the_wrong_password() -> None:
    refusal = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "bob"\0\0'
    with answering(b"R\0\0\0\x08\0\0\0\x03", b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal) as port:
        dsn = f"postgresql://bob:hunter2@127.0.0.1:{port}/shop?sslmode=disable&gssencmode=disable&connect_timeout=5"
        assert failure(dsn).endswith("the password is wrong")


@pytest.mark.parametrize(
    ("sqlstate", "said", "reason"),
    [
        ("57014", "canceling statement due to user request", "a query was cancelled"),
        ("57P01", "terminating connection due to administrator command", "the connection was lost"),
        ("XX000", "could not open relation with OID 16399", "the database was changed meanwhile; try again"),
        ("42501", "permission denied for table pg_class", "permission denied for table pg_class"),
        (None, "", "the connection was lost"),
    ],
)
def test_reading_failed(sqlstate: str | None, said: str, reason: str) -> None:
    assert reason in str(reading_failed(sqlstate, said, "shop on db"))


def test_a_query_that_takes_too_long(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection, pytest.raises(UserError, match="took too long"):
        _fails(connection, "SET statement_timeout = '10ms'; SELECT pg_sleep(5)")


def test_a_lock_held_for_long(server: Server, rich: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SETTINGS", {**live.SETTINGS, "lock_timeout": "50ms"})
    with server.connect(rich, autocommit=False) as holder:
        holder.execute("LOCK TABLE app.customers IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(UserError, match="another session holds a lock"):
            live.read_live(server.dsn(rich))


def test_a_lost_connection(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection:
        pid = connection.info.backend_pid
        with server.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(UserError, match="the connection was lost"):
            live.read_catalog(connection)


def _fails(connection: Any, sql: str) -> None:
    try:
        connection.execute(sql)
    except psycopg.Error as error:
        raise reading_failed(error.sqlstate, error.diag.message_primary or "", "x") from None


def test_source_has_no_credentials(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich) + " password=hunter2") as connection:
        assert live.describe_source(connection) == rich


# --- without a server


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("lower(a), (b + 1)", ["lower(a)", "(b + 1)"]),
        ("'a,b', \"x,y\", f(1, 2)", ["'a,b'", '"x,y"', "f(1, 2)"]),
        ("ARRAY[1, 2], 'it''s, so'", ["ARRAY[1, 2]", "'it''s, so'"]),
        ("", []),
    ],
)
def test_split_list(text: str, parts: list[str]) -> None:
    assert split_list(text) == parts


def test_queries_for_every_major() -> None:
    from schemalint.catalog.rows import QUERIES, query

    for path in QUERIES.glob("*.sql"):
        for major in (13, *MAJORS):
            assert "-- >=" not in query(path.stem, major)
            assert query(path.stem, major).lstrip().startswith(("SELECT", "(SELECT", "WITH"))


# --- what a migration can mean


NAMES = [
    [],
    ["orders"],
    ["customers", "mood"],
    ["happy"],
    ["hashed_0_1"],
    ["one_email"],
    ["customers_lower"],
    ["plus", "pair"],
]


@pytest.mark.parametrize("names", NAMES, ids=lambda names: "-".join(names) or "nothing")
def test_all_that_is_looked_up_is_found(server: Server, rich: str, catalog: Catalog, names: list[str]) -> None:
    """Whatever was fetched first, lookups agree with the catalog that was read whole."""
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, names)
        for whole in catalog.all(Relation):
            again = found.find(Relation, whole.namespace, whole.name)
            assert again is not None, whole.name
            for of in (
                "constraints",
                "indexes",
                "triggers",
                "policies",
                "rules",
                "statistics",
                "referencing",
                "children",
            ):
                seen = {obj.address for obj in getattr(found, of)(whole.oid)}
                assert seen == {obj.address for obj in getattr(catalog, of)(whole.oid)}, (whole.name, of)
            assert set(found.dependents(whole.address)) == set(catalog.dependents(whole.address)), whole.name
            assert set(found.depends_on(whole.address)) == set(catalog.depends_on(whole.address)), whole.name
        assert found.find(Relation, 2200, "no_such") is None
        assert compare(catalog, found, dependencies=True) == []


LOOKUPS = (
    *("constraints", "indexes", "triggers", "policies", "rules", "statistics", "referencing", "children"),
    *("dependents", "depends_on", "domain_constraints", "child_constraints", "in_namespace"),
)


def looked_up(catalog: Catalog, lookup: str, obj: CatalogObject) -> set[Any]:
    """What one look-up about an object answers, as something to compare."""
    if lookup in ("dependents", "depends_on"):
        return set(getattr(catalog, lookup)(obj.address))
    if lookup == "in_namespace":
        return {one.address for one in catalog.in_namespace(type(obj), getattr(obj, "namespace", 0))}
    return {one.address for one in getattr(catalog, lookup)(obj.oid)}


@pytest.mark.parametrize("seed", range(12))
def test_look_ups_agree_in_every_order(server: Server, rich: str, catalog: Catalog, seed: int) -> None:
    """Random names first, then random look-ups: each answers what the catalog that was read whole answers."""
    order = random.Random(seed)
    objects = [obj for cls in (Relation, Type, Constraint, Proc) for obj in catalog.all(cls)]
    known = sorted({obj.name for obj in objects})
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, order.sample(known, order.randrange(3)))
        for _ in range(150):
            obj = order.choice(objects)
            lookup = order.choice(LOOKUPS)
            seen = looked_up(found, lookup, obj)
            assert seen == looked_up(catalog, lookup, obj), (obj.CLASS, obj.name, lookup)


@pytest.mark.parametrize("names", NAMES, ids=lambda names: "-".join(names) or "nothing")
def test_at_most_four_round_trips(server: Server, rich: str, names: list[str]) -> None:
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, names)
        assert isinstance(found.loader, LiveLoader)
        assert found.loader.reader.round_trips <= 4


def test_what_names_mean_needs_no_further_round_trip(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, ["app", "orders", "customers", "customer", "id", "no_such"])
        assert isinstance(found.loader, LiveLoader)
        trips = found.loader.reader.round_trips
        orders = relation(found, "orders")
        (key,) = [c for c in found.constraints(orders.oid) if c.type == "f"]
        assert found.get(Relation, key.frelid) is not None
        assert found.find(Relation, schema(found), "no_such") is None
        assert [found.get(Proc, trigger.func) is None for trigger in found.triggers(orders.oid)] == [False]
        assert found.dependents(orders.address)
        for column in relation(found, "customers").columns:
            assert column.dropped or found.get(Type, column.type) is not None
        assert found.loader.reader.round_trips == trips


def test_what_was_dropped_is_not_fetched_again(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, ["orders"])
        kept = relation(found, "kept")
        found.remove(kept.address)
        assert found.find(Relation, schema(found), "kept") is None
        assert found.at(kept.address) is None
        found.rollback(0)
        assert found.find(Relation, schema(found), "kept") is not None


def test_a_need_that_was_dropped_is_not_fetched_again(server: Server, rich: str) -> None:
    """Who needs a function is asked after a statement has changed the table that did."""
    with server.database() as connection:
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        connection.execute("CREATE TABLE t (i int DEFAULT one())")
        simulator = Simulator(catalog=live.read_catalog(connection, ["t"]))
        assert simulator.execute("DROP FUNCTION one()").sqlstate == "2BP01"
        simulator = Simulator(catalog=live.read_catalog(connection, ["t"]))
        assert simulator.execute("ALTER TABLE t ALTER i DROP DEFAULT").sqlstate is None
        assert simulator.execute("DROP FUNCTION one()").sqlstate is None


def test_a_domains_constraint_is_found_by_name(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, ["is_small"])
        assert [one.name for one in found.constraints_named(schema(found), "is_small")] == ["is_small"]


def test_a_connection_lost_later(server: Server, rich: str) -> None:
    with live.connect(server.dsn(rich)) as connection:
        found = live.read_catalog(connection, [])
        with server.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        with pytest.raises(UserError, match="the connection was lost"):
            found.find(Relation, 2200, "anything")


def test_a_name_that_was_meant_is_found_without_reading_all(server18: Server) -> None:
    """Like the catalog that was read whole suggests, of 600 tables a few are fetched."""
    with server18.database() as connection:
        connection.execute(
            "DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format('CREATE TABLE filler_%s (i int)', i); END LOOP; END $$"
        )
        connection.execute(
            "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE acts (submission_hash text UNIQUE)"
        )
        whole = live.read_catalog(connection)
        for wanted, column in (("customer", "id"), ("cutsomers", "id"), ("submissions", "hash"), ("zzz", "id")):
            found = live.read_catalog(connection, [wanted])
            meant, expected = table_meant(found, wanted, column), table_meant(whole, wanted, column)
            assert (meant and (meant.relation.name, meant.column)) == (
                expected and (expected.relation.name, expected.column)
            ), wanted
            assert isinstance(found.loader, LiveLoader)
            assert sum(one.classid == "pg_class" for one in found.loader.fetched) < 300, wanted
