"""What servers do that rules of the category performance speak of."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from servers import Server


def plan(connection: psycopg.Connection[Any], query: str) -> str:
    connection.execute("SET enable_seqscan = off")
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN (COSTS off) {query}"))


def test_a_btree_serves_no_question_about_elements(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE laps (tags text[]); CREATE INDEX laps_tags_idx ON laps (tags)")
        for question in ("tags @> ARRAY['a']", "tags && ARRAY['a']", "'a' = ANY (tags)"):
            assert "Index Cond" not in plan(connection, f"SELECT * FROM laps WHERE {question}")
        assert "Index Cond" in plan(connection, "SELECT * FROM laps WHERE tags = ARRAY['a']")
        connection.execute("CREATE INDEX laps_tags_gin ON laps USING gin (tags)")
        assert "Index Cond" in plan(connection, "SELECT * FROM laps WHERE tags @> ARRAY['a']")
        assert "Index Cond" not in plan(connection, "SELECT * FROM laps WHERE 'a' = ANY (tags)")


def test_a_predicate_on_a_not_null_column_keeps_the_index_from_queries(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE trips (car integer NOT NULL, at date)")
        connection.execute("CREATE INDEX trips_at_idx ON trips (at) WHERE car IS NOT NULL")
        assert "Index Cond" not in plan(connection, "SELECT * FROM trips WHERE at = '2031-01-01'")
        connection.execute("CREATE INDEX trips_at_all_idx ON trips (at)")
        assert "Index Cond" in plan(connection, "SELECT * FROM trips WHERE at = '2031-01-01'")


def test_a_serial_keeps_its_range_when_its_column_grows(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE stamps (id serial PRIMARY KEY)")
        connection.execute("CREATE TABLE coins (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)")
        for table in ("stamps", "coins"):
            connection.execute(f"ALTER TABLE {table} ALTER COLUMN id TYPE bigint")
            connection.execute(f"SELECT setval('{table}_id_seq', 2147483647)")
        with pytest.raises(psycopg.errors.SequenceGeneratorLimitExceeded):
            connection.execute("INSERT INTO stamps DEFAULT VALUES")
        connection.execute("INSERT INTO coins DEFAULT VALUES")
        connection.execute("ALTER SEQUENCE stamps_id_seq AS bigint")
        connection.execute("INSERT INTO stamps DEFAULT VALUES")


def test_a_bigint_sequence_outlives_an_integer_column(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE coins (id integer); CREATE SEQUENCE coins_seq OWNED BY coins.id")
        connection.execute("ALTER TABLE coins ALTER COLUMN id SET DEFAULT nextval('coins_seq')")
        connection.execute("SELECT setval('coins_seq', 2147483647)")
        with pytest.raises(psycopg.errors.NumericValueOutOfRange):
            connection.execute("INSERT INTO coins DEFAULT VALUES")


def test_a_change_of_type_drops_the_statistics(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE laps (note varchar(20)); INSERT INTO laps SELECT 'x' FROM generate_series(1, 100)"
        )
        known = "SELECT count(*) FROM pg_stats WHERE tablename = 'laps'"
        connection.execute("ANALYZE laps")
        assert connection.execute(known).fetchone() == (1,)
        connection.execute("ALTER TABLE laps ALTER COLUMN note TYPE text")  # not even a rewrite
        assert connection.execute(known).fetchone() == (0,)


def test_if_not_exists_is_content_with_an_invalid_index(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE races (car integer); INSERT INTO races VALUES (1), (1)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY races_car_key ON races (car)")
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS races_car_key ON races (car)")
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'races_car_key'::regclass"
        assert connection.execute(valid).fetchone() == (False,)


def test_a_foreign_key_is_checked_as_often_as_it_is_written(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE crews (id bigint PRIMARY KEY); CREATE TABLE duties (crew bigint)")
        checks = "SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('crews'::regclass, 'duties'::regclass)"
        for number in (1, 2):
            connection.execute(f"ALTER TABLE duties ADD CONSTRAINT f{number} FOREIGN KEY (crew) REFERENCES crews")
            assert connection.execute(checks).fetchone() == (4 * number,)


def test_without_its_replica_identity_a_published_table_refuses_updates(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE pets (code integer NOT NULL); CREATE UNIQUE INDEX pets_key ON pets (code)")
        connection.execute("ALTER TABLE pets REPLICA IDENTITY USING INDEX pets_key")
        connection.execute("CREATE PUBLICATION everything FOR TABLE pets")
        connection.execute("UPDATE pets SET code = 1")
        connection.execute("DROP INDEX pets_key")
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute("UPDATE pets SET code = 1")


def test_deleting_looks_the_foreign_key_up_in_a_unique_index_on_some_of_its_columns(server: Server) -> None:
    with server.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE keys (room bigint PRIMARY KEY, house bigint NOT NULL)")
        assert "Index Cond: (room = " in plan(connection, "SELECT 1 FROM keys WHERE house = 1 AND room = 2")


def test_a_foreign_key_that_is_not_enforced_is_never_looked_up(server18: Server) -> None:
    with server18.database(autocommit=True) as connection:
        connection.execute("CREATE TABLE crews (id bigint PRIMARY KEY)")
        connection.execute("CREATE TABLE duties (crew bigint REFERENCES crews NOT ENFORCED)")
        assert connection.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'crews'::regclass").fetchone() == (
            0,
        )
