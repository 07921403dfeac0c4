"""Extensions: every statement has the verdict, SQLSTATE and words of the real servers that have the modules."""

from __future__ import annotations

import pytest
from same_verdicts import assert_same_verdicts
from servers import Server

from schemalint.simulator import Simulator

SCRIPT = """
    create extension citext;
    create extension citext;
    create extension if not exists citext;
    create extension hstore schema nope;
    create schema ext;
    create extension hstore schema ext;
    create extension earthdistance;
    create extension earthdistance cascade;
    create extension pg_trgm version '1.6' schema ext;
    create extension "uuid-ossp";
    create extension plpgsql;
    create table t (a citext, b ext.hstore);
    create table t2 (a hstore);
    set search_path = public, ext;
    create table t2 (a hstore, b uuid default uuid_generate_v4());
    create index on t2 using gin (a);
    create index on t using gist (b);
    create index ti on t using gin (a gin_trgm_ops);
    create function gen_random_bytes(int) returns bytea language sql as $$ select ''::bytea $$;
    create extension pgcrypto;
    drop function uuid_generate_v4();
    drop extension citext;
    drop extension citext cascade;
    alter extension hstore add table t;
    alter extension hstore add table t;
    alter extension hstore drop table t;
    alter extension hstore drop table t;
    alter extension hstore add extension citext;
    alter extension nope update;
    alter extension pg_trgm update;
    drop table t;
    alter extension hstore set schema public;
    alter extension earthdistance set schema ext;
    drop extension cube;
    drop extension nope;
    drop extension if exists nope;
    drop schema ext;
    drop schema ext cascade;
    create extension bloom;
    create index on t2 using bloom (a);
    create extension ltree;
    create table lt (p ltree);
    create index on lt using gist (p);
    create extension btree_gist;
    create table bg (r int4range, i int, exclude using gist (i with =, r with &&));
    create extension intarray;
    create extension cube schema nope;
    create extension isn;
    create extension tablefunc;
    create extension postgres_fdw;
    create server s1 foreign data wrapper postgres_fdw options (host 'x');
    drop extension postgres_fdw;
    create extension pg_stat_statements version '9.9';
    create extension dblink;
    alter extension dblink update to '1.2';
    alter extension dblink update to '9.9';
    create extension xml2;
    create extension lo;
    comment on extension lo is 'x';
    drop type lo;
    drop extension lo;
    create extension if not exists "uuid-ossp" with schema public;
    select uuid_generate_v4(), gen_random_uuid();
"""

NEEDED = frozenset(
    "citext hstore cube earthdistance pg_trgm uuid-ossp pgcrypto ltree btree_gist intarray isn xml2 lo bloom".split()
)


@pytest.mark.server
def test_the_server_says_the_same(server: Server) -> None:
    with server.connect() as connection:
        rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
    if not {row[0] for row in rows} >= NEEDED:
        pytest.skip("the server lacks modules")
    assert_same_verdicts(server, SCRIPT)


@pytest.mark.parametrize(
    ("extension", "known", "unknown"),
    [
        ("timescaledb", "SELECT nowhere()", "SELECT create_hypertable('t', 'ts')"),
        ("pg_net", "SELECT nowhere()", "SELECT net.http_post('x')"),
        ("supabase_vault", "SELECT * FROM nowhere", "SELECT * FROM vault.secrets"),
        ("http", "SELECT nowhere()", "CREATE TABLE u (r http_request)"),
        ("pgvector_of_tomorrow", None, "CREATE TABLE u (v anything)"),
    ],
)
def test_what_an_extension_may_have_made_is_not_refused(extension: str, known: str | None, unknown: str) -> None:
    simulator = Simulator(18)
    assert simulator.execute(f"CREATE EXTENSION {extension}").accepted
    assert simulator.execute(unknown).accepted
    if known is not None:
        assert not simulator.execute(known).accepted


def test_modules_that_a_major_lacks_are_refused() -> None:
    assert Simulator(16).execute("CREATE EXTENSION adminpack").accepted
    assert Simulator(17).execute("CREATE EXTENSION adminpack").sqlstate == "0A000"
